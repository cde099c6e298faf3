"""The question before one's own vote on a past battle is retracted: what that means, and what it does not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sync.records import Vote
from sync.store import Store
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.choices import choice_text
from vlaarena_desktop.reporting import reporting


class RetractQuestion(QWidget):
    """Hidden until it is asked; only the evaluator whose vote it is can be asked, and the store holds that, too."""

    retracted = Signal()
    closed = Signal()  # the keys are the page's again

    def __init__(self, store: Store, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self.notices = store, notices
        self._vote: Vote | None = None
        self.said = QLabel()
        self.keep, self.retract = QPushButton(self.tr("Keep it   Esc")), QPushButton(self.tr("Retract the vote"))
        self.said.setWordWrap(True)
        self.keep.setAccessibleName(self.tr("Keep the vote (Esc)"))
        self.retract.setAccessibleName(self.retract.text())
        self.keep.clicked.connect(self.close_down)
        self.retract.clicked.connect(self._take_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 0, 2)
        row.setSpacing(10)
        row.addWidget(self.said, 1)
        for button in (self.keep, self.retract):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        self.hide()

    @property
    def possible(self) -> bool:
        """Whether there is a vote, and it is that of who sits here now."""
        return self._vote is not None and self._vote.evaluator_id == self._store.evaluator().evaluator_id

    def set_vote(self, vote: Vote | None) -> None:
        """The vote of the closed battle that is reviewed, if it has one; nothing is asked of it yet."""
        self._vote = vote
        self.hide()

    @Slot()
    def ask(self) -> None:
        """Say what retracting means; the focus is on the button that changes nothing."""
        if self._vote is None or not self.possible:
            self.notices.tell(self.tr("Only one's own vote can be retracted."))
            return
        text = self.tr(
            "Retract your vote “{choice}”? Nothing is deleted: the retraction is kept beside it, and no rating counts "
            "it any more. The names stay known, so nobody can vote on this battle again."
        )
        self.said.setText(text.format(choice=choice_text(self._vote.vote)))
        self.show()
        self.keep.setFocus()

    @Slot()
    def close_down(self) -> None:
        """The vote stays."""
        self.hide()
        self.closed.emit()

    @Slot()
    def _take_back(self) -> None:
        """What was asked may hold no longer: the store decides."""
        if self._retract():
            self._vote = None
            self.notices.tell(self.tr("Your vote is retracted: it counts no more."))
            self.retracted.emit()
        self.close_down()

    @reporting
    def _retract(self) -> None:
        if self._vote is not None:
            self._store.retract_vote(self._vote.battle_id)
