"""Why a battle is skipped: six reasons with a key each, in the place of the vote."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sync.records import VoidReason

_tr = QCoreApplication.translate
REASONS: tuple[VoidReason, ...] = (
    "unclear_instruction",
    "scene_broken",
    "replay_glitch",
    "recognised_model",
    "conflict_of_interest",
    "other",
)


def reason_text(reason: VoidReason) -> str:
    """A reason in words."""
    return {
        "unclear_instruction": _tr("reasons", "The instruction is unclear"),
        "scene_broken": _tr("reasons", "The scene is broken"),
        "replay_glitch": _tr("reasons", "The replay has a fault"),
        "recognised_model": _tr("reasons", "I recognise a model"),
        "conflict_of_interest": _tr("reasons", "I have a conflict of interest"),
        "other": _tr("reasons", "Something else"),
    }[reason]


class SkipPanel(QFrame):
    """Keys 1-6 give the reason, Esc goes back to the vote."""

    chosen = Signal(str)  # VoidReason
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        said = QLabel(self.tr("Why skip it? The battle will count for nobody."))
        said.setObjectName("lead")
        self.cancel = QPushButton(self.tr("Back   Esc"))
        self.cancel.setObjectName("link")
        self.cancel.setAccessibleName(self.tr("Back, without skipping"))
        self.cancel.clicked.connect(self.cancelled)
        self.buttons = tuple(self._button(number, reason) for number, reason in enumerate(REASONS, start=1))
        above, grid, column = QHBoxLayout(), QGridLayout(), QVBoxLayout(self)
        column.setContentsMargins(14, 4, 14, 6)
        column.setSpacing(2)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        above.addWidget(said)
        above.addStretch(1)
        above.addWidget(self.cancel)
        for place, button in enumerate(self.buttons):
            grid.addWidget(button, place // 3, place % 3)
        column.addLayout(above)
        column.addLayout(grid)
        for button in (*self.buttons, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _button(self, number: int, reason: VoidReason) -> QPushButton:
        button = QPushButton(f"{number}   {reason_text(reason)}")
        button.setObjectName("reason")
        button.setStyleSheet("QPushButton#reason { padding: 3px 12px; text-align: left; }")
        button.setAccessibleName(reason_text(reason))
        button.clicked.connect(lambda: self.chosen.emit(reason))
        return button
