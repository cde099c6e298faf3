"""The arena's records.

Ids are UUIDv7 made where the row is made; times are ISO 8601 in UTC. Neither is ever used for order.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from uuid_utils import uuid7

from scenes.episode import Instruction

Choice = Literal["left_better", "right_better", "tie", "both_bad"]
Origin = Literal["window", "cli", "simulated"]
Side = Literal["left", "right"]
BattleKind = Literal["rated", "practice", "check", "experiment", "chosen"]
CheckKind = Literal[
    "aa", "swapped", "noop"
]  # one model twice; a battle of one's own mirrored; a model that does nothing
BattleStatus = Literal["ongoing", "voted", "abandoned", "void"]
TurnStart = Literal["reset", "continue"]
VoidReason = Literal[
    "unclear_instruction", "scene_broken", "replay_glitch", "recognised_model", "conflict_of_interest", "other"
]

CHOICES: tuple[Choice, ...] = ("left_better", "right_better", "tie", "both_bad")
MAX_TURNS = 6
UNDO_SECONDS = 10.0

MAX_COMMENT = MAX_NOTE = 2000  # characters
Comment = Annotated[str, Meta(max_length=MAX_COMMENT)]
NoteText = Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]
Step = Annotated[int, Meta(ge=0)]


def new_id() -> str:
    """A fresh UUIDv7."""
    return str(uuid7())


def now() -> str:
    """The present moment as records store it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Evaluator(Struct, frozen=True, kw_only=True):
    """A person who watches and votes."""

    evaluator_id: str
    name: str
    group: str | None = None


class Session(Struct, frozen=True, kw_only=True):
    """One evaluator's sitting on one robot and scene."""

    session_id: str
    robot_id: str
    scene_id: str
    evaluator_id: str
    comment: str | None = None
    created_at: str
    last_active_at: str


class Sides(Struct, frozen=True):
    """Which model is on which side: sealed until the vote closes the battle."""

    left_model_id: str
    right_model_id: str


class Draw(Struct, frozen=True, kw_only=True):
    """The outcome of matchmaking: who meets whom, where, and with what probability it was drawn."""

    sides: Sides
    kind: BattleKind
    seed: int
    propensity: float  # probability that this unordered pair was drawn, for a rated battle or for this kind of check
    first: Side  # which side is played and listed first
    check: CheckKind | None = None  # None: no check


class Battle(Struct, frozen=True, kw_only=True):
    """Two anonymous models on one robot and scene. Its model ids are None until it is closed."""

    battle_id: str
    session_id: str
    seq_in_session: int
    left_model_id: str | None
    right_model_id: str | None
    status: BattleStatus
    kind: BattleKind
    seed: int
    propensity: float
    first: Side
    commitment: str  # SHA-256(nonce, left id, right id), published at the start
    nonce: str | None  # opened with the names
    void_reason: VoidReason | None
    created_at: str
    updated_at: str
    check: CheckKind | None = None  # of closed checks; earlier versions did not tell it


class Turn(Struct, frozen=True, kw_only=True):
    """One instruction carried out by both sides."""

    turn_id: str
    battle_id: str
    seq: int  # from 1
    instruction: Instruction
    task_id: str | None
    start: TurnStart
    left_episode_id: str
    right_episode_id: str
    created_at: str


class NewTurn(Struct, frozen=True, kw_only=True):
    """A turn before it is played: its id names the play requests, so that asking twice never plays twice."""

    turn_id: str
    instruction: Instruction
    task_id: str | None
    start: TurnStart


class Watched(Struct, frozen=True, kw_only=True):
    """How much of the replays was really presented before the vote."""

    left_coverage: float = 0.0  # fraction of frames, over all turns
    right_coverage: float = 0.0
    dwell_seconds: float = 0.0
    seen_enough: bool = False  # the evaluator confirmed that an incomplete view sufficed


