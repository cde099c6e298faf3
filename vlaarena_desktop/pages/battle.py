"""The battle page: choose, watch both, vote, learn who it was."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QInputDialog, QStackedWidget, QVBoxLayout, QWidget

from sync.records import VoidReason, Vote
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.outcome import Outcome
from vlaarena_desktop.pages.playing_bar import PlayingBar, WelcomeBar
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.setting_bar import SettingBar
from vlaarena_desktop.pages.verdict import RevealPanel, UndoBar
from vlaarena_desktop.pages.vote_bar import VoteBar
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.mjmodels import MjModels


class BattlePage(QWidget):
    """Widgets only: the arena knows the battle, the playhead the time."""

    def __init__(self, arena: Arena, models: MjModels, *, native: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._arena, self._models = arena, models
        self.room = ReplayRoom(models, native=native)
        self.playhead, self.viewers, self.link = self.room.playhead, self.room.viewers, self.room.link
        self.transport = self.room.transport
        self.setting_bar = SettingBar()
        self.welcome, self.playing = WelcomeBar(), PlayingBar()
        self.vote_bar, self.undo_bar, self.reveal_panel = VoteBar(), UndoBar(), RevealPanel()
        self._below = QStackedWidget()
        self._lay_out()
        self._connect_arena()
        self._connect_widgets()
        self._show_state()
        self.preview(0)

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self.setting_bar.dress(colors)
        self.room.dress(colors)

    def release(self) -> None:
        """Free the viewers' OpenGL resources and stop the clock."""
        self.room.release()

    @Slot()
    def play(self) -> None:
        """Play what the setting bar says: the first turn of a new battle, or the next turn of this one."""
        bar, arena = self.setting_bar, self._arena
        if arena.takes_turns:
            started = arena.next_turn(bar.setting.instruction, bar.turn_start)
        elif arena.state in ("idle", "revealed"):
            started = arena.begin(bar.setting)
        else:
            return
        if started:
            self.viewers[0].setFocus()

    @Slot()
    def new_battle(self) -> None:
        """Close what is under way and begin with the same setting; a battle to vote on is not left."""
        if self._arena.state == "watching":
            self._arena.notices.tell(self.tr("This battle still waits for your vote."), self.tr("Vote, or skip it."))
        elif self._arena.begin(self.setting_bar.setting):
            self.viewers[0].setFocus()

    @Slot()
    def ask_to_skip(self) -> None:
        """End the battle without a vote, with a reason."""
        if self._arena.state not in ("waiting", "watching"):
            return
        reasons: dict[str, VoidReason] = {
            self.tr("The instruction is unclear"): "unclear_instruction",
            self.tr("The scene is broken"): "scene_broken",
            self.tr("The replay has a fault"): "replay_glitch",
            self.tr("I recognise a model"): "recognised_model",
            self.tr("I have a conflict of interest"): "conflict_of_interest",
            self.tr("Something else"): "other",
        }
        title, question = self.tr("Skip this battle"), self.tr("Why? The battle will count for nobody.")
        reason, agreed = QInputDialog.getItem(self, title, question, list(reasons), 0, False)
        if agreed:
            self._arena.skip(reasons[reason])

    def choose(self, index: int) -> None:
        """Mark a choice, or say what is still unwatched."""
        if self._arena.state != "watching":
            return
        self.vote_bar.choose(index)
        if not self._arena.unlocked:
            text = self.tr("{percent} % of both replays is still unwatched.")
            self._arena.notices.tell(text.format(percent=self._arena.missing_percent))

    @Slot()
    def confirm(self) -> None:
        """Enter: cast the marked choice; after the vote, tell the names."""
        if self._arena.state == "watching":
            self.vote_bar.confirm_choice()
        elif self._arena.state == "voted":
            self._arena.reveal()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 14)
        column.setSpacing(10)
        for bar in (self.welcome, self.playing, self.vote_bar, self.undo_bar, self.reveal_panel):
            self._below.addWidget(bar)
        self._below.setFixedHeight(108)
        column.addWidget(self.setting_bar)
        column.addWidget(self.room, 1)
        column.addWidget(self._below)

    def _connect_arena(self) -> None:
        arena = self._arena
        arena.state_changed.connect(self._show_state)
        arena.daemon.changed.connect(self._show_state)
        arena.progressed.connect(self.playing.show_progress)
        arena.turn_added.connect(self._show_turn)
        arena.watched_changed.connect(self.vote_bar.set_missing)
        arena.voted.connect(self._show_vote)
        arena.undo_ticked.connect(self.undo_bar.tick)
        arena.revealed.connect(self._show_outcome)

    def _connect_widgets(self) -> None:
        arena = self._arena
        self.setting_bar.play_requested.connect(self.play)
        self.setting_bar.scene_changed.connect(self._preview_choice)
        arena.daemon.cards_changed.connect(lambda: self.setting_bar.set_models(arena.daemon.cards))
        self.welcome.new_battle_requested.connect(self.new_battle)
        self.playing.cancel_requested.connect(arena.cancel)
        self.vote_bar.confirmed.connect(arena.vote)
        self.vote_bar.enough_requested.connect(arena.see_enough)
        self.vote_bar.skip_requested.connect(self.ask_to_skip)
        self.undo_bar.undo_requested.connect(arena.undo)
        self.undo_bar.reveal_requested.connect(arena.reveal)
        self.reveal_panel.new_battle_requested.connect(self.new_battle)
        self.room.presented.connect(arena.present)
        self.room.troubled.connect(arena.notices.show_error)

    @Slot(object)
    def _show_turn(self, replay: TurnReplay) -> None:
        self.room.set_turns(self._arena.turns)
        self.room.show_turn(replay)

    @Slot()
    def _show_state(self) -> None:
        arena = self._arena
        bars = {
            "playing": self.playing,
            "watching": self.vote_bar,
            "voted": self.undo_bar,
            "revealed": self.reveal_panel,
        }
        self._below.setCurrentWidget(bars.get(arena.state, self.welcome))
        ready = arena.daemon.state == "idle"
        self.welcome.show_ready(arena.daemon.state, waiting=arena.state == "waiting")
        underway = arena.state in ("waiting", "playing", "watching")
        self.setting_bar.offer_next_turn(offered=underway, first=not arena.turns)
        self.setting_bar.set_playable(playable=ready and (arena.takes_turns or arena.state in ("idle", "revealed")))
        if arena.state == "playing" and not arena.turns and arena.battle is not None:
            self.preview(arena.battle.seed)
        if arena.state == "watching":
            self.vote_bar.set_missing(arena.missing_percent)

    def preview(self, seed: int) -> None:
        """Show the chosen scene at rest on both sides, as a turn from a fresh start with this seed finds it."""
        setting = self.setting_bar.setting
        self.room.show_still(self._models.still(setting.robot_id, setting.scene_id, seed))

    @Slot()
    def _preview_choice(self) -> None:
        if self._arena.state == "idle" and self.setting_bar.setting.scene_id:
            self.preview(0)

    @Slot(object)
    def _show_vote(self, vote: Vote) -> None:
        self.undo_bar.show_vote(vote.vote)
        self.vote_bar.clear()

    @Slot(object)
    def _show_outcome(self, outcome: Outcome) -> None:
        self.reveal_panel.show_outcome(outcome)
