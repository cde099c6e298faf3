"""One SQLite file, opened safely: alone, checked, migrated, backed up; its errors are this product's errors.

Whatever goes wrong, nothing is overwritten and nothing is deleted. SQLite's own settings are chosen so that
what a transaction acknowledged is on the disk: WAL with synchronous=FULL.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlite_utils
from sqlite_utils.migrations import Migrations
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from scenes import durable
from scenes.codec import know
from scenes.errors import StoreDamaged, StoreError, StoreLocked, StoreNewer
from scenes.failpoints import reach
from scenes.lock import FileLock

T = TypeVar("T")
Value = str | int | float | bytes | None

SQLITE_VERSION: str = sqlite3.sqlite_version
DAILY_BACKUPS = 7
_MAGIC = b"SQLite format 3\0"
_ID_OFFSET = 68  # of the application id in the file's header: https://sqlite.org/fileformat.html
_HEADER_BYTES = 100
_FULL_FSYNC = "fullfsync = ON"  # on macOS fsync alone does not reach the disk
_PRAGMAS = ("busy_timeout = 5000", "foreign_keys = ON", "synchronous = FULL", _FULL_FSYNC, "trusted_schema = OFF")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_INDEX_BYTES = 2**15  # https://sqlite.org/walformat.html
_UNTOUCHED = "Nothing was changed. Move the file away to begin anew, or restore the newest from 'backups'."


class Database:
    """An open file. One writing connection, used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path, migrations: Migrations, application_id: int) -> Database:
        """Open the file, made if it is missing, and bring it to the newest schema.

        Raises:
            StoreLocked: another program has it open; the message names its process.
            StoreNewer: it holds migrations this version does not know.
            StoreDamaged: SQLite's quick_check finds fault with it.
            StoreError: it belongs to another program, the folder cannot be written, or the disk is full.
        """
        with translated(path):
            lock = FileLock(path.with_suffix(".lock"))
            try:
                return cls(path, _opened(path, migrations, application_id), lock)
            except BaseException:
                lock.release()
                raise

    def close(self) -> None:
        """Write everything back into the one file and let others have it."""
        try:
            with translated(self.path):
                self._connection.close()
        finally:
            self._lock.release()

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> None:
        """Run one statement; outside a transaction it is one of its own."""
        with translated(self.path):
            self._connection.execute(sql, parameters)

    @property
    def changes(self) -> int:
        """Grows whenever a row is changed through this connection, the only one that writes."""
        return self._connection.total_changes

    def insert(self, table: str, **columns: Value) -> None:
        """Add one row."""
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" * len(columns))
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(columns.values()))

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[dict[str, Any]]:
        """The rows a query gives, by column name."""
        with translated(self.path):
            cursor = self._connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def read(self, kind: type[T], sql: str, parameters: Sequence[Value] = ()) -> list[T]:
        """The rows a query gives, as records of `kind`.

        Raises:
            StoreDamaged: a row is not such a record.
        """
        know(kind)
        try:
            return [msgspec.convert(row, kind, strict=False) for row in self.rows(sql, parameters)]
        except msgspec.ValidationError as error:
            raise StoreDamaged(f"{self.path} holds a row that is no {kind.__name__}.", detail=str(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside are on the disk when the block ends, or none of them if it raises."""
        reach("write.before_tx")
        with translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                reach("write.in_tx")
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise
        reach("write.after_tx")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's and the operating system's errors about `path` into StoreErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    except OSError as error:
        raise _refused(error, path) from error


def _opened(path: Path, migrations: Migrations, application_id: int) -> sqlite3.Connection:
    is_new = not path.exists()
    if is_new:
        _create(path, application_id)
    _check_owner(path, application_id)
    connection = _connected(path)
    try:
        _check_bytes(connection, path)
        _migrate(connection, migrations, path)
        if not is_new:
            _back_up_daily(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path, application_id: int) -> None:
    """An empty file that already says whose it is, so that a crash never leaves one that nobody owns."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(str(draft))
    try:
        connection.execute(f"PRAGMA application_id = {application_id}")
        connection.execute("VACUUM")
    finally:
        connection.close()
    durable.publish(draft, path)


def _check_owner(path: Path, application_id: int) -> None:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise StoreError(f"{path} is not a SQLite file, or its beginning is damaged.", hint=_UNTOUCHED)
    if int.from_bytes(header[_ID_OFFSET : _ID_OFFSET + 4], "big") != application_id:
        raise StoreError(f"{path} belongs to another program.", hint=_UNTOUCHED)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(str(path), isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise StoreError(f"{path} lies on a disk that cannot keep a write-ahead log.", hint="Use a local disk.")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_bytes(connection: sqlite3.Connection, path: Path) -> None:
    faults = [row[0] for row in connection.execute("PRAGMA quick_check")]
    if faults != ["ok"]:
        raise StoreDamaged(f"{path} is damaged.", hint=_UNTOUCHED, detail="\n".join(faults))


def _migrate(connection: sqlite3.Connection, migrations: Migrations, path: Path) -> None:
    """Apply what is pending, one at a time, each after a backup of what was there."""
    database = sqlite_utils.Database(connection, execute_plugins=False)
    known = _names(migrations)
    applied = {migration.name for migration in migrations.applied(database)}
    unknown = sorted(applied.difference(known))
    if unknown:
        raise StoreNewer(
            f"{path} was written by a newer version of VLA Arena ({', '.join(unknown)}).",
            hint="Install the newer version, or use another data folder. Nothing was changed.",
        )
    for place, name in enumerate(known):
        if name in applied:
            continue
        if applied:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            _back_up(connection, path, f"{stamp}-before-{name}")
        migrations.apply(database, stop_before=known[place + 1 : place + 2])


def _names(migrations: Migrations) -> list[str]:
    """Every migration this version has, in order: all those pending for an empty database."""
    empty = sqlite_utils.Database(memory=True)
    try:
        return [migration.name for migration in migrations.pending(empty)]
    finally:
        empty.close()


def _back_up(connection: sqlite3.Connection, path: Path, label: str) -> None:
    """A complete copy in the folder `backups`, on the disk before this returns."""
    target = path.parent / "backups" / f"{path.stem}-{label}{path.suffix}"
    target.parent.mkdir(exist_ok=True)
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    try:
        connection.execute("VACUUM INTO ?", [str(draft)])
        durable.publish(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _back_up_daily(connection: sqlite3.Connection, path: Path) -> None:
    today = datetime.now(UTC).date().isoformat()
    pattern = f"{path.stem}-????-??-??{path.suffix}"
    if not (path.parent / "backups" / f"{path.stem}-{today}{path.suffix}").exists():
        _back_up(connection, path, today)
        for old in sorted((path.parent / "backups").glob(pattern))[:-DAILY_BACKUPS]:
            old.unlink()


def _explained(error: sqlite3.Error, path: Path) -> StoreError:
    """The same error in this product's words, told by SQLite's message: it is fixed for each result code."""
    text = str(error)
    if "disk is full" in text or ("disk I/O error" in text and _is_full(path)):
        return _full(path, text)
    if "malformed" in text or "not a database" in text:
        return StoreDamaged(f"{path} is damaged.", hint=_UNTOUCHED, detail=text)
    if "is locked" in text:
        return StoreLocked(f"Another program is writing to {path}.", hint="Close it and try again.", detail=text)
    if "readonly" in text or "unable to open" in text:
        return _unwritable(path, text)
    if isinstance(error, sqlite3.IntegrityError):
        return StoreError(f"{path} refused a record that breaks its rules: {text}.", detail=text)
    return StoreError(f"{path} could not be read or written: {text}.", hint="Nothing was changed.", detail=text)


def _is_full(path: Path) -> bool:
    """Whether not even the index of a write-ahead log finds room: SQLite calls that an I/O error."""
    return shutil.disk_usage(path.parent).free < _INDEX_BYTES


def _refused(error: OSError, path: Path) -> StoreError:
    if error.errno in _FULL:
        return _full(path, str(error))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _unwritable(path, str(error))
    where = error.filename or path
    reason = error.strerror or os.strerror(error.errno or errno.EIO)
    return StoreError(
        f"{where} could not be read or written: {reason}.", hint="Nothing was changed.", detail=str(error)
    )


def _full(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"The disk that holds {path.parent} is full.",
        hint="Make room and try again; everything acknowledged before is kept.",
        detail=detail,
    )


def _unwritable(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"{path.parent} cannot be written to.",
        hint="Give yourself permission to write there, or choose another data folder with --home.",
        detail=detail,
    )
