"""What stands below the replays while both sides are played: one bar for both, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from scenes.progress import Progress
from vlaarena_desktop.pages.calm_bar import CalmBar


class PlayingBar(QFrame):
    """One joint progress: nothing tells the sides apart."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.bar, self.cancel = CalmBar(), QPushButton(self.tr("Cancel"))
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of both robots"))
        self.cancel.setAccessibleName(self.tr("Cancel this turn"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel.clicked.connect(self.cancel_requested)
        said = QLabel(self.tr("Both robots are at work. You will see them together when both have finished."))
        said.setObjectName("lead")
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(said)
        column.addWidget(self.bar)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(18)
        row.addLayout(column, 1)
        row.addWidget(self.cancel)

    def show_progress(self, progress: Progress) -> None:
        """How far both sides together are; a moving bar while that is unknown."""
        known = progress.total > 0 and progress.done > 0
        self.bar.setRange(0, 1000 if known else 0)
        if known:
            self.bar.setValue(round(1000 * progress.fraction))
