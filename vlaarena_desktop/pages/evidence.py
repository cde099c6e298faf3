"""The evidence drawer: what one can look at after the vote, beside the replay of a closed battle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.errors import ArenaError
from sync.store import Store
from vlaarena_desktop.commands import Command
from vlaarena_desktop.evidence import Evidence, TurnEvidence
from vlaarena_desktop.measures import GRIPPER, Divergence, compared, marks, measured
from vlaarena_desktop.pages.events_panel import EventsPanel
from vlaarena_desktop.pages.notes_panel import SIDES, NotesPanel
from vlaarena_desktop.pages.overlay_bar import KEYS, OverlayBar
from vlaarena_desktop.pages.plots import PlotsPanel, Plotted
from vlaarena_desktop.pages.seen_panel import SeenPanel
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.theme import SIDE_LETTERS, Colors
from vlaarena_desktop.viewer import Viewer

_WIDE = 900  # [px] from which on tabs, toggles and actions share one row


class EvidenceDrawer(QFrame):
    """Given a closed battle by `set_evidence` and the turn on the stage by `set_turn`; empty and hidden without."""

    branch_requested = Signal(str, int)  # "left" or "right", control step
    reproduce_requested = Signal(str)  # "left" or "right"
    save_requested = Signal()
    told = Signal(str)  # a sentence for a person
    troubled = Signal(object)  # ArenaError

    def __init__(self, playhead: Playhead, viewers: Sequence[Viewer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._playhead, self._viewers = playhead, tuple(viewers)
        self._evidence: Evidence | None = None
        self._turn: TurnEvidence | None = None
        self._divergence: Divergence | None = None
        self.plots, self.events = PlotsPanel(playhead), EventsPanel()
        self.notes, self.seen = NotesPanel(playhead), SeenPanel(playhead)
        self.overlays = OverlayBar(playhead, viewers)
        self._pages, self.tabs = QStackedWidget(), QButtonGroup(self)
        self._make_actions()
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

    def to_divergence(self) -> None:
        """Pause where A and B first differ."""
        found = self._divergence
        if found is not None:
            self._playhead.seek_step(found.step)
            words = self.tr("First difference at step {step}: {subject}, {distance:.1f} cm apart")
            subject = self.tr("the grippers") if found.subject == GRIPPER else self._names().get(found.subject, "")
            self.told.emit(words.format(step=found.step, subject=subject, distance=100 * found.distance))
        elif self._turn is not None:
            self.told.emit(self.tr("A and B never differ in this turn."))

    def commands(self) -> tuple[Command, ...]:
        """What can be done here; nothing before the vote."""
        if self._turn is None:
            return ()
        return (*self._overlay_commands(), *self._tab_commands(), *self._action_commands())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row for everything where there is room."""
        wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._head.setDirection(direction)

    def _show_turn(self, turn: TurnEvidence | None) -> None:
        self._turn, self._divergence = turn, None
        stage = self._viewers[0].stage if turn is not None else None
        try:
            plotted = self._measured(turn) if turn is not None else None
        except ArenaError as error:
            plotted = None
            self.troubled.emit(error)
        if plotted is not None:
            self._divergence = plotted.comparison.first_divergence()
        self.plots.show_measures(plotted)
        found = marks(turn.left.episode, turn.right.episode) if turn is not None else ()
        self.events.set_marks(found, self._names())
        self.notes.set_turn(turn)
        self.seen.set_turn(turn, stage.model if stage is not None else None)
        self.overlays.allow(allowed=turn is not None)
        for button in self.buttons:
            button.setEnabled(turn is not None)

    def _measured(self, turn: TurnEvidence) -> Plotted | None:
        stages = [viewer.stage for viewer in self._viewers]
        if stages[0] is None or stages[1] is None:
            return None
        left = measured(stages[0].model, turn.left.episode)
        right = measured(stages[1].model, turn.right.episode)
        return Plotted(left, right, compared(left, right, self._playhead.control_hz), self._names())

    def _names(self) -> Mapping[str, str]:
        """Words for the objects of the turn's scene, as far as it is known."""
        scene_id = self._turn.left.episode.trajectory.scene_id if self._turn is not None else ""
        scene = catalog.scenes().get(scene_id)
        return {each.id: each.name for each in scene.objects} if scene is not None else {}

    def _overlay_commands(self) -> tuple[Command, ...]:
        group, bar = _group(), self.overlays
        titles = {name: told for name, (_, told) in bar.titles.items()}
        return tuple(
            Command(f"evidence.{name}", titles[name], (key,), partial(bar.toggle, name), group=group)
            for name, key in KEYS.items()
        )

    def _tab_commands(self) -> tuple[Command, ...]:
        names = ("plots", "events", "notes", "seen")
        return tuple(
            Command(f"evidence.{name}", tab.accessibleName(), (), tab.click, group=_group())
            for name, tab in zip(names, self.tabs.buttons(), strict=True)
        )

    def _action_commands(self) -> tuple[Command, ...]:
        group = _group()
        branches = self._for_sides("branch", self.tr("Branch from this frame of {side}"), self._branch)
        again = self._for_sides("reproduce", self.tr("Reproduce {side}"), self.reproduce_requested.emit)
        return (
            Command("evidence.divergence", self.tr("To the first difference"), ("D",), self.to_divergence, group=group),
            Command("evidence.note", self.tr("Pin a note to this frame"), ("P",), self._write_note, group=group),
            *branches,
            *again,
            Command("evidence.save", self.tr("Save pictures…"), (), self.save_requested.emit, group=group),
        )

    def _for_sides(self, name: str, title: str, act: Callable[[str], object]) -> tuple[Command, ...]:
        return tuple(
            Command(f"evidence.{name}_{side}", title.format(side=letter), (), partial(act, side), group=_group())
            for side, letter in zip(SIDES, SIDE_LETTERS, strict=True)
        )

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

    def _make_actions(self) -> None:
        self.differ = _button(self.tr("Difference   D"), self.tr("To the first difference between A and B"))
        self.branch = _button(self.tr("Branch…"), self.tr("Branch from here: let a model play on from this frame"))
        self.reproduce = _button(self.tr("Reproduce…"), self.tr("Play an episode again and compare it bit for bit"))
        self.save = _button(self.tr("Save…"), self.tr("Save pictures or a video"))
        self.buttons = (self.differ, self.branch, self.reproduce, self.save)
        self.branch.setMenu(self._menu(self.tr("From {side}'s frame"), self._branch))
        self.reproduce.setMenu(self._menu(self.tr("{side}'s episode"), self.reproduce_requested.emit))

    def _menu(self, title: str, act: Callable[[str], object]) -> QMenu:
        menu = QMenu(self)
        for side, letter in zip(SIDES, SIDE_LETTERS, strict=True):
            chosen = partial(act, side)
            menu.addAction(title.format(side=letter)).triggered.connect(lambda _=False, chosen=chosen: chosen())
        return menu

    def _connect(self) -> None:
        self.differ.clicked.connect(self.to_divergence)
        self.save.clicked.connect(self.save_requested)
        self.tabs.idClicked.connect(self._pages.setCurrentIndex)
        self.plots.sought.connect(self._seek)
        self.events.jumped.connect(self._seek)
        for panel in (self.plots, self.notes, self.seen):
            panel.troubled.connect(self.troubled)

    @Slot(float)
    def _seek(self, seconds: float) -> None:
        self._playhead.pause()
        self._playhead.seek(seconds)

    def _lay_out(self) -> None:
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(6)
        for row in (self._tab_row(), self.overlays, self._action_row()):
            self._head.addWidget(row)
        self._head.insertStretch(1, 1)
        for panel in (self.plots, self.events, self.notes, self.seen):
            self._pages.addWidget(panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(4)
        column.addLayout(self._head)
        column.addWidget(self._pages, 1)

    def _tab_row(self) -> QWidget:
        row, layout = _row()
        titles = (
            (self.tr("Plots"), self.tr("Plots")),
            (self.tr("Events"), self.tr("Events")),
            (self.tr("Notes"), self.tr("Notes")),
            (self.tr("Seen"), self.tr("What the policy saw")),
        )
        for index, (title, told) in enumerate(titles):
            tab = _button(title, told)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setChecked(index == 0)
            self.tabs.addButton(tab, index)
            layout.addWidget(tab)
        layout.addStretch(1)
        return row

    def _action_row(self) -> QWidget:
        row, layout = _row()
        for button in self.buttons:
            button.setObjectName("link")
            layout.addWidget(button)
        return row


def _group() -> str:
    return QCoreApplication.translate("evidence", "After the vote")


def _button(title: str, told: str) -> QPushButton:
    button = QPushButton(title)
    button.setAccessibleName(told)
    button.setToolTip(told)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _row() -> tuple[QWidget, QHBoxLayout]:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    return row, layout
