"""The evidence drawer: what one can look at after the vote, beside the replay of a closed battle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from scenes.errors import ArenaError
from sync.store import Store
from vlaarena_desktop.commands import Command
from vlaarena_desktop.evidence import Evidence, TurnEvidence
from vlaarena_desktop.measures import GRIPPER, Divergence, compared, measured
from vlaarena_desktop.pages.event_marks import collision_marks, event_marks, in_time, object_names
from vlaarena_desktop.pages.events_panel import EventsPanel
from vlaarena_desktop.pages.evidence_actions import EvidenceActions, evidence_group, quiet_button
from vlaarena_desktop.pages.notes_panel import NotesPanel
from vlaarena_desktop.pages.overlay_bar import KEYS, OverlayBar
from vlaarena_desktop.pages.plots import PlotsPanel, Plotted
from vlaarena_desktop.pages.seen_panel import SeenPanel
from vlaarena_desktop.pages.timeline import Mark
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDES
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewer import Viewer

_WIDE = 900  # [px] from which on tabs, toggles and actions share one row
_WIDEST_TAB = 96  # [px]
_BESIDE = QSize(372, 300)  # [px] what it asks for beside the viewers


class EvidenceDrawer(QFrame):
    """Given a closed battle by `set_evidence` and the turn on the stage by `set_turn`; empty and hidden without."""

    branch_requested = Signal(str, int)  # "left" or "right", control step
    reproduce_requested = Signal(str)  # "left" or "right"
    save_requested = Signal()
    told = Signal(str)  # a sentence for a person
    pins_changed = Signal(object)  # tuple of Marks: the notes, and where the sides part
    troubled = Signal(object)  # ArenaError

    def __init__(self, playhead: Playhead, viewers: Sequence[Viewer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self._playhead, self._viewers = playhead, tuple(viewers)
        self._evidence: Evidence | None = None
        self._turn: TurnEvidence | None = None
        self._divergence: Divergence | None = None
        self._collisions: tuple[Mark, ...] = ()
        self.plots, self.events = PlotsPanel(playhead), EventsPanel()
        self.notes, self.seen = NotesPanel(playhead), SeenPanel(playhead)
        self.overlays, self.actions_row = OverlayBar(playhead, viewers), EvidenceActions()
        self._pages, self.tabs = QStackedWidget(), QButtonGroup(self)
        self._lay_out()
        self._connect()
        self.set_evidence(None)

    @property
    def turn(self) -> TurnEvidence | None:
        """The turn that is looked at."""
        return self._turn

    @property
    def divergence(self) -> Divergence | None:
        """Where A and B of this turn first differ; None if they never do."""
        return self._divergence

    def prepare(self) -> None:
        """Fetch in the background what the drawer will need soon."""
        self.plots.prepare()

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self.plots.dress(colors)

    def set_store(self, store: Store) -> None:
        """Keep notes in this store."""
        self.notes.set_store(store)

    @Slot(object)
    def set_evidence(self, evidence: Evidence | None) -> None:
        """Look at this closed battle; None before the vote: nothing is shown or drawn."""
        self._evidence = evidence
        self._show_turn(None)
        self.setVisible(evidence is not None)

    def set_turn(self, turn_id: str) -> None:
        """Look at this turn, which is on the stage now; one that is not of this battle shows nothing."""
        turns = self._evidence.turns if self._evidence is not None else ()
        self._show_turn(next((each for each in turns if each.turn.turn_id == turn_id), None))

    @Slot()
    def to_divergence(self) -> None:
        """Pause where A and B first differ."""
        if self._divergence is not None:
            self._playhead.seek_step(self._divergence.step)
            self.told.emit(self._parted(self._divergence))
        elif self._turn is not None:
            self.told.emit(self.tr("A and B never part in this turn."))

    def commands(self) -> tuple[Command, ...]:
        """What can be done here; nothing before the vote."""
        if self._turn is None:
            return ()
        group, bar = evidence_group(), self.overlays
        overlays = [
            Command(f"evidence.{name}", bar.buttons[name].accessibleDescription(), (key,), partial(bar.toggle, name))
            for name, key in KEYS.items()
        ]
        tabs = [
            Command(f"evidence.tab_{index}", tab.accessibleName(), (), tab.click)
            for index, tab in enumerate(self.tabs.buttons())
        ]
        note = Command("evidence.note", self.tr("Pin a note to this frame"), ("P",), self._write_note)
        mine = [Command(each.id, each.title, each.keys, each.act, group=group) for each in (*overlays, *tabs, note)]
        return (*mine, *self.actions_row.commands())

    def sizeHint(self) -> QSize:
        """Narrow, so that the viewers keep most of the room."""
        return _BESIDE

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row for everything where there is room."""
        wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._head.setDirection(direction)

    def _show_turn(self, turn: TurnEvidence | None) -> None:
        self._turn, self._divergence, self._collisions = turn, None, ()
        plotted = self._measured(turn) if turn is not None else None
        if plotted is not None and turn is not None:
            self._divergence = plotted.comparison.first_divergence()
            stages = [viewer.stage for viewer in self._viewers]
            self._collisions = collision_marks(turn, [stage.model for stage in stages if stage is not None])
        self.plots.show_measures(plotted)
        self.events.set_marks(in_time((*event_marks(turn), *self._collisions)) if turn is not None else ())
        stage = self._viewers[0].stage
        self.seen.set_turn(turn, stage.model if stage is not None else None)
        self.overlays.allow(allowed=turn is not None)
        self.actions_row.setEnabled(turn is not None)
        self.notes.set_turn(turn)

    def _measured(self, turn: TurnEvidence) -> Plotted | None:
        stages = [viewer.stage for viewer in self._viewers]
        if stages[0] is None or stages[1] is None:
            return None
        try:
            left = measured(stages[0].model, turn.left.episode)
            right = measured(stages[1].model, turn.right.episode)
        except ArenaError as error:
            self.troubled.emit(error)
            return None
        return Plotted(left, right, compared(left, right, self._playhead.control_hz), self._names())

    def _parted(self, found: Divergence) -> str:
        words = self.tr("A and B part at step {step}: {subject}, {distance:.1f} cm apart")
        subject = {GRIPPER: self.tr("gripper"), **self._names()}.get(found.subject, found.subject)
        return words.format(step=found.step, subject=subject, distance=100 * found.distance)

    def _names(self) -> Mapping[str, str]:
        return object_names(self._turn) if self._turn is not None else {}

    @Slot()
    def _tell_pins(self) -> None:
        if self._turn is None:
            return
        rates = [side.episode.trajectory.control_hz for side in self._turn.sides]
        noted = [(note, SIDES.index(note.side)) for note in self.notes.standing]
        pins = [Mark(note.step / rates[side], side, note.text, "note") for note, side in noted]
        pins += self._collisions
        if self._divergence is not None:
            at = self._divergence.step / self._playhead.control_hz
            pins.append(Mark(at, None, self._parted(self._divergence), "divergence"))
        self.pins_changed.emit(tuple(pins))

    @Slot(str)
    def _branch(self, side: str) -> None:
        """Ask for a branch from the control step under way, or the side's last."""
        if self._turn is not None:
            self._playhead.pause()
            trajectory = self._turn.sides[0 if side == "left" else 1].episode.trajectory
            step = int(self._playhead.time * trajectory.control_hz + 1e-6)
            self.branch_requested.emit(side, min(trajectory.steps, step))

    def _write_note(self) -> None:
        self.tabs.button(2).click()
        self.notes.write()

    def _connect(self) -> None:
        actions = self.actions_row
        actions.difference_requested.connect(self.to_divergence)
        actions.branch_requested.connect(self._branch)
        actions.reproduce_requested.connect(self.reproduce_requested)
        actions.save_requested.connect(self.save_requested)
        self.tabs.idClicked.connect(self._pages.setCurrentIndex)
        self.plots.sought.connect(self._seek)
        self.events.jumped.connect(self._seek)
        self.notes.changed.connect(self._tell_pins)
        for panel in (self.plots, self.notes, self.seen):
            panel.troubled.connect(self.troubled)

    @Slot(float)
    def _seek(self, seconds: float) -> None:
        self._playhead.pause()
        self._playhead.seek(seconds)

    def _lay_out(self) -> None:
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._head.setSpacing(6)
        for row in (self._tab_row(), self.overlays, self.actions_row):
            self._head.addWidget(row)
        for panel in (self.plots, self.events, self.notes, self.seen):
            self._pages.addWidget(panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(6)
        column.addLayout(self._head)
        column.addWidget(self._pages, 1)

    def _tab_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        titles = (
            (self.tr("Plots"), self.tr("Plots of both sides")),
            (self.tr("Events"), self.tr("What happened")),
            (self.tr("Notes"), self.tr("Notes on this turn")),
            (self.tr("Seen"), self.tr("What the policy saw")),
        )
        for index, (title, told) in enumerate(titles):
            tab = quiet_button(title, told)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setChecked(index == 0)
            tab.setMaximumWidth(_WIDEST_TAB)
            self.tabs.addButton(tab, index)
            layout.addWidget(tab, 1)
        layout.addStretch(0)
        return row
