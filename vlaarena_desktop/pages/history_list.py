"""The list of History: every battle of this store, newest first; names only where they were revealed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
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

from sync.records import MAX_COMMENT, BattleQuery, PastBattle
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.pages.history_filters import HistoryFilters
from vlaarena_desktop.pages.history_table import INSTRUCTION, LEFT, RIGHT, SITTING, HistoryTable, rows_of
from vlaarena_desktop.pages.table_view import table_view

_WIDEST = {LEFT: 7, RIGHT: 7, SITTING: 6}  # columns that give way to the instruction: the share of the width they take
_ROWS_MEASURED = 20  # for the widths of columns: all 500 would take 0.3 s
_PADDING = 22  # [px]
_Index = QModelIndex | QPersistentModelIndex


class HistoryList(QWidget):
    """Filters above a table. Reads the store whenever it is shown or a filter changes."""

    chosen = Signal(object)  # PastBattle: a closed one, to be looked at
    open_chosen = Signal(object)  # PastBattle: one whose vote is still to come
    commented = Signal(str, str)  # session id, comment
    overdue = Signal()  # it is to be refreshed, which a comment that was being written put off

    def __init__(self, store: Store, daemon: DaemonLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._store, self._daemon = store, daemon
        self.filters, self.table = HistoryFilters(), HistoryTable(self)
        self.view = table_view(self.table, self.tr("History"), wide=INSTRUCTION)
        self.editor, self._behind = _CommentEditor(self.view), False  # whether to read anew once no comment is written
        self.view.setItemDelegateForColumn(SITTING, self.editor)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.view.horizontalHeader()
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        for column in _WIDEST:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        self.nothing, self._found = QLabel(), QStackedWidget()
        self._lay_out()
        self.filters.entered.connect(self.focus_table)
        self.table.commented.connect(self.commented, Qt.ConnectionType.QueuedConnection)  # after the editor closed
        self.editor.closeEditor.connect(self._catch_up, Qt.ConnectionType.QueuedConnection)
        self.view.activated.connect(self._activate)

    @property
    def current(self) -> PastBattle | None:
        """The battle of the selected row."""
        index = self.view.currentIndex()
        return self.table.record(index.row()).past if index.isValid() else None

    @Slot()
    def refresh(self) -> None:
        """Read the battles anew, after a comment that is being written; the selected one stays selected."""
        self._behind = self.view.state() is QAbstractItemView.State.EditingState
        if self._behind:
            return
        kept = self.current
        cards = tuple(self._daemon.cards)
        self.filters.offer(self._store.evaluators(), cards)
        query = self.filters.query
        rows = rows_of(self._store.find_battles(query), cards)
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
                self.view.setCurrentIndex(self.table.index(row, INSTRUCTION))
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
            self.view.edit(self.table.index(index.row(), SITTING))

    @Slot()
    def focus_table(self) -> None:
        """On to what was found."""
        self.view.setFocus()
        if not self.view.selectionModel().hasSelection() and self.table.rowCount():
            self.view.setCurrentIndex(self.table.index(0, INSTRUCTION))
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
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.filters)
        column.addWidget(card, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out again."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot(QModelIndex)
    def _activate(self, index: QModelIndex) -> None:
        self.open_current()

    @Slot()
    def _catch_up(self) -> None:
        if self._behind:
            self.overdue.emit()

    def _sort_again(self) -> None:
        header = self.view.horizontalHeader()
        if header.sortIndicatorSection() >= 0:
            self.table.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    def _fit_columns(self) -> None:
        """Long names and comments give way to the instruction."""
        header = self.view.horizontalHeader()
        for column, share in _WIDEST.items():
            wanted = max(self.view.sizeHintForColumn(column) + _PADDING, header.sectionSizeHint(column))
            self.view.setColumnWidth(column, min(self.view.width() // share, wanted))

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
