"""Voting: what was watched, the vote, and the time in which it may be taken back."""

from __future__ import annotations

import time

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from scenes.errors import RuleBroken
from sync.records import Ballot, Choice, Origin, Vote
from sync.store import Store
from vlaarena_desktop.coverage import Coverage
from vlaarena_desktop.replays import TurnReplay

_TICK_MILLISECONDS = 200


class Remarks(Struct, frozen=True, kw_only=True):
    """What an evaluator may say beside the choice; nothing of it is required."""

    comment: str | None = None
    tags: tuple[str, ...] = ()
    left_progress: int | None = None  # [%] of the task
    right_progress: int | None = None


NOTHING_SAID = Remarks()


class Voting(QObject):
    """The judgement of one battle after another. Its rules are the store's; it adds how much must be watched."""

    watched_changed = Signal(int)  # percent still to be watched before the vote unlocks
    unlocked = Signal()  # enough was watched just now
    undo_ticked = Signal(float)  # [s] left to take the vote back
    undo_ended = Signal()

    def __init__(self, store: Store, *, origin: Origin, undo_seconds: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._origin, self.undo_seconds = store, origin, undo_seconds
        self._coverage, self._turns = Coverage(), list[str]()
        self._vote: Vote | None = None
        self._voted_clock = 0.0
        self._undo_timer = QTimer(self)
        self._undo_timer.setInterval(_TICK_MILLISECONDS)
        self._undo_timer.timeout.connect(self._tick)

    @property
    def vote(self) -> Vote | None:
        """The vote, while there is one."""
        return self._vote

    @property
    def enough(self) -> bool:
        """Whether enough was watched."""
        return self._coverage.enough

    @property
    def missing_percent(self) -> int:
        """How much more of the replays must be watched."""
        return self._coverage.missing_percent

    @property
    def unwatched_turns(self) -> tuple[int, ...]:
        """The numbers of the turns of which too little was presented, from 1."""
        return tuple(number for number, turn in enumerate(self._turns, 1) if not self._coverage.complete(turn))

    def begin(self) -> None:
        """Judge another battle."""
        self._undo_timer.stop()
        self._coverage, self._vote = Coverage(), None
        self._turns.clear()

    def add_turn(self, replay: TurnReplay) -> None:
        """A turn is there to be watched."""
        self._turns.append(replay.turn.turn_id)
        self._coverage.add_turn(replay.turn.turn_id, replay.left.steps, replay.right.steps)

    def present(self, turn_id: str, side: int, step: int) -> None:
        """A viewer has brought a frame of a control step onto the screen."""
        was_enough = self.enough
        if turn_id not in self._turns or not self._coverage.present(turn_id, side, step):
            return
        self.watched_changed.emit(self.missing_percent)
        if self.enough and not was_enough:
            self.unlocked.emit()

    def see_enough(self) -> None:
        """The evaluator confirms that what was watched suffices; the vote says so."""
        if not self.enough:
            self._coverage.seen_enough = True
            self.watched_changed.emit(0)
            self.unlocked.emit()

    def cast(self, battle_id: str, choice: Choice, remarks: Remarks) -> Vote:
        """Keep the vote: on the disk when this returns. The countdown to take it back begins.

        Raises:
            RuleBroken: too little was watched, or the store refuses the vote.
        """
        if not self.enough:
            raise RuleBroken(
                f"{self.missing_percent} % of the replays is still unwatched.",
                hint="Watch the rest, or choose 'I have seen enough'.",
            )
        self._vote = self._store.cast_vote(battle_id, self._ballot(choice, remarks))
        self._voted_clock = time.monotonic()
        self._undo_timer.start()
        return self._vote

    def take_back(self, battle_id: str) -> None:
        """Undo the vote; RuleBroken once the battle is closed."""
        self._store.undo_vote(battle_id)
        self._undo_timer.stop()
        self._vote = None

    def settle(self) -> None:
        """The vote is final, or nobody waits for it any more: stop the countdown."""
        self._undo_timer.stop()

    def _ballot(self, choice: Choice, remarks: Remarks) -> Ballot:
        return Ballot(
            vote=choice,
            origin=self._origin,
            comment=remarks.comment,
            tags=remarks.tags,
            left_progress=remarks.left_progress,
            right_progress=remarks.right_progress,
            watched=self._coverage.watched(),
            opened_at=self._coverage.opened_at,
        )

    @Slot()
    def _tick(self) -> None:
        left = self.undo_seconds - (time.monotonic() - self._voted_clock)
        self.undo_ticked.emit(max(0.0, left))
        if left <= 0:
            self._undo_timer.stop()
            self.undo_ended.emit()
