"""Operations in quarantine, as a person looks through them: what was rejected waits until somebody says why."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, text

from scenes.errors import BadInput, NotFound
from sync.server.auditing import audited

_MOST_LETTERS = 1000


class Kept(Struct, frozen=True, kw_only=True):
    """An operation in quarantine, without what it says."""

    op_id: str
    store_id: str
    seq: int
    kind: str
    verdict: str
    reason: str
    resolved_at: datetime | None


def quarantined(connection: Connection, *, every: bool = False) -> list[Kept]:
    """The operations that nobody resolved, as they came; `every`: also those that were resolved."""
    return [Kept(**row._asdict()) for row in connection.execute(_KEPT, {"every": every})]


def resolve(connection: Connection, op_id: str | None, who: str, why: str) -> int:
    """Note that somebody looked at a rejected operation - of every store that sent it - or at all of them (None); how
    many that were. They stay rejected and kept. What waits for a newer service is applied by one, and left alone.

    Raises:
        BadInput: nobody says who looked, or why it is well; or the operation waits for a newer service.
        NotFound: no such operation waits for anybody.
    """
    if not who.strip() or not why.strip() or max(len(who), len(why)) > _MOST_LETTERS:
        raise BadInput("Say who looked, and what was found.", hint=f"Each in at most {_MOST_LETTERS} letters.")
    found = connection.execute(_RESOLVE, {"name": op_id}).scalars().all()
    if op_id is not None and not found:
        _explain(connection, op_id)
    for name in dict.fromkeys(found):
        audited(connection, f"operator {who}", "operation_resolved", name, why)
    return len(found)


def _explain(connection: Connection, op_id: str) -> None:
    hint = "`vlaarena-central quarantine` lists them."
    if any(each.op_id == op_id for each in quarantined(connection)):
        raise BadInput("This operation waits for a newer service, which will apply it.", hint="Update the service.")
    raise NotFound(f"No operation '{op_id[:80]}' waits in quarantine.", hint=hint)


_KEPT = text(
    """SELECT op_id, store_id, seq, kind, verdict, reason, resolved_at FROM op_quarantine
    WHERE resolved_at IS NULL OR :every ORDER BY quarantine_id"""
)
_RESOLVE = text(
    """UPDATE op_quarantine SET resolved_at = now() WHERE verdict = 'rejected' AND resolved_at IS NULL
    AND (op_id = :name OR CAST(:name AS text) IS NULL) RETURNING op_id"""
)
