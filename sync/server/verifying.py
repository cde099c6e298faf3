"""Whether the centre and a workstation hold the same operations."""

from __future__ import annotations

from sqlalchemy import Connection, text

from scenes.errors import BadInput
from sync.api import Range, Span, Verified, Verify
from sync.operations import range_digest
from sync.server.rows import wanted

MAX_SPAN = 1_000_000  # operations that one verify may speak of


def verify(connection: Connection, request: Verify) -> Verified:
    """Compare the ranges that a workstation tells; one that lacks an operation here differs, too.

    Raises:
        BadInput: the ranges are too long, or end before they begin.
    """
    if any(each.last < each.first for each in request.ranges):
        raise BadInput("A range ends where it begins, or later.")
    if sum(each.last - each.first + 1 for each in request.ranges) > MAX_SPAN:
        raise BadInput(f"One verify speaks of at most {MAX_SPAN} operations.", hint="Ask in several parts.")
    differing = tuple(Span(each.first, each.last) for each in request.ranges if _differs(connection, request, each))
    last = connection.execute(
        text("SELECT last_seq FROM stores WHERE store_id = :store"), {"store": request.store_id}
    ).scalar()
    names = wanted(connection, request.store_id)
    return Verified(differing=differing, last_seq=int(last or 0), wanted_episodes=names)


def _differs(connection: Connection, request: Verify, told: Range) -> bool:
    found = connection.execute(
        text("SELECT digest FROM op_places WHERE store_id = :store AND seq BETWEEN :first AND :last ORDER BY seq"),
        {"store": request.store_id, "first": told.first, "last": told.last},
    ).scalars()
    digests = [bytes(each) for each in found]
    return len(digests) != told.last - told.first + 1 or range_digest(digests) != told.digest
