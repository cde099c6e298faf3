"""What must hold however many have died: nothing is lost, doubled or altered, and both ends agree."""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import msgspec
from central.chaos_run import Chaos, Lab
from central.chaos_servers import DATABASE
from central.visitors import bare
from sqlalchemy import Connection, text

from scenes.codec import encode
from sync.operations import BranchBody, Operation, TurnBody, body_of
from sync.records import Vote
from sync.server import ballots, deferred, snapshots
from sync.server.standings import standings
from sync.store import Store

Bare: TypeAlias = "tuple[str, str, str, int, bytes]"


class Ledgers:
    """Every workstation's log as it was last seen; what stood there once must stand there for ever."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, Bare]] = {}
        self.operations: dict[str, Operation] = {}  # of all of them
        self.places: dict[tuple[str, int], bytes] = {}  # (store, number): digest
        self.forks: set[str] = set()
        self.episodes: dict[str, bytes] = {}
        self.votes: set[tuple[str, int]] = set()

    def look(self, lab: Lab) -> None:
        """Read a workstation's log, and hold it against what it was."""
        with Store.open(lab.folder) as store:
            columns = ", ".join(Operation.__struct_fields__)
            found = store._database.rows(f"SELECT {columns}, verdict FROM outbox WHERE held = 0")
            forks = store._database.rows("SELECT new_store_id FROM store_fork")
            operations = [Operation(**{name: row[name] for name in Operation.__struct_fields__}) for row in found]
            self._keep_episodes(store, operations)
        assert {row["verdict"] for row in found} <= {"applied", "dup"}, lab.name
        now = {each.op_id: bare(each) for each in operations}
        before = self._seen.get(lab.name, {})
        assert {name: now.get(name) for name in before} == before, f"{lab.name}: its own rows were changed"
        closed = {each.record_id for each in operations if each.kind == "battle"}
        assert lab.acknowledged <= closed, f"{lab.name}: {len(lab.acknowledged - closed)} closed battles are lost"
        self._seen[lab.name] = now
        self.forks |= {row["new_store_id"] for row in forks}
        for each in operations:
            self._add(each)

    def _add(self, operation: Operation) -> None:
        known = self.operations.setdefault(operation.op_id, operation)
        assert bare(known) == bare(operation), "two copies hold one operation with different bytes"
        digest = hashlib.sha256(encode(operation)).digest()
        place = (operation.store_id, operation.seq)
        assert self.places.setdefault(place, digest) == digest, "two operations have one place"
        if operation.kind == "vote":
            self.votes.add((operation.record_id, operation.rev))

    def _keep_episodes(self, store: Store, operations: list[Operation]) -> None:
        for each in operations:
            if each.op_id in self.operations or each.kind not in ("turn", "branch"):
                continue
            body: Any = body_of(each)
            names = ()
            if isinstance(body, TurnBody):
                names = (body.turn.left_episode_id, body.turn.right_episode_id)
            elif isinstance(body, BranchBody):
                names = (body.branch.episode_id,)
            for name in names:
                self.episodes[name] = store.episode_bytes(name)


def check(chaos: Chaos, ledgers: Ledgers) -> None:
    """Let everyone come through, then compare both ends."""
    for lab in chaos.labs:
        chaos.recover(lab)
    for lab in chaos.everyone():
        ledgers.look(lab)
    with chaos.service.engine.connect() as connection:
        _check_log(connection, ledgers)
        _check_rows(connection, ledgers)
        _check_pointers(connection, ledgers)
    _check_documents(chaos, ledgers)


def _check_log(connection: Connection, ledgers: Ledgers) -> None:
    rows = connection.execute(text("SELECT op_id, content FROM op_log")).all()
    kept = {row.op_id: msgspec.msgpack.decode(bytes(row.content), type=Operation) for row in rows}
    lost, foreign = ledgers.operations.keys() - kept.keys(), kept.keys() - ledgers.operations.keys()
    assert not lost, f"{len(lost)} operations are lost"
    assert not foreign, f"{len(foreign)} operations come from nowhere"
    assert len(rows) == len(kept), "an operation is doubled"
    altered = [name for name, each in kept.items() if bare(each) != bare(ledgers.operations[name])]
    assert not altered, f"{len(altered)} operations are altered"


def _check_rows(connection: Connection, ledgers: Ledgers) -> None:
    found = connection.execute(text("SELECT store_id, seq, digest FROM op_places")).all()
    assert {(row.store_id, row.seq): bytes(row.digest) for row in found} == ledgers.places, "places or digests differ"
    last = dict(connection.execute(text("SELECT store_id, last_seq FROM stores WHERE last_seq > 0")).all())  # type: ignore[arg-type]
    numbers: dict[str, set[int]] = {}
    for store_id, seq in ledgers.places:
        numbers.setdefault(store_id, set()).add(seq)
    assert numbers == {store_id: set(range(1, seq + 1)) for store_id, seq in last.items()}, "a log has gaps"
    assert connection.execute(text("SELECT count(*) FROM op_quarantine")).scalar() == 0
    votes = connection.execute(text("SELECT vote_id, rev FROM votes")).all()
    assert len(votes) == len(ledgers.votes)
    assert {(row.vote_id, row.rev) for row in votes} == ledgers.votes


def _check_pointers(connection: Connection, ledgers: Ledgers) -> None:
    rows = connection.execute(text("SELECT episode_id, status FROM episodes")).all()
    assert {row.episode_id for row in rows} == ledgers.episodes.keys()
    assert {row.status for row in rows} <= {"stored"}
    assert connection.execute(text("SELECT count(*) FROM wanted_episodes")).scalar() == 0
    assert ballots.count_provisional(connection) == 0


def _check_documents(chaos: Chaos, ledgers: Ledgers) -> None:
    with chaos.databases.mongo.client() as client:
        found = client[DATABASE]["episodes"].find({}, {"content": 1})
        kept = {document["_id"]: bytes(document["content"]) for document in found}
    assert kept == ledgers.episodes, "MongoDB holds other episodes than the workstations"


def check_board(chaos: Chaos, ledgers: Ledgers) -> None:
    """The board is that of the union of the local logs, and the log alone gives it again, to the byte."""
    assert chaos.service.command("worker", "--once", "reconcile") == 0
    assert chaos.service.command("worker", "--once", "ratings") == 0
    votes = [
        msgspec.msgpack.decode(each.body, type=Vote) for each in ledgers.operations.values() if each.kind == "vote"
    ]
    newest = {vote.vote_id: vote for vote in sorted(votes, key=lambda vote: vote.rev)}
    with chaos.service.engine.begin() as connection:
        board = snapshots.latest(connection).board
        assert board.rows
        assert encode(board.rows) == encode(standings(newest.values()).rows)
        assert deferred.rebuild(connection) == len(ledgers.operations)
        assert snapshots.compute(connection).snapshot_id == board.snapshot_id
    assert len(ledgers.forks) == chaos.copies, "a copied store was not detected, or one that was none"
