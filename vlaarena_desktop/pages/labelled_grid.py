"""A form: quiet labels on the left, fields on the right; forms below each other may share their labels' width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLayout, QWidget


class LabelledGrid(QGridLayout):
    """Rows of a label and a field, and if wanted something beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(7)
        self.setColumnStretch(1, 1)

    def add(self, text: str, field: QWidget | QLayout, beside: QWidget | None = None) -> None:
        """One row more."""
        row, label, columns = self.rowCount(), QLabel(text), 2 if beside is None else 1
        label.setObjectName("quiet")
        self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if isinstance(field, QLayout):
            self.addLayout(field, row, 1, 1, columns)
        else:
            self.addWidget(field, row, 1, 1, columns)
        if beside is not None:
            self.addWidget(beside, row, 2)

    @property
    def label_width(self) -> int:
        """[px] that the widest label needs."""
        items = [self.itemAtPosition(row, 0) for row in range(self.rowCount())]
        return max((item.sizeHint().width() for item in items if item is not None), default=0)


def align(grids: Sequence[LabelledGrid]) -> None:
    """Let the labels of these grids be equally wide."""
    width = max(grid.label_width for grid in grids)
    for grid in grids:
        grid.setColumnMinimumWidth(0, width)
