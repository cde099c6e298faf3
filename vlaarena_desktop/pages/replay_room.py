"""The replay room: two viewers on one clock, and everything that moves through the turns of one battle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from scenes.catalog import find_robot
from scenes.episode import Trajectory
from scenes.errors import ArenaError
from vlaarena_desktop.pages.transport import Transport
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewer import Viewer
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.view import ViewLink


class ReplayRoom(QWidget):
    """Shows one turn at a time of those it was given. It knows no models, votes or files."""

    presented = Signal(str, int, int)  # turn id, side, control step of a frame that came onto the screen
    turn_shown = Signal(object)  # TurnReplay, or None for an empty or resting stage
    troubled = Signal(object)  # ArenaError

    def __init__(self, models: MjModels, *, native: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._turns: tuple[TurnReplay, ...] = ()
        self._shown: TurnReplay | None = None
        self._unseen: set[int] = set()  # sides of which nothing came onto the screen yet
        self.playhead = Playhead(self)
        self.viewers = tuple(Viewer(side, self.playhead, native=native) for side in (0, 1))
        self.link = ViewLink([viewer.view for viewer in self.viewers], self)
        self.transport = Transport(self.playhead, self.link)
        self._lay_out()
        self.transport.next_camera_requested.connect(lambda: self.viewers[0].view.cycle(1))
        for side, viewer in enumerate(self.viewers):
            viewer.presented.connect(lambda step, side=side: self._note_presented(side, step))
            viewer.broken.connect(self.troubled)

    @property
    def turns(self) -> tuple[TurnReplay, ...]:
        """The turns one may move between."""
        return self._turns

    @property
    def shown(self) -> TurnReplay | None:
        """The turn on the stage."""
        return self._shown

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self.transport.dress(colors)
        for viewer in self.viewers:
            viewer.set_background(colors.stage)

    def release(self) -> None:
        """Free the viewers' OpenGL resources and stop the clock."""
        self.playhead.pause()
        for viewer in self.viewers:
            viewer.release()

    def pictures(self) -> tuple[QImage, QImage]:
        """What A's and B's viewers show now."""
        return self.viewers[0].picture(), self.viewers[1].picture()

    def set_turns(self, turns: Sequence[TurnReplay]) -> None:
        """Offer these turns; what is on the stage stays."""
        self._turns = tuple(turns)

    @Slot(object)
    def show_turn(self, replay: TurnReplay) -> None:
        """Put a turn on the stage; it plays as soon as both sides are on the screen."""
        if self._stage(replay.left, replay.right):
            self._shown, self._unseen = replay, {0, 1}
            self.turn_shown.emit(replay)

    def show_still(self, still: Trajectory) -> None:
        """Show a scene at rest on both sides."""
        if self._stage(still, still):
            self.turn_shown.emit(None)

    def _stage(self, left: Trajectory, right: Trajectory) -> bool:
        self._shown = None
        longer = left if left.duration >= right.duration else right
        try:
            self.playhead.set_length(longer.duration, find_robot(longer.robot_id).control_hz)
            for viewer, trajectory in zip(self.viewers, (left, right), strict=True):
                viewer.set_trajectory(self._models.model_of(trajectory), trajectory)
        except ArenaError as error:
            self._show_nothing()
            self.troubled.emit(error)
            return False
        return True

    def _show_nothing(self) -> None:
        self.playhead.set_length(0.0, self.playhead.control_hz)
        for viewer in self.viewers:
            viewer.clear()
        self.turn_shown.emit(None)

    def _note_presented(self, side: int, step: int) -> None:
        if self._shown is None:
            return
        self.presented.emit(self._shown.turn.turn_id, side, step)
        if side in self._unseen:
            self._unseen.remove(side)
            if not self._unseen:
                self.playhead.play()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        stages = QHBoxLayout()
        stages.setSpacing(12)
        for viewer, name in zip(self.viewers, ("viewerA", "viewerB"), strict=True):
            stages.addWidget(_framed(viewer, name))
        column.addLayout(stages, 1)
        column.addWidget(self.transport)


def _framed(viewer: Viewer, name: str) -> QFrame:
    frame = QFrame()
    frame.setObjectName(name)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(viewer)
    return frame
