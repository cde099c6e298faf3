"""A push, in one transaction: every operation gets a verdict, the log and the rows made of it grow together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import psycopg
from msgspec import Struct
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from scenes.errors import RuleBroken
from scenes.failpoints import reach
from sync.api import MAX_WANTED, Pushed, Verdict
from sync.server import belonging
from sync.server.applying import Missing, Rows, apply, episodes_of
from sync.server.known import Known, known_about
from sync.server.opening import MAX_KIND, Opened
from sync.server.postgres import is_clash, is_refused_content
from sync.server.writing import write

GAP = "An operation before this one is missing."
FULL = "Too much of this laboratory waits for a newer service already."
ALTERED = "altered: an operation of this id is known with another content"


class _Logged(Struct, frozen=True):
    """What identifies an operation that was applied."""

    kind: str
    record_id: str
    rev: int
    body_digest: bytes


class Batch:
    """One push under way: what is known, what is to be written, what to answer."""

    def __init__(self, connection: Connection, store_id: str, operations: Sequence[Opened], *, careful: bool) -> None:
        """`careful`: write each operation alone, so that one the database refuses is rejected alone."""
        self._connection, self._store_id, self._careful = connection, store_id, careful
        self._operations = operations
        self._expected = 1 + _last_seq(connection, store_id)
        self._logged = _logged(connection, operations)
        self._kept = _kept(connection, operations)
        self._stores = belonging.stores_of_lab(connection, store_id)
        self._known = self._read_known()
        self._rows: Rows = defaultdict(list)
        self._waiting: tuple[int, int] | None = None  # operations and bytes of the laboratory; None: not asked yet

    def forked_at(self) -> int | None:
        """The first number under which this store is known with another operation."""
        places = text("SELECT seq, op_id FROM op_places WHERE store_id = :store AND seq = ANY(:numbers)")
        numbers = {each.operation.seq: each.operation.op_id for each in self._operations}
        rows = self._connection.execute(places, {"store": self._store_id, "numbers": list(numbers)})
        return min((row.seq for row in rows if numbers[row.seq] != row.op_id), default=None)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Judge every operation, and write what follows."""
        found = tuple(self._judged(each) for each in self._operations)
        write(self._connection, self._rows)
        self._connection.execute(
            text("UPDATE stores SET last_seq = :seq WHERE store_id = :store"),
            {"seq": self._expected - 1, "store": self._store_id},
        )
        return found

    @property
    def expected_seq(self) -> int:
        """The number that this store is to go on with."""
        return self._expected

    def _judged(self, each: Opened) -> Verdict:
        operation = each.operation
        logged = self._logged.get(operation.op_id)
        if logged is not None:
            if logged != _identity(each):
                return self._rejected(each, ALTERED)
            self._place(each, taken=True)
            return Verdict(operation.op_id, "dup")
        if (kept := self._kept.get((operation.op_id, each.digest))) is not None:
            self._place(each)
            return Verdict(operation.op_id, *kept)
        if operation.seq != self._expected:
            return Verdict(operation.op_id, "deferred", GAP)
        if each.body is None:
            return self._deferred(each, each.reason) if each.deferred else self._rejected(each, each.reason)
        return self._applied(each)

    def _applied(self, each: Opened) -> Verdict:
        try:
            self._add_anew(each) if self._careful else self._add(each)
        except Missing as error:
            waits = self._wait() != (0, 0)
            return self._deferred(each, error.message) if waits else self._rejected(each, error.message)
        except RuleBroken as error:
            return self._rejected(each, error.message)
        except (DBAPIError, psycopg.Error) as error:
            if not self._careful or not is_refused_content(error):
                raise
            self._rows.clear()
            return self._rejected(each, "The database refuses what it says.")
        self._logged[each.operation.op_id] = _identity(each)
        self._place(each, taken=True)
        return Verdict(each.operation.op_id, "applied")

    def _add_anew(self, each: Opened) -> None:
        """Add it; once more, knowing more, where another push brought the same record in this moment."""
        try:
            self._add(each)
        except (DBAPIError, psycopg.Error) as error:
            if not is_clash(error):
                raise
            self._rows.clear()
            self._known = self._read_known()
            self._add(each)

    def _add(self, each: Opened) -> None:
        assert each.body is not None
        if self._careful:
            write(self._connection, self._rows)
        apply(each.body, each.operation.rev, self._known, self._rows)
        names = episodes_of(each.body)
        self._rows["episodes"] += [{"episode_id": name, "status": "expected"} for name in names]
        self._rows["op_log"].append(log_row(each))
        if self._careful:
            with self._connection.begin_nested():
                write(self._connection, self._rows)

    def _place(self, each: Opened, *, taken: bool = False) -> None:
        """Note under which number the store sent it, if that is the next one; `taken`: and that the store holds it."""
        operation = each.operation
        if operation.seq != self._expected:
            return
        self._expected += 1
        place = {"store_id": self._store_id, "seq": operation.seq, "op_id": operation.op_id}
        self._rows["op_places"].append(place | {"digest": each.digest})
        if taken and each.body is not None:
            evidence = episodes_of(each.body)
            self._rows["wanted_episodes"] += [{"store_id": self._store_id, "episode_id": name} for name in evidence]
            if operation.kind in belonging.OWNED:
                self._rows["owners"].append({"record_id": operation.record_id, "store_id": self._store_id})
                self._known.foreign.discard(operation.record_id)

    def _rejected(self, each: Opened, reason: str) -> Verdict:
        self._rows["op_quarantine"].append(_quarantine_row(each, "rejected", reason))
        self._place(each)
        return Verdict(each.operation.op_id, "rejected", reason)

    def _deferred(self, each: Opened, reason: str) -> Verdict:
        """Keep it for later; where too much is kept already, leave it to its store."""
        count, size = self._wait()
        if count >= belonging.MAX_WAITING or size + len(each.signed.content) > belonging.MAX_WAITING_BYTES:
            return Verdict(each.operation.op_id, "deferred", FULL)
        self._waiting = (count + 1, size + len(each.signed.content))
        self._rows["op_quarantine"].append(_quarantine_row(each, "deferred", reason))
        self._place(each)
        return Verdict(each.operation.op_id, "deferred", reason)

    def _wait(self) -> tuple[int, int]:
        """How many operations of the laboratory wait, and their bytes."""
        if self._waiting is None:
            self._waiting = belonging.waiting(self._connection, self._stores)
        return self._waiting

    def _read_known(self) -> Known:
        bodies = [each.body for each in self._operations if each.body is not None]
        known = known_about(self._connection, bodies)
        known.foreign = belonging.foreign(self._connection, self._stores, known)
        return known


