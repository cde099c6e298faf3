"""TurnPlayer: has the daemon play one turn at a time and keeps what comes back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from scenes.episode import Played
from scenes.errors import ArenaError, Cancelled, RuleBroken
from scenes.progress import Progress
from sync.records import TurnStart
from sync.store import Store
from vlaarena_desktop import background, turns
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.replays import TurnReplay, replay_of
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.turns import PreparedTurn


class TurnPlayer(QObject):
    """A turn that could not be played is void for both sides alike, and may be played again."""

    progressed = Signal(object)  # Progress of both sides together
    added = Signal(object)  # TurnReplay, once it is kept
    missed = Signal()  # the turn was not played, or could not be kept

    def __init__(
        self, store: Store, daemon: DaemonLink, notices: Notices, max_steps: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._daemon, self.notices, self.max_steps = store, daemon, notices, max_steps
        self._prepared: PreparedTurn | None = None
        self._running: RunningJob | None = None

    @property
    def playing(self) -> bool:
        """Whether a turn is being played."""
        return self._running is not None

    def play(self, battle_id: str, instruction: str, start: TurnStart) -> None:
        """Begin to play a turn.

        Raises:
            DaemonUnreachable: nobody is there to play it.
            RuleBroken: the battle takes no further turn, or one is being played.
            BadInput: the instruction is none.
        """
        if self.playing:
            raise RuleBroken("A turn is being played.", hint="Wait for it, or cancel it.")
        address = self._daemon.require_address()
        prepared = turns.prepare_turn(self._store, battle_id, instruction, start, self.max_steps)
        self._prepared = prepared
        running = background.start(lambda: turns.play_turn(address, prepared))
        running.progressed.connect(self._show_progress)
        running.succeeded.connect(self._record)
        running.failed.connect(self._void)
        self._running = running
        self._daemon.set_running(True)

    def again(self) -> None:
        """Play the turn that could not be played once more; RuleBroken without one."""
        if self._prepared is None:
            raise RuleBroken("There is no turn to run again.")
        turn = self._prepared.new_turn
        self.play(self._prepared.battle_id, turn.instruction, turn.start)

    def cancel(self) -> None:
        """Stop the turn that is being played; it counts for neither side."""
        if self._running is None or self._prepared is None:
            return
        self._running.cancel()
        self._running = None
        self._daemon.set_running(False)
        turns.void_turn(self._store, self._prepared, Cancelled("The evaluator stopped the turn."))

    def forget(self) -> None:
        """Another battle begins: there is no turn to play again."""
        self._prepared = None

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _record(self, played: tuple[Played, Played]) -> None:
        self._running = None
        self._daemon.set_running(False)
        if not self._keep(played):
            self.missed.emit()

    @reporting
    def _keep(self, played: tuple[Played, Played]) -> None:
        assert self._prepared is not None
        replay: TurnReplay = replay_of(self._store, turns.record_turn(self._store, self._prepared, played))
        self._prepared = None
        self.added.emit(replay)

    @Slot(object)
    def _void(self, error: ArenaError) -> None:
        self._running = None
        self._note_void(error)
        self._daemon.set_running(False)
        self._daemon.note_error(error)
        self.missed.emit()
        self.notices.show_void_turn(error)

    @reporting
    def _note_void(self, error: ArenaError) -> None:
        assert self._prepared is not None
        turns.void_turn(self._store, self._prepared, error)