class Ballot(Struct, frozen=True, kw_only=True):
    """What an evaluator hands in: the choice and everything said beside it."""

    vote: Choice
    origin: Origin
    comment: Comment | None = None
    tags: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    left_progress: Annotated[int, Meta(ge=0, le=100)] | None = None  # [%] of the task, as the evaluator judges it
    right_progress: Annotated[int, Meta(ge=0, le=100)] | None = None
    watched: Watched = Watched()
    opened_at: str | None = None  # when the evaluator first saw the battle; None: when it was created


class Vote(Struct, frozen=True, kw_only=True):
    """One judgement per battle and evaluator. A row is one revision; the highest `rev` counts.

    Robot, scene and models stand here too so that rating never joins; the models once it is closed.
    """

    vote_id: str
    rev: int  # from 1
    battle_id: str
    evaluator_id: str
    session_id: str
    robot_id: str
    scene_id: str
    left_model_id: str | None
    right_model_id: str | None
    task_id: str | None
    vote: Choice
    withdrawn: bool  # this revision takes the vote back
    origin: Origin
    kind: BattleKind
    comment: str | None
    tags: tuple[str, ...]
    left_progress: int | None
    right_progress: int | None
    watched: Watched
    opened_at: str
    voted_at: str


class Judgement(Struct, frozen=True, kw_only=True):
    """Of a vote that counts what boards are made of."""

    vote_id: str
    left_model_id: str | None
    right_model_id: str | None
    vote: Choice
    voted_at: str
    withdrawn: bool = False


class Reveal(Struct, frozen=True, kw_only=True):
    """What closing a battle discloses. Anyone can check it against the commitment (sync/blindness.py)."""

    battle_id: str
    left_model_id: str
    right_model_id: str
    commitment: str
    nonce: str
    vote: Vote | None  # None where the battle ended without one
    check: CheckKind | None = None  # None: it was no check


class Note(Struct, frozen=True, kw_only=True):
    """What an evaluator wrote beside one frame of one side of a closed battle. It is withdrawn, never deleted."""

    note_id: str
    battle_id: str
    turn_id: str
    side: Side
    step: Step
    text: str
    evaluator_id: str
    created_at: str
    withdrawn: bool = False


class NewBranch(Struct, frozen=True, kw_only=True):
    """A side experiment before it is played: its id names the play request, so that asking twice never plays twice."""

    branch_id: str
    turn_id: str
    side: Side  # whose state it starts from
    step: Step  # of that side's trajectory: record 0 .. steps
    model_id: str
    instruction: Instruction


class Branch(Struct, frozen=True, kw_only=True):
    """An unrated side experiment: a model played again from one state of a closed battle."""

    branch_id: str
    battle_id: str
    turn_id: str
    side: Side
    step: Step
    model_id: str
    instruction: Instruction
    episode_id: str
    evaluator_id: str
    created_at: str


class BattleQuery(Struct, frozen=True, kw_only=True):
    """Which battles to find; every field that is given narrows the list. Open battles are never found by a model."""

    text: str = ""  # every word of it must stand in an instruction, comment, tag, note or revealed model id
    robot_id: str | None = None
    scene_id: str | None = None
    vote: Choice | None = None
    retracted: bool | None = None  # whether its vote was retracted
    status: BattleStatus | None = None
    kind: BattleKind | None = None
    evaluator_id: str | None = None
    since: datetime | None = None  # begun at or after; with a time zone
    until: datetime | None = None  # begun before; with a time zone
    model_id: str | None = None
    limit: int = 500  # the newest so many; negative: all


class PastBattle(Struct, frozen=True, kw_only=True):
    """A battle as History lists it."""

    battle: Battle
    robot_id: str
    scene_id: str
    evaluator_name: str
    instruction: str  # of turn 1; empty where no turn was completed
    turns: int
    choice: Choice | None  # of the live vote
    comment: str | None  # of the live vote
    session_comment: str | None
    branches: int

    @property
    def retracted(self) -> bool:
        """Whether there was a vote when the battle was closed that counts no more."""
        return self.battle.status == "voted" and self.choice is None
