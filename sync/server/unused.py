"""Episodes that a program uploaded for a battle that it never recorded: kept for a while, then forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from scenes.codec import decode
from sync.records import Turn
from sync.server.documents import Documents
from sync.server.postgres import transaction

_AT_ONCE = 500


async def forget(engine: Engine, documents: Documents, age: timedelta) -> int:
    """Forget what was stored so long ago and is part of no turn; how many. MongoDB goes first: a row that is left
    behind by a crash is forgotten the next time.

    Raises:
        DatabaseAway: one of the databases does not answer.
    """
    count, last = 0, ""
    while names := await asyncio.to_thread(transaction, engine, lambda c, last=last: _unused(c, age, last)):
        await documents.forget(names)
        await asyncio.to_thread(transaction, engine, lambda c, names=names: _drop(c, names))
        count, last = count + len(names), names[-1]
    return count


def _unused(connection: Connection, age: timedelta, last: str) -> list[str]:
    chosen = {"age": age, "last": last, "most": _AT_ONCE, "open": sorted(_of_open_battles(connection))}
    return list(connection.execute(_UNUSED, chosen).scalars())


def _of_open_battles(connection: Connection) -> Iterable[str]:
    for row in connection.execute(text("SELECT unnest(turns) AS turn FROM open_battles")):
        turn = decode(bytes(row.turn), Turn)
        yield from (turn.left_episode_id, turn.right_episode_id)


def _drop(connection: Connection, names: list[str]) -> None:
    connection.execute(text(f"DELETE FROM episodes WHERE episode_id = ANY(:names) AND {_FREE}"), {"names": names})


_FREE = """NOT EXISTS (SELECT 1 FROM turns WHERE left_episode_id = episodes.episode_id)
    AND NOT EXISTS (SELECT 1 FROM turns WHERE right_episode_id = episodes.episode_id)
    AND NOT EXISTS (SELECT 1 FROM branches WHERE branches.episode_id = episodes.episode_id)"""
_UNUSED = text(
    f"""SELECT episode_id FROM episodes WHERE status = 'stored' AND stored_at < now() - CAST(:age AS interval)
    AND episode_id > :last AND NOT episode_id = ANY(:open) AND {_FREE} ORDER BY episode_id LIMIT :most"""
)
