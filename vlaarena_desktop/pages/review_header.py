"""What stands above a past battle: what was asked, when, by whom, who played, and how it was judged."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from sync.records import Battle, Branch, Vote
from sync.store import Store
from vlaarena_desktop.evidence import Evidence, TurnEvidence
from vlaarena_desktop.icons import icon
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.choices import choice_text, retracted_text
from vlaarena_desktop.pages.retract_question import RetractQuestion
from vlaarena_desktop.pages.tag_row import tag_text
from vlaarena_desktop.sides import SIDE_LETTERS, SIDES
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.badge import SideMark

_MARK, _NAME_WIDTH = 26, 150  # [px]; of a name that much is always shown


class ReviewHeader(QFrame):
    """Everything on it is known since the vote. One's own vote can be retracted here, after a question."""

    back_requested = Signal()
    link_requested = Signal()

    def __init__(self, store: Store, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.back, self.link = QPushButton(self.tr("‹ History")), QPushButton()
        self.retract, self.question = QPushButton(self.tr("Retract…")), RetractQuestion(store, notices)
        self.instruction, self.details = ElidedLabel("lead"), ElidedLabel("quiet")
        self.names, self.vote = (ElidedLabel("lead"), ElidedLabel("lead")), QLabel()
        self.vote.setObjectName("lead")
        self._told = ""  # of the battle: when, who, and what was said
        self.back.clicked.connect(self.back_requested)
        self.link.clicked.connect(self.link_requested)
        self.retract.clicked.connect(self.question.ask)
        self.question.retracted.connect(self._show_retracted)
        self._name_buttons()
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
        self.vote.setText(choice_text(vote.vote) if vote is not None else _without_vote(evidence.battle))
        self.question.set_vote(vote)
        self.retract.setVisible(self.question.possible)

    def show_turn(self, turn: TurnEvidence, branch: Branch | None = None) -> None:
        """What was asked, and who is on the stage: the battle's turn, or a branch beside what it left."""
        self.instruction.setText(turn.turn.instruction)
        self.details.setText(self._told if branch is None else self._beginning(branch))
        self.vote.setVisible(not branch)
        self.retract.setVisible(not branch and self.question.possible)
        for label, side in zip(self.names, turn.sides, strict=True):
            label.setText(side.name)
            label.setMinimumWidth(min(_NAME_WIDTH, label.sizeHint().width()))

    def showEvent(self, event: QShowEvent) -> None:
        """Who sits here may have changed meanwhile."""
        self.retract.setVisible(not self.vote.isHidden() and self.question.possible)
        super().showEvent(event)

    @Slot()
    def _show_retracted(self) -> None:
        self.vote.setText(retracted_text())
        self.retract.hide()

    def _beginning(self, branch: Branch) -> str:
        told = self.tr("Branch from {side}, step {step}, beside what happened")
        return told.format(side=SIDE_LETTERS[SIDES.index(branch.side)], step=branch.step)

    def _name_buttons(self) -> None:
        self.back.setAccessibleName(self.tr("Back to the list"))
        self.back.setToolTip(self.tr("Back to the list (Alt+Left)"))
        self.link.setAccessibleName(self.tr("Copy a link to this moment"))
        self.link.setToolTip(self.tr("Copy a link to this moment (Ctrl+Shift+C)"))
        self.retract.setAccessibleName(self.tr("Retract your vote…"))
        self.retract.setToolTip(self.tr("Retract your vote… (U)"))
        for button in (self.back, self.link, self.retract):
            button.setObjectName("link")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.instruction)
        words.addWidget(self.details)
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(8, 7, 8, 7)
        column.setSpacing(2)
        row.setSpacing(10)
        row.addWidget(self.back)
        row.addLayout(words, 5)
        for side, label in enumerate(self.names):
            row.addWidget(SideMark(side, _MARK))
            row.addWidget(label, 2)
        for widget in (self.vote, self.retract, self.link):
            row.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.question)


def _without_vote(battle: Battle) -> str:
    """Why a closed battle has no vote that counts."""
    return retracted_text() if battle.status == "voted" else QCoreApplication.translate("ReviewHeader", "No vote")


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
