"""Chaos: real workstations, the way, the service and its databases, while one after the other is struck down.

One workstation visits at a time, so a run is told by its schedule; whoever died is started again at once.
"""

from __future__ import annotations

import shutil
from collections import Counter
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Timer

from central import chaos_children
from central.chaos_children import Said, Visit
from central.chaos_front import ChaosFront
from central.chaos_plan import Act, Step
from central.chaos_servers import Databases, ForkedService
from central.servers import READY_SECONDS
from central.workstations import token

from scenes.failpoints import EXIT_CODE, VARIABLE

ACTIVE = 6  # workstations that go on visiting; older ones rest
MOST_EPISODES = 2  # sent again per death
_TRIES = 6


class Lab:
    """A data folder, and what is known of it from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self.enrolled = False
        self.acknowledged: set[str] = set()  # battles that were closed before its eyes
        self.blows: list[str] = []  # since its last whole visit


class Chaos:
    """A run under way."""

    def __init__(self, databases: Databases, service: ForkedService, front: ChaosFront, url: str, folder: Path) -> None:
        self.databases, self.service, self.front, self.url, self.folder = databases, service, front, url, folder
        self.labs: list[Lab] = []
        self.resting: list[Lab] = []
        self.deaths: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[tuple[str, str]] = Counter()
        self.resent: dict[str, tuple[int, int, int]] = {}  # by what befell: times, most operations, most episodes
        self.copies = self.visits = 0
        self.small: Lab | None = None  # lies on a small disk
        self.small_disk: Path | None = None
        self.filled_disk: Path | None = None
        self.child: ForkServerProcess | None = None
        self.timers: list[Timer] = []
        self.service_years = 0

    @property
    def died(self) -> int:
        """How many processes have died so far."""
        return self.deaths.total()

    def new_lab(self, folder: Path | None = None, name: str = "") -> Lab:
        """A workstation that was just unpacked."""
        return Lab((folder or self.folder) / (name or f"lab{len(self.labs) + len(self.resting)}"))

    def add(self, lab: Lab) -> Lab:
        """Let a workstation take part; the oldest of too many rests from now on."""
        self.labs.append(lab)
        if len(self.labs) > ACTIVE:
            self.recover(self.labs[0])
            self.resting.append(self.labs.pop(0))
        return lab

    def everyone(self) -> list[Lab]:
        return [*self.resting, *self.labs, *([self.small] if self.small else [])]

    def copy(self, lab: Lab) -> Lab:
        """The whole data folder, keys and all, as a clone of the disk has it."""
        self.recover(lab)
        self.copies += 1
        other = self.new_lab(name=f"{lab.name[:40]}-{self.copies}")
        shutil.copytree(lab.folder, other.folder)
        other.enrolled, other.acknowledged = True, set(lab.acknowledged)
        self.front.sent[other.name] = self.front.sent[lab.name].copied()
        return other

    def visit(
        self,
        lab: Lab,
        step: Step,
        acts: tuple[Act, ...] = (),
        *,
        place: str = "",
        times: int = 1,
        file_bytes: int = 0,
        with_service: bool = False,
    ) -> Said | None:
        """One visit in a process of its own; None: it died. `with_service`: as soon as the service dies."""
        self.visits += 1
        order = Visit(
            folder=str(lab.folder),
            number=self.visits,
            acts=acts,
            times=times,
            enrol=("", "") if lab.enrolled else (self.url, token(self.service)),
            file_bytes=file_bytes,
        )
        self.front.lab = lab.name
        environment = {VARIABLE: place, "VLAARENA_KEYRING": "off"}
        self.child, told = chaos_children.begin(chaos_children.visit, environment, order, years=step.years)
        with told:
            said = self._listened(told, lab, with_service)
        code = self._ended()
        if code == EXIT_CODE:
            self.deaths["workstation dies", place.partition(":")[0]] += 1
        elif code == -9:
            self.deaths["workstation is killed", ""] += 1
        assert code in (0, EXIT_CODE, -9), f"{lab.name} ended with {code}"
        lab.enrolled = lab.enrolled or bool(said and said.done)
        return said

    def _listened(self, told: object, lab: Lab, with_service: bool) -> Said | None:
        said: Said | None = None
        while True:
            serving = self.service.process
            assert serving is not None
            ready = wait([told, serving.sentinel])  # type: ignore[list-item]
            if serving.sentinel in ready:
                if with_service and self.child is not None:
                    self.child.kill()
                self.revive()
                continue
            try:
                word = told.recv()  # type: ignore[attr-defined]
            except EOFError:
                return said
            if isinstance(word, Said):
                said = word
            else:
                lab.acknowledged.add(word)

    def _ended(self) -> int:
        assert self.child is not None
        self.child.join()
        code = self.child.exitcode
        self.child.close()
        self.child = None
        for timer in self.timers:
            timer.join()
        self.timers.clear()
        self._look_after_service()
        assert code is not None
        return code

    def _look_after_service(self) -> None:
        serving = self.service.process
        if serving is not None and wait([serving.sentinel], READY_SECONDS if self.service.doomed else 0):
            self.revive()

    def revive(self) -> None:
        """Start the service again, and note what it died of."""
        armed = self.service.armed.read_text() if self.service.armed.exists() else ""
        code = self.service.end()
        self.service.arm("")
        assert code in (EXIT_CODE, -9), f"the service ended with {code}: {self.service.log.read_text()[-3000:]}"
        if code == EXIT_CODE:
            self.deaths["service dies", armed.partition(":")[0]] += 1
        else:
            self.deaths["service is killed", ""] += 1
        self.service.start(self.service_years)

    def recover(self, lab: Lab, *acts: Act) -> Said:
        """Visits until one is done; then nothing was sent again that need not be. `acts` come before the first."""
        quiet = Step(number=0, lab=0, acts=(), blow="workstation dies")
        self.front.expect(lab.name)
        for attempt in range(_TRIES):
            said = self.visit(lab, quiet, () if attempt else acts)
            if said is not None and said.done:
                assert said.sent_again == 0, f"the service lost {said.sent_again} operations of {lab.name}"
                self.settle(lab)
                return said
        raise AssertionError(f"{lab.name} does not come through: {said}")

    def settle(self, lab: Lab) -> None:
        """What was sent again since the last whole visit must follow from what befell."""
        assert not self.front.wrong
        sent = self.front.sent[lab.name]
        operations, episodes = sent.settle()
        blows, lab.blows = lab.blows, []
        assert not sent.strange, (lab.name, blows, sent.strange)
        assert episodes <= MOST_EPISODES * len(blows), (lab.name, blows, episodes)
        assert operations == 0 or blows, (lab.name, operations)
        if len(blows) == 1:
            times, most, most_episodes = self.resent.get(blows[0], (0, 0, 0))
            self.resent[blows[0]] = (times + 1, max(most, operations), max(most_episodes, episodes))

    def later(self, milliseconds: float, act: object) -> None:
        """Do it beside the visit; the visit ends when it is done."""
        timer = Timer(milliseconds / 1000, act)  # type: ignore[arg-type]
        self.timers.append(timer)
        timer.start()
