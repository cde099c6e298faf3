"""An evaluator's sitting among canaries: the real window and the real daemon on one data folder, all of it searched."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from blindness import surroundings
from blindness.canaries import Canary, naming
from blindness.relay import Relay, relaying
from desktop.evaluator import PATIENCE
from faults.daemons import PLUGIN
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop import logs
from vlaarena_desktop.app import Room, make_room

MAX_STEPS = 8
_SERVE = [sys.executable, str(Path(__file__).with_name("canary_daemon.py")), "serve", "--until-stdin-closes"]


class Sitting:
    """One window on one data folder. Each battle has models of its own, so that no earlier reveal names them."""

    def __init__(
        self,
        home: Path,
        scratch: Path,
        daemon: subprocess.Popen[bytes],
        relay: Relay,
        room: Room,
        printed: Callable[[], str],
    ) -> None:
        """`printed` gives what this process printed since it was last asked."""
        self.home, self.scratch, self.daemon, self.relay, self.room = home, scratch, daemon, relay, room
        self.models: dict[str, Canary] = {}
        self.said: list[str] = []  # to the person: notices and announcements
        self._print, self._printed = printed, ""
        self._heard = 0
        room.notices.shown.connect(lambda notice: self.said.append(f"{notice.text} {notice.hint}"))
        room.window.battle.judging.announced.connect(self.said.append)

    def offer(self, qtbot: QtBot, models: dict[str, Canary]) -> None:
        """Let the window know these models, and nothing that was said before."""
        self.models = models
        with qtbot.waitSignal(self.room.daemon.cards_changed, timeout=PATIENCE):
            self.room.daemon.connect_now()
        self._heard = len(self.relay.conversations)
        self.said.clear()

    @property
    def store(self) -> Store:
        return self.room.arena.store

    @property
    def pair(self) -> list[Canary]:
        """Who plays: known to whoever has the key, and to this test."""
        assert self.room.arena.battle is not None
        sides = self.store.sides(self.room.arena.battle.battle_id)
        return [self.models[sides.left_model_id], self.models[sides.right_model_id]]

    def answered(self) -> dict[str, bytes]:
        """What the daemon said, the public list of all models aside."""
        talks = self.relay.conversations[self._heard :]
        return {f"answer {n}": bytes(t.answered) for n, t in enumerate(talks) if not t.asks_for_the_public_list}

    def readable(self) -> dict[str, bytes]:
        """All that can be read on this machine without the key."""
        self._printed += self._print()
        return (
            surroundings.of_the_window()
            | surroundings.of_the_clipboard()
            | surroundings.of_files((self.home, self.scratch))
            | surroundings.of_processes(self.daemon.pid)
            | self.answered()
            | {"said to the person": "\n".join(self.said).encode()}
            | {"printed": self._printed.encode()}
        )

    def naming(self, *pair: Canary) -> list[str]:
        """What of all that can be read names one of these models, without being the list of all."""
        return naming(pair, self.models.values(), self.readable())

    def asking(self, model: Canary) -> list[str]:
        """Which questions of the window to the daemon name a model: it must be said whom to play."""
        talks = self.relay.conversations[self._heard :]
        asked = {f"question {number}": bytes(talk.asked) for number, talk in enumerate(talks)}
        return naming([model], self.models.values(), asked)


@contextmanager
def sitting(home: Path, scratch: Path, printed: Callable[[], str]) -> Iterator[Sitting]:
    """A window at a daemon that offers the models in the data folder, and nothing but them."""
    with (
        _daemon(home) as (process, address),
        relaying(address) as relay,
        Store.open(home) as store,
        _window_log(home),
    ):
        state = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
        room = make_room(store, daemon_address=relay.address, max_steps=MAX_STEPS, tier="plain", state=state)
        room.window.resize(1024, 700)
        room.window.show()
        try:
            yield Sitting(home, scratch, process, relay, room, printed)
        finally:
            room.window.close()
            room.window.deleteLater()


@contextmanager
def _window_log(home: Path) -> Iterator[None]:
    """The window's log with everything that any part of the program would say."""
    root = logging.getLogger()
    level = root.level
    with logs.kept_in(home):
        root.setLevel(logging.DEBUG)
        yield
    root.setLevel(level)


@contextmanager
def _daemon(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    (home / "logs").mkdir(exist_ok=True)
    with (home / "logs" / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [*_SERVE, "--home", str(home), "--bind", "tcp://127.0.0.1:*"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(PLUGIN)},
        )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            assert ready, (home / "logs" / "daemon.log").read_text()
            yield process, json.loads(ready)["address"]
        finally:
            process.stdin.close()
            process.wait(timeout=5)
