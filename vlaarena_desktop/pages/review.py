"""The review of a past battle: its replays with all that is known since the vote, and what is tried from its frames."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from scenes.errors import ArenaError, BadInput, NotFound
from sync.records import Branch, Side
from sync.store import Store
from vlaarena_desktop.branching import branch_evidence
from vlaarena_desktop.commands import Command
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.evidence import Evidence, TurnEvidence, evidence_of
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.links import Link, link_text, read_link
from vlaarena_desktop.pages.after_vote import furnish
from vlaarena_desktop.pages.experiment_bar import ExperimentBar
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.review_commands import review_commands
from vlaarena_desktop.pages.review_header import ReviewHeader
from vlaarena_desktop.pages.save_dialog import SaveDialog
from vlaarena_desktop.replays import TurnReplay, replay_from
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.sides import SIDES
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.mjmodels import MjModels


class ReviewPage(QWidget):
    """One closed battle at a time, or a branch beside what it branched from. It changes nothing of the battle."""

    left = Signal()  # back to the list

    def __init__(
        self,
        store: Store,
        daemon: DaemonLink,
        models: MjModels,
        experiments: Experiments,
        *,
        native: bool,
        state: QSettings | None = None,
    ) -> None:
        """`state` remembers where pictures are saved."""
        super().__init__()
        self.setObjectName("page")
        self._store, self._daemon, self._experiments = store, daemon, experiments
        self.notices = experiments.notices
        self.evidence: Evidence | None = None  # the battle that is reviewed
        self._branch: Branch | None = None  # the one on the stage
        self.header, self.bench = ReviewHeader(store, self.notices), ExperimentBar()
        self.room = ReplayRoom(models, native=native)
        self.drawer = furnish(self.room, store, self.notices)
        self.saving = SaveDialog(self.room, models, self.notices, None, settings=state)
        self._lay_out()
        self._connect_room()
        self._connect_bench()

    @property
    def shown_turn(self) -> TurnEvidence | None:
        """The turn of the battle on the stage, or the one that the branch on the stage began in."""
        wanted = self._branch.turn_id if self._branch else self.room.shown.turn.turn_id if self.room.shown else None
        turns = self.evidence.turns if self.evidence else ()
        return next((turn for turn in turns if turn.turn.turn_id == wanted), None)

    @property
    def link(self) -> str:
        """A link to the moment on the screen; of a branch, to the frame it began at."""
        turn = self.shown_turn
        if turn is None:
            return ""
        step = self.room.playhead.step
        if self._branch is not None:
            step = round(turn.time_of(self._branch.side, self._branch.step) * self.room.playhead.control_hz)
        return link_text(Link(turn.turn.battle_id, turn.turn.seq, step, self.room.active_view.name))

    def commands(self) -> tuple[Command, ...]:
        """What can be done on this page."""
        return review_commands(self)

    @reporting
    def open(self, battle_id: str) -> None:
        """Review a closed battle from the start of its first turn."""
        self._open(battle_id)
        self._show_turn(1)

    @reporting
    def open_link(self, text: str) -> None:
        """Go to the moment that a link names. What is wrong with the link, or with its battle, is shown."""
        link = read_link(text)
        if self.evidence is None or self.evidence.battle.battle_id != link.battle_id:
            self._open(link.battle_id)
        self.bench.choose(None)
        self._show_turn(link.turn, link.step)
        if link.camera:
            self.room.look_through(link.camera)

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self.header.dress(colors)
        self.room.dress(colors)
        self.drawer.dress(colors)

    def release(self) -> None:
        """Free the viewers' OpenGL resources and stop the clock."""
        self.saving.stop()
        self.room.release()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody watches."""
        self.room.playhead.pause()
        super().hideEvent(event)

    @Slot()
    def copy_link(self) -> None:
        """Put a link to this moment on the clipboard."""
        if self.link:
            QApplication.clipboard().setText(self.link)
            self.notices.tell(self.tr("A link to this moment is on the clipboard."))

    @Slot()
    def ask_to_branch(self, side: Side | None = None, step: int | None = None) -> None:
        """Stand still, at a control step of the side if it is named, and let the instruction of a branch be typed."""
        turn = self.shown_turn
        if turn is not None and self._asked_of_battle():
            self.room.playhead.pause()
            if side is not None and step is not None:
                self.room.playhead.seek(turn.time_of(side, step))
            self.bench.ask_for_branch(side)

    @Slot()
    def escape(self) -> None:
        """Close the question, or the form of a branch; else what Esc does in the replay."""
        if self.header.question.isVisible():
            self.header.question.close_down()
        elif self.bench.shown == "form":
            self.bench.give_up()
        else:
            self.room.step_back()

    @Slot()
    @reporting
    def learn_names(self) -> None:
        """The daemon tells of its models now: call those of the battle by their names."""
        turn, branch = self.shown_turn, self._branch
        if turn is None or branch is not None or all(side.card is not None for side in turn.sides):
            return
        found = self.evidence = evidence_of(self._store, turn.turn.battle_id, self._daemon.cards)
        self.room.set_evidence(found)
        self._follow_turn(self.room.shown)

    def _open(self, battle_id: str) -> None:
        found = evidence_of(self._store, battle_id, self._daemon.cards)
        if not found.turns:
            raise NotFound("No turn of this battle was completed.", hint="There is nothing to review.")
        self.evidence, self._branch = found, None
        session = self._store.session(found.battle.session_id)
        names = {person.evaluator_id: person.name for person in self._store.evaluators()}
        self.header.show_battle(found, names.get(session.evaluator_id, ""), session.comment or "")
        self._list_branches()
        self.bench.choose(None)
        self._stage_battle()

    def _stage_battle(self) -> None:
        """Offer the battle's own turns."""
        assert self.evidence is not None
        self.room.set_turns([replay_from(turn) for turn in self.evidence.turns])
        self.room.set_evidence(self.evidence)
        self.bench.set_branchable(branchable=True)

    def _show_turn(self, seq: int, step: int | None = None) -> None:
        """Put a turn on the stage, playing, or standing at a step."""
        assert self.evidence is not None
        turns = {turn.turn.seq: turn for turn in self.evidence.turns}
        if seq not in turns:
            raise NotFound.among("turn", str(seq), [str(number) for number in turns])
        playhead = self.room.playhead
        self._name_sides(turns[seq])  # known even if the stage cannot show it
        self.room.show_turn(replay_from(turns[seq]), playing=step is None)
        if step is not None and not 0 <= step <= playhead.steps:
            raise BadInput(f"Turn {seq} has no step {step}.", hint=f"Its steps are 0 to {playhead.steps}.")
        if step is not None:
            playhead.seek_step(step)

    @Slot(object)
    def _follow_turn(self, replay: TurnReplay | None) -> None:
        turn = self.shown_turn
        if replay is not None and turn is not None and self._branch is None:
            self._name_sides(turn)
            self.bench.show_turn(turn)
        self._follow_step()

    def _name_sides(self, turn: TurnEvidence, branch: Branch | None = None) -> None:
        self.header.show_turn(turn, branch)
        self.saving.set_names((turn.left.name, turn.right.name))

    @Slot()
    def _follow_step(self) -> None:
        stage = self.room.viewers[SIDES.index(self.bench.chosen_side)].stage
        self.bench.show_step(stage.step if stage is not None else 0)

    def _list_branches(self) -> None:
        assert self.evidence is not None
        names = {card.id: card.name for card in self._daemon.cards}
        self.bench.show_branches(self._store.branches(self.evidence.battle.battle_id), names)

    @Slot(object)
    @reporting
    def _show_branch(self, branch: Branch | None) -> None:
        """Put a branch beside what it branched from, or the battle back on the stage."""
        if self.evidence is None or branch == self._branch:
            return
        began_in = self.shown_turn
        if branch is None:
            self._branch = None
            self._stage_battle()
            self._show_turn(began_in.turn.seq if began_in else 1)
            return
        try:
            beside = branch_evidence(self._store, self.evidence, branch, self._daemon.cards)
        except ArenaError:
            self.bench.choose(self._branch)  # what is on the stage
            raise
        pair, self._branch = beside.turns[0], branch
        self.room.set_turns([replay_from(pair)])
        self.room.set_evidence(beside)
        self.bench.set_branchable(branchable=False)
        self.room.show_turn(replay_from(pair))
        self._name_sides(pair, branch)

    @Slot(str, object, str)
    def _branch_from_here(self, side: Side, model_ids: tuple[str, ...], instruction: str) -> None:
        turn = self.shown_turn
        stage = self.room.viewers[SIDES.index(side)].stage
        if turn is None or stage is None or self._branch is not None:
            return
        self.room.playhead.pause()
        if self._experiments.branch(turn, side, stage.step, model_ids, instruction):
            self.give_keys_to_replay()

    @Slot()
    def give_keys_to_replay(self) -> None:
        """The replay's keys act again."""
        self.room.viewers[0].setFocus()

    @Slot(str)
    def reproduce(self, side: Side) -> None:
        """Have this side's episode played once more and compared."""
        turn = self.shown_turn
        if turn is not None and self._asked_of_battle():
            self._experiments.reproduce(turn, side)

    def _asked_of_battle(self) -> bool:
        """Whether the battle itself is on the stage; if not, say that it must be."""
        if self._branch is not None:
            text, hint = self.tr("Experiments begin at frames of the battle."), self.tr("Show the battle itself first.")
            self.notices.tell(text, hint)
        return self._branch is None

    @Slot(object)
    def _add_branch(self, branch: Branch) -> None:
        """A branch of this battle is on disk: list it, and show it if nothing else was asked for meanwhile."""
        if self.evidence is None or branch.battle_id != self.evidence.battle.battle_id:
            return
        self._list_branches()
        if self._branch is None and self.isVisible():
            self.bench.choose(branch)

    def _connect_room(self) -> None:
        room, header, drawer = self.room, self.header, self.drawer
        room.turn_shown.connect(self._follow_turn)
        room.troubled.connect(self.notices.show_error)
        room.playhead.moved.connect(self._follow_step)
        header.back_requested.connect(self.left)
        header.link_requested.connect(self.copy_link)
        header.question.closed.connect(self.give_keys_to_replay)
        drawer.branch_requested.connect(lambda side, _step: self.ask_to_branch(side))
        drawer.reproduce_requested.connect(self.reproduce)
        drawer.save_requested.connect(self.saving.rise)

    def _connect_bench(self) -> None:
        bench, experiments = self.bench, self._experiments
        bench.branch_requested.connect(self._branch_from_here)
        bench.reproduce_requested.connect(self.reproduce)
        bench.branch_chosen.connect(self._show_branch)
        bench.side_changed.connect(self._follow_step)
        bench.left.connect(self.give_keys_to_replay)
        bench.told.connect(self.notices.tell)
        bench.follow(experiments)
        experiments.branched.connect(self._add_branch)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 12)
        column.setSpacing(8)
        for widget, share in ((self.header, 0), (self.room, 1), (self.bench, 0)):
            column.addWidget(widget, share)
