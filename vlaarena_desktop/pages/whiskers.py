"""A rating as a number and, beside it, as a dot with its interval, all rows on one scale."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sync.ratings.davidson import START
from vlaarena_desktop import theme

_NUMBER, _PLOT, _GAP = 86, 132, 10  # [px]
_CAP, _DOT = 4.0, 4.5  # [px]
_AIR = 0.04  # of the scale, left and right of all


class Whisker(Struct, frozen=True):
    """What is drawn in one cell; without `text` nothing is."""

    text: str
    rating: float
    low: float
    high: float
    provisional: bool


class WhiskerDelegate(QStyledItemDelegate):
    """Draws the cells of a column whose model answers `WHISKER` with a Whisker."""

    WHISKER = int(Qt.ItemDataRole.UserRole) + 1

    def __init__(self, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._low, self._high, self.colors = START - 1, START + 1, theme.LIGHT

    def set_scale(self, low: float, high: float) -> None:
        """The ratings at both ends of every row."""
        air = _AIR * max(high - low, 1.0)
        self._low, self._high = low - air, high + air

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for the number and the plot."""
        return QSize(_NUMBER + _GAP + _PLOT, super().sizeHint(option, index).height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row's background, the number to the left, the interval in what is left."""
        self.initStyleOption(option, index)
        shown: Whisker | None = index.data(self.WHISKER)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = QRectF(option.rect).adjusted(6, 0, -8, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.colors.text if shown else self.colors.quiet))
        number = QRectF(room.left(), room.top(), _NUMBER, room.height())
        painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), text)
        if shown is not None:
            self._draw(painter, room.adjusted(_NUMBER + _GAP, 0, 0, 0), shown)
        painter.restore()

    def place(self, rating: float, room: QRectF) -> float:
        """[px] where a rating lies."""
        share = (rating - self._low) / (self._high - self._low)
        return room.left() + min(max(share, 0.0), 1.0) * room.width()

    def _draw(self, painter: QPainter, room: QRectF, shown: Whisker) -> None:
        middle = room.center().y()
        start = self.place(START, room)
        painter.setPen(QPen(QColor(self.colors.line), 1))
        painter.drawLine(QPointF(start, room.top()), QPointF(start, room.bottom()))
        low, high, dot = (self.place(each, room) for each in (shown.low, shown.high, shown.rating))
        painter.setPen(QPen(QColor(self.colors.edge), 2))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - _CAP), QPointF(end, middle + _CAP))
        painter.setPen(QPen(QColor(self.colors.link), 2))
        painter.setBrush(QColor(self.colors.card if shown.provisional else self.colors.link))
        painter.drawEllipse(QPointF(dot, middle), _DOT, _DOT)
