"""What may be tried with a past battle: branch from the frame shown, reproduce a side; and what was branched before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from scenes.episode import MAX_INSTRUCTION
from scenes.progress import Progress
from sync.records import Branch, Side, Turn
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.pages.calm_bar import CalmBar
from vlaarena_desktop.pages.line import Line
from vlaarena_desktop.pages.review_header import ElidedLabel
from vlaarena_desktop.reproducing import Reproduction
from vlaarena_desktop.sides import SIDE_LETTERS, SIDES

_LIST_WIDTH = 480  # [px] of the branches, while one is chosen
_Shown = Literal["offers", "form", "progress"]
_PAGES: tuple[_Shown, ...] = ("offers", "form", "progress")


class ExperimentBar(QFrame):
    """One row: what is on the stage, and beside it what may be tried, a branch to be asked for, or how far it is."""

    branch_requested = Signal(str, object, str)  # side, model ids, instruction
    reproduce_requested = Signal(str)  # side
    cancel_requested = Signal()
    branch_chosen = Signal(object)  # Branch, or None for the battle itself
    side_changed = Signal()
    left = Signal()  # the keys are the replay's again
    told = Signal(str)  # what came out for a turn that is not on the stage

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._branches: tuple[Branch, ...] = ()
        self._turns: dict[str, Turn] = {}  # all that were shown, by id: an experiment may end after its turn has left
        self._turn_id = ""  # of the battle's turn on the stage; none while a branch is there
        self.stage, self._pages = _ElidedBox(), QStackedWidget()
        self.ask, self.result = QPushButton(self.tr("Branch from here   B")), ElidedLabel("quiet")
        self.reproduce = QPushButton(self.tr("Reproduce A   R")), QPushButton(self.tr("Reproduce B   ⇧R"))
        self.side, self.step, self.models, self.instruction = QComboBox(), QLabel(), QComboBox(), Line()
        self.branch, self.dismiss = QPushButton(self.tr("Branch")), QPushButton(self.tr("Not now"))
        self.doing, self.bar, self.cancel = QLabel(), CalmBar(), QPushButton(self.tr("Cancel"))
        self._name_widgets()
        self._lay_out()
        self._connect()
        self.show_branches((), {})

    @property
    def chosen_side(self) -> Side:
        """Whose state a branch starts from."""
        return SIDES[self.side.currentIndex()]

    @property
    def shown(self) -> _Shown:
        """What stands in the row."""
        return _PAGES[self._pages.currentIndex()]

    def follow(self, experiments: Experiments) -> None:
        """Show how these get on and what comes out, and cancel them."""
        experiments.progressed.connect(self.show_progress)
        experiments.running_changed.connect(lambda running: self.show_running(running=running))
        experiments.reproduced.connect(self.show_reproduction)
        self.cancel_requested.connect(experiments.cancel)

    def show_turn(self, turn: TurnEvidence) -> None:
        """Offer the models of this turn, and its instruction."""
        if turn.turn.turn_id != self._turn_id:
            self.instruction.setText(turn.turn.instruction)
        self._turn_id = turn.turn.turn_id
        self._turns[self._turn_id] = turn.turn
        self.models.clear()
        for letter, each in zip(SIDE_LETTERS, turn.sides, strict=True):
            self.models.addItem(f"{letter}: {each.name}", (each.model_id,))
        self.models.addItem(self.tr("Both models"), tuple(each.model_id for each in turn.sides))
        self._say("", "quiet")

    def show_step(self, step: int) -> None:
        """Say from which control step a branch would start."""
        self.step.setText(self.tr("step {step}").format(step=step))

    def show_branches(self, branches: Sequence[Branch], names: Mapping[str, str]) -> None:
        """Offer the branches after the battle itself; what was chosen stays chosen."""
        chosen: Branch | None = self.stage.currentData()
        self._branches = tuple(branches)
        with QSignalBlocker(self.stage):
            self.stage.clear()
            self.stage.addItem(self._battle(len(branches)), None)
            for branch in branches:
                self.stage.addItem(self._told(branch, names), branch)
            self.stage.setCurrentIndex(0 if chosen not in self._branches else self._branches.index(chosen) + 1)

    def choose(self, branch: Branch | None) -> None:
        """Choose a branch, or the battle itself."""
        self.stage.setCurrentIndex(0 if branch is None else self._branches.index(branch) + 1)

    @Slot()
    def choose_next(self) -> None:
        """The next branch; after the last, the battle again."""
        self.stage.setCurrentIndex((self.stage.currentIndex() + 1) % self.stage.count())

    def ask_for_branch(self, side: Side | None = None) -> None:
        """Let the instruction of a branch be typed."""
        if self.shown != "progress" and self.ask.isEnabled():
            if side is not None:
                self.side.setCurrentIndex(SIDES.index(side))
            self._show("form")
            self.instruction.setFocus()
            self.instruction.selectAll()

    def show_running(self, *, running: bool) -> None:
        """Offer what may be tried, or show how far it is."""
        self._show("progress" if running else "offers")
        self.show_progress(Progress(0, 0))
        if running:
            self._say("", "quiet")

    def show_progress(self, progress: Progress) -> None:
        """How far an experiment is; a moving bar while that is unknown."""
        known = progress.total > 0 and progress.done > 0
        self.bar.setRange(0, 1000 if known else 0)
        if known:
            self.bar.setValue(round(1000 * progress.fraction))

    def show_reproduction(self, found: Reproduction) -> None:
        """Say how well an episode came out again, and whether its physics alone does: beside its turn alone."""
        letter = SIDE_LETTERS[SIDES.index(found.side)]
        parts = [self._outcome(found).format(side=letter, step=found.step, difference=found.largest_difference)]
        parts += ["; ".join(found.differences)] if found.differences else []
        same = found.physics.outcome == "bit_exact"
        parts.append(self.tr("physics alone: bit-exact") if same else self.tr("physics alone differs, too"))
        text, here = " · ".join(parts), found.turn_id == self._turn_id
        if here:
            self._say(text, "good" if found.outcome == "bit_exact" else "bad")
        if not here or not self.isVisible():
            turn = self._turns[found.turn_id]
            told = self.tr("Turn {number}, “{instruction}”: {result}")
            self.told.emit(told.format(number=turn.seq, instruction=turn.instruction, result=text))

    def set_branchable(self, *, branchable: bool) -> None:
        """Whether the frames that come onto the stage are the battle's own."""
        self._turn_id = ""
        for widget in (self.ask, *self.reproduce):
            widget.setEnabled(branchable)
            widget.setVisible(branchable)
        if not branchable and self.shown == "form":
            self._show("offers")
        hint = self.tr("Choose the battle on the left to try something else.")
        self._say("" if branchable else hint, "quiet")

    def _say(self, text: str, name: str) -> None:
        self.result.setText(text)
        self.result.setObjectName(name)
        self.result.style().polish(self.result)

    def _show(self, page: _Shown) -> None:
        self._pages.setCurrentIndex(_PAGES.index(page))

    def _outcome(self, found: Reproduction) -> str:
        if found.outcome == "bit_exact":
            return self.tr("{side} came out the same to the last bit")
        if found.outcome == "close":
            return self.tr("{side} is close: it differs by {difference:.1g} from step {step}")
        return self.tr("{side} diverges at step {step}, by up to {difference:.2g}")

    def _battle(self, branches: int) -> str:
        if branches == 1:
            return self.tr("The battle (1 branch)")
        return self.tr("The battle ({count} branches)").format(count=branches) if branches else self.tr("The battle")

    def _told(self, branch: Branch, names: Mapping[str, str]) -> str:
        text = self.tr("{side}, step {step} → {model}: {instruction}")
        letter = SIDE_LETTERS[SIDES.index(branch.side)]
        name = names.get(branch.model_id, branch.model_id)
        return text.format(side=letter, step=branch.step, model=name, instruction=branch.instruction)

    def _connect(self) -> None:
        self.stage.currentIndexChanged.connect(lambda: self.branch_chosen.emit(self.stage.currentData()))
        self.ask.clicked.connect(lambda: self.ask_for_branch())
        for side, button in zip(SIDES, self.reproduce, strict=True):
            button.clicked.connect(lambda _=False, side=side: self.reproduce_requested.emit(side))
        self.branch.clicked.connect(self._request)
        self.instruction.returnPressed.connect(self._request)
        self.instruction.textChanged.connect(lambda text: self.branch.setEnabled(bool(text.strip())))
        self.instruction.left.connect(self.give_up)
        self.dismiss.clicked.connect(self.give_up)
        self.side.currentIndexChanged.connect(self.side_changed)
        self.cancel.clicked.connect(self.cancel_requested)

    @Slot()
    def _request(self) -> None:
        instruction = self.instruction.text().strip()
        if instruction:
            self.branch_requested.emit(self.chosen_side, self.models.currentData(), instruction)

    @Slot()
    def give_up(self) -> None:
        """Ask for no branch after all."""
        self._show("offers")
        self.left.emit()

    def _name_widgets(self) -> None:
        self.side.addItems(list(SIDE_LETTERS))
        self.instruction.setMaxLength(MAX_INSTRUCTION)
        self.bar.setTextVisible(False)
        self.branch.setObjectName("primary")
        self.dismiss.setObjectName("link")
        self.doing.setText(self.tr("An experiment is under way. It counts for no board."))
        named: tuple[tuple[QWidget, str], ...] = (
            (self.stage, self.tr("The battle, or one of its branches")),
            (self.ask, self.tr("Branch from here: let a model play on from this frame")),
            (self.reproduce[0], self.tr("Play A's episode again and compare it bit for bit")),
            (self.reproduce[1], self.tr("Play B's episode again and compare it bit for bit")),
            (self.side, self.tr("Whose state to branch from")),
            (self.models, self.tr("Who plays on")),
            (self.instruction, self.tr("Instruction of the branch")),
            (self.branch, self.tr("Play the branch (Enter)")),
            (self.dismiss, self.tr("Do not branch (Esc)")),
            (self.bar, self.tr("Progress of the experiment")),
            (self.cancel, self.tr("Cancel the experiment")),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
            if isinstance(widget, QPushButton):
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        offers = _row(self.ask, *self.reproduce, (self.result, 1))
        form = _row(self.side, self.step, self.models, (self.instruction, 1), self.branch, self.dismiss)
        for page in (offers, form, _row(self.doing, (self.bar, 1), self.cancel)):
            self._pages.addWidget(page)
        self.stage.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.stage.setMinimumWidth(200)
        self.stage.view().setMinimumWidth(_LIST_WIDTH)
        self.models.setMaximumWidth(180)
        self.side.setFixedWidth(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 7, 10, 7)
        row.setSpacing(14)
        row.addWidget(self.stage, 2)
        row.addWidget(self._pages, 7)


class _ElidedBox(QComboBox):
    """A box whose choice is elided where there is no room."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        part, kind = QStyle.SubControl.SC_ComboBoxEditField, QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(kind, option, part, self).width()
        painter.drawComplexControl(kind, option)
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


def _row(*widgets: QWidget | tuple[QWidget, int]) -> QWidget:
    """Widgets side by side; a number beside one is the share of the room left over."""
    page = QWidget()
    layout = QHBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for each in widgets:
        widget, share = each if isinstance(each, tuple) else (each, 0)
        layout.addWidget(widget, share)
    if not any(isinstance(each, tuple) for each in widgets):
        layout.addStretch(1)
    return page
