"""What the public may know of a battle and of a model's battles. Names stand here only where a vote was cast."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, text

from scenes.errors import NotFound

SHEET = "sheet"  # the purpose of a blob that a workstation rendered of a battle; its subject is the battle
PICTURES = frozenset({"image/png"})


class Judged(Struct, frozen=True, kw_only=True):
    """One evaluator's vote, without her name."""

    vote: str
    comment: str
    tags: tuple[str, ...]
    left_progress: int | None
    right_progress: int | None
    counted: bool
    origin: str


class Played(Struct, frozen=True, kw_only=True):
    """One turn."""

    seq: int
    instruction: str
    task_id: str | None
    start: str
    left_episode_id: str
    right_episode_id: str
    stored: bool  # whether both episodes have arrived


class BattlePage(Struct, frozen=True, kw_only=True):
    """A closed battle. Models, commitment and votes are None and empty where it ended without a vote."""

    battle_id: str
    robot_id: str
    scene_id: str
    kind: str
    status: str
    void_reason: str | None
    created_at: str
    left_model_id: str | None
    right_model_id: str | None
    commitment: str
    nonce: str | None
    turns: tuple[Played, ...]
    votes: tuple[Judged, ...]
    sheet: str | None  # SHA-256 of the contact sheet, if the workstation sent one


class Met(Struct, frozen=True, kw_only=True):
    """How one model fared against another, in votes that count."""

    model_id: str
    wins: int
    losses: int
    ties: int
    both_bad: int


class Recent(Struct, frozen=True, kw_only=True):
    """A battle as a model's page lists it."""

    battle_id: str
    opponent_id: str
    robot_id: str
    scene_id: str
    outcome: str  # win, loss, tie, both_bad


def battle_page(connection: Connection, battle_id: str) -> BattlePage:
    """A battle that is closed.

    Raises:
        NotFound: no closed battle of this id has arrived. An open one is not told from one that never was.
    """
    row = connection.execute(text(_BATTLE), {"battle": battle_id}).first()
    if row is None:
        raise NotFound(
            "No closed battle with this id has arrived here.",
            hint="A battle appears once it was voted on and its workstation has synced.",
        )
    votes = tuple(_judged(vote) for vote in connection.execute(text(_VOTES), {"battle": battle_id}))
    turns = tuple(Played(**turn._asdict()) for turn in connection.execute(text(_TURNS), {"battle": battle_id}))
    return _page(row, votes, turns)


def sheet_of(connection: Connection, sha256: str) -> str | None:
    """The media type of a contact sheet that may be shown, None if there is none of this digest."""
    found = connection.execute(text(_SHOWN_SHEET), {"name": sha256, "purpose": SHEET}).scalar()
    return found if found in PICTURES else None


def opponents(connection: Connection, model_id: str) -> list[Met]:
    """Whom a model met, by how often."""
    rows = connection.execute(text(_MET), {"model": model_id})
    return [Met(**row._asdict()) for row in rows]


def recent(connection: Connection, model_id: str, most: int = 20) -> list[Recent]:
    """A model's last voted battles, as they arrived."""
    rows = connection.execute(text(_RECENT), {"model": model_id, "most": most})
    return [Recent(**row._asdict()) for row in rows]


def is_known(connection: Connection, model_id: str) -> bool:
    """Whether a model has been in a battle with a vote."""
    return connection.execute(text(_KNOWN), {"model": model_id}).first() is not None


def _page(row: Row[Any], votes: tuple[Judged, ...], turns: tuple[Played, ...]) -> BattlePage:
    voted = row.status == "voted"
    return BattlePage(
        battle_id=row.battle_id,
        robot_id=row.robot_id,
        scene_id=row.scene_id,
        kind=row.kind,
        status=row.status,
        void_reason=row.void_reason,
        created_at=row.created_at,
        left_model_id=row.left_model_id if voted else None,
        right_model_id=row.right_model_id if voted else None,
        commitment=row.commitment,
        nonce=row.nonce if voted else None,
        turns=turns,
        votes=votes if voted else (),
        sheet=row.sheet if voted else None,
    )


