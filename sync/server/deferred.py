"""What follows from op_log alone: operations that wait for a newer service, and every derived row made anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from scenes.errors import RuleBroken, StoreDamaged
from scenes.failpoints import reach
from sync.operations import SignedOperation
from sync.server import belonging, pointers
from sync.server.applying import Missing, Rows, apply, episodes_of
from sync.server.known import known_about
from sync.server.opening import Opened, reopened
from sync.server.postgres import is_refused_content
from sync.server.rows import ALTERED, forget_stored, log_row
from sync.server.tables import DERIVED
from sync.server.writing import write

_AT_ONCE = 1000


def retry_deferred(connection: Connection) -> int:
    """Apply the operations that an older service kept for this one, within a transaction, in the order in which they
    came: each alone, so that none of them holds up another. How many were applied."""
    applied, last = 0, 0
    while page := connection.execute(text(_DEFERRED), {"last": last, "most": _AT_ONCE}).scalars().all():
        for quarantine_id in page:
            applied += _retried(connection, quarantine_id)
        last = page[-1]
    reach("reconcile.in_tx")
    return applied


def rebuild(connection: Connection) -> int:
    """Empty every derived table and make it again from op_log, within a transaction; how many operations it took.

    Raises:
        StoreDamaged: the log holds an operation that the rules refuse.
    """
    connection.execute(text(f"TRUNCATE {', '.join(table.name for table in DERIVED)}"))
    belonging.find_owners(connection)
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


def _retried(connection: Connection, quarantine_id: int) -> bool:
    """Whether this one is applied now."""
    row = connection.execute(text(_KEPT), {"id": quarantine_id}).one()
    found = reopened(SignedOperation(bytes(row.content), bytes(row.signature)))
    if found.poisoned:
        return _reject(connection, quarantine_id, found.reason)
    if found.body is None:
        return False  # it waits on
    try:
        with connection.begin_nested():
            return _applied(connection, found, quarantine_id)
    except Missing as error:
        stores = belonging.stores_of_lab(connection, found.operation.store_id)
        if belonging.waiting(connection, stores, before=quarantine_id) != (0, 0):
            return False  # what it hangs on may be one of those
        return _reject(connection, quarantine_id, error.message)
    except RuleBroken as error:
        return _reject(connection, quarantine_id, error.message)
    except (DBAPIError, psycopg.Error) as error:
        if not is_refused_content(error):
            raise
        return _reject(connection, quarantine_id, "The database refuses what it says.")


def _applied(connection: Connection, found: Opened, quarantine_id: int) -> bool:
    """Write what follows from it, unless it is in the log already: it was deferred once for each copy of a store.

    Raises:
        RuleBroken: the arena's rules forbid it.
    """
    operation, body = found.operation, found.body
    assert body is not None
    rows: Rows = defaultdict(list)
    logged = connection.execute(text(_LOGGED), {"name": operation.op_id}).scalar()
    if logged is None:
        known = known_about(connection, [body])
        known.foreign = belonging.foreign(connection, belonging.stores_of_lab(connection, operation.store_id), known)
        apply(body, operation.rev, known, rows)
        rows["op_log"].append(log_row(found))
    elif bytes(logged) != found.body_digest:
        raise RuleBroken(ALTERED)
    names = episodes_of(body)
    rows["episodes"] += [{"episode_id": name, "status": "expected"} for name in names]
    rows["wanted_episodes"] += [{"store_id": operation.store_id, "episode_id": name} for name in names]
    if operation.kind in belonging.OWNED:
        rows["owners"].append({"record_id": operation.record_id, "store_id": operation.store_id})
    write(connection, rows)
    forget_stored(connection, operation.store_id, [found])
    connection.execute(
        text("UPDATE op_quarantine SET resolved_at = now() WHERE quarantine_id = :id"), {"id": quarantine_id}
    )
    return logged is None


def _reject(connection: Connection, quarantine_id: int, reason: str) -> bool:
    change = text("UPDATE op_quarantine SET verdict = 'rejected', reason = :reason WHERE quarantine_id = :id")
    connection.execute(change, {"reason": reason, "id": quarantine_id})
    return False


_DEFERRED = """SELECT quarantine_id FROM op_quarantine
    WHERE verdict = 'deferred' AND resolved_at IS NULL AND quarantine_id > :last
    ORDER BY quarantine_id LIMIT :most FOR UPDATE"""
_KEPT = "SELECT content, signature FROM op_quarantine WHERE quarantine_id = :id"
_LOGGED = "SELECT body_digest FROM op_log WHERE op_id = :name"
_LOG = "SELECT position, content, signature FROM op_log WHERE position > :last ORDER BY position LIMIT :most"
