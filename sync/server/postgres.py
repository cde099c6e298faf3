"""PostgreSQL: the engine, and transactions that are repeated when two of them got in each other's way."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scenes.errors import ArenaError, BadInput, StoreError
from scenes.failpoints import reach

T = TypeVar("T")
_ATTEMPTS = 5
_CONNECT_SECONDS = 5
_REFUSALS = (
    "does not exist",
    "authentication failed",
    "no pg_hba.conf entry",
    "no password supplied",
    "permission denied",
)
_CLASHES = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,  # of a record that another store brought in the same moment
)


class DatabaseAway(ArenaError):
    """PostgreSQL or MongoDB does not answer; nothing was changed."""


def engine_for(url: str, connections: int = 8) -> Engine:
    """An engine for `postgresql://...`, by psycopg 3.

    Raises:
        BadInput: that is no such address.
    """
    try:
        place = make_url(url)
    except ArgumentError as error:
        raise BadInput(
            "database_url is not an address of PostgreSQL.", hint="postgresql://user:password@host/database"
        ) from error
    if place.get_backend_name() != "postgresql":
        raise BadInput("The service keeps its rows in PostgreSQL.", hint="database_url = postgresql://...")
    engine = create_engine(
        place.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_CONNECT_SECONDS,
        hide_parameters=True,  # they hold what people wrote, and would stand in the log
        connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "vlaarena-central"},
    )
    event.listen(engine, "checkout", _check_open)
    return engine


def _check_open(connection: psycopg.Connection[Any], *_: object) -> None:
    """Have another connection instead of one that PostgreSQL closed while nobody used it: such a one can be read from.
    That costs no question to the server.
    """
    watching = select.poll()
    watching.register(connection.fileno(), select.POLLIN)
    if watching.poll(0):
        raise DisconnectionError("PostgreSQL closed this connection.")


def transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do `work` in one transaction, and once more where it met another one at the same rows.

    Raises:
        DatabaseAway: PostgreSQL does not answer.
        StoreError: it has not the tables, or forbids them to this user.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            reach("rows.before_tx")
            with engine.begin() as connection:
                found = work(connection)
                reach("rows.in_tx")
            reach("rows.after_tx")
            return found
        except (PoolTimeout, DBAPIError, psycopg.Error) as error:
            if isinstance(cause_of(error), _CLASHES) and attempt < _ATTEMPTS:
                continue
            if (told := _told(error)) is not None:
                raise told from error
            raise
    raise AssertionError("unreachable")


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection that commits every statement by itself, while the block runs; raises as `transaction` does."""
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except (PoolTimeout, DBAPIError, psycopg.Error) as error:
        raise (_told(error) or error) from error
    with connection:
        yield connection


def _told(error: BaseException) -> ArenaError | None:
    """What people are told of it; None: it is for programs."""
    match cause_of(error):
        case PoolTimeout():
            return DatabaseAway("All connections to PostgreSQL are busy.", hint="Try again in a moment.")
        case psycopg.OperationalError() | psycopg.InterfaceError():
            refused = any(word in str(error) for word in _REFUSALS)
            said = "PostgreSQL refuses the connection." if refused else "PostgreSQL does not answer."
            hint = "Look at user, password and database in database_url." if refused else "Try again in a moment."
            return DatabaseAway(said, hint=hint, detail=str(cause_of(error)))
        case psycopg.errors.InsufficientPrivilege() as refused:
            hint = "Let database_url name the owner of the database, or grant its user what is missing."
            return StoreError("PostgreSQL forbids this to its user.", hint=hint, detail=str(refused))
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedColumn() as lacking:
            said = "The database has not the tables of this version."
            return StoreError(said, hint="Run `vlaarena-central migrate`.", detail=str(lacking))
    return None


def in_rows(url: str, work: Callable[[Connection], T]) -> T:
    """One transaction on a database that is opened for it alone."""
    engine = engine_for(url, 1)

    def done(connection: Connection) -> T:
        found = work(connection)
        reach("command.in_tx")
        return found

    reach("command.before_tx")
    try:
        found = transaction(engine, done)
    finally:
        engine.dispose()
    reach("command.after_tx")
    return found


def cause_of(error: BaseException) -> BaseException | None:
    """What PostgreSQL or psycopg said, whether SQLAlchemy stood between or not."""
    return error.orig if isinstance(error, DBAPIError) else error


def is_clash(error: BaseException) -> bool:
    """Whether another row of the same key is there; it may have come in this very moment."""
    return isinstance(cause_of(error), psycopg.errors.UniqueViolation)


def is_refused_content(error: BaseException) -> bool:
    """Whether the database refuses what a row says; also after `transaction` tried again, so that no clash is meant
    that another moment ends."""
    return isinstance(cause_of(error), psycopg.IntegrityError | psycopg.DataError)
