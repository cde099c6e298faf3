"""What follows from op_log alone: operations that wait for a newer service, and every derived row made anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from scenes.errors import RuleBroken, StoreDamaged
from scenes.failpoints import reach
from sync.operations import SignedOperation
from sync.server import pointers
from sync.server.applying import Rows, apply, episodes_of
from sync.server.known import known_about
from sync.server.opening import Opened, reopened
from sync.server.rows import log_row
from sync.server.tables import DERIVED
from sync.server.writing import write

_AT_ONCE = 1000


def retry_deferred(connection: Connection) -> int:
    """Apply the operations that an older service kept for this one, within a transaction; how many."""
    applied = 0
    kept = connection.execute(text(_DEFERRED)).all()
    for row in kept:
        found = reopened(SignedOperation(bytes(row.content), bytes(row.signature)))
        if found.body is None:
            continue
        applied += _applied(connection, found, row.quarantine_id)
    reach("reconcile.in_tx")
    return applied


def rebuild(connection: Connection) -> int:
    """Empty every derived table and make it again from op_log, within a transaction; how many operations it took.

    Raises:
        StoreDamaged: the log holds an operation that the rules refuse.
    """
    connection.execute(text(f"TRUNCATE {', '.join(table.name for table in DERIVED)}"))
    count = 0
    for batch in _batches(connection):
        _replay(connection, batch)
        count += len(batch)
    connection.execute(text(f"{pointers.WANT_AGAIN} ON CONFLICT DO NOTHING"))
    reach("rebuild.in_tx")
    return count


def _batches(connection: Connection) -> Iterator[list[Opened]]:
    last = 0
    while rows := connection.execute(text(_LOG), {"last": last, "most": _AT_ONCE}).all():
        yield [reopened(SignedOperation(bytes(row.content), bytes(row.signature))) for row in rows]
        last = rows[-1].position


def _replay(connection: Connection, batch: Sequence[Opened]) -> None:
    known = known_about(connection, [each.body for each in batch if each.body is not None])
    rows: Rows = defaultdict(list)
    for each in batch:
        if each.body is None:
            raise StoreDamaged("The log holds an operation that cannot be read.", detail=each.operation.op_id)
        try:
            apply(each.body, each.operation.rev, known, rows)
        except RuleBroken as error:
            detail = f"{each.operation.op_id}: {error.message}"
            raise StoreDamaged("The log holds an operation that the rules refuse.", detail=detail) from error
        rows["episodes"] += [{"episode_id": name, "status": "expected"} for name in episodes_of(each.body)]
    write(connection, rows)


def _applied(connection: Connection, found: Opened, quarantine_id: int) -> bool:
    assert found.body is not None
    rows: Rows = defaultdict(list)
    try:
        apply(found.body, found.operation.rev, known_about(connection, [found.body]), rows)
    except RuleBroken as error:
        change = text("UPDATE op_quarantine SET verdict = 'rejected', reason = :reason WHERE quarantine_id = :id")
        connection.execute(change, {"reason": error.message, "id": quarantine_id})
        return False
    names = episodes_of(found.body)
    rows["episodes"] += [{"episode_id": name, "status": "expected"} for name in names]
    rows["wanted_episodes"] += [{"store_id": found.operation.store_id, "episode_id": name} for name in names]
    rows["op_log"].append(log_row(found))
    write(connection, rows)
    connection.execute(
        text("UPDATE op_quarantine SET resolved_at = now() WHERE quarantine_id = :id"), {"id": quarantine_id}
    )
    return True


_DEFERRED = """SELECT quarantine_id, content, signature FROM op_quarantine
    WHERE verdict = 'deferred' AND resolved_at IS NULL ORDER BY quarantine_id FOR UPDATE"""
_LOG = "SELECT position, content, signature FROM op_log WHERE position > :last ORDER BY position LIMIT :most"
