"""How tables look everywhere."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QAbstractItemModel, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QStyle,
    QTableView,
    QVBoxLayout,
)

_TITLE_MARGIN, _TITLE_ROOM = 18, 17  # [px] above and below a title together, and beside it
_AIR, _LEAST = 48, 72  # [px] a column gets at most beyond what it needs; one that gives way keeps at least
_ROWS_MEASURED = 100
_SOFT_HYPHEN = "\u00ad"  # where a long word of a title may be broken


def table_view(model: QAbstractItemModel, name: str, wide: int) -> QTableView:
    """A sortable, read-only view with an accessible name; the column `wide` takes the room left over."""
    view = QTableView()
    _dress(view, model, name)
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    return view


class FittedTable(QTableView):
    """A table of many columns that is never wider than its room.

    What is left over goes to all columns a little, then to the first of those that give way;
    where room is missing, these are narrowed and their texts elided.
    """

    def __init__(self, model: QAbstractItemModel, name: str, giving: Collection[int], *, lines: int = 1) -> None:
        """`giving` are the columns of words; a title may take so many `lines`, a word or part of one each."""
        super().__init__()
        self._giving, self._lines = tuple(giving), lines
        _dress(self, model, name)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(24)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        model.modelReset.connect(self.fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out again."""
        super().resizeEvent(event)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Share the width out among the columns."""
        self.ensurePolished()
        header = self.horizontalHeader()
        header.setMinimumHeight(self._lines * header.fontMetrics().lineSpacing() + _TITLE_MARGIN)
        needed = [self._needed(column) for column in range(header.count())]
        left = self._room() - sum(needed)
        widths = _widened(needed, left, self._giving) if left >= 0 else _narrowed(needed, -left, self._giving)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)

    def _needed(self, column: int) -> int:
        """[px] for every text of a column, and the longest word of its title."""
        title = str(self.model().headerData(column, Qt.Orientation.Horizontal))
        metrics = self.horizontalHeader().fontMetrics()
        parts = title.replace(_SOFT_HYPHEN, f"{_SOFT_HYPHEN} ").split() if self._lines > 1 else [title]
        widest = max((metrics.horizontalAdvance(part.replace(_SOFT_HYPHEN, "-")) for part in parts), default=0)
        return max(widest + _TITLE_ROOM, self.sizeHintForColumn(column))

    def _room(self) -> int:
        """[px] for the columns, with a scroll bar for the rows at the side."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())
        return self.width() - 2 * self.frameWidth() - bar


class TableCard(QFrame):
    """A table on a card, or a sentence while it has no rows; `plain`: it stands on a card already."""

    def __init__(self, view: QTableView, empty: str, *, plain: bool = False) -> None:
        super().__init__()
        self.setObjectName("plain" if plain else "card")
        self._sentence = QLabel(empty)
        self._sentence.setObjectName("lead")
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._stack.addWidget(self._sentence)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(*((0, 0, 0, 0) if plain else (10, 8, 10, 10)))
        inside.addWidget(self._stack)

    def say(self, empty: str) -> None:
        """Say this while there are no rows."""
        self._sentence.setText(empty)

    def show_rows(self, *, filled: bool) -> None:
        """Show the table, or the sentence."""
        self._stack.setCurrentIndex(0 if filled else 1)


def _dress(view: QTableView, model: QAbstractItemModel, name: str) -> None:
    view.setModel(model)
    view.setAccessibleName(name)
    view.setSortingEnabled(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.horizontalHeader().setHighlightSections(False)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(38)


def _widened(needed: list[int], left: int, giving: tuple[int, ...]) -> list[int]:
    air = min(_AIR, left // max(1, len(needed)))
    widths = [width + air for width in needed]
    widths[giving[0]] += left - air * len(needed)
    return widths


def _narrowed(needed: list[int], missing: int, giving: tuple[int, ...]) -> list[int]:
    """The last of those that give way gives first."""
    widths = list(needed)
    for column in reversed(giving):
        given = max(0, min(missing, widths[column] - _LEAST))
        widths[column] -= given
        missing -= given
    return widths
