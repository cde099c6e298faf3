"""Small plots beside each other, with one cursor at the playhead. The only module that imports pyqtgraph."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module
from math import ceil, floor, log10
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from vlaarena_desktop.pages.plots import Chart, Line
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDE_COLORS, SIDE_LETTERS
from vlaarena_desktop.theme import Colors, outline

_pg: Any = import_module("pyqtgraph")  # it has no types

_ROW_HEIGHT, _CELL_WIDTH = 78, 150  # [px] a plot is never smaller; the rest is scrolled to
_AXIS_WIDTH, _AXIS_HEIGHT = 40, 18  # [px]
_FONT_POINTS = 8
_TICK_DENSITY = 0.35  # of pyqtgraph's own
_LABELS_APART = 15.0  # [px] of the numbers at the left, at least
_LINE_WIDTH = 1.8  # [px]
_CURSOR_SECONDS = 0.06  # between two moves of the cursor while the replay runs


class PlotGrid(QWidget):
    """Click or drag in a plot to bring the playhead there."""

    sought = Signal(float)  # [s]

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._colors: Colors | None = None
        self._told_at = 0.0
        self._columns = 0
        self.cells: list[PlotCell] = []
        self.canvas = _pg.GraphicsLayoutWidget()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setAccessibleName(self.tr("Plots"))
        self.canvas.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.canvas.ci.layout.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        self._area.setWidget(self.canvas)
        column.addWidget(self._area)
        self.canvas.scene().sigMouseClicked.connect(self._click)
        playhead.moved.connect(self._follow)
        playhead.playing_changed.connect(self._stop)

    def show_charts(self, charts: Sequence[Chart], colors: Colors) -> None:
        """Plot these instead."""
        self._colors = colors
        self.canvas.setBackground(colors.card)
        self.canvas.clear()
        self.cells = [PlotCell(chart, colors, self._playhead.duration) for chart in charts]
        for cell in self.cells:
            cell.box.mouseDragEvent = lambda event, axis=None, cell=cell: self._drag(event, cell)
        self._columns = 0
        self._arrange()
        self._move()

    def seek_at(self, place: QPointF) -> None:
        """Ask for the time that a plot shows at a place of the scene."""
        for cell in self.cells:
            if cell.box.sceneBoundingRect().contains(place):
                self.sought.emit(cell.time_at(place))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the playhead."""
        self._move()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many plots beside each other as there is room for."""
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, min(len(self.cells), self.width() // _CELL_WIDTH))
        if columns == self._columns:
            return
        self._columns, rows = columns, ceil(len(self.cells) / columns)
        self.canvas.setMinimumHeight(rows * _ROW_HEIGHT)
        self.canvas.clear()
        for index, cell in enumerate(self.cells):
            self.canvas.addItem(cell.plot, index // columns, index % columns)
            cell.show_time_axis(shown=index // columns == rows - 1)
        grid = self.canvas.ci.layout
        for column in range(max(columns, grid.columnCount())):
            grid.setColumnStretchFactor(column, 1 if column < columns else 0)

    @Slot(float)
    def _follow(self) -> None:
        now = time.monotonic()
        if self.isVisible() and (not self._playhead.playing or now - self._told_at >= _CURSOR_SECONDS):
            self._told_at = now
            self._move()

    @Slot()
    def _stop(self) -> None:
        if not self._playhead.playing:
            self._move()

    def _move(self) -> None:
        for cell in self.cells:
            cell.show_time(self._playhead.time, told=not self._playhead.playing)

    def _click(self, event: Any) -> None:
        self.seek_at(event.scenePos())

    def _drag(self, event: Any, cell: PlotCell) -> None:
        event.accept()
        self.sought.emit(cell.time_at(event.scenePos()))


class PlotCell:
    """One chart: curves, a cursor, and above them its name and the values at the cursor."""

    def __init__(self, chart: Chart, colors: Colors, duration: float) -> None:
        self.chart, self._colors = chart, colors
        self.plot = _pg.PlotItem(enableMenu=False)
        self.box = self.plot.getViewBox()
        self.cursor = _pg.InfiniteLine(angle=90, pen=_pg.mkPen(colors.text, width=1))
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setXRange(0.0, max(duration, 1e-3), padding=0.01)
        self._axes()
        if chart.threshold is not None:
            pen = _pg.mkPen(colors.quiet, width=1, style=Qt.PenStyle.DotLine)
            self.plot.addItem(_pg.InfiniteLine(chart.threshold, angle=0, pen=pen))
        for line in chart.lines:
            self.plot.addItem(self._curve(line))
        self.plot.addItem(self.cursor, ignoreBounds=True)

    def time_at(self, place: QPointF) -> float:
        """The time [s] shown at a place of the scene."""
        return float(self.box.mapSceneToView(place).x())

    def show_time(self, now: float, *, told: bool) -> None:
        """Put the cursor there; `told` also writes the values above the plot."""
        self.cursor.setValue(now)
        if told:
            values = "&nbsp;&nbsp;".join(self._value(line, now) for line in self.chart.lines)
            self._entitle(f"<b>{self.chart.title}</b>&nbsp;&nbsp;{values}")

    def show_time_axis(self, *, shown: bool) -> None:
        """Only the lowest plots need the seconds."""
        self.plot.getAxis("bottom").setStyle(showValues=shown)
        self.plot.getAxis("bottom").setHeight(_AXIS_HEIGHT if shown else 4)

    def _value(self, line: Line, now: float) -> str:
        index = int(np.searchsorted(line.times, now + 1e-6, side="right")) - 1
        value = line.values[max(0, min(len(line.values) - 1, index))] if len(line.values) else 0.0
        side = f"{SIDE_LETTERS[line.side]} " if line.side is not None else ""
        return f"{side}{value:z.2f}" if self.chart.unit == "rad" else f"{side}{value:z.3f}"

    def _curve(self, line: Line) -> Any:
        color = SIDE_COLORS[line.side] if line.side is not None else self._colors.accent
        style = Qt.PenStyle.DashLine if line.side == 1 else Qt.PenStyle.SolidLine
        ratio = QGuiApplication.primaryScreen().devicePixelRatio()  # its pens count device pixels
        pen = _pg.mkPen(color, width=_LINE_WIDTH * ratio, style=style)
        seen = outline(color, self._colors.card, self._colors.quiet)
        shadow = _pg.mkPen(seen, width=(_LINE_WIDTH + 1.0) * ratio, style=style) if seen != color else None
        held = len(line.times) == len(line.values) + 1
        step = "center" if held else None
        return _pg.PlotDataItem(line.times, line.values, pen=pen, shadowPen=shadow, antialias=True, stepMode=step)

    def _axes(self) -> None:
        font = QFont()
        font.setPointSize(_FONT_POINTS)
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(_pg.mkPen(self._colors.line))
            axis.setTextPen(_pg.mkPen(self._colors.quiet))
            axis.setStyle(tickFont=font, tickLength=-3, autoExpandTextSpace=False, maxTickLevel=0)
            axis.setTickDensity(_TICK_DENSITY)
            axis.enableAutoSIPrefix(False)
        self.plot.getAxis("left").setWidth(_AXIS_WIDTH)
        self.plot.getAxis("left").tickSpacing = tick_spacing
        self._entitle(f"<b>{self.chart.title}</b>")

    def _entitle(self, text: str) -> None:
        """Write above the plot, without making it wider."""
        self.plot.titleLabel.updateMin = lambda: None  # else it asks for the room of its text
        self.plot.setTitle(text, color=self._colors.text, size=f"{_FONT_POINTS}pt", justify="left")


def tick_spacing(low: float, high: float, pixels: float) -> list[tuple[float, float]]:
    """The closest round numbers whose labels do not touch, as pyqtgraph asks for them: spacing and offset."""
    least = max(high - low, 1e-9) * _LABELS_APART / max(1.0, pixels)
    unit = 10.0 ** floor(log10(least))
    return [(next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= least), 0.0)]
