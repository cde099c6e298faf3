"""The row of Settings that offers to open the window again, while another language than the spoken one is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from vlaarena_desktop.live_settings import LiveSettings


class RestartRow(QWidget):
    """Hidden as long as the window speaks what is chosen."""

    requested = Signal()

    def __init__(self, live: LiveSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live, self._spoken = live, live.now.language
        self.said, self.button = QLabel(), QPushButton(self.tr("Restart now"))
        self.said.setText(
            self.tr("The window speaks it once it has opened again: here, and with the battle under way.")
        )
        self.said.setWordWrap(True)
        self.button.setAccessibleName(self.button.text())
        self.button.setAccessibleDescription(self.said.text())
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.button)
        row.addWidget(self.said, 1)
        live.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setVisible(self._live.now.language != self._spoken)
