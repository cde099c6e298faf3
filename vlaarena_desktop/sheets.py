"""Sheets: contact sheets of closed battles for the central service, rendered while nobody plays or watches anything."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from scenes.errors import ArenaError, GraphicsUnavailable
from sync import sheets
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.live_settings import LiveSettings, followed
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.replays import replay_of
from vlaarena_desktop.saving.battle_sheet import Shot, battle_sheet, shot_of
from vlaarena_desktop.viewing.mjmodels import MjModels

REST_MILLISECONDS = 3000  # of calm before a sheet is begun, and between two
_WATCH_MILLISECONDS = 100
_log = logging.getLogger(__name__)


class Rooms(Protocol):
    """Where replays are shown."""

    def playheads(self) -> Iterable[Playhead]:
        """The clock of each."""
        ...


class Sheets(QObject):
    """One sheet at a time, given up as soon as a battle plays or a replay runs, and begun again later."""

    rendered = Signal()  # a sheet lies there to be sent
    settled = Signal()  # no sheet is being rendered any more, whatever came of it

    def __init__(self, store: Store, live: LiveSettings, models: MjModels, arena: Arena, rooms: Rooms) -> None:
        super().__init__(arena)
        self._store, self._live, self._models, self._arena, self._rooms = store, live, models, arena, rooms
        self._job: background.RunningJob | None = None
        self._of = ""  # the battle that is rendered
        self._stopped = False  # for good: nothing can be drawn here, or the window goes
        self._resting = QTimer(self, singleShot=True, interval=REST_MILLISECONDS)
        self._resting.timeout.connect(self.render_next)
        self._watching = QTimer(self, interval=_WATCH_MILLISECONDS)
        self._watching.timeout.connect(self._give_way)
        arena.revealed.connect(self.begin)
        followed(live, "central", lambda _: self.begin())

    @property
    def busy(self) -> bool:
        """Whether somebody plays or watches."""
        return self._arena.state not in ("idle", "revealed") or any(each.playing for each in self._rooms.playheads())

    @property
    def lacking(self) -> str | None:
        """The battle whose sheet is next; None: all of the newest have theirs."""
        return self._store.ledger().do(sheets.lacking)

    @Slot()
    def begin(self) -> None:
        """Render what is lacking, after a while of calm, if there is a service to send it to."""
        if self._live.now.central and not self._stopped:
            self._resting.start()

    @Slot()
    def stop(self) -> None:
        """Begin nothing any more; what is under way is given up."""
        self._stopped = True
        self._resting.stop()
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def render_next(self) -> None:
        """Begin the next sheet now, unless somebody plays or watches."""
        if self._job is not None or self._stopped or not self._live.now.central:
            return
        if self.busy:
            self._resting.start()
            return
        battle_id = self.lacking
        if battle_id is not None:
            self._start(battle_id)

    def _start(self, battle_id: str) -> None:
        try:
            shots = self._shots(battle_id)
        except ArenaError as error:  # its scene or an episode is gone: its page goes without
            self._note(battle_id, None, error)
            self.settled.emit()
            return
        self._of, self._job = battle_id, background.start(lambda: battle_sheet(shots))
        self._job.succeeded.connect(self._keep)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._end)
        self._watching.start()

    def _shots(self, battle_id: str) -> list[Shot]:
        replays = [replay_of(self._store, turn) for turn in self._store.turns(battle_id)]
        return [shot_of(self._models, each.turn.instruction, each.left, each.right) for each in replays]

    @Slot()
    def _give_way(self) -> None:
        if self._job is not None and self.busy:
            self._job.cancel()

    @Slot(object)
    def _keep(self, content: bytes) -> None:
        self._note(self._of, self._store.ledger().folders.sheets.keep(content))
        self.rendered.emit()

    @Slot(object)
    def _fail(self, error: ArenaError) -> None:
        if isinstance(error, GraphicsUnavailable):
            self._stopped = True
            _log.info("no contact sheets: %s", error)
        else:
            self._note(self._of, None, error)

    @Slot()
    def _end(self) -> None:
        self._job = None
        self._watching.stop()
        self.settled.emit()
        self.begin()

    def _note(self, battle_id: str, sha256: str | None, error: ArenaError | None = None) -> None:
        if error is not None:
            _log.info("no contact sheet of battle %s: %s", battle_id, error)
        self._store.ledger().do(sheets.keep, battle_id, sha256)
        self.begin()
