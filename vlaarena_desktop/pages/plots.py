"""Plots of both sides over time: joints, actions, gripper, objects, and how far A and B are apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from scenes.progress import Job, Progress
from vlaarena_desktop import background
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.measures import GRIPPER, GRIPPER_APART, OBJECT_APART, Comparison, Measures
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.theme import Colors

if TYPE_CHECKING:
    from vlaarena_desktop.pages.plot_grid import PlotGrid

_tr = QCoreApplication.translate
_AXES = ("x", "y", "z")


class Line(Struct, frozen=True):
    """One curve of a chart."""

    side: int | None  # None: it belongs to both sides
    times: NDArray[np.float64]  # (n,) [s]; one more than values where each holds until the next time
    values: NDArray[np.float64]


class Chart(Struct, frozen=True):
    """One small picture of curves over time."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    threshold: float | None = None


class Plotted(Struct, frozen=True):
    """What there is to plot of a turn."""

    left: Measures
    right: Measures
    comparison: Comparison
    names: Mapping[str, str]  # words for objects' ids


_NARROW = 120  # [px] the least width of the field that chooses


class PlotsPanel(QWidget):
    """Chooses what is plotted. The plots themselves are made when they are first looked at."""

    sought = Signal(float)  # [s]
    troubled = Signal(object)  # ArenaError

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._plotted: Plotted | None = None
        self._colors: Colors | None = None
        self._stale = True
        self.grid: PlotGrid | None = None
        self._job: RunningJob | None = None
        self.topic, self.legend = QComboBox(), QLabel()
        self.topic.setAccessibleName(self.tr("What is plotted"))
        self.topic.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.topic.setMinimumWidth(_NARROW)
        self.legend.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.legend.setObjectName("quiet")
        head, self._column = QHBoxLayout(), QVBoxLayout(self)
        head.setSpacing(10)
        head.addWidget(self.topic)
        head.addWidget(self.legend)
        head.addStretch(1)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(head)
        self._column.addStretch(0)
        self.topic.currentIndexChanged.connect(self._choose)

    def dress(self, colors: Colors) -> None:
        """Draw in a scheme's colours."""
        self._colors = colors
        self._choose()

    def show_measures(self, plotted: Plotted | None) -> None:
        """Plot these; None empties the plots."""
        self._plotted = plotted
        chosen = self.topic.currentData()
        self.topic.blockSignals(True)
        self.topic.clear()
        for key, text in _topics(plotted):
            self.topic.addItem(text, key)
        self.topic.setCurrentIndex(max(0, self.topic.findData(chosen)))
        self.topic.blockSignals(False)
        self._choose()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was put off while nobody looked."""
        self._draw()

    @Slot()
    def _choose(self) -> None:
        self._stale = True
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        if not self._stale or self._colors is None:
            return
        if self.grid is None:
            self.prepare()
            return
        self._stale = False
        charts = tuple(charts_of(self._plotted, self.topic.currentData())) if self._plotted is not None else ()
        self.grid.show_charts(charts, self._colors)
        units = ", ".join(dict.fromkeys(chart.unit for chart in charts if chart.unit))
        apart = all(line.side is None for chart in charts for line in chart.lines)
        self.legend.setText(units if apart else f"A ——  B – –  {units}")
        self.legend.setToolTip("" if apart else self.tr("A solid · B dashed · {units}").format(units=units))
        self.legend.setAccessibleName(self.legend.toolTip())

    def prepare(self) -> None:
        """Import pyqtgraph, which takes too long to keep the window waiting for it."""
        if self._job is None:
            self._job = background.start(_imported)
            self._job.succeeded.connect(self._make_grid)
            self._job.failed.connect(self.troubled)

    @Slot(object)
    def _make_grid(self, module: ModuleType) -> None:
        self.grid = module.PlotGrid(self._playhead)
        self.grid.sought.connect(self.sought)
        self._column.addWidget(self.grid, 1)
        self._choose()


def _imported() -> Job[ModuleType]:
    yield Progress(0, 1)
    return import_module("vlaarena_desktop.pages.plot_grid")


def charts_of(plotted: Plotted, topic: str) -> Iterator[Chart]:
    """The charts of a topic: "joints", "actions", "gripper", "apart" or an object's id."""
    sides = (plotted.left, plotted.right)
    if topic == "joints":
        for index, name in enumerate(plotted.left.joint_names):
            yield Chart(name, "rad", tuple(Line(side, m.times, m.joints[:, index]) for side, m in enumerate(sides)))
    elif topic == "actions":
        yield from _actions(sides)
    elif topic == "apart":
        yield from _apart(plotted)
    else:
        yield from _places(sides, topic)


def _actions(sides: tuple[Measures, Measures]) -> Iterator[Chart]:
    names = dict.fromkeys(name for side in sides for name in side.action_names)
    for name in names:
        acting = [(index, side) for index, side in enumerate(sides) if name in side.action_names]
        lines = [Line(i, side.times, side.actions[:, side.action_names.index(name)]) for i, side in acting]
        unit = "m" if name in _AXES else "" if name == GRIPPER else "rad"
        yield Chart(_word(name), unit, tuple(lines))


def _places(sides: tuple[Measures, Measures], subject: str) -> Iterator[Chart]:
    for index, axis in enumerate(_AXES):
        yield Chart(
            axis, "m", tuple(Line(i, side.times, side.place(subject)[:, index]) for i, side in enumerate(sides))
        )
    if subject == GRIPPER:
        width = QCoreApplication.translate("plots", "width")
        yield Chart(width, "m", tuple(Line(i, side.times, side.opening) for i, side in enumerate(sides)))


def _apart(plotted: Plotted) -> Iterator[Chart]:
    for subject, distance in plotted.comparison.distances.items():
        threshold = GRIPPER_APART if subject == GRIPPER else OBJECT_APART
        title = _word(subject) if subject == GRIPPER else plotted.names.get(subject, subject)
        yield Chart(title, "m", (Line(None, plotted.comparison.times, distance),), threshold)


def _topics(plotted: Plotted | None) -> tuple[tuple[str, str], ...]:
    objects = [(key, plotted.names.get(key, key)) for key in plotted.left.objects] if plotted is not None else []
    return (
        ("apart", _tr("plots", "Distance {a}–{b}").format(a=SIDE_LETTERS[0], b=SIDE_LETTERS[1])),
        ("joints", _tr("plots", "Joints")),
        ("actions", _tr("plots", "Actions")),
        (GRIPPER, _tr("plots", "Gripper")),
        *objects,
    )


def _word(name: str) -> str:
    return QCoreApplication.translate("plots", "gripper") if name == GRIPPER else name
