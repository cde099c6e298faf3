"""How tables look everywhere."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLabel, QStackedWidget, QTableView, QVBoxLayout


def table_view(model: QAbstractItemModel, name: str, wide: int) -> QTableView:
    """A sortable, read-only view with an accessible name; the column `wide` takes the room left over."""
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setSortingEnabled(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(38)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    return view


class TableCard(QFrame):
    """A table on a card, or a sentence while it has no rows."""

    def __init__(self, view: QTableView, empty: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._sentence = QLabel(empty)
        self._sentence.setObjectName("lead")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._stack.addWidget(self._sentence)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 8, 10, 10)
        inside.addWidget(self._stack)

    def say(self, empty: str) -> None:
        """Say this while there are no rows."""
        self._sentence.setText(empty)

    def show_rows(self, *, filled: bool) -> None:
        """Show the table, or the sentence."""
        self._stack.setCurrentIndex(0 if filled else 1)
