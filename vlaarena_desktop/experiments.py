"""Experiments: what may be tried with a closed battle: branches from its frames, episodes played once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from scenes.episode import Played
from scenes.errors import ArenaError, BadAction, BadInput, NotFound, PolicyError, RuleBroken, StoreDamaged, WorkerDied
from scenes.progress import Job, Progress
from scenes.seal import unseal
from sync.records import Side
from sync.store import Store
from vlaarena_desktop import background, branching, reproducing
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.branching import PreparedBranch
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.reproducing import Reproduction


class Experiments(QObject):
    """One at a time, on closed battles only. They touch neither votes nor boards."""

    progressed = Signal(object)  # Progress
    branched = Signal(object)  # Branch, once it is on disk; one signal per model
    reproduced = Signal(object)  # Reproduction
    running_changed = Signal(bool)

    def __init__(self, store: Store, daemon: DaemonLink, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store, self.daemon, self.notices = store, daemon, notices
        self._job: RunningJob | None = None
        self._prepared: tuple[PreparedBranch, ...] = ()
        self._key = b""  # with which the daemon seals what failed

    @property
    def running(self) -> bool:
        """Whether an experiment is under way."""
        return self._job is not None

    @reporting
    def branch(
        self, turn_evidence: TurnEvidence, side: Side, step: int, model_ids: tuple[str, ...], instruction: str
    ) -> None:
        """Have models play on from a side's state before a control step; each becomes a Branch."""
        self._require_idle()
        if not model_ids:
            raise BadInput("No model was chosen.", hint="Choose who shall play on from here.")
        address, cards = self.daemon.require_address(), self.daemon.cards
        prepared = branching.prepare_branches(self.store, turn_evidence, side, step, model_ids, instruction, cards)
        self._prepared, self._key = prepared, prepared[0].play.seal_key
        self._start(lambda: branching.play_branches(address, prepared), self._record)

    @reporting
    def reproduce(self, turn_evidence: TurnEvidence, side: Side) -> None:
        """Have an episode played again from its provenance and compare."""
        self._require_idle()
        address = self.daemon.require_address()
        run = (turn_evidence.left if side == "left" else turn_evidence.right).run
        if run is None:
            raise NotFound(
                "It is not on record who played this episode.", hint="`vlaarena episode verify` still works."
            )
        prepared = reproducing.prepare_reproduction(self.store, turn_evidence.turn, side, run, self.daemon.cards)
        self._key = prepared.play.seal_key
        self._start(lambda: reproducing.reproduce(address, prepared), self._compared)

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing of it is kept."""
        if self._job is not None:
            self._job.cancel()
            self._end()

    def _start(self, make_job: Callable[[], Job[Any]], done: Callable[[Any], None]) -> None:
        job = background.start(make_job)
        job.progressed.connect(self._show_progress)
        job.succeeded.connect(done)
        job.failed.connect(self._fail)
        self._job = job
        self.running_changed.emit(True)
        self.progressed.emit(Progress(0, 0))

    def _require_idle(self) -> None:
        if self.running:
            raise RuleBroken("An experiment is running.", hint="Wait for it, or cancel it.")

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _record(self, played: tuple[Played, ...]) -> None:
        prepared = self._prepared
        self._end()
        self._keep(prepared, played)

    @reporting
    def _keep(self, prepared: tuple[PreparedBranch, ...], played: tuple[Played, ...]) -> None:
        for branch in branching.record_branches(self.store, prepared, played):
            self.branched.emit(branch)

    @Slot(object)
    def _compared(self, reproduction: Reproduction) -> None:
        self._end()
        self.reproduced.emit(reproduction)

    @Slot(object)
    def _fail(self, error: ArenaError) -> None:
        self._end()
        self.daemon.note_error(error)
        self.notices.show_error(_explained(error, self._key))

    def _end(self) -> None:
        self._job, self._prepared = None, ()
        self.running_changed.emit(False)


def _explained(error: ArenaError, key: bytes) -> ArenaError:
    """A failed experiment in its own words. The battle is closed: what was sealed may go to the log."""
    hint = error.hint
    if isinstance(error, PolicyError | BadAction | WorkerDied):
        hint = "Nothing was kept. Try it again, or from another step."
    return type(error)(error.message, hint=hint, detail=_detail(error, key))


def _detail(error: ArenaError, key: bytes) -> str:
    try:
        return "\n".join(unseal(key, each, "detail").decode(errors="replace") for each in error.sealed_details)
    except StoreDamaged:
        return error.detail