def push(connection: Connection, store_id: str, operations: Sequence[Opened], *, careful: bool = False) -> Pushed:
    """Take a batch of a store's operations, within a transaction.

    Raises:
        DBAPIError, psycopg.Error: the database refuses one of them; push again `careful` to find it.
    """
    batch = Batch(connection, store_id, operations, careful=careful)
    forked_at = batch.forked_at()
    if forked_at is not None:
        return Pushed(verdicts=(), expected_seq=batch.expected_seq, forked_at=forked_at)
    verdicts = batch.verdicts()
    forget_stored(connection, store_id, operations)
    reach("push.in_tx")
    return Pushed(verdicts=verdicts, expected_seq=batch.expected_seq, wanted_episodes=wanted(connection, store_id))


def wanted(connection: Connection, store_id: str) -> tuple[str, ...]:
    """Episodes of this store's turns that are not stored: from a random place on, so that none is asked for in vain
    for ever while others wait."""
    found = connection.execute(_WANTED, {"store": store_id, "most": MAX_WANTED}).scalars().all()
    return tuple(found)


def forget_stored(connection: Connection, store_id: str, operations: Sequence[Opened]) -> None:
    """Of the episodes that these operations need, want none that is stored already."""
    names = {name for each in operations if each.body is not None for name in episodes_of(each.body)}
    connection.execute(
        text(
            """DELETE FROM wanted_episodes USING episodes WHERE wanted_episodes.store_id = :store
            AND wanted_episodes.episode_id = ANY(:names)
            AND wanted_episodes.episode_id = episodes.episode_id AND episodes.status = 'stored'"""
        ),
        {"store": store_id, "names": sorted(names)},
    )


_WANTED = text(
    """WITH start AS MATERIALIZED (SELECT md5(random()::text) AS name)
    (SELECT episode_id FROM wanted_episodes, start WHERE store_id = :store AND episode_id >= start.name
        ORDER BY episode_id LIMIT :most)
    UNION (SELECT episode_id FROM wanted_episodes WHERE store_id = :store ORDER BY episode_id LIMIT :most)
    LIMIT :most"""
)


def _last_seq(connection: Connection, store_id: str) -> int:
    """The store's last number; others who push for it wait here."""
    statement = text("SELECT last_seq FROM stores WHERE store_id = :store FOR UPDATE")
    return int(connection.execute(statement, {"store": store_id}).scalar_one())


def _logged(connection: Connection, operations: Sequence[Opened]) -> dict[str, _Logged]:
    statement = text("SELECT op_id, kind, record_id, rev, body_digest FROM op_log WHERE op_id = ANY(:names)")
    rows = connection.execute(statement, {"names": [each.operation.op_id for each in operations]})
    return {row.op_id: _Logged(row.kind, row.record_id, row.rev, bytes(row.body_digest)) for row in rows}


def _kept(connection: Connection, operations: Sequence[Opened]) -> dict[tuple[str, bytes], tuple[Any, str]]:
    """Verdicts of operations that stand in quarantine already."""
    statement = text("SELECT op_id, digest, verdict, reason FROM op_quarantine WHERE op_id = ANY(:names)")
    rows = connection.execute(statement, {"names": [each.operation.op_id for each in operations]})
    return {(row.op_id, bytes(row.digest)): (row.verdict, row.reason) for row in rows}


def _identity(each: Opened) -> _Logged:
    operation = each.operation
    return _Logged(operation.kind, operation.record_id, operation.rev, each.body_digest)


def log_row(each: Opened) -> dict[str, Any]:
    """An operation as it stands in op_log."""
    operation = each.operation
    return {
        "op_id": operation.op_id,
        "store_id": operation.store_id,
        "seq": operation.seq,
        "kind": operation.kind,
        "record_id": operation.record_id,
        "rev": operation.rev,
        "body_digest": each.body_digest,
        "content": each.signed.content,
        "signature": each.signed.signature,
    }


def _quarantine_row(each: Opened, verdict: str, reason: str) -> dict[str, Any]:
    operation = each.operation
    return {
        "op_id": operation.op_id,
        "store_id": operation.store_id,
        "seq": operation.seq,
        "kind": operation.kind[:MAX_KIND].replace("\0", ""),
        "verdict": verdict,
        "reason": reason.replace("\0", ""),
        "digest": each.digest,
        "content": each.signed.content,
        "signature": each.signed.signature,
    }
