"""Whose records are whose: a laboratory's stores, what they brought, and what of theirs still waits.

The stores of a laboratory are those that share a device: a workstation's, the one it goes on with after a fork, and
those that the operator let the same device push for. An evaluator or a session belongs to the stores that brought it;
battles belong with their session, and turns, votes, notes and branches with their battle.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from sync.server.known import Known

OWNED = ("evaluator", "session")  # kinds that say whose they are; everything else hangs on one of these
MAX_WAITING, MAX_WAITING_BYTES = 20_000, 128 * 2**20  # deferred operations of one laboratory


def stores_of_lab(connection: Connection, store_id: str) -> list[str]:
    """This store, and every other one of its laboratory."""
    return sorted({store_id, *connection.execute(_SHARED, {"store": store_id}).scalars()})


def foreign(connection: Connection, stores: Sequence[str], known: Known) -> set[str]:
    """Of the known evaluators and sessions those that others brought."""
    names = {*known.evaluators, *known.sessions, *(battle.session_id for battle in known.battles.values())}
    if not names:
        return set()
    return set(connection.execute(_FOREIGN, {"names": sorted(names), "stores": list(stores)}).scalars())


def waiting(connection: Connection, stores: Sequence[str], before: int = 2**62) -> tuple[int, int]:
    """How many operations of a laboratory wait for a newer service, or for one of these, and their bytes."""
    found = connection.execute(_WAITING, {"stores": list(stores), "before": before}).one()
    return int(found.number), int(found.bytes)


def find_owners(connection: Connection) -> None:
    """Note anew, from the logs, who brought each evaluator and session."""
    connection.execute(_OWNERS, {"kinds": list(OWNED)})


_SHARED = text(
    """SELECT DISTINCT other.store_id FROM device_stores AS mine JOIN device_stores AS other USING (device_id)
    WHERE mine.store_id = :store"""
)
_FOREIGN = text(
    """SELECT record_id FROM owners WHERE record_id = ANY(:names)
    GROUP BY record_id HAVING NOT bool_or(store_id = ANY(:stores))"""
)
_WAITING = text(
    """SELECT count(*) AS number, coalesce(sum(length(content)), 0) AS bytes FROM op_quarantine
    WHERE verdict = 'deferred' AND resolved_at IS NULL AND store_id = ANY(:stores) AND quarantine_id < :before"""
)
_OWNERS = text(
    """INSERT INTO owners (record_id, store_id)
    SELECT DISTINCT record_id, op_places.store_id FROM op_log JOIN op_places USING (op_id)
    WHERE kind = ANY(:kinds) ON CONFLICT DO NOTHING"""
)
