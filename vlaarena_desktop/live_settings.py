"""LiveSettings: the settings in force, which change while the window runs, on the page or by hand in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from scenes.errors import ArenaError, BadInput
from vlaarena_desktop import settings_file
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.settings import DesktopSettings

_SETTLE_MILLISECONDS = 60  # an editor may write a file in several steps


class LiveSettings(QObject):
    """One file, read at the start and whenever it changes; a file that is wrong changes nothing."""

    changed = Signal(object, object)  # DesktopSettings before and now
    filed_changed = Signal()

    def __init__(self, home: Path, notices: Notices, given: Mapping[str, Any] | None = None) -> None:
        """`given` was said at the start and overrides the file and the environment.

        Raises:
            BadInput: settings.toml or a variable holds something that is not a setting.
        """
        super().__init__()
        self._home, self._notices, self._given = home, notices, dict(given or {})
        self._filed = settings_file.read_file(home)
        self._now = settings_file.in_force(self._filed, self._given)
        self._refused = ""  # why the file as it stands was not taken over
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self.read_again)
        self._watcher = QFileSystemWatcher([str(home)], self)
        self._watcher.directoryChanged.connect(self._notice_change)
        self._watcher.fileChanged.connect(self._notice_change)
        self._watch_file()

    @property
    def path(self) -> Path:
        """The file."""
        return self._home / settings_file.FILE

    @property
    def now(self) -> DesktopSettings:
        """The settings in force."""
        return self._now

    @property
    def filed(self) -> DesktopSettings:
        """The settings that stand in the file."""
        return self._filed

    def overridden(self, name: str) -> str:
        """What overrides the file in one setting, such as `VLAARENA_SPEED`; empty where nothing does."""
        if name in self._given:
            return f"--{name}"
        return settings_file.variable(name) if name in settings_file.from_environment() else ""

    def change(self, name: str, value: Any) -> None:
        """Change one setting, in the file and at once.

        Raises:
            BadInput: that is not such a setting.
            StoreError: the file cannot be written.
        """
        self.change_together({name: value})

    def change_together(self, values: Mapping[str, Any]) -> None:
        """Change several settings at once, all of them or none. A file that is wrong is not written over.

        Raises:
            BadInput: one is not such a setting, or the file holds something that is not a setting.
            StoreError: the file cannot be written.
        """
        before = filed = settings_file.read_file(self._home)
        for name, value in values.items():
            filed = settings_file.changed(filed, name, value)
        if filed != before:
            settings_file.write_file(self._home, filed)
        self._accept(filed)

    @Slot()
    def read_again(self) -> None:
        """Follow the file; what cannot be understood is told, and the old settings stay."""
        self._watch_file()
        try:
            self._accept(settings_file.read_file(self._home))
            self._refused = ""
        except BadInput as error:
            if str(error) == self._refused:
                return  # something else in the folder changed
            self._refused = str(error)
            text = self.tr("settings.toml was not taken over; the settings before it stay.")
            self._notices.show_error(ArenaError(text, hint=f"{error.message} {error.hint}"))

    def stop(self) -> None:
        """Watch no longer."""
        self._settle.stop()
        self._watcher.blockSignals(True)

    def _accept(self, filed: DesktopSettings) -> None:
        if filed == self._filed:
            return
        before, now = self._now, settings_file.in_force(filed, self._given)
        self._filed, self._now = filed, now
        self.filed_changed.emit()
        if now != before:
            self.changed.emit(before, now)

    @Slot()
    def _notice_change(self) -> None:
        self._settle.start()

    def _watch_file(self) -> None:
        """An editor that replaces the file leaves the old one watched: look at the new one."""
        if self.path.exists() and str(self.path) not in self._watcher.files():
            self._watcher.addPath(str(self.path))


def followed(live: LiveSettings, name: str, act: Callable[[Any], object]) -> None:
    """Call `act` with a setting's value whenever it changes."""

    def look(before: DesktopSettings, now: DesktopSettings) -> None:
        if getattr(before, name) != getattr(now, name):
            act(getattr(now, name))

    live.changed.connect(look)
