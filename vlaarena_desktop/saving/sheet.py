"""Contact sheet: both sides of a replay as two rows of pictures over time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from vlaarena_desktop.saving.caption import CHIP_FILL, CHIP_TEXT
from vlaarena_desktop.sides import SIDE_COLORS
from vlaarena_desktop.theme import LIGHT
from vlaarena_desktop.viewing.badge import draw_mark

CELL_WIDTH = 300  # [px]
_GAP, _TITLE, _MARGIN = 6, 44, 14  # [px]


def contact_sheet(
    title: str, moments: Sequence[float], pairs: Sequence[tuple[QImage, QImage]], names: tuple[str, str] | None = None
) -> QImage:
    """`pairs[i]` shows A and B at `moments[i]` [s]; the first row is A's, the second B's. Even in width and height."""
    smooth = Qt.TransformationMode.SmoothTransformation
    rows = [[pair[side].scaledToWidth(CELL_WIDTH, smooth) for pair in pairs] for side in (0, 1)]
    height = rows[0][0].height()
    width = 2 * _MARGIN + len(pairs) * (CELL_WIDTH + _GAP) - _GAP
    whole = _TITLE + 2 * (height + _GAP) + _MARGIN
    sheet = QImage(width + width % 2, whole + whole % 2, QImage.Format.Format_RGB32)
    sheet.fill(QColor(LIGHT.card))
    painter = QPainter(sheet)
    _write_title(painter, QRectF(_MARGIN, 0, width - 2 * _MARGIN, _TITLE), title, names)
    for side, row in enumerate(rows):
        top = _TITLE + side * (height + _GAP)
        for column, cell in enumerate(row):
            _draw_cell(painter, side, cell, moments[column], _MARGIN + column * (CELL_WIDTH + _GAP), top)
        painter.fillRect(QRectF(0, top, 5, height), QColor(SIDE_COLORS[side]))
    painter.end()
    return sheet


def _draw_cell(painter: QPainter, side: int, cell: QImage, moment: float, x: int, y: int) -> None:
    painter.drawImage(x, y, cell)
    chip = QRectF(x + 38, y + 8, 54, 22)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CHIP_FILL)
    painter.drawRoundedRect(chip, 5, 5)
    _write(painter, chip.adjusted(8, 0, 0, 0), f"{moment:.1f} s", CHIP_TEXT, 13)
    draw_mark(painter, side, QRectF(x + 6, y + 6, 26, 26))


def _write_title(painter: QPainter, area: QRectF, title: str, names: tuple[str, str] | None) -> None:
    if names is not None:
        title = f"{title}   ·   A: {names[0]}   ·   B: {names[1]}" if title else f"A: {names[0]}   ·   B: {names[1]}"
    _write(painter, area, title, LIGHT.text, 17)


def _write(painter: QPainter, area: QRectF, text: str, color: str, pixels: int) -> None:
    font = QFont()
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(QColor(color))
    fitting = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitting)
