"""The list of History: every battle of this store, newest first; names only where they were revealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.models import ModelCard
from sync.records import Battle, BattleQuery, PastBattle
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.pages.choices import choice_text
from vlaarena_desktop.pages.history_filters import HistoryFilters
from vlaarena_desktop.pages.table_view import table_view
from vlaarena_desktop.tables import Column, RecordTable

MAX_COMMENT = 2000  # characters
_INSTRUCTION, _SITTING = 1, 7  # columns
_WIDEST = {3: 130, 4: 130, 6: 100, _SITTING: 120}  # [px] columns that give way to the instruction
_PADDING = 22  # [px]
_Index = QModelIndex | QPersistentModelIndex


class PastRow(Struct, frozen=True):
    """A row: a past battle and the words for it."""

    past: PastBattle
    left: str
    right: str
    vote: str


class HistoryTable(RecordTable[PastRow]):
    """Its last column, the comment on the sitting, may be edited in place."""

    commented = Signal(str, str)  # session id, comment

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_columns(), parent)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """What may be done with a cell."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == _SITTING else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text; long ones in full as a tooltip."""
        if role == Qt.ItemDataRole.EditRole:
            role = Qt.ItemDataRole.DisplayRole
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            return self._told_in_full(index)
        return super().data(index, role)

    def _told_in_full(self, index: _Index) -> str:
        """What a cell may have no room for; of an instruction also where it was carried out."""
        text = str(super().data(index, Qt.ItemDataRole.DisplayRole))
        return f"{text}\n{_place(self.record(index.row()))}" if index.column() == _INSTRUCTION else text

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand an edited comment on; the list is read anew when it was kept."""
        if role != Qt.ItemDataRole.EditRole or index.column() != _SITTING:
            return False
        past, text = self.record(index.row()).past, str(value).strip()
        if text != (past.session_comment or ""):
            self.commented.emit(past.battle.session_id, text)
        return True


class HistoryList(QWidget):
    """Filters above a table. Reads the store whenever it is shown or a filter changes."""

    chosen = Signal(object)  # PastBattle: a closed one, to be looked at
    open_chosen = Signal(object)  # PastBattle: one whose vote is still to come
    commented = Signal(str, str)  # session id, comment

    def __init__(self, store: Store, daemon: DaemonLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._store, self._daemon = store, daemon
        self.filters, self.table = HistoryFilters(), HistoryTable(self)
        self.view = table_view(self.table, self.tr("History"), wide=_INSTRUCTION)
        self.view.setItemDelegateForColumn(_SITTING, _CommentEditor(self.view))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.view.horizontalHeader()
        for column in _WIDEST:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        self.nothing, self._found = QLabel(), QStackedWidget()
        self._lay_out()
        self.filters.entered.connect(self.focus_table)
        self.table.commented.connect(self.commented, Qt.ConnectionType.QueuedConnection)  # after the editor closed
        self.view.activated.connect(self._activate)
        shortcut = QShortcut(QKeySequence("F2"), self.view, context=Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.edit_comment)

    @property
    def current(self) -> PastBattle | None:
        """The battle of the selected row."""
        index = self.view.currentIndex()
        return self.table.record(index.row()).past if index.isValid() else None

    @Slot()
    def refresh(self) -> None:
        """Read the battles anew; the selected one stays selected."""
        kept = self.current
        cards = tuple(self._daemon.cards)
        self.filters.offer(self._store.evaluators(), cards)
        query = self.filters.query
        rows = _rows(self._store.find_battles(query), cards)
        self.table.set_records(rows)
        self._sort_again()
        self._fit_columns()
        self._found.setCurrentIndex(0 if rows else 1)
        self._tell(query, len(rows))
        if kept is not None:
            self.select(kept.battle.battle_id)

    def select(self, battle_id: str) -> None:
        """Select a battle's row if it is listed."""
        for row in range(self.table.rowCount()):
            if self.table.record(row).past.battle.battle_id == battle_id:
                self.view.setCurrentIndex(self.table.index(row, _INSTRUCTION))
                self.view.selectRow(row)

    @Slot()
    def open_current(self) -> None:
        """Look at the selected battle."""
        if (past := self.current) is not None:
            (self.chosen if past.battle.left_model_id is not None else self.open_chosen).emit(past)

    @Slot()
    def edit_comment(self) -> None:
        """Write a comment on the sitting of the selected battle, in its cell."""
        index = self.view.currentIndex()
        if index.isValid():
            self.view.edit(self.table.index(index.row(), _SITTING))

    @Slot()
    def focus_table(self) -> None:
        """On to what was found."""
        self.view.setFocus()
        if not self.view.selectionModel().hasSelection() and self.table.rowCount():
            self.view.setCurrentIndex(self.table.index(0, _INSTRUCTION))
            self.view.selectRow(0)

    def focus_search(self) -> None:
        """Type what to look for."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def _lay_out(self) -> None:
        self.nothing.setObjectName("lead")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.view, self.nothing):
            self._found.addWidget(widget)
        card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(10, 8, 10, 10)
        inside.addWidget(self._found)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 18)
        column.setSpacing(12)
        column.addWidget(self.filters)
        column.addWidget(card, 1)

    @Slot(QModelIndex)
    def _activate(self, index: QModelIndex) -> None:
        self.open_current()

    def _sort_again(self) -> None:
        header = self.view.horizontalHeader()
        if header.sortIndicatorSection() >= 0:
            self.table.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    def _fit_columns(self) -> None:
        """Long names and comments give way to the instruction."""
        header = self.view.horizontalHeader()
        for column, widest in _WIDEST.items():
            wanted = max(self.view.sizeHintForColumn(column) + _PADDING, header.sectionSizeHint(column))
            self.view.setColumnWidth(column, min(widest, wanted))

    def _tell(self, query: BattleQuery, count: int) -> None:
        if count >= query.limit:
            told = self.tr("the newest {count}: search or filter for more")
        elif self.filters.narrowed:
            told = self.tr("{count} found")
        else:
            told = self.tr("{count} battles") if count != 1 else self.tr("{count} battle")
        self.filters.summary.setText(told.format(count=count))
        self.filters.clear_all.setVisible(self.filters.narrowed)
        none, unfit = (
            self.tr("No battles yet. Your first one will stand here."),
            self.tr("No battle fits these filters."),
        )
        self.nothing.setText(unfit if self.filters.narrowed else none)


class _CommentEditor(QStyledItemDelegate):
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(MAX_COMMENT)
        editor.setAccessibleName(self.tr("Comment on this sitting"))
        return editor


def _rows(found: Iterable[PastBattle], cards: Iterable[ModelCard]) -> list[PastRow]:
    names = {card.id: card.name for card in cards}
    return [
        PastRow(
            past, _name(past.battle.left_model_id, names), _name(past.battle.right_model_id, names), _vote_text(past)
        )
        for past in found
    ]


def _name(model_id: str | None, names: Mapping[str, str]) -> str:
    return "?" if model_id is None else names.get(model_id, model_id)


def _vote_text(past: PastBattle) -> str:
    """The vote, or why there is none; after it, what kind of battle it was unless a rated one."""
    said = choice_text(past.choice) if past.choice else _status_text(past.battle)
    kind = {
        "rated": "",
        "practice": QCoreApplication.translate("history", "practice"),
        "check": "",
        "experiment": QCoreApplication.translate("history", "experiment"),
        "chosen": QCoreApplication.translate("history", "chosen"),
    }[past.battle.kind]
    return " · ".join(part for part in (said, kind) if part)


def _status_text(battle: Battle) -> str:
    tr = QCoreApplication.translate
    return {
        "ongoing": tr("history", "open"),
        "voted": tr("history", "vote withdrawn"),
        "abandoned": tr("history", "abandoned"),
        "void": tr("history", "skipped"),
    }[battle.status]


def _columns() -> tuple[Column[PastRow], ...]:
    tr = QCoreApplication.translate
    return (
        Column(tr("history", "When"), _when, lambda row: row.past.battle.created_at),
        Column(tr("history", "Instruction"), lambda row: row.past.instruction),
        Column(tr("history", "Vote"), lambda row: row.vote),
        Column("A", lambda row: row.left),
        Column("B", lambda row: row.right),
        Column(
            tr("history", "Turns"),
            lambda row: _counted(row.past),
            lambda row: (row.past.turns, row.past.branches),
            numeric=True,
            hint=tr("history", "Turns, and after the plus the branches made from their frames"),
        ),
        Column(tr("history", "Evaluator"), lambda row: row.past.evaluator_name),
        Column(
            tr("history", "Sitting"),
            lambda row: row.past.session_comment or "",
            hint=tr("history", "A comment on the whole sitting: F2 writes it"),
        ),
    )


def _when(row: PastRow) -> str:
    return datetime.fromisoformat(row.past.battle.created_at).astimezone().strftime("%Y-%m-%d %H:%M")


def _counted(past: PastBattle) -> str:
    return f"{past.turns} + {past.branches}" if past.branches else str(past.turns)


def _place(row: PastRow) -> str:
    robot, scene = catalog.robots().get(row.past.robot_id), catalog.scenes().get(row.past.scene_id)
    return f"{robot.name if robot else row.past.robot_id}, {scene.name if scene else row.past.scene_id}"
