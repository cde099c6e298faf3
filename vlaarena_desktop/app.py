"""Makes each long-lived object of the application once and hands them to each other."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QSettings
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication, QMessageBox

from scenes.errors import ArenaError
from sync.records import UNDO_SECONDS, Origin
from sync.store import Store
from vlaarena_desktop import background, theme
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.notices import Notices, catch_bugs
from vlaarena_desktop.settings import DesktopSettings, read_settings
from vlaarena_desktop.theme import Scheme
from vlaarena_desktop.viewer import WITHOUT_GL, native_renderer
from vlaarena_desktop.viewing import gl_canvas
from vlaarena_desktop.viewing.drawing import Tier, tier_for
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.window import Window

_STOP_SECONDS = 5.0


class Room(Struct, frozen=True):
    """The objects of one running window."""

    notices: Notices
    daemon: DaemonLink
    arena: Arena
    window: Window


def make_application(arguments: list[str], scheme: Scheme | None = None) -> QApplication:
    """The QApplication, with the OpenGL format that MuJoCo needs and our looks."""
    QSurfaceFormat.setDefaultFormat(gl_canvas.surface_format())
    application = QApplication(arguments)
    application.setApplicationName("vlaarena")
    application.setApplicationDisplayName("VLA Arena")
    theme.apply(application, scheme or theme.scheme_of(application))
    return application


def make_room(
    store: Store,
    *,
    daemon_address: str | None = None,
    local: LocalDaemon | None = None,
    max_steps: int = DesktopSettings().max_steps,
    origin: Origin = "window",
    undo_seconds: float = UNDO_SECONDS,
    tier: Tier | None = None,
    geometry: QSettings | None = None,
) -> Room:
    """A window for a store and a daemon: the one at `daemon_address`, else `local`, which is started.

    Connect with `room.daemon.connect_now()`. `tier` overrides how finely the viewers draw.
    """
    notices = Notices()
    daemon = DaemonLink(notices, address=daemon_address, local=local)
    arena = Arena(store, daemon, notices, max_steps=max_steps, origin=origin, undo_seconds=undo_seconds)
    renderer = native_renderer()
    models = MjModels(store.bundle, tier or tier_for(renderer or "llvmpipe"))
    window = Window(arena, models, native=renderer is not None, settings=geometry)
    return Room(notices, daemon, arena, window)


def run(home: Path, *, daemon_address: str | None = None) -> int:
    """The application, from start to end; the exit code.

    Raises:
        StoreError: the data folder cannot be opened.
        BadInput: its settings.toml is wrong.
    """
    application = make_application(sys.argv[:1])
    try:
        settings = read_settings(home)
        store = Store.open(home)
    except ArenaError as error:
        _tell_without_window(error)
        raise
    with store:
        return _run(application, store, settings, daemon_address or settings.daemon or None)


def _run(application: QApplication, store: Store, settings: DesktopSettings, address: str | None) -> int:
    local = None if address else LocalDaemon(store.folder, settings.workers)
    geometry = QSettings(str(store.folder / "window.ini"), QSettings.Format.IniFormat)
    room = make_room(store, daemon_address=address, local=local, max_steps=settings.max_steps, geometry=geometry)
    undo = catch_bugs(room.notices)
    try:
        store.close_voted()
        room.daemon.connect_now()
        room.window.show()
        return application.exec()
    finally:
        background.stop_all(_STOP_SECONDS)
        if local is not None:
            local.stop()
        undo()


def _tell_without_window(error: ArenaError) -> None:
    """Who started the application from an icon sees no terminal."""
    if QApplication.platformName() not in WITHOUT_GL:
        QMessageBox.critical(None, "VLA Arena", str(error))
