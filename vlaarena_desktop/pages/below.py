"""What stands below the replays: one bar for each state of the battle."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from vlaarena_desktop.arena import Arena, ArenaState
from vlaarena_desktop.beginnings import LeftBattle
from vlaarena_desktop.pages.playing_bar import PlayingBar
from vlaarena_desktop.pages.skip_panel import SkipPanel
from vlaarena_desktop.pages.verdict import RevealPanel, UndoBar
from vlaarena_desktop.pages.vote_bar import VoteBar
from vlaarena_desktop.pages.welcome_bar import WelcomeBar

_HEIGHT = 108  # [px] of every bar, so that nothing above moves


class Below(QStackedWidget):
    """Welcome, playing, vote, reasons to skip, undo, reveal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: ArenaState = "idle"
        self.welcome, self.playing = WelcomeBar(), PlayingBar()
        self.vote_bar, self.skip_panel = VoteBar(), SkipPanel()
        self.undo_bar, self.reveal_panel = UndoBar(), RevealPanel()
        for bar in (
            self.welcome,
            self.playing,
            self.vote_bar,
            self.skip_panel,
            self.undo_bar,
            self.reveal_panel,
        ):
            self.addWidget(bar)
        self.setFixedHeight(_HEIGHT)

    @property
    def skipping(self) -> bool:
        """Whether a reason to skip is asked."""
        return self.currentWidget() is self.skip_panel

    @property
    def has_focus(self) -> bool:
        """Whether the keys belong to a button in here."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def show_state(self, arena: Arena, left: LeftBattle | None) -> None:
        """The bar of the battle's state; a reason to skip is asked on as long as that state lasts."""
        self.welcome.show_ready(arena.daemon.state, waiting=arena.state == "waiting", left=left)
        if arena.state == "watching":
            self.vote_bar.set_missing(arena.missing_percent)
        if not self.skipping or arena.state != self._state:
            self._state = arena.state
            self.leave_reason()

    def ask_reason(self) -> None:
        """Why is the battle skipped?"""
        self.setCurrentWidget(self.skip_panel)

    def leave_reason(self) -> None:
        """Back to the bar of the battle's state."""
        bars: dict[ArenaState, QWidget] = {
            "playing": self.playing,
            "watching": self.vote_bar,
            "voted": self.undo_bar,
            "revealed": self.reveal_panel,
        }
        self.setCurrentWidget(bars.get(self._state, self.welcome))
