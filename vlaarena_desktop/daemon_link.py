"""DaemonLink: which daemon plays, what it offers, and how it is doing."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from gpu_daemon.client import DaemonClient
from scenes.errors import ArenaError, DaemonUnreachable, VersionMismatch
from scenes.models import ModelCard
from scenes.progress import Job, Progress
from vlaarena_desktop import background
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.notices import Notices

DaemonState = Literal["starting", "idle", "running", "version", "offline"]
Found = tuple[str, tuple[ModelCard, ...]]  # the daemon's address and its cards


class DaemonLink(QObject):
    """The daemon at an address of somebody else's, or one of our own that `local` starts."""

    changed = Signal(str)  # DaemonState
    cards_changed = Signal()

    def __init__(
        self,
        notices: Notices,
        *,
        address: str | None = None,
        local: LocalDaemon | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._notices, self._wanted, self._local = notices, address, local
        self._address: str | None = None
        self._cards: tuple[ModelCard, ...] = ()
        self._retired: list[LocalDaemon] = []
        self._turning = False  # whether another daemon was pointed to meanwhile
        self._state: DaemonState = "offline"

    @property
    def state(self) -> DaemonState:
        """How the daemon is doing."""
        return self._state

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Every model the daemon offers; none before it answered."""
        return self._cards

    def require_address(self) -> str:
        """Where to send play requests.

        Raises:
            DaemonUnreachable: it did not answer yet, or no longer.
        """
        if self._address is None:
            raise DaemonUnreachable("No daemon is ready to play.", hint="Wait until it has started, or connect again.")
        return self._address

    @Slot()
    def connect_now(self) -> None:
        """Start or find the daemon and ask what it offers."""
        if self._state in ("starting", "running"):
            return
        self._address = None
        self._enter("starting")
        running = background.start(self._find)
        running.succeeded.connect(self._found)
        running.failed.connect(self._lost)

    def point_to(self, address: str | None, local: LocalDaemon | None) -> None:
        """Have another daemon play from now on; one that is being found or plays is left first when it has ended."""
        if self._local is not None and self._local is not local:
            self._retired.append(self._local)
        self._wanted, self._local = address, local
        self._turning = True
        if self._state not in ("starting", "running"):
            self._turn()

    def stop(self) -> None:
        """End every daemon of our own."""
        for local in (*self._retired, self._local):
            if local is not None:
                local.stop()
        self._retired.clear()

    def set_running(self, running: bool) -> None:
        """A turn is being played, or no longer."""
        if self._state in ("idle", "running"):
            self._enter("running" if running else "idle")
            if not running and self._turning:
                self._turn()

    def _turn(self) -> None:
        self._turning = False
        self.connect_now()

    def note_error(self, error: ArenaError) -> None:
        """A request failed; some failures mean that the daemon is gone."""
        if isinstance(error, DaemonUnreachable | VersionMismatch):
            self._lost(error, told=True)

    def _find(self) -> Job[Found]:
        while self._retired:
            self._retired.pop().stop()
        address = self._wanted
        if address is None and self._local is not None:
            if self._local.pid is not None:
                self._local.stop()
            address = yield from self._local.start()
        if address is None:
            raise DaemonUnreachable("No daemon was named.", hint="Name one with --daemon ADDRESS.")
        yield Progress(0, 0)
        with DaemonClient(address) as client:
            client.hello()
            return address, client.models()

    @Slot(object)
    def _found(self, found: Found) -> None:
        self._address, self._cards = found
        self._enter("idle")
        self.cards_changed.emit()
        if self._turning:
            self._turn()

    @Slot(object)
    def _lost(self, error: ArenaError, *, told: bool = False) -> None:
        self._address = None
        self._enter("version" if isinstance(error, VersionMismatch) else "offline")
        if not told:
            self._notices.show_error(error)
        if self._turning:
            self._turn()

    def _enter(self, state: DaemonState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)
