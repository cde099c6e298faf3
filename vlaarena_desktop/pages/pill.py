"""The pill in the top bar: how the daemon is doing, in words, icon and colour. Pressing it connects again."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.icons import icon
from vlaarena_desktop.theme import Colors


class DaemonPill(QPushButton):
    """One glance tells whether a battle can be played."""

    def __init__(self, daemon: DaemonLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pill")
        self._daemon = daemon
        self._colors: Colors | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(18, 18))
        self.clicked.connect(self._connect)
        daemon.changed.connect(self._show)
        self._show()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self._colors = colors
        self._show()

    @Slot()
    def _connect(self) -> None:
        if self._daemon.state in ("offline", "version"):
            self._daemon.connect_now()

    @Slot()
    def _show(self) -> None:
        state = self._daemon.state
        text, hint = {
            "starting": (self.tr("Daemon starting"), self.tr("It will be ready in a moment.")),
            "idle": (self.tr("Daemon ready"), self.tr("It waits for a battle.")),
            "running": (self.tr("Daemon playing"), self.tr("Both robots are at work.")),
            "version": (self.tr("Other version"), self.tr("Update the older side, then press here.")),
            "offline": (self.tr("Daemon offline"), self.tr("Press to connect again.")),
        }[state]
        self.setText(text)
        self.setToolTip(hint)
        self.setAccessibleName(text)
        self.setAccessibleDescription(hint)
        if self._colors is not None:
            colors = self._colors
            color = {"idle": colors.good, "running": colors.link, "starting": colors.warn}.get(state, colors.bad)
            self.setIcon(icon(f"daemon-{state}", color))
