"""The mark in the top bar: whether everything has reached the central service, or how many votes wait."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from vlaarena_desktop.icons import icon
from vlaarena_desktop.syncing import Syncing, SyncState
from vlaarena_desktop.theme import Colors


class SyncMark(QPushButton):
    """An icon and a number, with the whole sentence in its tip. Hidden where no service is set; a press syncs now."""

    def __init__(self, syncing: Syncing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pill")
        self._syncing = syncing
        self._colors: Colors | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(20, 20))
        self.clicked.connect(syncing.sync_now)
        syncing.changed.connect(self._show)
        self._show()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self._colors = colors
        self._show()

    @Slot()
    def _show(self) -> None:
        state, votes = self._syncing.state, self._syncing.status().waiting.votes
        sentence = self._syncing.sentence()
        self.setVisible(state != "off")
        self.setText("" if not votes else str(votes) if votes < 100 else "99+")
        self.setToolTip(sentence)
        self.setAccessibleName(self._name(state, votes))
        self.setAccessibleDescription(sentence)
        if self._colors is not None:
            self.setIcon(icon(*_drawn(state, self._colors)))

    def _name(self, state: SyncState, votes: int) -> str:
        if state == "apart":
            return self.tr("Not enrolled")
        if state == "syncing":
            return self.tr("Syncing")
        if votes:
            return self.tr("{count} to sync").format(count=votes)
        return {"offline": self.tr("Offline"), "refused": self.tr("Not synced")}.get(state, self.tr("Synced"))


def _drawn(state: SyncState, colors: Colors) -> tuple[str, str]:
    """The icon of a state and its colour: to be offline is no alarm."""
    return {
        "done": ("sync-done", colors.good),
        "syncing": ("sync-syncing", colors.link),
        "offline": ("sync-offline", colors.quiet),
        "apart": ("sync-refused", colors.warn),
        "refused": ("sync-refused", colors.bad),
    }.get(state, ("sync-waiting", colors.text))
