"""Judging: what stands below the replays, from the welcome over the vote and its ballot to the reveal."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sync.records import Choice, VoidReason, Vote
from vlaarena_desktop.announcing import announce
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.outcome import Outcome
from vlaarena_desktop.pages.ballot import BallotPanel
from vlaarena_desktop.pages.below import Below
from vlaarena_desktop.pages.choices import check_text, choice_text
from vlaarena_desktop.theme import Colors


class Judging(QWidget):
    """The arena decides; this shows and asks."""

    left = Signal()  # the keys belong to the replay again
    announced = Signal(str)  # what a screen reader is to say

    def __init__(self, arena: Arena, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arena = arena
        self.ballot, self.below = BallotPanel(), Below()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.ballot)
        column.addWidget(self.below)
        self._connect_arena()
        self._connect_widgets()
        self.announced.connect(lambda text: announce(self, text))

    @property
    def skipping(self) -> bool:
        """Whether a reason to skip is asked."""
        return self.below.skipping

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self.ballot.dress(colors)

    @Slot()
    def show_state(self) -> None:
        """Show the bar of the battle's state; a button that goes leaves the keys to the replay."""
        arena = self._arena
        bar, had_focus = self.below.currentWidget(), self.below.has_focus or self.ballot.has_focus
        if arena.state in ("idle", "revealed"):
            self.ballot.clear()
        if arena.state != "watching":
            self.ballot.hide()
        self.below.show_state(arena, arena.left_battle())
        if had_focus and self.below.currentWidget() is not bar:
            self.left.emit()

    def choose(self, index: int) -> None:
        """Mark a choice, or say what is still unwatched."""
        if self._arena.state != "watching":
            return
        self.below.vote_bar.choose(index)
        if not self._arena.unlocked:
            self._tell_unwatched()

    @Slot()
    def confirm(self) -> None:
        """Enter: cast the marked choice; after the vote, tell the names."""
        if self.ballot.has_focus:
            self.leave_ballot()
        elif self._arena.state == "watching" and not self.skipping:
            self.below.vote_bar.confirm_choice()
        elif self._arena.state == "voted":
            self._arena.reveal()

    @Slot()
    def undo(self) -> None:
        """Take the vote back."""
        if self._arena.state == "voted" and self._arena.undo():
            self.announced.emit(self.tr("The vote was taken back."))

    @Slot()
    def open_ballot(self) -> None:
        """Say something beside the choice."""
        if self._arena.state == "watching":
            self.below.leave_reason()
            self.ballot.open()

    @Slot()
    def leave_ballot(self) -> None:
        """Give the keys back to the replay and the vote."""
        self.left.emit()
        self.ballot.hide()

    @Slot()
    def see_enough(self) -> None:
        """What was watched suffices; the vote says so."""
        self._arena.see_enough()

    @Slot()
    def ask_to_skip(self) -> None:
        """End the battle without a vote: ask for the reason."""
        if self._arena.state in ("waiting", "watching"):
            self.leave_ballot()
            self.below.ask_reason()

    def escape(self) -> bool:
        """Back from what was opened; whether there was anything."""
        if not self.skipping and not self.ballot.isVisible():
            return False
        self.leave_ballot()
        self.below.leave_reason()
        return True

    def _connect_arena(self) -> None:
        arena, below = self._arena, self.below
        arena.progressed.connect(below.playing.show_progress)
        arena.watched_changed.connect(below.vote_bar.set_missing)
        arena.voting.unlocked.connect(self._tell_unlocked)
        arena.voted.connect(self._show_vote)
        arena.undo_ticked.connect(below.undo_bar.tick)
        arena.revealed.connect(self._show_outcome)

    def _connect_widgets(self) -> None:
        arena, below = self._arena, self.below
        below.playing.cancel_requested.connect(arena.cancel)
        below.vote_bar.confirmed.connect(self._cast)
        below.vote_bar.enough_requested.connect(self.see_enough)
        below.vote_bar.skip_requested.connect(self.ask_to_skip)
        below.vote_bar.ballot_requested.connect(self.open_ballot)
        below.skip_panel.chosen.connect(self._skip)
        below.skip_panel.cancelled.connect(self.escape)
        below.undo_bar.undo_requested.connect(self.undo)
        below.undo_bar.reveal_requested.connect(arena.reveal)
        self.ballot.changed.connect(lambda: below.vote_bar.show_remarks(self.ballot.summary()))
        self.ballot.left.connect(self.leave_ballot)

    @Slot(str)
    def _cast(self, choice: Choice) -> None:
        self._arena.vote(choice, self.ballot.remarks)

    @Slot(str)
    def _skip(self, reason: VoidReason) -> None:
        self._arena.skip(reason)

    @Slot()
    def _tell_unlocked(self) -> None:
        self.announced.emit(self.tr("You may vote now: 1 A is better, 2 B is better, 3 tie, 4 both bad."))

    def _tell_unwatched(self) -> None:
        text = self.tr("{percent} % of both replays is still unwatched.").format(percent=self._arena.missing_percent)
        turns = self._arena.voting.unwatched_turns
        told = self.tr("Still to watch: turn {turns}.").format(turns=", ".join(map(str, turns)))
        self._arena.notices.tell(text, told if len(self._arena.turns) > 1 else "")

    @Slot(object)
    def _show_vote(self, vote: Vote) -> None:
        self.below.undo_bar.show_vote(vote.vote, self._arena.voting.undo_seconds)
        self.below.vote_bar.clear()
        said = self.tr("Your vote is kept: {choice}. U takes it back.").format(choice=choice_text(vote.vote))
        self.announced.emit(said)

    @Slot(object)
    def _show_outcome(self, outcome: Outcome) -> None:
        self.below.reveal_panel.show_outcome(outcome, practice=self._arena.practising)
        said = self.tr("A was {left}, B was {right}.").format(left=outcome.left.name, right=outcome.right.name)
        self.announced.emit("\n".join([said, check_text(outcome.check)] if outcome.check else [said]))
