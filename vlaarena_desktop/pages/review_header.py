"""What stands above a past battle: what was asked, when, by whom, who played, and how it was judged."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from sync.records import Vote
from vlaarena_desktop.evidence import Evidence, TurnEvidence
from vlaarena_desktop.icons import icon
from vlaarena_desktop.pages.choices import choice_text
from vlaarena_desktop.pages.tag_row import tag_text
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.badge import SideMark

_MARK = 26  # [px]


class ReviewHeader(QFrame):
    """Everything on it is known since the vote."""

    back_requested = Signal()
    link_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.back, self.link = QPushButton(self.tr("‹ History")), QPushButton(self.tr("Copy link"))
        self.instruction, self.details = ElidedLabel("lead"), ElidedLabel("quiet")
        self.names, self.vote = (ElidedLabel("lead"), ElidedLabel("lead")), QLabel()
        self.vote.setObjectName("lead")
        self._told = ""  # of the battle: when, who, and what was said
        self.back.clicked.connect(self.back_requested)
        self.link.clicked.connect(self.link_requested)
        self._lay_out()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self.link.setIcon(icon("link", colors.link))

    def show_battle(self, evidence: Evidence, evaluator: str, sitting: str) -> None:
        """What is the same for all turns: when, who, and what was said."""
        when = datetime.fromisoformat(evidence.battle.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
        vote = evidence.vote
        said = [*(_said(vote) if vote is not None else ()), *([f"“{sitting}”"] if sitting else ())]
        self._told = " · ".join([when, evaluator, *said])
        self.vote.setText(choice_text(vote.vote) if vote is not None else self.tr("No vote"))

    def show_turn(self, turn: TurnEvidence, branch: str = "") -> None:
        """What was asked, and who is on the stage; `branch` says what a branch began at."""
        self.instruction.setText(turn.turn.instruction)
        self.details.setText(branch or self._told)
        self.vote.setVisible(not branch)
        for label, side in zip(self.names, turn.sides, strict=True):
            label.setText(side.name)

    def _lay_out(self) -> None:
        self.back.setObjectName("link")
        self.link.setObjectName("link")
        self.back.setAccessibleName(self.tr("Back to the list"))
        self.back.setToolTip(self.tr("Back to the list (Alt+Left)"))
        self.link.setAccessibleName(self.tr("Copy a link to this moment"))
        self.link.setToolTip(self.tr("Copy a link to this moment (Ctrl+Shift+C)"))
        for button in (self.back, self.link):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.instruction)
        words.addWidget(self.details)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 7, 8, 7)
        row.setSpacing(10)
        row.addWidget(self.back)
        row.addLayout(words, 5)
        for side, label in enumerate(self.names):
            row.addWidget(SideMark(side, _MARK))
            row.addWidget(label, 2)
        row.addWidget(self.vote)
        row.addWidget(self.link)


def _said(vote: Vote) -> list[str]:
    """What was said beside the choice: the comment, tags, how far each side came."""
    progress = QCoreApplication.translate("BallotPanel", "{letter} {percent} %")
    sides = zip(SIDE_LETTERS, (vote.left_progress, vote.right_progress), strict=True)
    comment = [f"“{vote.comment}”"] if vote.comment else []
    came = [progress.format(letter=letter, percent=percent) for letter, percent in sides if percent is not None]
    return [*comment, *map(tag_text, vote.tags), *came]


class ElidedLabel(QLabel):
    """One line that gives way where there is no room: the rest is in its tooltip."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show a text, in full in the tooltip."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
