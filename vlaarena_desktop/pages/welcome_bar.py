"""What stands below the empty stage: how to begin, or a battle that was left open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vlaarena_desktop.beginnings import LeftBattle
from vlaarena_desktop.daemon_link import DaemonState

_SHOWN = 60  # characters of an instruction


class WelcomeBar(QFrame):
    """Says what to do first, or that a turn failed and how to leave it."""

    new_battle_requested = Signal()
    surprise_requested = Signal()
    practice_requested = Signal()
    continue_requested = Signal()
    give_up_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.said, self.hint = QLabel(), QLabel()
        self.said.setObjectName("lead")
        self.hint.setObjectName("quiet")
        for label in (self.said, self.hint):
            label.setWordWrap(True)
        self.new_battle = _button(self.tr("New battle   N"), self.tr("New battle"), self.new_battle_requested)
        self.surprise = _button(self.tr("Surprise me   R"), self.tr("Surprise me"), self.surprise_requested)
        self.surprise.setToolTip(self.tr("Any task of any scene that fits"))
        self.practice = _button(self.tr("Practice"), self.tr("Practice: does not count"), self.practice_requested)
        self.practice.setToolTip(self.tr("A battle among the baselines that come with the arena. It does not count."))
        self.give_up = _button(self.tr("Give it up"), self.tr("Give the open battle up"), self.give_up_requested)
        self.go_on = _button(self.tr("Continue it   B"), self.tr("Continue the open battle"), self.continue_requested)
        self.go_on.setObjectName("primary")
        self._lay_out()

    @property
    def offering(self) -> bool:
        """Whether a battle that was left open is offered."""
        return not self.go_on.isHidden()

    def show_ready(self, daemon: DaemonState, *, waiting: bool, left: LeftBattle | None = None) -> None:
        """Invite to a battle or to run a turn again, offer the one left open, or say that nobody is there to play."""
        self.new_battle.setVisible(waiting)
        self.new_battle.setEnabled(daemon == "idle")
        for button in (self.surprise, self.practice):
            button.setVisible(not waiting and left is None)
            button.setEnabled(daemon == "idle")
        for button in (self.give_up, self.go_on):
            button.setVisible(left is not None)
        self.said.setText(self._left(left) if left is not None else self._invitation(daemon, waiting=waiting))
        self.hint.setText(self._hint(left))

    def _left(self, left: LeftBattle) -> str:
        text = self.tr("You left a battle open: “{instruction}”")
        instruction = left.setting.instruction
        return text.format(instruction=instruction if len(instruction) <= _SHOWN else f"{instruction[:_SHOWN]}…")

    def _hint(self, left: LeftBattle | None) -> str:
        if left is None:
            return self.tr(
                "Two anonymous models carry out the same instruction. "
                "Watch both, vote, and only then learn their names."
            )
        if left.turns == 1:
            return self.tr("It is to be watched again; the names are still unknown.")
        many = self.tr("Its {turns} turns are to be watched again; the names are still unknown.")
        return many.format(turns=left.turns)

    def _invitation(self, daemon: DaemonState, *, waiting: bool) -> str:
        if daemon in ("offline", "version"):
            return self.tr("No daemon is there to play. The pill at the top right connects again.")
        if daemon != "idle":
            return self.tr("One moment: the daemon that plays the robots is not ready yet.")
        if waiting:
            return self.tr("The turn was not played. Press Enter in the instruction box to play it again.")
        return self.tr("Ready for a battle. Press Enter in the instruction box to play it.")

    def _lay_out(self) -> None:
        column, row = QVBoxLayout(), QHBoxLayout(self)
        column.setSpacing(6)
        column.addStretch(1)
        column.addWidget(self.said)
        column.addWidget(self.hint)
        column.addStretch(1)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(10)
        row.addLayout(column, 1)
        for button in (self.surprise, self.practice, self.new_battle, self.give_up, self.go_on):
            row.addWidget(button)


def _button(text: str, name: str, wanted: SignalInstance) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(wanted)
    return button
