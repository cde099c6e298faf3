"""Arena: the battle under way. With its TurnPlayer and Voting the only object that knows both store and daemon."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from scenes.errors import RuleBroken
from scenes.progress import Progress
from sync.records import MAX_TURNS, UNDO_SECONDS, Battle, Choice, Origin, Reveal, TurnStart, VoidReason, Vote
from sync.store import Store
from vlaarena_desktop import beginnings, turns
from vlaarena_desktop.beginnings import LeftBattle
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.evidence import Evidence, evidence_of
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.outcome import Outcome, outcome_of
from vlaarena_desktop.replays import TurnReplay, replay_of
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.turn_player import TurnPlayer
from vlaarena_desktop.turns import Setting
from vlaarena_desktop.voting import NOTHING_SAID, Remarks, Voting

ArenaState = Literal["idle", "waiting", "playing", "watching", "voted", "revealed"]
_FREE = ("idle", "revealed")


class Arena(QObject):
    """One battle after another. Methods show errors through `notices` and return whether there was none.

    idle -> playing -> watching -> voted -> revealed -> playing (the next battle) ...; `waiting` is a battle
    whose first turn could not be played.
    """

    state_changed = Signal(str)  # ArenaState
    progressed = Signal(object)  # Progress of both sides together
    turn_added = Signal(object)  # TurnReplay
    resumed = Signal()  # a battle that was left open goes on; all its turns are in `turns`
    watched_changed = Signal(int)  # percent still to be watched before the vote unlocks
    undo_ticked = Signal(float)  # [s] left to take the vote back
    voted = Signal(object)  # Vote, once it is on disk
    revealed = Signal(object)  # Outcome

    _evidence: Evidence | None = None  # of the battle just revealed

    def __init__(
        self,
        store: Store,
        daemon: DaemonLink,
        notices: Notices,
        *,
        max_steps: int = turns.SCENES_STEPS,
        origin: Origin = "window",
        undo_seconds: float = UNDO_SECONDS,
    ) -> None:
        super().__init__()
        self.store, self.daemon, self.notices = store, daemon, notices
        self.voting = Voting(store, origin=origin, undo_seconds=undo_seconds, parent=self)
        self.player = TurnPlayer(store, daemon, notices, max_steps, parent=self)
        self._state: ArenaState = "idle"
        self._turns = list[TurnReplay]()
        self._battle: Battle | None = None
        self._setting: Setting | None = None
        self._outcome: Outcome | None = None
        self.voting.watched_changed.connect(self.watched_changed)
        self.voting.undo_ticked.connect(self.undo_ticked)
        self.voting.undo_ended.connect(self.reveal)
        self.player.progressed.connect(self.progressed)
        self.player.added.connect(self._add)
        self.player.missed.connect(self._rest)

    @property
    def state(self) -> ArenaState:
        """Where the battle stands."""
        return self._state

    @property
    def battle(self) -> Battle | None:
        """The battle under way or just revealed."""
        return self._battle

    @property
    def setting(self) -> Setting | None:
        """Robot, scene and first instruction of the battle."""
        return self._setting

    @property
    def turns(self) -> tuple[TurnReplay, ...]:
        """The turns played so far."""
        return tuple(self._turns)

    @property
    def cast(self) -> Vote | None:
        """The vote, while there is one."""
        return self.voting.vote

    @property
    def outcome(self) -> Outcome | None:
        """Who it was, once revealed."""
        return self._outcome

    @property
    def evidence(self) -> Evidence | None:
        """All that the battle just revealed says, unless it cannot be read."""
        return self._evidence

    @property
    def max_steps(self) -> int:
        """Control steps of the turns played from now on."""
        return self.player.max_steps

    @max_steps.setter
    def max_steps(self, steps: int) -> None:
        self.player.max_steps = steps

    @property
    def practising(self) -> bool:
        """Whether this battle does not count."""
        return self._battle is not None and self._battle.kind == "practice"

    @property
    def unlocked(self) -> bool:
        """Whether a vote may be cast."""
        return self._state == "watching" and self.voting.enough

    @property
    def missing_percent(self) -> int:
        """How much more of the replays must be watched."""
        return self.voting.missing_percent

    @property
    def takes_turns(self) -> bool:
        """Whether the battle takes another turn."""
        return self._state in ("waiting", "watching") and len(self._turns) < MAX_TURNS

    @reporting
    def begin(self, setting: Setting, seed: int | None = None, *, practice: bool = False) -> None:
        """Start a new battle and play its first turn; only then is an open battle without a vote abandoned."""
        if self._state == "playing":
            raise RuleBroken("A turn is being played.", hint="Cancel it first.")
        self.daemon.require_address()
        if practice:
            battle = beginnings.start_practice(self.store, self.daemon.cards, setting)
        else:
            battle = turns.start_battle(self.store, self.daemon.cards, setting, seed=seed)
        self._leave()
        self._battle, self._setting = battle, setting
        self._enter("waiting")
        self._play(setting.instruction, "reset")

    @reporting
    def next_turn(self, instruction: str, start: TurnStart) -> None:
        """Play another turn of the same battle."""
        self._play(instruction, start)

    @reporting
    def run_again(self) -> None:
        """Play the turn that could not be played once more, for both sides."""
        self.player.again()
        self._note_playing()

    @reporting
    def cancel(self) -> None:
        """Stop the turn that is being played; it counts for neither side."""
        if self.player.playing:
            try:
                self.player.cancel()
            finally:
                self._rest()

    def left_battle(self) -> LeftBattle | None:
        """The newest battle that was left open, while none is under way."""
        return beginnings.left_battle(self.store) if self._state in _FREE else None

    @reporting
    def resume(self, battle_id: str) -> None:
        """Go on with a battle that was left open: its turns are watched anew, its names stay unknown."""
        if self._state not in _FREE:
            if self._battle is None or self._battle.battle_id != battle_id:
                raise RuleBroken("Another battle is under way.", hint="Vote on it, or skip it; then go on with this.")
            return
        left = beginnings.find_left(self.store, battle_id)
        played = [replay_of(self.store, turn) for turn in self.store.turns(left.battle.battle_id)]
        self._leave()
        self._battle, self._setting, self._turns = left.battle, left.setting, played
        for replay in played:
            self.voting.add_turn(replay)
        self._enter("watching")
        self.resumed.emit()
        self.watched_changed.emit(self.missing_percent)

    @reporting
    def give_up(self, left: LeftBattle) -> None:
        """Abandon a battle that was left open; its names are never told."""
        self.store.abandon_battle(left.battle.battle_id)

    def present(self, turn_id: str, side: int, step: int) -> None:
        """A viewer has brought a frame of a control step onto the screen."""
        if self._state in ("watching", "playing"):
            self.voting.present(turn_id, side, step)

    def see_enough(self) -> None:
        """The evaluator confirms that what was watched suffices; the vote says so."""
        if self._state == "watching":
            self.voting.see_enough()

    @reporting
    def vote(self, choice: Choice, remarks: Remarks = NOTHING_SAID) -> None:
        """Cast the vote. It is on disk when this returns; it can be taken back for some seconds."""
        if self._battle is None or self._state != "watching":
            raise RuleBroken("There is no replay to vote on.", hint="Play a turn and watch it first.")
        vote = self.voting.cast(self._battle.battle_id, choice, remarks)
        self._enter("voted")
        self.voted.emit(vote)
        self.undo_ticked.emit(self.voting.undo_seconds)

    @reporting
    def undo(self) -> None:
        """Take the vote back while the names are still sealed."""
        if self._state != "voted" or self._battle is None:
            return
        self.voting.take_back(self._battle.battle_id)
        self._enter("watching")

    @reporting
    def reveal(self) -> None:
        """Close the battle now: the vote is final and the names are told."""
        if self._state != "voted" or self._battle is None:
            return
        self.voting.settle()
        self._disclose(self.store.close_battle(self._battle.battle_id))

    @reporting
    def skip(self, reason: VoidReason) -> None:
        """End the battle without a vote; it is void."""
        if self._state not in ("waiting", "watching") or self._battle is None:
            return
        self._disclose(self.store.void_battle(self._battle.battle_id, reason))

    @reporting
    def close(self) -> None:
        """The window goes: stop timers and work, close a vote that waits for its undo, give up what has no turn."""
        if self._state == "playing":
            self.cancel()
        self.voting.settle()
        if self._state == "voted":
            self.reveal()
        elif self._state == "waiting":
            self._leave()

    def _leave(self) -> None:
        if self._state == "voted":
            self.reveal()
        elif self._state in ("waiting", "watching") and self._battle is not None:
            self.store.abandon_battle(self._battle.battle_id)
        self._battle = self._outcome = self._evidence = None
        self._turns = []
        self.player.forget()
        self.voting.begin()
        self._enter("idle")

    def _play(self, instruction: str, start: TurnStart) -> None:
        if self._battle is None:
            raise RuleBroken("There is no battle to play a turn of.", hint="Start one first.")
        self.player.play(self._battle.battle_id, instruction, start)
        self._note_playing()

    def _note_playing(self) -> None:
        self._enter("playing")
        self.progressed.emit(Progress(0, 0))

    @Slot(object)
    def _add(self, replay: TurnReplay) -> None:
        self._turns.append(replay)
        self.voting.add_turn(replay)
        self._enter("watching")
        self.turn_added.emit(replay)
        self.watched_changed.emit(self.missing_percent)

    @Slot()
    def _rest(self) -> None:
        """No turn is being played; what there is may be watched."""
        self._enter("watching" if self._turns else "waiting")

    def _disclose(self, reveal: Reveal) -> None:
        """The battle is closed, whether or not its episodes can be read."""
        self._read_evidence(reveal.battle_id)
        self._outcome = outcome = outcome_of(reveal, self.daemon.cards, self._evidence)
        self._enter("revealed")
        self.revealed.emit(outcome)

    @reporting
    def _read_evidence(self, battle_id: str) -> None:
        self._evidence = evidence_of(self.store, battle_id, self.daemon.cards)

    def _enter(self, state: ArenaState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
