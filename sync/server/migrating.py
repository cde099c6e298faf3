"""The tables brought to this version, by Alembic; two programs that try at once wait for each other."""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from scenes.errors import StoreNewer
from sync.server.postgres import engine_for, transaction

_LOCK = 0x564C4100  # pg_advisory_xact_lock


def migrate(url: str) -> str:
    """Bring the database to this version's tables; says which revision it has then.

    Raises:
        StoreNewer: a newer version of the service migrated it.
        DatabaseAway: PostgreSQL does not answer.
    """
    engine = engine_for(url, 1)
    try:
        return transaction(engine, _upgrade)
    finally:
        engine.dispose()


def revision_of(engine: Engine) -> str | None:
    """The revision of the database's tables; None: it has none."""
    return transaction(engine, lambda connection: MigrationContext.configure(connection).get_current_revision())


def newest() -> str:
    """The revision that this version of the service works with."""
    return str(_scripts().get_current_head())


def as_sql() -> str:
    """Every migration as SQL, without touching any database."""
    written = io.StringIO()
    command.upgrade(_config(written), "head", sql=True)
    return written.getvalue()


def _upgrade(connection: Connection) -> str:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in {script.revision for script in _scripts().walk_revisions()}:
        raise StoreNewer(f"The database has revision {present}, of a newer version.", hint="Update this service.")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return newest()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output) if output else Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
