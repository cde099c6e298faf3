"""Real data folders for tests of sync: battles are played and voted on in them, and they visit a real service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from arena_samples import Arena, ballot, episode
from central.servers import Service
from central.workstations import rows, token
from sqlalchemy import text

from scenes.progress import finish
from sync import client, sending
from sync.centre import Centre
from sync.client import Synced
from sync.operations import Operation
from sync.records import Choice
from sync.store import Store

CHOICES: tuple[Choice, ...] = ("left_better", "right_better", "tie", "both_bad")


class Visitor:
    """A data folder that is open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(folder)
        self._variant = 10 * sum(folder.name.encode())

    def close(self) -> None:
        self.store.close()

    def reopen(self) -> None:
        """Open the folder again after another program had it."""
        self.store = Store.open(self.folder)

    def copied(self, folder: Path) -> Visitor:
        """A copy of the closed data folder, keys and all, as a backup or a clone of the disk has it."""
        self.store.close()
        shutil.copytree(self.folder, folder)
        self.store = Store.open(self.folder)
        return Visitor(folder)

    def play(self, battles: int = 1) -> list[str]:
        """So many battles, voted on and closed, each with episodes of its own."""
        closed = list[str]()
        for number in range(battles):
            battle_id = self.open_battle("alpha", "beta")
            self.store.cast_vote(battle_id, ballot(CHOICES[number % len(CHOICES)]))
            self.store.close_battle(battle_id)
            closed.append(battle_id)
        return closed

    def open_battle(self, left: str, right: str) -> str:
        """A battle that still waits for its vote."""
        arena, self._variant = Arena(self.store), self._variant + 2
        battle_id = arena.battle(left, right).battle_id
        arena.turn(battle_id, episode(variant=self._variant), episode(variant=self._variant + 1))
        return battle_id

    def token(self, service: Service) -> str:
        """A fresh token of the service."""
        return token(service)

    def enrol(self, service: Service, url: str = "", ca_file: str = "") -> None:
        finish(client.enrol(self.store.ledger(), url or service.url, token(service), self.folder.name, ca_file))

    def sync(self) -> Synced:
        return finish(client.synchronise(self.store.ledger()))

    @contextmanager
    def centre(self) -> Iterator[Centre]:
        """The service as this workstation sees it."""
        centre = Centre.of(self.store.ledger())
        try:
            yield centre
        finally:
            centre.close()

    def log(self) -> list[Operation]:
        """Everything that was released."""
        columns = ", ".join(Operation.__struct_fields__)
        rows = self.store._database.rows(f"SELECT {columns} FROM outbox WHERE held = 0 ORDER BY store_id, seq")
        return [Operation(**row) for row in rows]

    def waiting(self) -> int:
        return sending.left(self.store._database)


def bare(operation: Operation) -> tuple[str, str, str, int, bytes]:
    """What no fork changes of an operation."""
    return operation.op_id, operation.kind, operation.record_id, operation.rev, operation.body


def at_the_centre(service: Service, table: str = "op_log") -> list[Operation]:
    """Every operation that the service keeps."""
    found = rows(service, lambda c: [bytes(row[0]) for row in c.execute(text(f"SELECT content FROM {table}"))])
    return [msgspec.msgpack.decode(content, type=Operation) for content in found]


def check_told(service: Service, *visitors: Visitor) -> None:
    """Every operation of the visitors is at the service exactly once and unchanged, and it keeps no other of theirs."""
    local = {bare(operation) for visitor in visitors for operation in visitor.log()}
    stores = {operation.store_id for visitor in visitors for operation in visitor.log()}
    kept = [bare(operation) for operation in at_the_centre(service) if operation.store_id in stores]
    assert sorted(kept) == sorted(local)
