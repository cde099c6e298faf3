"""Store: the data folder of one workstation, and the one door to it. Its rules stand in:

sessions.py   who sits here, on which robot and scene
battles.py    battles begun, found, listed; what their open ones hide
turns.py      what both sides played; episodes.py their episodes
votes.py      votes and their revisions
closing.py    the end of a battle: names in clear
past.py       battles found again; notes.py and branches.py what is added to closed ones
outbox.py     what waits to be sent, and the audit; ledger.py what sync may do with it; comparing.py what boards may
folders.py    the files beside the database
schema.py     the tables, as each migration changed them
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from scenes.database import Database, translated
from scenes.episode import Episode, Played, Run
from sync import battles, blindness, branches, closing, episodes, notes, outbox, past, sessions, turns, votes
from sync.comparing import Comparing
from sync.folders import Folders
from sync.ledger import Calls, Ledger, directly
from sync.records import (
    Ballot,
    Battle,
    BattleKind,
    BattleQuery,
    BattleStatus,
    Branch,
    Draw,
    Evaluator,
    Judgement,
    NewBranch,
    NewTurn,
    Note,
    Origin,
    PastBattle,
    Reveal,
    Session,
    Side,
    Sides,
    Turn,
    VoidReason,
    Vote,
)
from sync.schema import APPLICATION_ID, migrations


class Store:
    """An open data folder. What a method acknowledged by returning is on the disk."""

    def __init__(self, folder: Path, database: Database, key: bytes) -> None:
        self.folder = folder
        self._database = database
        self._key = key
        self._folders = Folders(folder)
        self._episodes = self._folders.episodes

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the data folder, made if it is missing.

        Raises:
            StoreLocked: another program has it open.
            StoreNewer: a newer version of this product wrote it.
            StoreDamaged: its bytes are not what was written.
            StoreError: it is another program's, cannot be written, or its disk is full.
        """
        with translated(folder / "arena.sqlite3"):
            folder.mkdir(parents=True, exist_ok=True)
        database = Database.open(folder / "arena.sqlite3", migrations, APPLICATION_ID)
        try:
            sessions.identify(database)
            outbox.complete(database)
            return cls(folder, database, battles.folder_key(folder / "seal.key", database))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let other programs have the data folder."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def evaluator(self) -> Evaluator:
        """Who sits here now."""
        return sessions.evaluator(self._database)

    def evaluators(self) -> list[Evaluator]:
        """Everyone who ever sat here, by name."""
        return sessions.evaluators(self._database)

    def sit(self, name: str, group: str | None = None) -> Evaluator:
        """Let the evaluator of this name, known or new, sit here now; BadInput unless it has 1-200 characters."""
        return sessions.sit(self._database, name, group)

    def open_session(self, robot_id: str, scene_id: str) -> Session:
        """The evaluator's session of the last 8 h on this robot and scene, or a new one."""
        return sessions.open_session(self._database, robot_id, scene_id)

    def session(self, session_id: str) -> Session:
        """The session of this id; NotFound if there is none."""
        return sessions.find_session(self._database, session_id)

    def comment_session(self, session_id: str, comment: str | None) -> None:
        """Say something about a whole sitting, or take it back; BadInput if it is too long."""
        sessions.comment(self._database, session_id, comment)

    def start_battle(self, session: Session, draw: Draw) -> Battle:
        """Begin a battle between a drawn pair, which stays sealed until the battle closes."""
        return battles.start(self._database, self._key, session, draw)

    def battle(self, battle_id: str) -> Battle:
        """The battle of this id; NotFound if there is none."""
        return battles.find(self._database, battle_id)

    def battles(self, status: BattleStatus | None = None, limit: int = 1000) -> list[Battle]:
        """Battles, the newest first."""
        return battles.listed(self._database, status, limit)

    def open_battles(self) -> list[Battle]:
        """The evaluator's ongoing blind battles with at least one turn, newest first: to be offered again."""
        return battles.open_here(self._database)

    def find_battles(self, query: BattleQuery) -> list[PastBattle]:
        """The battles a query describes, the newest first; an open one is never found by its models."""
        return past.find(self._database, query)

    def sides(self, battle_id: str) -> Sides:
        """Who is on which side: for play requests only, never shown or logged."""
        return battles.sides(self._database, self._key, battle_id)

    def seal_key(self, battle_id: str) -> bytes:
        """The battle's own key, for play requests: with it the daemon seals its runs."""
        return blindness.battle_key(self._key, battles.find(self._database, battle_id).battle_id)

    def left_minus_right(self) -> Mapping[tuple[str, str], int]:
        """Per pair (smaller id, larger id): how often the smaller stood left more than right, if rated."""
        return battles.left_minus_right(self._database, self._key)

    def turns(self, battle_id: str) -> list[Turn]:
        """A battle's turns in their order."""
        return turns.listed(self._database, battle_id)

    def check_turn_allowed(self, battle_id: str) -> None:
        """RuleBroken if the battle has a vote, has ended, or has all its turns."""
        turns.check_allowed(self._database, battle_id)

    def record_turn(self, battle_id: str, new: NewTurn, left: Played, right: Played) -> Turn:
        """Keep a turn that both sides completed; BadInput, RuleBroken or DaemonError as in sync/turns.py."""
        return turns.record(self._database, self._key, self._episodes, battle_id, new, (left, right))

    def void_turn(self, battle_id: str, turn_id: str, reason: str, sealed_details: tuple[bytes, ...] = ()) -> None:
        """Note in the audit that a technical failure voided a turn; `reason` names neither model nor side."""
        turns.void(self._database, self._key, battle_id, turn_id, reason, sealed_details)

    def cast_vote(self, battle_id: str, ballot: Ballot) -> Vote:
        """Keep a vote: on the disk when this returns, final when the battle closes.

        Raises:
            RuleBroken: there is no completed turn, or a vote already, or the battle has ended.
            BadInput: a value of the ballot is out of range.
        """
        return votes.cast(self._database, battle_id, ballot)

    def undo_vote(self, battle_id: str) -> None:
        """Take the vote back as a new revision; RuleBroken without a vote or once the battle is closed."""
        votes.undo(self._database, battle_id)

    def retract_vote(self, battle_id: str) -> None:
        """Take the own vote on a closed battle back, as a new revision; RuleBroken unless there is one."""
        votes.retract(self._database, battle_id)

    def live_vote(self, battle_id: str) -> Vote | None:
        """The battle's vote that counts, if there is one."""
        return votes.live(self._database, battle_id)

    def close_battle(self, battle_id: str) -> Reveal:
        """Make the vote final and disclose the models; RuleBroken without a vote."""
        return closing.close(self._database, self._key, battle_id)

    def close_voted(self) -> list[Reveal]:
        """Close the battles that had a vote when the program last ended; one that does not open is logged."""
        return closing.close_voted(self._database, self._key)

    def void_battle(self, battle_id: str, reason: VoidReason) -> Reveal:
        """Skip a battle for a reason and disclose the models; RuleBroken if it has a vote or has ended."""
        return closing.void(self._database, self._key, battle_id, reason)

    def abandon_battle(self, battle_id: str) -> None:
        """Give a battle up for good, its models unseen; RuleBroken if it has a vote or has ended."""
        closing.abandon(self._database, battle_id)

    def abandon_unplayed(self) -> int:
        """Give up the battles begun without a turn, as a program that ends too early leaves them; how many."""
        return closing.abandon_unplayed(self._database)

    def reveal(self, battle_id: str) -> Reveal:
        """Who played in a closed battle; RuleBroken while it is open."""
        return closing.reveal(self._database, battle_id)

    def runs(self, battle_id: str) -> list[Run]:
        """Who made a closed battle's episodes, left then right, turn by turn; RuleBroken while it is open."""
        return closing.runs(self._database, battle_id)

    def add_note(self, turn_id: str, side: Side, step: int, text: str) -> Note:
        """Pin a note to a frame of a closed battle.

        Raises:
            RuleBroken: the battle is open.
            BadInput: that side has no such step, or the text is empty or too long.
        """
        return notes.add(self._database, self._episodes, turn_id, side, step, text)

    def notes(self, battle_id: str) -> list[Note]:
        """A battle's notes in the order they were written, withdrawn ones marked."""
        return notes.listed(self._database, battle_id)

    def withdraw_note(self, note_id: str) -> None:
        """Mark a note as withdrawn; nothing is deleted."""
        notes.withdraw(self._database, note_id)

    def record_branch(self, new: NewBranch, played: Played) -> Branch:
        """Keep an unrated side experiment on a closed battle; RuleBroken, BadInput, DaemonError: sync/branches.py."""
        return branches.record(self._database, self._key, self._episodes, new, played)

    def branches(self, battle_id: str) -> list[Branch]:
        """A battle's side experiments in the order they were made."""
        return branches.listed(self._database, battle_id)

    def branch_run(self, branch_id: str) -> Run:
        """Who made a side experiment's episode, and how long it took."""
        return branches.run(self._database, branch_id)

    def votes(
        self,
        robot_id: str | None = None,
        kinds: tuple[BattleKind, ...] = ("rated",),
        origins: tuple[Origin, ...] = ("window",),
    ) -> list[Vote]:
        """The votes that count for a board: live, of closed battles, of these kinds and origins."""
        return votes.counting(self._database, robot_id, kinds, origins)

    def judgements(self, robot_id: str | None = None, *, unrated: bool = False) -> list[Judgement]:
        """Of these votes only what boards need, sooner there; `unrated`: of every kind and origin, but for checks."""
        return votes.judgements(self._database, robot_id, unrated=unrated)

    def count_unrated(self, robot_id: str | None = None) -> int:
        """How many votes of closed battles a board leaves out unless it is asked for the unrated, too."""
        return votes.count_unrated(self._database, robot_id)

    def last_vote_change(self) -> int:
        """A number that grows whenever other votes count than before."""
        return votes.last_change(self._database)

    def episode_bytes(self, episode_id: str) -> bytes:
        """An episode as it was kept.

        Raises:
            NotFound: there is no such episode, or its file is missing.
            StoreDamaged: its bytes are not those that were kept.
        """
        return episodes.content(self._database, self._episodes, episode_id)

    def episode(self, episode_id: str) -> Episode:
        """The same, decoded."""
        return episodes.find(self._database, self._episodes, episode_id)

    def is_hidden(self, episode_id: str) -> bool:
        """Whether an episode belongs to a blind battle that is still open: its outcome may not be told yet."""
        return episodes.is_hidden(self._database, episode_id)

    def ledger(self, calls: Calls = directly) -> Ledger:
        """What sync may do with this folder; `calls` brings a job's calls to the thread that opened it."""
        return Ledger(self.folder, self._database, self._folders, calls)

    def comparing(self) -> Comparing:
        """What boards, comparisons and draws read of this folder."""
        return Comparing(self._database)

    def keep_bundle(self, digest: str, content: bytes) -> None:
        """Keep a robot and scene bundle; BadInput if the bytes do not have this digest."""
        self._folders.keep_bundle(digest, content)

    def bundle(self, digest: str) -> bytes | None:
        """A kept bundle, or None; StoreDamaged if its bytes are not those that were kept."""
        return self._folders.bundle(digest)
