"""`vlaarena-central doctor`: what is set up, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, Engine, text

from scenes.errors import ArenaError, StoreError
from sync.server import ballots, blobs, migrating, publishing, registry, signing
from sync.server.centre import KEY_FILE, blob_folder
from sync.server.documents import Documents
from sync.server.postgres import DatabaseAway, engine_for, transaction
from sync.server.settings import CentralSettings

_EMPTY = "empty"


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    good: bool
    said: str
    warns: bool = False  # nothing is broken, but somebody should look


def examine(settings: CentralSettings, home: Path) -> Iterator[Finding]:
    """Look at everything, one thing after the other."""
    engine = engine_for(settings.database_url, 1)
    try:
        yield _looked("key", lambda: _key(engine, home))
        yield _looked("PostgreSQL", lambda: _version(engine))
        yield _looked("tables", lambda: _tables(engine))
        yield _looked("MongoDB", lambda: asyncio.run(_mongo(settings)))
        yield _looked("ratings", lambda: transaction(engine, _ratings))
        yield _warned(_looked("quarantine", lambda: transaction(engine, _quarantine)))
        yield _looked("episodes", lambda: transaction(engine, _episodes))
        yield _looked("files", lambda: transaction(engine, lambda c: _files(c, home)))
        yield _looked("models", lambda: transaction(engine, _models))
    finally:
        engine.dispose()


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except ArenaError as error:
        return Finding(what, False, str(error))
    except Exception as error:  # noqa: BLE001 - one thing that cannot be looked at hides no other
        return Finding(what, False, f"{type(error).__name__}: {error}".partition("\n")[0])


def _warned(found: Finding) -> Finding:
    """A quarantine that holds anything warns, and says where it can be read."""
    if not found.good or found.said == _EMPTY:
        return found
    return Finding(found.what, True, f"{found.said}: `vlaarena-central quarantine` lists them", warns=True)


def _key(engine: Engine, home: Path) -> str:
    path = home / KEY_FILE
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(f"Others may read {path}.", hint="chmod 600")
    try:
        signing.check_folder(engine, home)
    except DatabaseAway:
        return f"{path}, not compared: PostgreSQL does not answer"
    return str(path) if path.exists() else "none yet; it is made when the service starts"


def _version(engine: Engine) -> str:
    return transaction(engine, lambda c: str(c.execute(text("SHOW server_version")).scalar_one()))


def _tables(engine: Engine) -> str:
    migrating.check(engine)
    return f"revision {migrating.newest()}"


async def _mongo(settings: CentralSettings) -> str:
    documents = Documents(settings.mongo_url, settings.mongo_database)
    try:
        await documents.ping()
        return f"{await documents.collection.estimated_document_count()} episodes"
    finally:
        await documents.close()


def _ratings(connection: Connection) -> str:
    last = publishing.last_ratings(connection)
    if last is None:
        raise StoreError("They never ran.", hint="Start `vlaarena-central worker`.")
    if last["status"] != "ok":
        raise StoreError(f"They failed at {last['last_run_at']:%Y-%m-%d %H:%M}: {last['error_message']}")
    return f"at {last['last_run_at']:%Y-%m-%d %H:%M} over {last['votes_processed']} votes"


def _quarantine(connection: Connection) -> str:
    statement = text("SELECT verdict, count(*) FROM op_quarantine WHERE resolved_at IS NULL GROUP BY 1 ORDER BY 1")
    return ", ".join(f"{count} {verdict}" for verdict, count in connection.execute(statement)) or _EMPTY


def _episodes(connection: Connection) -> str:
    statement = text("SELECT status, count(*) FROM episodes GROUP BY 1 ORDER BY 1")
    return ", ".join(f"{count} {status}" for status, count in connection.execute(statement)) or "none"


def _files(connection: Connection, home: Path) -> str:
    count, bad = blobs.damaged(connection, blob_folder(home))
    if bad:
        told = ", ".join(bad[:3]) + (", ..." if len(bad) > 3 else "")
        hint = "Delete those that are damaged; workstations send again what is missing within a day."
        raise StoreError(f"{len(bad)} of {count} files in {home / 'blobs'} are missing or damaged: {told}", hint=hint)
    return f"{count}, each with its SHA-256" if count else "none"


def _models(connection: Connection) -> str:
    lacking = ballots.unregistered(connection)
    if lacking:
        told = ", ".join(f"{model_id[:80]!r} ({votes} votes)" for model_id, votes in lacking)
        raise StoreError(f"Votes wait for the cards of {told}.", hint="`vlaarena-central model add FOLDER`")
    return f"{len(registry.cards(connection))} cards"
