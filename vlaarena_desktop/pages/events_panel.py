"""What happened, in a list: Enter on a row brings the playhead there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from scenes.episode import EventKind
from vlaarena_desktop.measures import Mark
from vlaarena_desktop.pages.table_view import TableCard, table_view
from vlaarena_desktop.tables import Column, RecordTable
from vlaarena_desktop.theme import SIDE_LETTERS

ROW_HEIGHT = 26  # [px]


class EventsPanel(QWidget):
    """The events of both sides in their order."""

    jumped = Signal(float)  # [s]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: dict[str, str] = {}
        self.table: RecordTable[Mark] = RecordTable(_columns(self._names), self)
        self.view = table_view(self.table, self.tr("Events"), wide=3)
        self.view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.card = TableCard(self.view, self.tr("Nothing was touched on either side."))
        self.card.setObjectName("plain")
        self.view.activated.connect(self._jump)
        self.view.clicked.connect(self._jump)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        self.set_marks((), {})

    def set_marks(self, marks: Sequence[Mark], names: Mapping[str, str]) -> None:
        """List these events; `names` are the objects' words by id."""
        self._names.clear()
        self._names.update(names)
        self.table.set_records(marks)
        self.card.show_rows(filled=bool(marks))

    @Slot(QModelIndex)
    def _jump(self, index: QModelIndex) -> None:
        self.jumped.emit(self.table.record(index.row()).time)


def event_text(kind: EventKind) -> str:
    """An event in a word."""
    tr = QCoreApplication.translate
    return {
        "contact": tr("events", "touched"),
        "grasped": tr("events", "grasped"),
        "lifted": tr("events", "lifted"),
        "placed": tr("events", "placed"),
        "dropped": tr("events", "dropped"),
        "success": tr("events", "task done"),
    }[kind]


def _columns(names: Mapping[str, str]) -> tuple[Column[Mark], ...]:
    tr = QCoreApplication.translate

    def about(mark: Mark) -> str:
        subject = names.get(mark.event.subject, mark.event.subject)
        if mark.event.other in ("", "robot"):
            return subject
        other = names.get(mark.event.other, mark.event.other)
        return tr("events", "{subject} → {other}").format(subject=subject, other=other)

    return (
        Column(tr("events", "Time"), lambda mark: f"{mark.time:.2f} s", lambda mark: mark.time, numeric=True),
        Column(tr("events", "Side"), lambda mark: SIDE_LETTERS[mark.side]),
        Column(tr("events", "Event"), lambda mark: event_text(mark.event.kind)),
        Column(tr("events", "What"), about),
        Column(tr("events", "Step"), lambda mark: str(mark.event.step), lambda mark: mark.event.step, numeric=True),
    )
