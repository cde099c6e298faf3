"""A chance between 0 and 1 with its interval, as one line; the middle, where neither is better, is marked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sync.ratings.intervals import Interval
from vlaarena_desktop import theme

_HEIGHT, _SIDE, _CAP, _LINE = 34, 10, 6, 3  # [px]


class ChanceBar(QWidget):
    """Drawn by hand; what it says also stands beside it in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown, self._colors = Interval(0.0, 1.0), theme.LIGHT
        self.setMinimumSize(QSize(240, _HEIGHT))

    def show_chance(self, chance: Interval) -> None:
        """Show this interval."""
        self._shown = chance
        self.update()

    def dress(self, colors: theme.Colors) -> None:
        """Draw in these colours from now on."""
        self._colors = colors
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The scale, its middle, and the interval."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, width = self.height() / 2, self.width() - 2 * _SIDE
        painter.setPen(QPen(QColor(self._colors.line), _LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(_SIDE, middle), QPointF(_SIDE + width, middle))
        painter.setPen(QPen(QColor(self._colors.edge), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(_SIDE + width / 2, 2), QPointF(_SIDE + width / 2, self.height() - 2))
        apart = not self._shown.low <= 0.5 <= self._shown.high
        painter.setPen(QPen(QColor(self._colors.link if apart else self._colors.edge), _LINE))
        low, high = (_SIDE + end * width for end in (self._shown.low, self._shown.high))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - _CAP), QPointF(end, middle + _CAP))
