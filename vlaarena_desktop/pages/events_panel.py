"""What happened, in a list: Enter on a row brings the playhead there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from scenes.episode import Event, EventKind
from vlaarena_desktop.measures import Mark
from vlaarena_desktop.pages.table_view import TableCard, table_view
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
ROW_HEIGHT = 26  # [px]


class EventsPanel(QWidget):
    """The events of both sides in their order."""

    jumped = Signal(float)  # [s]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: dict[str, str] = {}
        self.table: RecordTable[Mark] = RecordTable(_columns(self._names), self)
        self.view = table_view(self.table, self.tr("Events"), wide=2)
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


def event_text(event: Event, names: Mapping[str, str]) -> str:
    """An event in words; `names` are the objects' words by id."""
    words: dict[EventKind, str] = {
        "contact": _tr("events", "touched the {subject}"),
        "grasped": _tr("events", "grasped the {subject}"),
        "lifted": _tr("events", "lifted the {subject}"),
        "placed": _tr("events", "placed the {subject} on: {other}"),
        "dropped": _tr("events", "dropped the {subject} on: {other}"),
        "success": _tr("events", "the task is done"),
    }
    subject, other = (names.get(each, each) for each in (event.subject, event.other))
    return words[event.kind].format(subject=subject, other=other)


def _columns(names: Mapping[str, str]) -> tuple[Column[Mark], ...]:
    return (
        Column(_tr("events", "Time"), lambda mark: f"{mark.time:.2f} s", lambda mark: mark.time, numeric=True),
        Column(_tr("events", "Side"), lambda mark: SIDE_LETTERS[mark.side]),
        Column(_tr("events", "Event"), lambda mark: event_text(mark.event, names)),
    )
