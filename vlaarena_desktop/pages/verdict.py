"""What stands below the replays after the vote: the countdown to take it back, then the reveal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import ceil

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sync.records import Choice
from vlaarena_desktop.outcome import Outcome, Performance, SideOutcome
from vlaarena_desktop.pages.calm_bar import CalmBar
from vlaarena_desktop.pages.choices import check_text, choice_text
from vlaarena_desktop.viewing.badge import SideMark


class UndoBar(QFrame):
    """The vote is kept; it may be taken back until the names are told."""

    undo_requested = Signal()
    reveal_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._whole = 1.0  # [s]
        self.said, self.countdown = QLabel(), QLabel()
        self.said.setObjectName("lead")
        self.countdown.setObjectName("quiet")
        self.undo = QPushButton(self.tr("Undo   U"))
        self.now = QPushButton(self.tr("Reveal now   Enter"))
        self.now.setObjectName("primary")
        for button in (self.undo, self.now):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(button.text())
        self.undo.clicked.connect(self.undo_requested)
        self.now.clicked.connect(self.reveal_requested)
        self.bar = CalmBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Time left to take the vote back"))
        self._lay_out()

    def show_vote(self, choice: Choice, seconds: float) -> None:
        """Say what was voted, and that it may be taken back for so long."""
        self._whole = max(seconds, 1e-3)
        self.said.setText(self.tr("Your vote is kept: {choice}").format(choice=choice_text(choice)))
        self.tick(seconds)

    def tick(self, seconds: float) -> None:
        """Show how long the vote may still be taken back."""
        self.countdown.setText(self.tr("The names are told in {seconds} s.").format(seconds=ceil(seconds)))
        self.bar.setValue(round(1000 * seconds / self._whole))

    def _lay_out(self) -> None:
        row, words = QHBoxLayout(self), QHBoxLayout()
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(18)
        words.setSpacing(14)
        for label in (self.said, self.countdown):
            words.addWidget(label)
        words.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addStretch(1)
        column.addLayout(words)
        column.addWidget(self.bar)
        column.addStretch(1)
        row.addLayout(column, 1)
        row.addWidget(self.undo)
        row.addWidget(self.now)


class RevealPanel(QFrame):
    """Who A and B were, and how they fared."""

    new_battle_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.sides = (_SidePanel(0), _SidePanel(1))
        self.said = QLabel()
        self.said.setObjectName("quiet")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.new_battle = QPushButton(self.tr("New battle   N"))
        self.new_battle.setObjectName("primary")
        self.new_battle.setAccessibleName(self.tr("New battle"))
        self.new_battle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.new_battle.clicked.connect(self.new_battle_requested)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addStretch(1)
        middle.addWidget(self.said)
        middle.addWidget(self.new_battle)
        middle.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(20)
        row.addWidget(self.sides[0], 1)
        row.addLayout(middle)
        row.addWidget(self.sides[1], 1)

    def show_outcome(self, outcome: Outcome, *, practice: bool = False) -> None:
        """Tell the names, and whether it was only practice or a hidden check."""
        for panel, side in zip(self.sides, (outcome.left, outcome.right), strict=True):
            panel.show_side(side)
        vote = self.tr("Your vote: {choice}").format(choice=choice_text(outcome.choice)) if outcome.choice else ""
        lines = [vote or self.tr("Skipped: no vote counts")]
        lines += [self.tr("Practice: does not count")] if practice else []
        lines += [check_text(outcome.check)] if outcome.check else []
        self.said.setText("\n".join(lines))


def _mood(judged: Sequence[bool]) -> str:
    """How the turns that were judged ended: the name of a style."""
    if not judged:
        return "quiet"
    return "good" if all(judged) else "mixed" if any(judged) else "bad"


class _SidePanel(QWidget):
    def __init__(self, side: int) -> None:
        super().__init__()
        self.name, self.organization, self.result = QLabel(), QLabel(), QLabel()
        self.name.setObjectName("title")
        self.organization.setObjectName("quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for label in (self.name, self.organization, self.result):
            words.addWidget(label)
        words.addStretch(1)
        self.result.setWordWrap(True)
        for label in (self.name, self.organization):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(SideMark(side, 44))
        row.addLayout(words, 1)

    def show_side(self, side: SideOutcome) -> None:
        self.name.setText(side.name)
        self.organization.setText(side.organization)
        alike = groupby(side.performances, key=lambda each: each.succeeded)
        self.result.setText(" · ".join(self._told(succeeded, tuple(each)) for succeeded, each in alike))
        judged = [each.succeeded for each in side.performances if each.succeeded is not None]
        self.result.setObjectName(_mood(judged))
        self.result.style().polish(self.result)

    def _told(self, succeeded: bool | None, turns: Sequence[Performance]) -> str:
        """How turns in a row ended that ended alike."""
        told = self.tr("{steps} steps")
        if succeeded is not None:
            told = self.tr("succeeded in {steps} steps") if succeeded else self.tr("no success in {steps} steps")
        return told.format(steps=", ".join(str(each.steps) for each in turns))
