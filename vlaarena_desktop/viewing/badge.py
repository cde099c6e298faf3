"""The badge in a viewer's corner: the side's letter in its colour and shape, and the named camera in use."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vlaarena_desktop.sides import SIDE_COLORS, SIDE_INKS, SIDE_LETTERS
from vlaarena_desktop.viewing.view import camera_title

_SIZE = 34.0  # [px]
_CHIP_FILL, _CHIP_TEXT = QColor(20, 25, 31, 205), QColor("#FFFFFF")


class SideMark(QWidget):
    """The letter alone: A on a blue disc, B on an orange square."""

    def __init__(self, side: int, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setFixedSize(size, size)
        self.setAccessibleName(SIDE_LETTERS[side])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark."""
        painter = QPainter(self)
        draw_mark(painter, self._side, QRectF(self.rect()))


class Badge(QWidget):
    """Lies over a viewer and lets the mouse through."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._side, self._camera = side, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(self.sizeHint())

    def set_camera(self, name: str) -> None:
        """Name the camera looked through; empty for the free view."""
        if name != self._camera:
            self._camera = name
            self.resize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the mark and the camera's name."""
        chip = QFontMetricsF(self.font()).horizontalAdvance(self._camera_text()) + 30 if self._camera else 0
        return QSize(round(_SIZE + chip), round(_SIZE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark, and the camera's name beside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, self._side, QRectF(0, 0, _SIZE, _SIZE))
        if self._camera:
            chip = QRectF(_SIZE + 8, 5, self.width() - _SIZE - 8, _SIZE - 10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_CHIP_FILL)
            painter.drawRoundedRect(chip, 7, 7)
            painter.setPen(_CHIP_TEXT)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self._camera_text())

    def _camera_text(self) -> str:
        return self.tr("{camera} camera").format(camera=camera_title(self._camera))


def draw_mark(painter: QPainter, side: int, area: QRectF) -> None:
    """Draw a side's letter on its colour: A on a disc, B on a square with soft corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#FFFFFF"), 2))
    painter.setBrush(QColor(SIDE_COLORS[side]))
    inner = area.adjusted(1.5, 1.5, -1.5, -1.5)
    if side == 0:
        painter.drawEllipse(inner)
    else:
        painter.drawRoundedRect(inner, 5, 5)
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(round(area.height() * 0.55))
    painter.setFont(font)
    painter.setPen(QColor(SIDE_INKS[side]))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, SIDE_LETTERS[side])
    painter.restore()
