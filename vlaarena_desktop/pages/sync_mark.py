"""The mark in the top bar: whether everything has reached the central service, or how many votes wait."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from vlaarena_desktop.syncing import Syncing


class SyncMark(QPushButton):
    """Hidden where no central service is set. Pressing it syncs now."""

    def __init__(self, syncing: Syncing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pill")
        self._syncing = syncing
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(syncing.sync_now)
        syncing.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        state = self._syncing.state
        self.setVisible(state != "off")
        if state == "off":
            self.setAccessibleName(self.tr("Sync"))
            return
        sentence = self._syncing.sentence()
        self.setText(self._text())
        self.setToolTip(sentence)
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(sentence)

    def _text(self) -> str:
        state, votes = self._syncing.state, self._syncing.status().waiting.votes
        if state == "syncing":
            return self.tr("Syncing")
        if state == "apart":
            return self.tr("Not enrolled")
        if votes:
            return self.tr("{count} to sync").format(count=votes)
        return {"offline": self.tr("Offline"), "refused": self.tr("Not synced")}.get(state, self.tr("Synced"))
