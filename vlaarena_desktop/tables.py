"""RecordTable: a list of records and a tuple of columns, as a Qt model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

R = TypeVar("R")
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Column(Struct, Generic[R], frozen=True):
    """One column: its title, what it shows of a record, and what it sorts by (the same, unless said)."""

    title: str
    text: Callable[[R], str]
    sort_key: Callable[[R], Any] | None = None
    numeric: bool = False
    hint: str = ""


class RecordTable(QAbstractTableModel, Generic[R]):
    """Shows records; never edits them."""

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._records: list[R] = []

    def set_records(self, records: Sequence[R]) -> None:
        """Show these records instead, in this order."""
        self.beginResetModel()
        self._records = list(records)
        self.endResetModel()

    def record(self, row: int) -> R:
        """The record in a row."""
        return self._records[row]

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many records there are."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text or alignment."""
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(self._records[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | _side(column.numeric)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            flags = Qt.AlignmentFlag.AlignBottom | _side(column.numeric)
            return int(flags) | int(Qt.TextFlag.TextWordWrap)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the records by a column."""
        if not 0 <= column < len(self._columns):
            return
        chosen = self._columns[column]
        self.layoutAboutToBeChanged.emit()
        self._records.sort(key=chosen.sort_key or chosen.text, reverse=order is Qt.SortOrder.DescendingOrder)
        self.layoutChanged.emit()


def _side(numeric: bool) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
