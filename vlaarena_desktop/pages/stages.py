"""The stages: the two viewers in their frames, both or one alone, and the drawer beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from vlaarena_desktop.viewer import Viewer

Sides = Literal["both", "a", "b"]
_VISIBLE: dict[Sides, tuple[int, ...]] = {"both": (0, 1), "a": (0,), "b": (1,)}
_FRAMES = ("viewerA", "viewerB")
_LEAST_WIDTH, _BORDER = 340, 2  # [px] of a viewer, and around it; what stands beside them gets the rest


class Stages(QSplitter):
    """A viewer that is not seen is not painted, so nothing of its side counts as presented."""

    def __init__(self, viewers: Sequence[Viewer], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._sides: Sides = "both"
        self._frames = tuple(_framed(viewer, name) for viewer, name in zip(viewers, _FRAMES, strict=True))
        self.setChildrenCollapsible(False)
        self.setHandleWidth(8)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for frame in self._frames:
            row.addWidget(frame)
        self.addWidget(both)

    @property
    def sides(self) -> Sides:
        """Which sides can be seen."""
        return self._sides

    @property
    def visible_sides(self) -> tuple[int, ...]:
        """0 for A, 1 for B, of those that can be seen."""
        return _VISIBLE[self._sides]

    def show_sides(self, sides: Sides) -> None:
        """Show both, or one alone."""
        self._sides = sides
        for side, frame in enumerate(self._frames):
            frame.setVisible(side in self.visible_sides)

    def cycle(self) -> None:
        """The next of: both, A alone, B alone."""
        order = tuple(_VISIBLE)
        self.show_sides(order[(order.index(self._sides) + 1) % len(order)])

    def set_drawer(self, drawer: QWidget) -> None:
        """Put something beside the viewers; they take what room it leaves."""
        self.addWidget(drawer)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(self.indexOf(drawer), 0)


def _framed(viewer: Viewer, name: str) -> QFrame:
    frame = QFrame()
    frame.setObjectName(name)
    frame.setMinimumWidth(_LEAST_WIDTH + 2 * _BORDER)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(viewer)
    return frame
