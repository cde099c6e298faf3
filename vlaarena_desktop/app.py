"""Makes each long-lived object of the application once and hands them to each other."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication, QMessageBox

from scenes.errors import ArenaError, BadInput, StoreLocked
from sync.records import UNDO_SECONDS, Origin
from sync.store import Store
from vlaarena_desktop import background, theme
from vlaarena_desktop.applying import Applying, tier_of
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.language import speak
from vlaarena_desktop.live_settings import LiveSettings
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.notices import Notices, catch_bugs
from vlaarena_desktop.restarting import AGAIN
from vlaarena_desktop.settings import DesktopSettings, Language, read_settings
from vlaarena_desktop.sheets import Sheets
from vlaarena_desktop.single_instance import FrontDoor, knock, to_front
from vlaarena_desktop.syncing import Syncing
from vlaarena_desktop.theme import Scheme
from vlaarena_desktop.viewer import WITHOUT_GL, native_renderer
from vlaarena_desktop.viewing import gl_canvas
from vlaarena_desktop.viewing.drawing import Tier
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.window import Window

_STOP_SECONDS = 5.0


class Room(Struct, frozen=True):
    """The objects of one running window."""

    notices: Notices
    live: LiveSettings
    daemon: DaemonLink
    arena: Arena
    experiments: Experiments
    syncing: Syncing
    window: Window
    applying: Applying
    sheets: Sheets


def make_application(arguments: list[str], scheme: Scheme | None = None, language: Language = "en") -> QApplication:
    """The QApplication, with the OpenGL format that MuJoCo needs, our looks and a language."""
    QSurfaceFormat.setDefaultFormat(gl_canvas.surface_format())
    application = QApplication(arguments)
    application.setApplicationName("vlaarena")
    application.setApplicationDisplayName("VLA Arena")
    speak(application, language)
    theme.apply(application, scheme or theme.scheme_of(application))
    return application


def make_room(
    store: Store,
    *,
    daemon_address: str | None = None,
    local: LocalDaemon | None = None,
    max_steps: int | None = None,
    origin: Origin = "window",
    undo_seconds: float = UNDO_SECONDS,
    tier: Tier | None = None,
    state: QSettings | None = None,
    given: Mapping[str, Any] | None = None,
) -> Room:
    """A window for a store and a daemon: the one at `daemon_address`, else `local`, which is started.

    Connect with `room.daemon.connect_now()`. `max_steps` and `tier` override the settings until these change;
    `given` are settings said at the start; `state` keeps the window's place on the screen.

    Raises:
        BadInput: settings.toml in the data folder is wrong.
    """
    notices = Notices()
    live = LiveSettings(store.folder, notices, given)
    daemon = DaemonLink(notices, address=daemon_address, local=local)
    steps = max_steps or live.now.max_steps
    arena = Arena(store, daemon, notices, max_steps=steps, origin=origin, undo_seconds=undo_seconds)
    experiments, syncing = Experiments(store, daemon, notices), Syncing(store, live)
    arena.revealed.connect(syncing.note_closing)
    renderer = native_renderer()
    models = MjModels(store.bundle, tier or tier_of(live.now.quality, renderer))
    window = Window(arena, models, live, experiments, syncing, renderer=renderer, state=state)
    applying = Applying(live, arena, models, window, renderer)
    sheets = _sheets_for(syncing, Sheets(store, live, models, arena, window))
    return Room(notices, live, daemon, arena, experiments, syncing, window, applying, sheets)


def _sheets_for(syncing: Syncing, sheets: Sheets) -> Sheets:
    """What is rendered is sent soon, and nothing is once no visit begins any more."""
    sheets.rendered.connect(syncing.note_closing)
    syncing.stopped.connect(sheets.stop)
    return sheets


def run(home: Path, *, daemon_address: str | None = None, link: str = "") -> int:
    """The application, from start to end, at the moment that a link names; the exit code.

    Raises:
        StoreError: the data folder cannot be opened.
        BadInput: its settings.toml is wrong.
    """
    try:
        settings = read_settings(home)
    except BadInput as error:
        application = make_application(sys.argv[:1])
        _tell_without_window(error)
        raise
    application = make_application(sys.argv[:1], language=settings.language)
    theme.apply(application, theme.scheme_of(application, settings.colors))
    try:
        store = Store.open(home)
    except ArenaError as error:
        if isinstance(error, StoreLocked) and knock(home, link):
            print(QCoreApplication.translate("app", "VLA Arena is open already; its window was brought to the front."))
            return 0
        _tell_without_window(error)
        raise
    with store:
        given = {"daemon": daemon_address} if daemon_address else {}
        while (code := _run(application, store, settings, given, link)) == AGAIN:
            settings, link = read_settings(home), ""
            speak(application, settings.language)
            application.setQuitOnLastWindowClosed(True)
        return code


def _run(
    application: QApplication, store: Store, settings: DesktopSettings, given: Mapping[str, Any], link: str
) -> int:
    address = given.get("daemon") or settings.daemon or None
    local = None if address else LocalDaemon(store.folder, settings.workers)
    state = QSettings(str(store.folder / "window.ini"), QSettings.Format.IniFormat)
    room = make_room(store, daemon_address=address, local=local, state=state, given=given)
    door = FrontDoor(store.folder, lambda link: _come(room.window, link))
    undo = catch_bugs(room.notices)
    try:
        _begin(room, store, link)
        return application.exec()
    finally:
        door.close()
        room.syncing.stop()
        background.stop_all(_STOP_SECONDS)
        room.daemon.stop()
        undo()


def _begin(room: Room, store: Store, link: str) -> None:
    """Finish what an earlier end left open, find the daemon and the centre, and show the window."""
    store.close_voted()
    store.abandon_unplayed()
    room.daemon.connect_now()
    room.syncing.begin()
    room.sheets.begin()
    room.window.show()
    if link:
        room.window.open_link(link)
    else:
        room.window.begin_first_time()


def _come(window: Window, link: str) -> None:
    """A second start asks for the window, at a link if it was given one."""
    to_front(window)
    if link:
        window.open_link(link)


def _tell_without_window(error: ArenaError) -> None:
    """Who started the application from an icon sees no terminal."""
    if QApplication.platformName() not in WITHOUT_GL:
        QMessageBox.critical(None, "VLA Arena", str(error))
