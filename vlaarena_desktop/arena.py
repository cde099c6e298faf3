"""Arena: the battle under way. The only object that knows both the store and the daemon."""

from __future__ import annotations

import time
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from scenes.episode import Played
from scenes.errors import ArenaError, Cancelled, RuleBroken
from scenes.progress import Progress
from sync.records import MAX_TURNS, UNDO_SECONDS, Ballot, Battle, Choice, Origin, Reveal, TurnStart, VoidReason, Vote
from sync.store import Store
from vlaarena_desktop import background, turns
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.coverage import Coverage
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.outcome import Outcome, outcome_of
from vlaarena_desktop.replays import TurnReplay, replay_of
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.turns import PreparedTurn, Setting

ArenaState = Literal["idle", "waiting", "playing", "watching", "voted", "revealed"]
_TICK_MILLISECONDS = 200


class Arena(QObject):
    """One battle after another. Methods show errors through `notices` and return whether there was none.

    idle -> playing -> watching -> voted -> revealed -> playing (the next battle) ...; `waiting` is a battle
    whose first turn could not be played.
    """

    state_changed = Signal(str)  # ArenaState
    progressed = Signal(object)  # Progress of both sides together
    turn_added = Signal(object)  # TurnReplay
    watched_changed = Signal(int)  # percent still to be watched before the vote unlocks
    undo_ticked = Signal(float)  # [s] left to take the vote back
    voted = Signal(object)  # Vote, once it is on disk
    revealed = Signal(object)  # Outcome

    def __init__(
        self,
        store: Store,
        daemon: DaemonLink,
        notices: Notices,
        *,
        max_steps: int = turns.DEFAULT_STEPS,
        origin: Origin = "window",
        undo_seconds: float = UNDO_SECONDS,
    ) -> None:
        super().__init__()
        self.store, self.daemon, self.notices = store, daemon, notices
        self._max_steps, self._origin, self._undo_seconds = max_steps, origin, undo_seconds
        self._state: ArenaState = "idle"
        self._battle: Battle | None = None
        self._setting: Setting | None = None
        self._turns: list[TurnReplay] = []
        self._prepared: PreparedTurn | None = None
        self._running: RunningJob | None = None
        self._vote: Vote | None = None
        self._outcome: Outcome | None = None
        self._coverage, self._voted_clock = Coverage(), 0.0
        self._undo_timer = QTimer(self)
        self._undo_timer.setInterval(_TICK_MILLISECONDS)
        self._undo_timer.timeout.connect(self._tick)

    @property
    def state(self) -> ArenaState:
        """Where the battle stands."""
        return self._state

    @property
    def battle(self) -> Battle | None:
        """The battle under way or just revealed."""
        return self._battle

    @property
    def setting(self) -> Setting | None:
        """Robot, scene and first instruction of the battle."""
        return self._setting

    @property
    def turns(self) -> tuple[TurnReplay, ...]:
        """The turns played so far."""
        return tuple(self._turns)

    @property
    def cast(self) -> Vote | None:
        """The vote, while there is one."""
        return self._vote

    @property
    def outcome(self) -> Outcome | None:
        """Who it was, once revealed."""
        return self._outcome

    @property
    def unlocked(self) -> bool:
        """Whether a vote may be cast."""
        return self._state == "watching" and self._coverage.enough

    @property
    def missing_percent(self) -> int:
        """How much more of the replays must be watched."""
        return self._coverage.missing_percent

    @property
    def takes_turns(self) -> bool:
        """Whether the battle takes another turn."""
        return self._state in ("waiting", "watching") and len(self._turns) < MAX_TURNS

    @reporting
    def begin(self, setting: Setting, seed: int | None = None) -> None:
        """Start a new battle and play its first turn. An open battle without a vote is abandoned."""
        self.daemon.require_address()
        self._leave()
        self._battle = turns.start_battle(self.store, self.daemon.cards, setting, seed=seed)
        self._setting = setting
        self._enter("waiting")
        self._prepare(setting.instruction, "reset")

    @reporting
    def next_turn(self, instruction: str, start: TurnStart) -> None:
        """Play another turn of the same battle."""
        self._prepare(instruction, start)

    @reporting
    def run_again(self) -> None:
        """Play the turn that could not be played once more, for both sides."""
        if self._prepared is None:
            raise RuleBroken("There is no turn to run again.")
        self._prepare(self._prepared.new_turn.instruction, self._prepared.new_turn.start)

    @reporting
    def cancel(self) -> None:
        """Stop the turn that is being played; it counts for neither side."""
        if self._running is None or self._prepared is None:
            return
        self._running.cancel()
        self._running = None
        turns.void_turn(self.store, self._prepared, Cancelled("The evaluator stopped the turn."))
        self.daemon.set_running(False)
        self._enter("watching" if self._turns else "waiting")

    def present(self, turn_id: str, side: int, step: int) -> None:
        """A viewer has brought a frame of a control step onto the screen."""
        if self._state in ("watching", "playing") and self._coverage.present(turn_id, side, step):
            self.watched_changed.emit(self.missing_percent)

    def see_enough(self) -> None:
        """The evaluator confirms that what was watched suffices; the vote says so."""
        if self._state == "watching":
            self._coverage.seen_enough = True
            self.watched_changed.emit(0)

    @reporting
    def vote(self, choice: Choice) -> None:
        """Cast the vote. It is on disk when this returns; it can be taken back for `undo_seconds`."""
        battle = self._require_unlocked()
        ballot = Ballot(
            vote=choice,
            origin=self._origin,
            watched=self._coverage.watched(),
            opened_at=self._coverage.opened_at,
        )
        self._vote = self.store.cast_vote(battle.battle_id, ballot)
        self._voted_clock = time.monotonic()
        self._undo_timer.start()
        self._enter("voted")
        self.voted.emit(self._vote)
        self.undo_ticked.emit(self._undo_seconds)

    @reporting
    def undo(self) -> None:
        """Take the vote back while the names are still sealed."""
        if self._state != "voted" or self._battle is None:
            return
        self.store.undo_vote(self._battle.battle_id)
        self._undo_timer.stop()
        self._vote = None
        self._enter("watching")

    @reporting
    def reveal(self) -> None:
        """Close the battle now: the vote is final and the names are told."""
        if self._state != "voted" or self._battle is None:
            return
        self._undo_timer.stop()
        self._disclose(self.store.close_battle(self._battle.battle_id))

    @reporting
    def skip(self, reason: VoidReason) -> None:
        """End the battle without a vote; it is void."""
        if self._state not in ("waiting", "watching") or self._battle is None:
            return
        self._disclose(self.store.void_battle(self._battle.battle_id, reason))

    def close(self) -> None:
        """The window goes: stop timers and work. A vote that waits for its undo is closed."""
        if self._state == "playing":
            self.cancel()
        if self._state == "voted":
            self.reveal()
        self._undo_timer.stop()

    def _leave(self) -> None:
        if self._state == "playing":
            raise RuleBroken("A turn is being played.", hint="Cancel it first.")
        if self._state == "voted":
            self.reveal()
        elif self._state in ("waiting", "watching") and self._battle is not None:
            self.store.abandon_battle(self._battle.battle_id)
        self._battle = self._prepared = self._vote = self._outcome = None
        self._turns = []
        self._coverage = Coverage()
        self._enter("idle")

    def _prepare(self, instruction: str, start: TurnStart) -> None:
        if self._state == "playing" or self._battle is None:
            raise RuleBroken("A turn is being played.", hint="Wait for it, or cancel it.")
        address = self.daemon.require_address()
        prepared = turns.prepare_turn(self.store, self._battle.battle_id, instruction, start, self._max_steps)
        self._prepared = prepared
        running = background.start(lambda: turns.play_turn(address, prepared))
        running.progressed.connect(self._show_progress)
        running.succeeded.connect(self._record)
        running.failed.connect(self._void)
        self._running = running
        self.daemon.set_running(True)
        self._enter("playing")
        self.progressed.emit(Progress(0, 0))

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _record(self, played: tuple[Played, Played]) -> None:
        self._running = None
        self.daemon.set_running(False)
        if not self._keep(played):
            self._enter("watching" if self._turns else "waiting")

    @reporting
    def _keep(self, played: tuple[Played, Played]) -> None:
        assert self._prepared is not None
        turn = turns.record_turn(self.store, self._prepared, played)
        self._prepared = None
        replay = replay_of(self.store, turn)
        self._turns.append(replay)
        self._coverage.add_turn(turn.turn_id, replay.left.steps, replay.right.steps)
        self._enter("watching")
        self.turn_added.emit(replay)
        self.watched_changed.emit(self.missing_percent)

    @Slot(object)
    def _void(self, error: ArenaError) -> None:
        self._running = None
        self._note_void(error)
        self.daemon.set_running(False)
        self.daemon.note_error(error)
        self._enter("watching" if self._turns else "waiting")
        self.notices.show_void_turn(error)

    @reporting
    def _note_void(self, error: ArenaError) -> None:
        assert self._prepared is not None
        turns.void_turn(self.store, self._prepared, error)

    def _require_unlocked(self) -> Battle:
        if self._battle is None or self._state != "watching":
            raise RuleBroken("There is no replay to vote on.", hint="Play a turn and watch it first.")
        if not self.unlocked:
            raise RuleBroken(
                f"{self.missing_percent} % of the replays is still unwatched.",
                hint="Watch the rest, or choose 'I have seen enough'.",
            )
        return self._battle

    def _disclose(self, reveal: Reveal) -> None:
        played = [replay.turn for replay in self._turns]
        self._outcome = outcome = outcome_of(self.store, reveal, self.daemon.cards, played)
        self._enter("revealed")
        self.revealed.emit(outcome)

    @Slot()
    def _tick(self) -> None:
        left = self._undo_seconds - (time.monotonic() - self._voted_clock)
        self.undo_ticked.emit(max(0.0, left))
        if left <= 0:
            self.reveal()

    def _enter(self, state: ArenaState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
