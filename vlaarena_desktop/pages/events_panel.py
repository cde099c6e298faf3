"""What happened, in a list: Enter on a row brings the playhead there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from vlaarena_desktop.pages.table_view import FittedTable, TableCard
from vlaarena_desktop.pages.timeline import Mark
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
ROW_HEIGHT = 26  # [px]


class EventsPanel(QWidget):
    """The events of both sides in their order."""

    jumped = Signal(float)  # [s]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: RecordTable[Mark] = RecordTable(_columns(), self)
        self.view = FittedTable(self.table, self.tr("Events"), giving=(2,))
        self.view.setWordWrap(True)
        self.view.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.card = TableCard(self.view, self.tr("Nothing was touched on either side."), plain=True)
        self.view.activated.connect(self._jump)
        self.view.clicked.connect(self._jump)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        self.set_marks(())

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """List these events."""
        self.table.set_records(marks)
        self.card.show_rows(filled=bool(marks))

    @Slot(QModelIndex)
    def _jump(self, index: QModelIndex) -> None:
        self.jumped.emit(self.table.record(index.row()).time)


def _columns() -> tuple[Column[Mark], ...]:
    return (
        Column(_tr("events", "Time"), lambda mark: f"{mark.time:.2f} s", lambda mark: mark.time, numeric=True),
        Column(_tr("events", "Side"), _letter),
        Column(_tr("events", "Event"), lambda mark: mark.text),
    )


def _letter(mark: Mark) -> str:
    return SIDE_LETTERS[mark.side] if mark.side is not None else ""
