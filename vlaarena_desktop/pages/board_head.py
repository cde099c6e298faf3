"""The top of the leaderboard: its title, what it counts, its views, and the export."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


class BoardHead(QWidget):
    """One row."""

    view_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Leaderboard"))
        title.setObjectName("title")
        self.summary = QLabel()
        self.summary.setObjectName("quiet")
        self.tabs = self._tab_buttons()
        self.save = QPushButton(self.tr("Export…"))
        self.save.setAccessibleName(self.save.text())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(title)
        row.addWidget(self.summary)
        row.addStretch(1)
        for button in (*self.tabs, self.save):
            row.addWidget(button)

    def show_view(self, place: int) -> None:
        """Mark the view that is shown."""
        for number, button in enumerate(self.tabs):
            button.setChecked(number == place)

    def _tab_buttons(self) -> list[QPushButton]:
        titles = (self.tr("Board"), self.tr("Who beat whom"), self.tr("Is A better yet?"), self.tr("Method"))
        buttons = []
        for place, title in enumerate(titles):
            button = QPushButton(title)
            button.setObjectName("tab")
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.setAccessibleName(title)
            button.clicked.connect(partial(self._choose, place))
            buttons.append(button)
        return buttons

    def _choose(self, place: int, _: bool = False) -> None:
        self.view_chosen.emit(place)
