"""The tables brought to this version, by Alembic; two programs that try at once wait for each other."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from scenes.errors import StoreError, StoreNewer
from sync.server.postgres import engine_for, transaction

if TYPE_CHECKING:  # who only serves needs no Alembic, which takes a while to import
    from alembic.config import Config

_LOCK = 0x564C4100  # pg_advisory_xact_lock
_MIGRATIONS = Path(__file__).parent / "migrations"


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
    return transaction(engine, _revision)


def check(engine: Engine) -> None:
    """StoreError unless the tables are this version's; DatabaseAway if PostgreSQL does not answer."""
    present = revision_of(engine)
    if present != newest():
        raise StoreError(
            f"The database has revision {present}, this service works with {newest()}.",
            hint="Run `vlaarena-central migrate`.",
        )


def newest() -> str:
    """The revision that this version of the service works with."""
    return max(_revisions())


def as_sql() -> str:
    """Every migration as SQL, without touching any database."""
    from alembic import command

    written = io.StringIO()
    command.upgrade(_config(written), "head", sql=True)
    return written.getvalue()


def _upgrade(connection: Connection, revision: str = "head") -> str:
    from alembic import command

    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    present = _revision(connection)
    if present is not None and present not in _revisions():
        raise StoreNewer(f"The database has revision {present}, of a newer version.", hint="Update this service.")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    return newest()


def _revision(connection: Connection) -> str | None:
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _revisions() -> set[str]:
    """Every revision: its number begins the name of its file."""
    return {file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py")}


def _config(output: io.StringIO | None = None) -> Config:
    from alembic.config import Config

    config = Config(output_buffer=output) if output else Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
