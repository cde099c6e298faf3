"""The battle page: choose, watch both, vote, learn who it was."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sync.records import MAX_TURNS
from vlaarena_desktop import beginnings
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.commands import Command
from vlaarena_desktop.links import Link, link_text
from vlaarena_desktop.outcome import Outcome
from vlaarena_desktop.pages.after_vote import furnish
from vlaarena_desktop.pages.battle_commands import battle_commands
from vlaarena_desktop.pages.judging import Judging
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.save_dialog import SaveDialog
from vlaarena_desktop.pages.setting_bar import SettingBar
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.rest import RestReminder
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.mjmodels import MjModels

_CHOOSING, _UNDER_WAY = ("idle", "revealed"), ("waiting", "playing", "watching", "voted")


class BattlePage(QWidget):
    """Widgets only: the arena knows the battle, the playhead the time."""

    # link to a moment of the battle just revealed; what to try there, of which side, at which of its control steps
    review_requested = Signal(str, str, str, int)

    def __init__(self, arena: Arena, models: MjModels, *, native: bool, state: QSettings | None = None) -> None:
        """`state` remembers where pictures are saved."""
        super().__init__()
        self.setObjectName("page")
        self._arena, self._models, self.notices = arena, models, arena.notices
        self._still: tuple[str, str, int] | None = None  # the robot, scene and seed last shown at rest
        self.room, self.setting_bar, self.judging = ReplayRoom(models, native=native), SettingBar(), Judging(arena)
        self.playhead, self.viewers, self.link = self.room.playhead, self.room.viewers, self.room.link
        self.transport, self.ballot, below = self.room.transport, self.judging.ballot, self.judging.below
        self.welcome, self.playing, self.vote_bar = below.welcome, below.playing, below.vote_bar
        self.skip_panel, self.undo_bar, self.reveal_panel = below.skip_panel, below.undo_bar, below.reveal_panel
        self.drawer = furnish(self.room, arena.store, arena.notices)
        self.saving = SaveDialog(self.room, models, arena.notices, None, settings=state)
        self.rest = RestReminder(parent=self)
        self._lay_out()
        self._connect_arena()
        self._connect_widgets()
        self._show_state()
        self.preview(0)

    def commands(self) -> tuple[Command, ...]:
        """What can be done now."""
        return battle_commands(self, self._arena)

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self.setting_bar.dress(colors)
        self.judging.dress(colors)
        self.room.dress(colors)
        self.drawer.dress(colors)

    def release(self) -> None:
        """Free the viewers' OpenGL resources and stop the clock."""
        self.saving.stop()
        self.room.release()

    @Slot()
    def play(self) -> None:
        """Play what the setting bar says: the first turn of a new battle, or the next turn of this one."""
        bar, arena = self.setting_bar, self._arena
        if arena.takes_turns:
            started = arena.next_turn(bar.setting.instruction, bar.turn_start)
        elif arena.state in _CHOOSING:
            started = self._begin()
        else:
            return
        if started:
            self.watch()

    @Slot()
    def new_battle(self) -> None:
        """Close what is under way and begin with the same setting; a battle to vote on is not left."""
        if self._arena.state == "watching":
            self.notices.tell(self.tr("This battle still waits for your vote."), self.tr("Vote, or skip it."))
        elif self._begin():
            self.watch()

    @Slot()
    def practise(self) -> None:
        """Begin a battle among the baselines that does not count."""
        if self._arena.state in _CHOOSING and self._arena.begin(self.setting_bar.setting, practice=True):
            self.watch()

    @Slot()
    @reporting
    def surprise(self) -> None:
        """Choose any scene and task that fit; Enter plays it."""
        if self._arena.state in _CHOOSING:
            now, generator = self.setting_bar.setting, np.random.default_rng()
            cards = self._arena.daemon.cards
            self.setting_bar.choose(beginnings.surprise(cards, now.robot_id, generator, but_not=now.instruction))
            self.setting_bar.type_instruction()

    @Slot()
    def resume(self, battle_id: str = "") -> None:
        """Go on with a battle that was left open: with this one, else with the newest."""
        left = None if battle_id else self._arena.left_battle()
        wanted = left.battle.battle_id if left is not None else battle_id
        if wanted and self._arena.resume(wanted):
            self.watch()

    @Slot()
    def give_up(self) -> None:
        """Abandon the battle that was left open."""
        left = self._arena.left_battle()
        if left is not None:
            self._arena.give_up(left)
            self._show_state()

    @Slot()
    def watch(self) -> None:
        """Give the keys to the replay."""
        self.viewers[0].setFocus()

    @Slot()
    def type_instruction(self) -> None:
        """Give the keys to the instruction, unless the battle takes no more turns."""
        if self._arena.state == "watching" and not self._arena.takes_turns:
            self.notices.tell(self._last_turn())
        elif self._arena.state != "playing":
            self.setting_bar.type_instruction()

    @Slot()
    def type_next(self) -> None:
        """Type the instruction of a turn that starts from where each side stopped."""
        if self._arena.takes_turns and self._arena.turns:
            self.setting_bar.type_instruction("continue")
        else:
            self.type_instruction()

    @Slot()
    def escape(self) -> None:
        """Back from what was opened; else what Esc does in the replay."""
        if not self.judging.escape():
            self.room.step_back()

    def preview(self, seed: int) -> None:
        """Show the chosen scene at rest on both sides, as a turn from a fresh start with this seed finds it."""
        setting = self.setting_bar.setting
        wanted = (setting.robot_id, setting.scene_id, seed)
        if self._still != wanted or self.room.shown is not None:
            self._still = wanted
            self.room.show_still(self._models.still(*wanted))
        self.room.set_turns(())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.setting_bar)
        column.addWidget(self.room, 1)
        column.addWidget(self.judging)

    def _connect_arena(self) -> None:
        arena = self._arena
        arena.state_changed.connect(self._show_state)
        arena.state_changed.connect(self.rest.follow)
        arena.daemon.changed.connect(self._show_state)
        arena.daemon.cards_changed.connect(lambda: self.setting_bar.set_models(arena.daemon.cards))
        arena.turn_added.connect(self._show_turn)
        arena.resumed.connect(self._show_resumed)
        arena.voted.connect(self.drawer.prepare)
        arena.revealed.connect(self._show_evidence)
        self.rest.due.connect(self._suggest_rest)

    def _connect_widgets(self) -> None:
        bar, welcome = self.setting_bar, self.welcome
        bar.play_requested.connect(self.play)
        bar.surprise_requested.connect(self.surprise)
        bar.left.connect(self.watch)
        bar.scene_changed.connect(self._preview_choice)
        welcome.new_battle_requested.connect(self.new_battle)
        welcome.surprise_requested.connect(self.surprise)
        welcome.practice_requested.connect(self.practise)
        welcome.continue_requested.connect(self.resume)
        welcome.give_up_requested.connect(self.give_up)
        self.judging.left.connect(self.watch)
        self.reveal_panel.new_battle_requested.connect(self.new_battle)
        self.room.presented.connect(self._arena.present)
        self.room.troubled.connect(self._arena.notices.show_error)
        self.drawer.save_requested.connect(self.saving.rise)
        self.drawer.branch_requested.connect(lambda side, step: self._review("branch", side, step))
        self.drawer.reproduce_requested.connect(lambda side: self._review("reproduce", side, 0))

    @Slot(object)
    def _show_turn(self, replay: TurnReplay) -> None:
        self.room.set_turns(self._arena.turns)
        self.room.show_turn(replay)
        if not self._arena.takes_turns:
            self.notices.tell(self._last_turn())

    @Slot()
    def _show_resumed(self) -> None:
        if self._arena.setting is not None:
            self.setting_bar.choose(self._arena.setting)
        self.room.set_turns(self._arena.turns)
        self.room.show_turn(self._arena.turns[0])

    @Slot()
    def _show_state(self) -> None:
        arena, bar = self._arena, self.setting_bar
        self.judging.show_state()
        under_way = arena.state in _UNDER_WAY
        bar.offer_next_turn(offered=under_way, first=not arena.turns, practice=under_way and arena.practising)
        free = arena.takes_turns or arena.state in _CHOOSING
        full = arena.state == "watching" and not arena.takes_turns
        bar.set_playable(playable=free and arena.daemon.state == "idle", full=full)
        if arena.state != "revealed":
            self.room.set_evidence(None)
        if arena.state == "playing" and not arena.turns and arena.battle is not None:
            self.preview(arena.battle.seed)

    @Slot()
    def _preview_choice(self) -> None:
        if self._arena.state == "idle" and self.setting_bar.setting.scene_id:
            self.preview(0)

    @Slot(object)
    def _show_evidence(self, outcome: Outcome) -> None:
        """What the replay shows beside the motion, now that the battle is closed."""
        self.saving.set_names((outcome.left.name, outcome.right.name), outcome.battle_id)
        self.room.set_evidence(self._arena.evidence)

    def _begin(self) -> bool:
        """Start a battle that counts; whether that was possible."""
        practised = self._arena.practising
        begun = self._arena.begin(self.setting_bar.setting)
        if begun and practised:
            self.notices.tell(self.tr("The practice is over: this battle counts."))
        return begun

    def _review(self, trial: str, side: str, step: int) -> None:
        """Branches and reproductions begin in the review of a battle, at this moment."""
        if self.room.shown is not None:
            turn = self.room.shown.turn
            link = Link(turn.battle_id, turn.seq, self.playhead.step, self.room.active_view.name)
            self.review_requested.emit(link_text(link), trial, side, step)

    @Slot(int)
    def _suggest_rest(self, minutes: int) -> None:
        text = self.tr("You have judged for {minutes} minutes.").format(minutes=minutes)
        self.notices.tell(text, self.tr("Rest your eyes for a moment: the battle waits."))

    def _last_turn(self) -> str:
        return self.tr("That was the last of {turns} turns. Watch it and vote.").format(turns=MAX_TURNS)
