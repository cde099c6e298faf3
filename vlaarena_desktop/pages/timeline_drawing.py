"""How the timeline looks: groove, watched parts, ticks, range, marks and playhead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDE_COLORS
from vlaarena_desktop.theme import Colors, outline

if TYPE_CHECKING:
    from vlaarena_desktop.pages.timeline import Timeline

EDGE = 10.0  # [px] left and right of the groove
HEIGHT = 44  # [px]
_GROOVE, _GROOVE_HEIGHT = 19.0, 8.0  # [px] its centre and height
_LANES = (7.0, 31.0)  # [px] centres of A's marks and of B's
_TICKS = 26.0  # [px] upper end
_MARK, _KNOB = 4.5, 7.5  # [px] radii
_LABEL_PIXELS = 10
_CLOSEST_TICKS, _CLOSEST_LABELS = 5.0, 34.0  # [px]


class Mark(Struct, frozen=True):
    """Something that a closed battle tells of a moment."""

    time: float  # [s]
    side: int | None  # 0 for A, 1 for B; None for both
    text: str  # translated
    kind: str = ""


def draw_timeline(timeline: Timeline, playhead: Playhead, colors: Colors) -> None:
    """Paint a timeline onto itself."""
    with QPainter(timeline) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _Drawing(painter, timeline, playhead, colors).draw()


class _Drawing:
    def __init__(self, painter: QPainter, timeline: Timeline, playhead: Playhead, colors: Colors) -> None:
        self._painter, self._timeline, self._playhead, self._colors = painter, timeline, playhead, colors
        self._left, self._right = EDGE, timeline.width() - EDGE

    def draw(self) -> None:
        self._range()
        self._groove()
        if self._playhead.duration > 0:
            self._ticks()
            self._hovered()
            for mark in self._timeline.marks:
                self._mark(mark)
            self._head()
        if self._timeline.hasFocus():
            self._painter.setPen(QPen(QColor(self._colors.accent), 2))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRoundedRect(QRectF(self._timeline.rect()).adjusted(1, 1, -1, -1), 8, 8)

    def _bar(self, begin: float, end: float) -> QRectF:
        return QRectF(begin, _GROOVE - _GROOVE_HEIGHT / 2, end - begin, _GROOVE_HEIGHT)

    def _fill(self, bar: QRectF, color: str) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(color))
        self._painter.drawRoundedRect(bar, 3, 3)

    def _groove(self) -> None:
        painter, timeline = self._painter, self._timeline
        painter.setPen(QPen(QColor(self._colors.line), 1))
        painter.setBrush(QColor(self._colors.hover))
        painter.drawRoundedRect(self._bar(self._left, self._right).adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4)
        if self._playhead.duration <= 0:
            return
        if timeline.watched is None:
            self._fill(self._bar(self._left, timeline.x_of(self._playhead.time)), self._colors.accent)
            return
        width = (self._right - self._left) / max(1, len(timeline.watched))
        for first, last in runs(timeline.watched):
            self._fill(self._bar(self._left + first * width, self._left + last * width), self._colors.accent)

    def _range(self) -> None:
        timeline, shown = self._timeline, self._timeline.dragged_range or self._playhead.range
        if shown is None:
            return
        begin, end = (timeline.x_of(seconds) for seconds in shown)
        area = QRectF(begin, _GROOVE - 11, end - begin, 22)
        live = self._playhead.loop or timeline.dragged_range is not None
        color = QColor(self._colors.accent if live else self._colors.quiet)
        tint = QColor(color)
        tint.setAlpha(80)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(tint)
        self._painter.drawRect(area)
        self._painter.setPen(QPen(color, 2))
        for x, inward in ((begin, 4.0), (end, -4.0)):
            corners = (QPointF(x + inward, area.top()), QPointF(x, area.top()))
            feet = (QPointF(x, area.bottom()), QPointF(x + inward, area.bottom()))
            self._painter.drawPolyline(QPolygonF([*corners, *feet]))

    def _ticks(self) -> None:
        painter, colors = self._painter, self._colors
        spacing = (self._right - self._left) / max(1e-9, self._playhead.duration * self._playhead.control_hz)
        for step in range(0, self._playhead.steps + 1, tick_spacing(spacing, _CLOSEST_TICKS)):
            self._tick(step * spacing, 3.0, colors.disabled)
        font = painter.font()
        font.setPixelSize(_LABEL_PIXELS)
        painter.setFont(font)
        for step in range(0, self._playhead.steps + 1, tick_spacing(spacing, _CLOSEST_LABELS)):
            x = self._tick(step * spacing, 5.0, colors.quiet)
            if not self._timeline.marks:
                area = QRectF(x - 20, _TICKS + 5, 40, 12)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(step))

    def _tick(self, offset: float, length: float, color: str) -> float:
        x = min(self._right, self._left + offset)
        self._painter.setPen(QPen(QColor(color), 1))
        self._painter.drawLine(QLineF(x, _TICKS, x, _TICKS + length))
        return x

    def _hovered(self) -> None:
        if self._timeline.hovered is None:
            return
        x = self._timeline.x_of(self._timeline.hovered)
        self._painter.setPen(QPen(QColor(self._colors.quiet), 1))
        self._painter.drawLine(QLineF(x, 8, x, _TICKS + 4))

    def _mark(self, mark: Mark) -> None:
        painter, x = self._painter, self._timeline.x_of(mark.time)
        painter.setPen(QPen(QColor(self._colors.card), 1.5))
        if mark.side is None:
            painter.setBrush(QColor(self._colors.text))
            tip = QPointF(x, _GROOVE - _GROOVE_HEIGHT / 2 - 1)
            painter.drawPolygon(QPolygonF([tip, QPointF(x - 5, tip.y() - 8), QPointF(x + 5, tip.y() - 8)]))
            return
        painter.setBrush(QColor(SIDE_COLORS[mark.side]))
        painter.setPen(QPen(QColor(outline(SIDE_COLORS[mark.side], self._colors.card, self._colors.quiet)), 1))
        centre = QPointF(x, _LANES[mark.side])
        if mark.side == 0:
            painter.drawEllipse(centre, _MARK + 0.5, _MARK + 0.5)
        else:
            painter.drawRoundedRect(QRectF(centre.x() - _MARK, centre.y() - _MARK, 2 * _MARK, 2 * _MARK), 1.5, 1.5)

    def _head(self) -> None:
        painter, x = self._painter, self._timeline.x_of(self._playhead.time)
        painter.setPen(QPen(QColor(self._colors.text), 1.5))
        painter.drawLine(QLineF(x, 3, x, _TICKS + 6))
        painter.setPen(QPen(QColor(self._colors.text), 2))
        painter.setBrush(QColor(self._colors.card))
        painter.drawEllipse(QPointF(x, _GROOVE), _KNOB - 1, _KNOB - 1)


def runs(parts: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where the true parts begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], parts, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def tick_spacing(step_pixels: float, closest: float) -> int:
    """Of 1, 2, 5, 10, 20, 50, ... steps the first that stand at least `closest` [px] apart."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale * step_pixels >= closest:
                return factor * scale
        scale *= 10
