"""Icons drawn in one colour: an SVG in currentColor becomes a QIcon in any colour and at any resolution."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_KEPT = 256  # icons in the colours of both schemes: each is drawn once
_SIZES = (16, 20, 24, 32, 48, 64, 96, 128)
TAB_ICON = QSize(20, 16)  # [px] a square icon, and the gap beside it


@lru_cache(maxsize=_KEPT)
def icon(name: str, color: str, disabled: str | None = None) -> QIcon:
    """The icon called `name` in resources/icons, drawn in `color`; in `disabled` on disabled widgets."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, color, size))
        if disabled is not None:
            made.addPixmap(pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return made


def tab_icon(name: str, color: str, chosen: str) -> QIcon:
    """The same for a button with words, from which it keeps the gap that Qt does not: show it in `TAB_ICON`."""
    made = QIcon()
    for size in _SIZES:
        for drawn, state in ((color, QIcon.State.Off), (chosen, QIcon.State.On)):
            wide = QPixmap(size * TAB_ICON.width() // TAB_ICON.height(), size)
            wide.fill(Qt.GlobalColor.transparent)
            painter = QPainter(wide)
            painter.drawPixmap(0, 0, pixmap(name, drawn, size))
            painter.end()
            made.addPixmap(wide, QIcon.Mode.Normal, state)
    return made


def sharp(name: str, color: str, size: int, ratio: float) -> QPixmap:
    """One icon as a square of `size` pixels of a screen with so many device pixels for each."""
    drawn = pixmap(name, color, round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def pixmap(name: str, color: str, size: int) -> QPixmap:
    """One icon as a square of `size` device pixels."""
    source = (resources.files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(source.replace("currentColor", color).encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn
