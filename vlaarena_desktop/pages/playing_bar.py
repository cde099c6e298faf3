"""What stands below the replays while both sides are played: one bar for both, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from scenes.progress import Progress
from vlaarena_desktop.daemon_link import DaemonState


class PlayingBar(QFrame):
    """One joint progress: nothing tells the sides apart."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.bar, self.cancel = QProgressBar(), QPushButton(self.tr("Cancel"))
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of both robots"))
        self.cancel.setAccessibleName(self.tr("Cancel this turn"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel.clicked.connect(self.cancel_requested)
        said = QLabel(self.tr("Both robots are at work. You will see them together when both have finished."))
        said.setObjectName("lead")
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(said)
        column.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(18)
        row.addLayout(column, 1)
        row.addWidget(self.cancel)

    def show_progress(self, progress: Progress) -> None:
        """How far both sides together are; a moving bar while that is unknown."""
        known = progress.total > 0 and progress.done > 0
        self.bar.setRange(0, 1000 if known else 0)
        if known:
            self.bar.setValue(round(1000 * progress.fraction))


class WelcomeBar(QFrame):
    """What stands below the empty stage: what to do first, or that a turn failed and how to leave it."""

    new_battle_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.said, self.hint = QLabel(), QLabel()
        self.said.setObjectName("lead")
        self.hint.setObjectName("quiet")
        self.hint.setWordWrap(True)
        self.new_battle = QPushButton(self.tr("New battle   N"))
        self.new_battle.setAccessibleName(self.tr("New battle"))
        self.new_battle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.new_battle.clicked.connect(self.new_battle_requested)
        column = QVBoxLayout()
        column.addWidget(self.said)
        column.addWidget(self.hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(18)
        row.addLayout(column, 1)
        row.addWidget(self.new_battle)

    def show_ready(self, daemon: DaemonState, *, waiting: bool) -> None:
        """Invite to a battle or to run a turn again, or say that the daemon is not there."""
        self.new_battle.setVisible(waiting)
        self.new_battle.setEnabled(daemon == "idle")
        if daemon in ("offline", "version"):
            self.said.setText(self.tr("No daemon is there to play. The pill at the top right connects again."))
        elif daemon == "idle" and waiting:
            self.said.setText(self.tr("The turn was not played. Press Enter in the instruction box to play it again."))
        elif daemon == "idle":
            self.said.setText(self.tr("Ready for a battle. Press Enter in the instruction box to play it."))
        else:
            self.said.setText(self.tr("One moment: the daemon that plays the robots is not ready yet."))
        self.hint.setText(
            self.tr(
                "Two anonymous models carry out the same instruction. "
                "Watch both, vote, and only then learn their names."
            )
        )
