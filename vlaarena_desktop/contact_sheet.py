"""Contact sheet: both sides of a replay as two rows of pictures over time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from vlaarena_desktop.theme import LIGHT, SIDE_COLORS
from vlaarena_desktop.viewing.badge import draw_mark

_CELL_WIDTH, _GAP, _TITLE, _MARGIN = 300, 6, 44, 14  # [px]


def contact_sheet(title: str, moments: Sequence[float], pairs: Sequence[tuple[QImage, QImage]]) -> QImage:
    """`pairs[i]` shows A and B at `moments[i]` [s]; the first row is A's, the second B's."""
    cells = [
        [pair[side].scaledToWidth(_CELL_WIDTH, Qt.TransformationMode.SmoothTransformation) for pair in pairs]
        for side in (0, 1)
    ]
    cell_height = cells[0][0].height()
    width = 2 * _MARGIN + len(pairs) * (_CELL_WIDTH + _GAP) - _GAP
    sheet = QImage(width, _TITLE + 2 * (cell_height + _GAP) + _MARGIN, QImage.Format.Format_RGB32)
    sheet.fill(QColor(LIGHT.card))
    painter = QPainter(sheet)
    _write(painter, QRectF(_MARGIN, 0, width - 2 * _MARGIN, _TITLE), title, LIGHT.text, 17)
    for side, row in enumerate(cells):
        for column, cell in enumerate(row):
            x, y = _MARGIN + column * (_CELL_WIDTH + _GAP), _TITLE + side * (cell_height + _GAP)
            painter.drawImage(x, y, cell)
            _write(painter, QRectF(x + 40, y + 6, 80, 26), f"{moments[column]:.1f} s", LIGHT.text, 14)
            draw_mark(painter, side, QRectF(x + 6, y + 6, 26, 26))
        painter.fillRect(QRectF(0, _TITLE + side * (cell_height + _GAP), 5, cell_height), QColor(SIDE_COLORS[side]))
    painter.end()
    return sheet


def _write(painter: QPainter, area: QRectF, text: str, color: str, pixels: int) -> None:
    font = QFont()
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