def _judged(row: Row[Any]) -> Judged:
    return Judged(
        vote=row.vote,
        comment=row.comment or "",
        tags=tuple(row.tags),
        left_progress=row.left_progress,
        right_progress=row.right_progress,
        counted=row.counted,
        origin=row.origin,
    )


def _live(condition: str) -> str:
    """Of battles with a vote the last revisions of the votes of this condition, without those withdrawn; and whether
    each one counts."""
    return f"""(SELECT *, kind = 'rated' AND origin = 'window' AND left_model_id <> right_model_id
        AND left_model_id IN (SELECT model_id FROM cards) AND right_model_id IN (SELECT model_id FROM cards)
        AND NOT EXISTS (
            SELECT 1 FROM turns JOIN episodes ON episode_id IN (left_episode_id, right_episode_id)
            WHERE turns.battle_id = last.battle_id AND episodes.status <> 'stored') AS counted
        FROM (SELECT DISTINCT ON (vote_id) * FROM votes WHERE {condition} ORDER BY vote_id, rev DESC) AS last
        WHERE NOT withdrawn AND EXISTS (SELECT 1 FROM battles WHERE battle_id = last.battle_id AND status = 'voted'))"""


_OF_MODEL = _live("(left_model_id = :model OR right_model_id = :model)")
_KNOWN = """SELECT 1 FROM votes JOIN battles USING (battle_id) WHERE status = 'voted'
    AND (votes.left_model_id = :model OR votes.right_model_id = :model) LIMIT 1"""
_BATTLE = f"""SELECT battles.*, robot_id, scene_id,
    (SELECT sha256 FROM blob_uses JOIN blobs USING (sha256) WHERE blob_uses.purpose = '{SHEET}'
        AND blob_uses.subject = battle_id AND media_type = 'image/png'
        ORDER BY blob_uses.created_at DESC, sha256 LIMIT 1) AS sheet
    FROM battles JOIN sessions USING (session_id) WHERE battle_id = :battle"""
_VOTES = f"SELECT * FROM {_live('battle_id = :battle')} AS live ORDER BY vote_id"
_TURNS = """SELECT seq, instruction, task_id, start, left_episode_id, right_episode_id,
    NOT EXISTS (SELECT 1 FROM episodes WHERE episode_id IN (left_episode_id, right_episode_id) AND status <> 'stored')
    AS stored FROM turns WHERE battle_id = :battle ORDER BY seq"""
_SHOWN_SHEET = """SELECT media_type FROM blobs JOIN blob_uses USING (sha256)
    JOIN battles ON battle_id = blob_uses.subject
    WHERE sha256 = :name AND blob_uses.purpose = :purpose AND status = 'voted' LIMIT 1"""
_SIDES = f"""SELECT live.*, CASE WHEN left_model_id = :model THEN right_model_id ELSE left_model_id END AS opponent_id,
    CASE WHEN vote IN ('tie', 'both_bad') THEN vote
        WHEN (vote = 'left_better') = (left_model_id = :model) THEN 'win' ELSE 'loss' END AS outcome
    FROM {_OF_MODEL} AS live WHERE counted"""
_MET = f"""SELECT opponent_id AS model_id, count(*) FILTER (WHERE outcome = 'win') AS wins,
    count(*) FILTER (WHERE outcome = 'loss') AS losses, count(*) FILTER (WHERE outcome = 'tie') AS ties,
    count(*) FILTER (WHERE outcome = 'both_bad') AS both_bad
    FROM ({_SIDES}) AS sides GROUP BY opponent_id ORDER BY count(*) DESC, opponent_id"""
_RECENT = f"""SELECT battle_id, opponent_id, robot_id, scene_id, outcome FROM ({_SIDES}) AS sides
    ORDER BY battle_id DESC LIMIT :most"""
