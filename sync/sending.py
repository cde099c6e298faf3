"""How far the log has come to the service, told by its rows alone, and what moves it on.

A released operation waits while it has no verdict. Whatever is to be sent again waits again: nothing is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scenes.database import Database
from scenes.failpoints import reach
from sync import sheets
from sync.api import Span, Verdict
from sync.operations import Operation
from sync.records import new_id, now

_WAITS = "held = 0 AND verdict IS NULL"
_AROUND_BYTES = 600  # of a body: the operation's other fields, its signature and both frames
_OPERATION = "op_id, store_id, seq, kind, record_id, rev, created_at, body"


class Waiting(Struct, frozen=True):
    """What is still to be told to the service."""

    votes: int
    operations: int


class Quarantined(Struct, frozen=True, kw_only=True):
    """An operation that the service did not take, and why. It stays here, and on record there."""

    op_id: str
    kind: str
    record_id: str
    rev: int
    reason: str
    created_at: str


def waiting(database: Database) -> Waiting:
    """How many votes and operations wait."""
    (row,) = database.rows(
        f"""SELECT count(*) AS operations, count(DISTINCT CASE kind WHEN 'vote' THEN record_id END) AS votes
        FROM outbox WHERE {_WAITS}"""
    )
    return Waiting(row["votes"], row["operations"])


def left(database: Database) -> int:
    """How many operations wait."""
    (row,) = database.rows(f"SELECT count(*) AS operations FROM outbox WHERE {_WAITS}")
    return int(row["operations"])


def quarantined(database: Database) -> list[Quarantined]:
    """What the service rejected, in the order it was sent."""
    return database.read(Quarantined, "SELECT * FROM quarantine ORDER BY store_id, seq")


def present_store(database: Database) -> str:
    """The id under which this log goes on now."""
    (row,) = database.rows("SELECT store_id FROM meta")
    return str(row["store_id"])


def next_store(database: Database) -> str | None:
    """The store whose operations are sent next: those it was before its forks come first. None: nothing waits."""
    rows = database.rows(
        f"""SELECT outbox.store_id FROM outbox JOIN meta WHERE {_WAITS}
        ORDER BY outbox.store_id = meta.store_id, outbox.store_id, seq LIMIT 1"""
    )
    return rows[0]["store_id"] if rows else None


def batch(database: Database, store_id: str, limit: int, max_bytes: int) -> list[Operation]:
    """The store's first waiting operations: at most so many, at most so many bytes, but at least one."""
    rows = database.rows(
        f"SELECT {_OPERATION} FROM outbox WHERE store_id = ? AND {_WAITS} ORDER BY seq LIMIT ?", [store_id, limit]
    )
    taken, size = list[Operation](), 0
    for row in rows:
        operation = Operation(**row)
        size += len(operation.body) + _AROUND_BYTES
        if taken and size > max_bytes:
            break
        taken.append(operation)
    return taken


def mark(database: Database, verdicts: Sequence[Verdict]) -> None:
    """Note what became of operations, all at once."""
    with database.transaction():
        for each in verdicts:
            database.execute(
                "UPDATE outbox SET verdict = ?, reason = ? WHERE op_id = ? AND held = 0",
                [each.verdict, each.reason, each.op_id],
            )
        reach("push.in_mark")


def rewind(database: Database, store_id: str, first: int, last: int | None = None) -> int:
    """Let a store's operations from `first` to `last` (None: to its end) wait again; how many did not before.

    The service lost them: what it was told of files beside the log is lost, too, and told again.
    """
    with database.transaction():
        return _rewind(database, store_id, first, last)


def _rewind(database: Database, store_id: str, first: int, last: int | None) -> int:
    place, found = "store_id = ?1 AND seq >= ?2 AND (?3 IS NULL OR seq <= ?3) AND verdict IS NOT NULL", [first, last]
    (row,) = database.rows(f"SELECT count(*) AS operations FROM outbox WHERE {place}", [store_id, *found])
    if row["operations"]:
        database.execute(f"UPDATE outbox SET verdict = NULL, reason = '' WHERE {place}", [store_id, *found])
        sheets.tell_again(database)
    return int(row["operations"])


def rewind_all(database: Database, store_id: str, spans: Sequence[Span]) -> int:
    """`rewind` for each of the spans, all or none: neighbours as one."""
    with database.transaction():
        return sum(_rewind(database, store_id, first, last) for first, last in _joined(spans))


def _joined(spans: Sequence[Span]) -> list[tuple[int, int]]:
    joined = list[tuple[int, int]]()
    for span in sorted(spans, key=lambda span: span.first):
        if joined and span.first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span.last))
        else:
            joined.append((span.first, span.last))
    return joined


def fork(database: Database, store_id: str, forked_at: int) -> str:
    """Go on as another store from number `forked_at` on, which becomes 1: this store is a copy, or was restored.

    Every operation keeps its op_id and its body. The new store's id is the result.
    """
    new_store_id = new_id()
    reach("fork.before_tx")
    with database.transaction():
        database.insert("store_fork", new_store_id=new_store_id, old_store_id=store_id, forked_at=forked_at, at=now())
        database.execute("UPDATE meta SET store_id = ? WHERE store_id = ?", [new_store_id, store_id])
        database.execute(
            """UPDATE outbox SET store_id = ?1, seq = seq - ?3 + 1, verdict = NULL, reason = ''
            WHERE store_id = ?2 AND seq >= ?3""",
            [new_store_id, store_id, forked_at],
        )
        reach("fork.before_commit")
    reach("fork.after_tx")
    return new_store_id


def stores(database: Database) -> list[tuple[str, int]]:
    """Every store this log was and is, with its last number."""
    rows = database.rows("SELECT store_id, max(seq) AS last FROM outbox WHERE held = 0 GROUP BY store_id ORDER BY 1")
    return [(row["store_id"], row["last"]) for row in rows]


def span(database: Database, store_id: str, first: int, last: int) -> list[Operation]:
    """A store's operations from number `first` to `last`."""
    rows = database.rows(
        f"SELECT {_OPERATION} FROM outbox WHERE store_id = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        [store_id, first, last],
    )
    return [Operation(**row) for row in rows]


def may_leave(database: Database, episode_id: str) -> bool:
    """Whether an episode belongs to a turn or side experiment that was released: only then may it be sent."""
    return bool(database.rows(_RELEASED_EPISODE, [episode_id]))


def counts(database: Database) -> dict[str, int]:
    """How many released operations have each verdict; those that wait under the name `waiting`."""
    rows = database.rows(
        "SELECT coalesce(verdict, 'waiting') AS verdict, count(*) AS n FROM outbox WHERE held = 0 GROUP BY 1"
    )
    return {row["verdict"]: row["n"] for row in rows}


_RELEASED_EPISODE = """
    SELECT 1 FROM turn JOIN outbox ON kind = 'turn' AND record_id = turn_id AND held = 0 WHERE left_episode_id = ?1
    UNION ALL
    SELECT 1 FROM turn JOIN outbox ON kind = 'turn' AND record_id = turn_id AND held = 0 WHERE right_episode_id = ?1
    UNION ALL
    SELECT 1 FROM branch JOIN outbox ON kind = 'branch' AND record_id = branch_id AND held = 0 WHERE episode_id = ?1
    LIMIT 1"""
