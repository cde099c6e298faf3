"""What is written on a picture: the sides' letters, and if wanted the instruction, the time and the models' names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from vlaarena_desktop.saving.frames import Picture
from vlaarena_desktop.theme import DARK
from vlaarena_desktop.viewing.badge import draw_mark

CHIP_FILL, CHIP_TEXT = QColor(20, 25, 31, 205), "#FFFFFF"
_SPACE = QColor(DARK.window)  # between the sides and behind the caption


class Caption(Struct, frozen=True):
    """What is written beside the letters A and B."""

    instruction: str = ""  # empty: no strip below the pictures
    names: tuple[str, str] | None = None  # of A's and B's model: only once the battle is closed


def dressed(pictures: Sequence[Picture], sides: Sequence[int], caption: Caption, time: float) -> Picture:
    """The pictures side by side, each under its letter; even in width and height, as video encoders need it."""
    height, width, _ = pictures[0].shape
    unit = height / 24  # what is written grows with the picture
    gap = 2 * round(unit / 8)
    strip = 2 * round(unit) if caption.instruction else 0
    whole = len(pictures) * width + (len(pictures) - 1) * gap
    canvas = QImage(_even(whole), _even(height + strip), QImage.Format.Format_RGB888)
    canvas.fill(_SPACE)
    painter = QPainter(canvas)
    for column, (picture, side) in enumerate(zip(pictures, sides, strict=True)):
        x = column * (width + gap)
        painter.drawImage(x, 0, image_of(picture))
        _sign(painter, side, caption.names, QRectF(x + unit / 2, unit / 2, width - unit, 2 * unit))
    if strip:
        _write_strip(painter, QRectF(unit / 2, height, whole - unit, strip), caption.instruction, time)
    painter.end()
    return picture_of(canvas)


def image_of(picture: Picture) -> QImage:
    """The same picture for Qt."""
    height, width, _ = picture.shape
    return QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def picture_of(image: QImage) -> Picture:
    """The same picture as an array."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def _even(size: int) -> int:
    return size + size % 2


def _sign(painter: QPainter, side: int, names: tuple[str, str] | None, area: QRectF) -> None:
    size = area.height()
    draw_mark(painter, side, QRectF(area.x(), area.y(), size, size))
    if names is None:
        return
    metrics = _use_font(painter, size * 0.5)
    name = metrics.elidedText(names[side], Qt.TextElideMode.ElideRight, area.width() - 2 * size)
    chip = QRectF(
        area.x() + size * 1.2, area.y() + size * 0.1, metrics.horizontalAdvance(name) + size * 0.6, size * 0.8
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CHIP_FILL)
    painter.drawRoundedRect(chip, size * 0.2, size * 0.2)
    painter.setPen(QColor(CHIP_TEXT))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, name)


def _write_strip(painter: QPainter, area: QRectF, instruction: str, time: float) -> None:
    metrics = _use_font(painter, area.height() * 0.46)
    clock = f"{time:.1f} s"
    room = area.width() - 2 * metrics.horizontalAdvance(f"{clock}0")
    painter.setPen(QColor(DARK.text))
    said = metrics.elidedText(instruction, Qt.TextElideMode.ElideRight, room)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, said)
    painter.setPen(QColor(DARK.quiet))
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, clock)


def _use_font(painter: QPainter, pixels: float) -> QFontMetricsF:
    font = QFont()
    font.setPixelSize(max(9, round(pixels)))
    painter.setFont(font)
    return QFontMetricsF(font)
