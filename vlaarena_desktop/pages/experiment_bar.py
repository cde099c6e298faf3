"""What may be tried with a past battle: branch from the frame shown, reproduce a side; and what was branched before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from scenes.episode import MAX_INSTRUCTION
from scenes.progress import Progress
from sync.records import Branch, Side
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.review_header import ElidedLabel
from vlaarena_desktop.reproducing import Reproduction
from vlaarena_desktop.theme import SIDE_LETTERS

_SIDES: tuple[Side, Side] = ("left", "right")


class ExperimentBar(QFrame):
    """Widgets only: it asks, and shows what came of it."""

    branch_requested = Signal(str, object, str)  # side, model ids, instruction
    reproduce_requested = Signal(str)  # side
    cancel_requested = Signal()
    branch_chosen = Signal(object)  # Branch, or None for the battle itself
    side_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._branches: tuple[Branch, ...] = ()
        self.side, self.models, self.instruction = QComboBox(), QComboBox(), QLineEdit()
        self.step, self.result, self.doing = QLabel(), ElidedLabel("quiet"), QLabel()
        self.branch = QPushButton(self.tr("Branch"))
        self.reproduce = QPushButton(self.tr("Reproduce A")), QPushButton(self.tr("Reproduce B"))
        self.bar, self.cancel = QProgressBar(), QPushButton(self.tr("Cancel"))
        self.list, self._left = QListWidget(), QStackedWidget()
        self._name_widgets()
        self._lay_out()
        self._connect()
        self.show_running(running=False)

    @property
    def chosen_side(self) -> Side:
        """Whose state a branch starts from."""
        return _SIDES[self.side.currentIndex()]

    def show_turn(self, turn: TurnEvidence) -> None:
        """Offer the models of this turn, and its instruction."""
        with QSignalBlocker(self.models):
            self.models.clear()
            for letter, each in zip(SIDE_LETTERS, turn.sides, strict=True):
                self.models.addItem(f"{letter}: {each.name}", (each.model_id,))
            self.models.addItem(self.tr("Both models"), tuple(each.model_id for each in turn.sides))
        self.instruction.setText(turn.turn.instruction)
        self.result.setText("")

    def show_step(self, step: int) -> None:
        """Say from which control step a branch would start."""
        self.step.setText(self.tr("step {step}").format(step=step))

    def show_branches(self, branches: Sequence[Branch], names: Mapping[str, str]) -> None:
        """List the branches below the battle itself; what was chosen stays chosen."""
        chosen = self._branch_at(self.list.currentRow())
        self._branches = tuple(branches)
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItem(self.tr("The battle"))
            self.list.addItems([self._told(branch, names) for branch in branches])
            for row in range(self.list.count()):
                self.list.item(row).setToolTip(self.list.item(row).text())
            self.list.setCurrentRow(0 if chosen not in branches else branches.index(chosen) + 1)

    def choose(self, branch: Branch | None) -> None:
        """Choose a branch of the list, or the battle itself."""
        self.list.setCurrentRow(0 if branch is None else self._branches.index(branch) + 1)

    def show_running(self, *, running: bool) -> None:
        """Offer what may be tried, or show how far it is."""
        self._left.setCurrentIndex(1 if running else 0)
        if running:
            self.result.setText("")

    def show_progress(self, progress: Progress) -> None:
        """How far an experiment is; a moving bar while that is unknown."""
        known = progress.total > 0 and progress.done > 0
        self.bar.setRange(0, 1000 if known else 0)
        if known:
            self.bar.setValue(round(1000 * progress.fraction))

    def show_reproduction(self, found: Reproduction) -> None:
        """Say how well an episode came out again, and whether its physics alone does."""
        letter = SIDE_LETTERS[_SIDES.index(found.side)]
        parts = [self._outcome(found).format(side=letter, step=found.step, difference=found.largest_difference)]
        if found.differences:
            parts.append("; ".join(found.differences))
        physics = (
            self.tr("physics alone: bit-exact") if found.physics.step is None else self.tr("physics alone differs")
        )
        self._say(" · ".join([*parts, physics]), "good" if found.outcome == "bit_exact" else "bad")

    def set_branchable(self, *, branchable: bool) -> None:
        """Whether the frame shown is one of the battle's own."""
        for widget in (self.side, self.step, self.models, self.instruction, self.branch, *self.reproduce):
            widget.setEnabled(branchable)
        if not branchable:
            self._say(self.tr("Choose the battle in the list to branch or reproduce."), "quiet")

    def _say(self, text: str, name: str) -> None:
        self.result.setText(text)
        self.result.setObjectName(name)
        self.result.style().polish(self.result)

    def _outcome(self, found: Reproduction) -> str:
        if found.outcome == "bit_exact":
            return self.tr("{side} came out the same to the last bit")
        if found.outcome == "close":
            return self.tr("{side} is close: it differs by {difference:.1g} from step {step}")
        return self.tr("{side} diverges at step {step}, by up to {difference:.2g}")

    def _told(self, branch: Branch, names: Mapping[str, str]) -> str:
        text = self.tr("{side}, step {step} → {model}: {instruction}")
        letter = SIDE_LETTERS[_SIDES.index(branch.side)]
        name = names.get(branch.model_id, branch.model_id)
        return text.format(side=letter, step=branch.step, model=name, instruction=branch.instruction)

    def _branch_at(self, row: int) -> Branch | None:
        return self._branches[row - 1] if 0 < row <= len(self._branches) else None

    def _connect(self) -> None:
        self.branch.clicked.connect(self._request)
        self.instruction.returnPressed.connect(self._request)
        for side, button in zip(_SIDES, self.reproduce, strict=True):
            button.clicked.connect(lambda _=False, side=side: self.reproduce_requested.emit(side))
        self.cancel.clicked.connect(self.cancel_requested)
        self.side.currentIndexChanged.connect(self.side_changed)
        self.list.currentRowChanged.connect(lambda row: self.branch_chosen.emit(self._branch_at(row)))

    @Slot()
    def _request(self) -> None:
        instruction = self.instruction.text().strip()
        if instruction:
            self.branch_requested.emit(self.chosen_side, self.models.currentData(), instruction)

    def _name_widgets(self) -> None:
        for letter in SIDE_LETTERS:
            self.side.addItem(letter)
        self.instruction.setMaxLength(MAX_INSTRUCTION)
        self.bar.setTextVisible(False)
        self.doing.setText(self.tr("An experiment is under way. It counts for no board."))
        self.doing.setObjectName("lead")
        named: tuple[tuple[QWidget, str], ...] = (
            (self.side, self.tr("Whose state to branch from")),
            (self.models, self.tr("Who plays on")),
            (self.instruction, self.tr("Instruction of the branch")),
            (self.branch, self.tr("Branch from this frame")),
            (self.reproduce[0], self.tr("Play A's episode again and compare")),
            (self.reproduce[1], self.tr("Play B's episode again and compare")),
            (self.bar, self.tr("Progress of the experiment")),
            (self.cancel, self.tr("Cancel the experiment")),
            (self.list, self.tr("The battle and its branches")),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        for button in (self.branch, *self.reproduce, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        for widget in (self._form(), self._waiting()):
            self._left.addWidget(widget)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(14)
        row.addWidget(self._left, 5)
        row.addWidget(self.list, 2)
        self.list.setMinimumWidth(250)

    def _form(self) -> QWidget:
        form, above, below = QWidget(), QHBoxLayout(), QHBoxLayout()
        label = QLabel(self.tr("Branch from"))
        label.setObjectName("quiet")
        for widget in (label, self.side, self.step, self.models):
            above.addWidget(widget)
        above.addWidget(self.instruction, 1)
        above.addWidget(self.branch)
        for button in self.reproduce:
            below.addWidget(button)
        below.addWidget(self.result, 1)
        self.models.setMaximumWidth(150)
        self.side.setFixedWidth(64)
        for row in (above, below):
            row.setSpacing(8)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(above)
        column.addLayout(below)
        return form

    def _waiting(self) -> QWidget:
        waiting, words = QWidget(), QVBoxLayout()
        words.addWidget(self.doing)
        words.addWidget(self.bar)
        row = QHBoxLayout(waiting)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        row.addLayout(words, 1)
        row.addWidget(self.cancel)
        return waiting
