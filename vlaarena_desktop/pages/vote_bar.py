"""The vote bar: four large buttons that unlock once both replays were watched, and the confirmation."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sync.records import CHOICES, Choice
from vlaarena_desktop.viewing.badge import draw_mark

_SHOWN = 56  # characters of what is said beside the choice


class VoteBar(QFrame):
    """Keys 1-4 choose, Enter confirms."""

    confirmed = Signal(str)  # Choice
    enough_requested = Signal()
    skip_requested = Signal()
    ballot_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._missing = 100
        self.reason = QLabel()
        self.reason.setObjectName("quiet")
        self.enough = _link(self.tr("I have seen enough"))
        self.enough.setText(f"{self.enough.text()}   E")
        self.skip = _link(self.tr("Skip…  0"))
        self.ballot = _link("")
        self.confirm = QPushButton(self.tr("Confirm  ⏎"))
        self.confirm.setObjectName("primary")
        self.confirm.setAccessibleName(self.tr("Confirm the vote"))
        self.confirm.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.buttons = QButtonGroup(self)
        self._lay_out(self._vote_buttons())
        self.buttons.idClicked.connect(self.choose)
        self.confirm.clicked.connect(self.confirm_choice)
        self.enough.clicked.connect(self.enough_requested)
        self.skip.clicked.connect(self.skip_requested)
        self.ballot.clicked.connect(self.ballot_requested)
        self.show_remarks("")
        self.set_missing(100)

    @property
    def chosen(self) -> Choice | None:
        """The choice marked, not yet cast."""
        index = self.buttons.checkedId()
        return CHOICES[index] if index >= 0 else None

    def set_missing(self, percent: int) -> None:
        """How much must still be watched; 0 unlocks."""
        self._missing = percent
        for button in self.buttons.buttons():
            button.setEnabled(percent == 0)
        self.enough.setVisible(percent > 0)
        if percent > 0:
            self.clear()
            self.reason.setText(self.tr("Watch {percent} % more of both replays to vote.").format(percent=percent))
        self._show_choice()

    def show_remarks(self, summary: str) -> None:
        """What is said beside the choice, or that something may be."""
        short = summary if len(summary) <= _SHOWN else f"{summary[:_SHOWN]}…"
        said = self.tr("With it: {remarks}").format(remarks=short) if summary else self.tr("Comment, tags, progress")
        self.ballot.setText(f"{said}   C")
        self.ballot.setAccessibleName(said)

    def choose(self, index: int) -> None:
        """Mark a choice; while locked, say once more what is missing."""
        if self._missing == 0:
            self.buttons.button(index).setChecked(True)
        self._show_choice()

    def confirm_choice(self) -> None:
        """Cast the choice that is marked."""
        if self.chosen is not None and self._missing == 0:
            self.confirmed.emit(self.chosen)

    def clear(self) -> None:
        """Unmark the choice."""
        self.buttons.setExclusive(False)
        for button in self.buttons.buttons():
            button.setChecked(False)
        self.buttons.setExclusive(True)
        self._show_choice()

    def _show_choice(self) -> None:
        self.confirm.setVisible(self._missing == 0)
        self.confirm.setEnabled(self.chosen is not None)
        if self._missing == 0:
            text = self.tr("Press Enter to confirm.") if self.chosen else self.tr("Which robot did it better?")
            self.reason.setText(text)

    def _vote_buttons(self) -> list[QPushButton]:
        texts = (self.tr("A is better"), self.tr("B is better"), self.tr("Tie"), self.tr("Both bad"))
        made = []
        for index, text in enumerate(texts):
            button = QPushButton(f"{text}   {index + 1}")
            button.setObjectName("vote")
            button.setCheckable(True)
            button.setAccessibleName(text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setMinimumHeight(30)
            if index < 2:
                button.setText(f"  {button.text()}")
                button.setIcon(_mark_icon(index))
            self.buttons.addButton(button, index)
            made.append(button)
        return made

    def _lay_out(self, votes: list[QPushButton]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(10)
        for button in votes:
            row.addWidget(button, 1)
        for widget in (self.reason, self.enough):
            below.addWidget(widget)
        below.addStretch(1)
        for widget in (self.ballot, self.skip, self.confirm):
            below.addWidget(widget)
        column.addLayout(row)
        column.addLayout(below)


def _link(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("link")
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _mark_icon(side: int) -> QIcon:
    drawn = QPixmap(64, 64)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    draw_mark(painter, side, QRectF(0, 0, 64, 64))
    painter.end()
    made = QIcon(drawn)
    made.addPixmap(drawn, QIcon.Mode.Disabled)
    return made
