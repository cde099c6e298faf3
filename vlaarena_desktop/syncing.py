"""Syncing: the visits at the central service, by a timer and after closings, never in anybody's way.

To be offline is a mode, not an error: it is said where the state is shown, and nowhere else. What waits is told by the
store; when to try again by how often it failed in a row.
"""

from __future__ import annotations

import platform
from datetime import datetime
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from scenes.database import Database
from scenes.errors import ArenaError, NotEnrolled, ServiceUnreachable
from sync import client, status
from sync.client import Synced
from sync.device import Device
from sync.patience import jitter
from sync.status import Status
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.live_settings import LiveSettings, followed
from vlaarena_desktop.store_calls import StoreCalls

SyncState = Literal["off", "apart", "syncing", "waiting", "offline", "refused", "done"]
REGULAR_SECONDS = 15 * 60.0
SOON_SECONDS = 3.0  # after a closing: several votes in a row travel together
_FIRST_FAILURES = 4  # the back-off of a timer begins where that of a job has ended


class Syncing(QObject):
    """The one visitor of a window; at most one visit at a time."""

    changed = Signal()
    enrolled = Signal()
    enrolment_failed = Signal(object)  # ArenaError
    pulled = Signal()  # a newer board of the centre
    stopped = Signal()

    def __init__(self, store: Store, live: LiveSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._live = store, live
        self._calls = StoreCalls(self)
        self._job: background.RunningJob | None = None
        self._error: ArenaError | None = None
        self._failures, self._stopped = 0, False
        self._told: tuple[int, Status] | None = None  # what the store said when it last changed
        self.unsent = 0  # episodes of the last visit that cannot be sent, or that the service did not take
        self.offline_since: datetime | None = None  # when the service was first found out of reach
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.sync_now)
        followed(live, "central", self._follow)
        followed(live, "central_ca", self._follow)

    @property
    def state(self) -> SyncState:
        """How it stands, in one word."""
        if not self._live.now.central:
            return "off"
        if self._job is not None:
            return "syncing"
        if isinstance(self._error, NotEnrolled) or self.status().url != self._address():
            return "apart"
        if self._error is not None:
            return "offline" if isinstance(self._error, ServiceUnreachable) else "refused"
        if self.status().waiting.operations:
            return "waiting"
        return "refused" if self.unsent else "done"

    @property
    def error(self) -> ArenaError | None:
        """Why the last visit ended early."""
        return self._error

    def status(self) -> Status:
        """What the store says; counted anew only when it has changed."""
        return self._store.ledger().do(self._counted)

    def _counted(self, database: Database) -> Status:
        if self._told is None or self._told[0] != database.changes:
            self._told = (database.changes, status.status(database))
        return self._told[1]

    def sentence(self) -> str:
        """How it stands, in a sentence."""
        now = self.status()
        votes = self._votes(now.waiting.votes)
        match self.state:
            case "off":
                return self.tr("No central service is set: everything stays on this machine.")
            case "apart":
                return self.tr("This workstation is not enrolled at the central service.") + f" {votes}"
            case "syncing":
                return self.tr("Syncing with the central service.") + f" {votes}"
            case _:
                parts = [votes, self._last(now), self.evidence(), str(self._error) if self._error else ""]
                return " ".join(part for part in parts if part)

    def evidence(self) -> str:
        """What the service does not get to see of the battles it knows; their votes do not count there."""
        if self.unsent == 0:
            return ""
        one = self.tr("The service lacks 1 episode: its file is gone or damaged here, or was not taken.")
        many = self.tr("The service lacks {count} episodes: their files are gone or damaged here, or were not taken.")
        return one if self.unsent == 1 else many.format(count=self.unsent)

    def begin(self) -> None:
        """Visit the service soon, and from then on regularly."""
        if self._live.now.central:
            self._wait(SOON_SECONDS)

    @Slot()
    def note_closing(self) -> None:
        """A battle was closed: there is something to send, unless the service asked to be left alone."""
        self.changed.emit()
        if self._live.now.central and self._failures == 0:
            self._wait(SOON_SECONDS)

    @Slot()
    def sync_now(self) -> None:
        """Visit the service, if there is one and no visit is under way."""
        if self._job is not None or self._stopped or not self._live.now.central:
            return
        ledger, ca_file, url = self._store.ledger(self._calls), self._live.now.central_ca, self._live.now.central
        self._job = background.start(lambda: client.synchronise(ledger, ca_file, url))
        self._job.succeeded.connect(self._succeeded)
        self._job.failed.connect(self._failed)
        self._job.finished.connect(self._finished)
        self.changed.emit()

    def enrol(self, token: str) -> None:
        """Introduce this workstation to the service that the settings name, then visit it."""
        if self._job is not None or self._stopped:
            return
        ledger, now = self._store.ledger(self._calls), self._live.now
        name = platform.node() or "workstation"
        self._job = background.start(lambda: client.enrol(ledger, now.central, token, name, now.central_ca))
        self._job.succeeded.connect(self._accepted)
        self._job.failed.connect(self.enrolment_failed)
        self._job.finished.connect(self._finished)
        self.changed.emit()

    def stop(self) -> None:
        """No visit begins any more, and one under way no longer waits for this thread."""
        self._stopped = True
        self._timer.stop()
        self._calls.stop()
        self.stopped.emit()

    @Slot(object)
    def _succeeded(self, synced: Synced) -> None:
        self._error, self._failures, self.offline_since = None, 0, None
        self.unsent = len(synced.episodes.missing) + len(synced.episodes.refused)
        self._wait(REGULAR_SECONDS)
        if synced.new_board:
            self.pulled.emit()

    @Slot(object)
    def _failed(self, error: ArenaError) -> None:
        """What waits goes on waiting; whoever is not enrolled is not asked again and again."""
        self._error = error
        self._failures += 1
        self.offline_since = self.offline_since or (datetime.now() if isinstance(error, ServiceUnreachable) else None)
        if isinstance(error, ServiceUnreachable):
            self._wait(jitter(self._failures + _FIRST_FAILURES, error.retry_after))
        elif not isinstance(error, NotEnrolled):
            self._wait(REGULAR_SECONDS)

    @Slot(object)
    def _accepted(self, _device: Device) -> None:
        self._error, self._failures = None, 0
        self.enrolled.emit()
        self._wait(0.0)

    @Slot()
    def _finished(self) -> None:
        self._job = None
        self.changed.emit()

    def _follow(self, _value: str) -> None:
        self._error, self._failures = None, 0
        self._timer.stop()
        self.begin()
        self.changed.emit()

    def _wait(self, seconds: float) -> None:
        if not self._stopped:
            self._timer.start(int(seconds * 1000))

    def _address(self) -> str:
        return self._live.now.central.strip().rstrip("/")

    def _votes(self, waiting: int) -> str:
        if waiting == 0:
            return self.tr("No vote waits to sync.")
        one = self.tr("1 vote waits to sync.")
        return one if waiting == 1 else self.tr("{count} votes wait to sync.").format(count=waiting)

    def _last(self, now: Status) -> str:
        if now.visit is None or now.visit.done_at is None:
            return self.tr("Never synced.")
        moment = datetime.fromisoformat(now.visit.done_at).astimezone()
        return self.tr("Last synced {time}.").format(time=moment.strftime("%Y-%m-%d %H:%M"))
