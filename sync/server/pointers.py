"""Which episodes the rows expect, and which are stored; and the repair of a crash between MongoDB and PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, text

from scenes.failpoints import reach
from sync.operations import Body
from sync.server.applying import episodes_of
from sync.server.centre import Centre
from sync.server.documents import Documents
from sync.server.postgres import DatabaseAway, transaction

_log = logging.getLogger(__name__)

_AT_ONCE = 500
Told = tuple[list[dict[str, Any]], list[dict[str, Any]]]  # uses and runs


def mark_stored(connection: Connection, names: Iterable[str]) -> None:
    """Note that episodes are kept: nobody is asked for them any more."""
    connection.execute(_MARK, {"names": sorted(names)})
    reach("episodes.in_tx")
    reach("reconcile.found_in_tx")


def stored_among(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of these the rows hold to be stored."""
    return set(connection.execute(_STORED, {"names": list(names)}).scalars())


def told_of(connection: Connection, names: Sequence[str]) -> tuple[set[str], set[str], dict[str, Told]]:
    """Which of these are stored, which the rows expect, and per episode its uses and runs (`uses_of`)."""
    stored, expected = set[str](), set[str]()
    found: dict[str, Told] = {name: ([], []) for name in names}
    for name, status, *values in connection.execute(_USES, {"names": list(names)}):
        uses, runs = found[name]
        if status is not None:
            (stored if status == "stored" else expected).add(name)
        if values[len(_USE)] is not None:  # None: no run told of it yet
            runs.append(dict(zip(_RUN, values[len(_USE) :], strict=True)))
        if values[0] is not None:  # None: a branch's
            uses.append(dict(zip(_USE, values, strict=False)))
    return stored, expected, found


def uses_of(connection: Connection, names: Sequence[str]) -> dict[str, Told]:
    """Per episode the sides of turns that it is, and its runs, as MongoDB's documents tell them."""
    return told_of(connection, names)[2]


async def tell_uses_of(centre: Centre, bodies: Iterable[Body]) -> None:
    """Let the documents of stored episodes know the turns that came after them; the reconciler repairs the rest."""
    names = sorted({name for body in bodies for name in episodes_of(body)})
    stored = sorted(await centre.rows(lambda c: stored_among(c, names))) if names else []
    if not stored:
        return
    uses = await centre.rows(lambda c: uses_of(c, stored))
    reach("uses.before_mongo")
    try:
        await centre.documents.tell_uses(uses)
        reach("uses.after_mongo")
    except DatabaseAway as error:
        _log.warning("uses of %d episodes wait for the reconciler: %s", len(stored), error)


async def reconcile(engine: Engine, documents: Documents) -> tuple[int, int]:
    """Mark what MongoDB holds and the rows still expect; expect again what MongoDB lost. How many of each.

    Uses and runs of every stored episode are written anew where new operations spoke of them.
    """
    found = lost = 0
    for name_lists, status in ((_pages(engine, "expected"), "expected"), (_pages(engine, "stored"), "stored")):
        for names in name_lists:
            present = await documents.present(names)
            reach("reconcile.before_pg")
            if status == "expected":
                await asyncio.to_thread(transaction, engine, lambda c, kept=present: mark_stored(c, kept))
                found += len(present)
            elif missing := set(names) - present:
                await asyncio.to_thread(transaction, engine, lambda c, gone=missing: _expect(c, gone))
                lost += len(missing)
            uses = await asyncio.to_thread(transaction, engine, lambda c, kept=present: uses_of(c, sorted(kept)))
            reach("reconcile.before_uses")
            await documents.tell_uses(uses)
            reach("reconcile.after_uses")
    return found, lost


def _pages(engine: Engine, status: str) -> Iterable[list[str]]:
    """The ids of every episode of a status, in pages."""
    last = ""
    while True:
        chosen = {"status": status, "last": last, "most": _AT_ONCE}
        names = transaction(engine, lambda c, chosen=chosen: list(c.execute(_PAGE, chosen).scalars()))  # type: ignore[misc]
        if not names:
            return
        yield names
        last = names[-1]


def _expect(connection: Connection, names: Iterable[str]) -> None:
    """Ask for episodes again that were lost: from every store that had a turn or branch with them."""
    chosen = {"names": sorted(names)}
    statement = text("UPDATE episodes SET status = 'expected', stored_at = NULL WHERE episode_id = ANY(:names)")
    connection.execute(statement, chosen)
    connection.execute(text(WANT_AGAIN + " AND evidence.episode_id = ANY(:names) ON CONFLICT DO NOTHING"), chosen)
    reach("reconcile.lost_in_tx")


WANT_AGAIN = """INSERT INTO wanted_episodes (store_id, episode_id)
    SELECT DISTINCT op_places.store_id, evidence.episode_id
    FROM (SELECT turn_id AS record_id, left_episode_id AS episode_id FROM turns
        UNION SELECT turn_id, right_episode_id FROM turns
        UNION SELECT branch_id, episode_id FROM branches) AS evidence
    JOIN op_log ON op_log.record_id = evidence.record_id AND op_log.kind IN ('turn', 'branch')
    JOIN op_places ON op_places.op_id = op_log.op_id
    JOIN episodes ON episodes.episode_id = evidence.episode_id WHERE episodes.status = 'expected'"""
_PAGE = text(
    "SELECT episode_id FROM episodes WHERE status = :status AND episode_id > :last ORDER BY episode_id LIMIT :most"
)
_STORED = text("SELECT episode_id FROM episodes WHERE status = 'stored' AND episode_id = ANY(:names)")
_MARK = text(
    """WITH told AS (SELECT unnest(CAST(:names AS text[])) AS name),
    wanted_no_more AS (DELETE FROM wanted_episodes WHERE episode_id = ANY(:names))
    INSERT INTO episodes (episode_id, status, stored_at) SELECT name, 'stored', now() FROM told
    ON CONFLICT (episode_id) DO UPDATE SET status = 'stored', stored_at = now() WHERE episodes.status = 'expected'"""
)
_USE = ("session_id", "battle_id", "turn_id", "side")
_RUN = ("run_id", "model_id", "checkpoint_revision", "daemon_version", "device", "created_at")
_USES = text(  # the sides of a turn are its runs; OFFSET 0: name by name through the indexes, whatever statistics say
    f"""SELECT name, status, session_id, battle_id, turn_id, side, {", ".join(_RUN)}
    FROM unnest(CAST(:names AS text[])) AS told (name)
    LEFT JOIN LATERAL (SELECT status FROM episodes WHERE episode_id = name OFFSET 0) AS kept ON true
    LEFT JOIN LATERAL (SELECT * FROM runs WHERE episode_id = name OFFSET 0) AS made ON true
    LEFT JOIN LATERAL (SELECT battle_id FROM turns WHERE turns.turn_id = made.turn_id OFFSET 0) AS shown ON true
    LEFT JOIN LATERAL (SELECT session_id FROM battles WHERE battle_id = shown.battle_id OFFSET 0) AS held ON true
    ORDER BY battle_id, turn_id, side, run_id"""
)
