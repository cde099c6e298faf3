"""The replay room: two viewers on one clock, and everything that moves through the turns of one battle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from scenes.catalog import find_robot
from scenes.episode import Trajectory
from scenes.errors import ArenaError, NotFound
from vlaarena_desktop.commands import Command
from vlaarena_desktop.evidence import Evidence
from vlaarena_desktop.pages.event_marks import event_marks
from vlaarena_desktop.pages.replay_commands import replay_commands
from vlaarena_desktop.pages.stages import Sides, Stages
from vlaarena_desktop.pages.timeline import Mark
from vlaarena_desktop.pages.transport import Transport
from vlaarena_desktop.pages.turn_strip import TurnStrip
from vlaarena_desktop.pages.watched import Watched
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewer import Viewer
from vlaarena_desktop.viewing.drawing import Tier
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.view import View, ViewLink


class ReplayRoom(QWidget):
    """Shows one turn at a time of those it was given. Of models and votes it knows what it is told after the vote."""

    presented = Signal(str, int, int)  # turn id, side, control step of a frame that came onto the screen
    turn_shown = Signal(object)  # TurnReplay, or None for an empty or resting stage
    troubled = Signal(object)  # ArenaError
    told = Signal(str, str)  # a sentence for a person, and what to do
    evidence_changed = Signal(object)  # Evidence of the battle on the stage, or None

    def __init__(self, models: MjModels, *, native: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._turns: tuple[TurnReplay, ...] = ()
        self._shown: TurnReplay | None = None
        self._unseen: set[int] = set()  # sides of which nothing came onto the screen yet
        self._plays = True  # once every side came onto the screen
        self._evidence: Evidence | None = None
        self._pins: tuple[Mark, ...] = ()
        self._drawer: QWidget | None = None
        self._active = 0  # the side whose camera was moved or chosen last
        self.playhead = Playhead(self)
        self.viewers = tuple(Viewer(side, self.playhead, native=native) for side in (0, 1))
        self.link = ViewLink([viewer.view for viewer in self.viewers], self)
        self.transport, self.strip = Transport(self.playhead, self.link), TurnStrip()
        self.stages = Stages(self.viewers)
        self._watched = Watched(self.transport.timeline, self.strip)
        self._lay_out()
        self._connect()

    @property
    def turns(self) -> tuple[TurnReplay, ...]:
        """The turns one may move between."""
        return self._turns

    @property
    def shown(self) -> TurnReplay | None:
        """The turn on the stage."""
        return self._shown

    @property
    def evidence(self) -> Evidence | None:
        """What is told of the battle on the stage; None before the vote."""
        return self._evidence

    @property
    def active_view(self) -> View:
        """The view that camera keys act on: that of the side last clicked or moved; of the only one shown."""
        visible = self.stages.visible_sides
        return self.viewers[self._active if self._active in visible else visible[0]].view

    def commands(self) -> tuple[Command, ...]:
        """Everything a person can do here."""
        return replay_commands(self)

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self.transport.dress(colors)
        self.strip.dress(colors)
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
        """Offer these turns; what is on the stage stays. Those of another battle begin unwatched, both sides shown."""
        if {replay.turn.battle_id for replay in turns} != {replay.turn.battle_id for replay in self._turns}:
            self.show_sides("both")
        self._watched.offer(turns)
        self._turns = tuple(turns)
        self.strip.set_turns([replay.turn for replay in turns])
        self._show_place()
        self._show_watched()

    def set_evidence(self, evidence: Evidence | None) -> None:
        """Show what a closed battle tells: events on the timeline, and all the rest in the drawer."""
        if evidence is None and self._evidence is None:
            return
        self._evidence = evidence
        if self._drawer is not None:
            self._drawer.setVisible(evidence is not None)
        self._show_marks()
        self._show_watched()
        self.evidence_changed.emit(evidence)

    def set_pins(self, pins: Sequence[Mark]) -> None:
        """Mark these moments of the turn on the stage besides its events: notes, where the sides part."""
        self._pins = tuple(pins)
        self._show_marks()

    def set_drawer(self, drawer: QWidget) -> None:
        """Put what belongs to the evidence beside the viewers; it is seen while there is evidence."""
        self._drawer = drawer
        drawer.setVisible(self._evidence is not None)
        self.stages.set_drawer(drawer)

    def set_tier(self, tier: Tier) -> None:
        """Draw in this quality from now on, without a change of what is shown."""
        self._models.set_tier(tier)
        for viewer in self.viewers:
            if viewer.stage is not None:
                viewer.set_model(self._models.model_of(viewer.stage.trajectory))

    def show_sides(self, sides: Sides) -> None:
        """Show both sides, or one of them alone; one that is not seen counts as not presented."""
        self.stages.show_sides(sides)
        self._unseen &= set(self.stages.visible_sides)

    @Slot()
    def cycle_sides(self) -> None:
        """The next of: both, A alone, B alone."""
        self.stages.cycle()
        self._unseen &= set(self.stages.visible_sides)

    @Slot()
    def step_back(self) -> None:
        """Undo one thing: clear the looped part, else free the camera, else show both sides."""
        if self.playhead.range is not None:
            self.playhead.clear_range()
        elif self.active_view.name:
            self.active_view.free()
        elif self.stages.sides != "both":
            self.show_sides("both")

    def move_turn(self, by: int) -> None:
        """Show the next turn, or the previous one; there is none beyond the first and the last."""
        place = self._place()
        if place is not None and 0 <= place + by < len(self._turns):
            self.show_turn(self._turns[place + by])

    @Slot(object)
    def show_turn(self, replay: TurnReplay, *, playing: bool = True) -> None:
        """Put a turn on the stage; it plays as soon as every side shown is on the screen, or stands at its start."""
        self._plays = playing
        self._watched.expect(replay)
        if self._stage(replay.left, replay.right):
            self._shown, self._unseen = replay, set(self.stages.visible_sides)
            self._tell(replay)

    def show_still(self, still: Trajectory) -> None:
        """Show a scene at rest on both sides."""
        if self._stage(still, still):
            self._tell(None)

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
        self._tell(None)

    def _tell(self, replay: TurnReplay | None) -> None:
        self._pins = ()
        self._offer_cameras()
        self._show_place()
        self._show_watched()
        self._show_marks()
        self.turn_shown.emit(replay)

    def _note_presented(self, side: int, step: int) -> None:
        if self._shown is None:
            return
        self.presented.emit(self._shown.turn.turn_id, side, step)
        if self._watched.present(self._shown, side, step):
            self._show_watched()
        if side in self._unseen:
            self._unseen.remove(side)
            if not self._unseen and self._plays:
                self.playhead.play()

    def _place(self) -> int | None:
        shown = self._shown.turn.turn_id if self._shown is not None else None
        return next((place for place, each in enumerate(self._turns) if each.turn.turn_id == shown), None)

    def _show_place(self) -> None:
        self.strip.show_current(self._place())

    def _show_watched(self) -> None:
        if self._evidence is None:
            self._watched.show(self._shown, self._turns)
        else:
            self._watched.hide()

    def _show_marks(self) -> None:
        turns = self._evidence.turns if self._evidence is not None and self._shown is not None else ()
        mine = [turn for turn in turns if self._shown is not None and turn.turn.turn_id == self._shown.turn.turn_id]
        events = [mark for turn in mine for mark in event_marks(turn)]
        self.transport.timeline.set_marks([*events, *self._pins] if mine else [])

    def look_through(self, camera: str) -> None:
        """Look through a camera of the scene.

        Raises:
            NotFound: it has none of this name.
        """
        if camera not in self.active_view.names:
            raise NotFound.among("camera", camera, list(self.active_view.names))
        self.active_view.look_through(camera)

    @Slot(str)
    def _choose_camera(self, name: str) -> None:
        if name:
            self.active_view.look_through(name)
        else:
            self.active_view.free()

    @Slot()
    def _offer_cameras(self) -> None:
        self.transport.offer_cameras(self.active_view.names, self.active_view.name)

    def _activate(self, side: int) -> None:
        self._active = side

    def _note_camera(self, side: int) -> None:
        if not self.link.linked:
            self._activate(side)

    @Slot()
    def _tell_pictures(self) -> None:
        text = self.tr("The replays are drawn as pictures: MuJoCo cannot draw into this window itself.")
        self.told.emit(text, self.tr("They may move less smoothly. `vlaarena doctor` tells of the graphics."))

    def _connect(self) -> None:
        self.transport.camera_chosen.connect(self._choose_camera)
        self.transport.cameras.aboutToShow.connect(self._offer_cameras)
        self.transport.sides_requested.connect(self.cycle_sides)
        self.strip.chosen.connect(lambda place: self.show_turn(self._turns[place]))
        for side, viewer in enumerate(self.viewers):
            viewer.presented.connect(lambda step, side=side: self._note_presented(side, step))
            viewer.broken.connect(self.troubled)
            viewer.fell_back.connect(self._tell_pictures)
            viewer.activated.connect(lambda side=side: self._activate(side))
            viewer.view.changed.connect(lambda side=side: self._note_camera(side))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.strip)
        column.addWidget(self.stages, 1)
        column.addWidget(self.transport)
