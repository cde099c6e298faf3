"""Backups: everything the service keeps, in one folder, and back again.

The rows come first (pg_dump of one moment), then the documents: whatever a row calls stored is among them. Blobs and
the key that signs snapshots lie beside. The manifest, written last, names every file with its SHA-256; a restore checks
it first and goes into empty databases only. While a restore is under way the data folder says so: nothing serves it,
and the same restore goes on where it was cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.engine import make_url

from scenes import durable
from scenes.database import translated
from scenes.errors import BadInput, NotFound, StoreDamaged, StoreError, StoreLocked
from scenes.failpoints import reach
from scenes.lock import FileLock
from sync.server import migrating
from sync.server.centre import KEY_FILE, RESTORING
from sync.server.documents import Documents
from sync.server.postgres import engine_for, transaction
from sync.server.settings import CentralSettings
from sync.server.signing import folder_key

ROWS, DOCUMENTS, MANIFEST = "rows.pgdump", "episodes.bson", "manifest.json"
HALF, LOCK = ".half", ".lock"  # how the folder of a backup ends until it is whole; who writes it holds the lock
_STAMPED = re.compile(r"\d{8}T\d{6}Z(\.half)?")
T = TypeVar("T")


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds."""

    made_at: str
    revision: str
    episodes: int
    files: dict[str, str]  # path inside the backup: SHA-256


def backup(settings: CentralSettings, home: Path, target: Path) -> Manifest:
    """Write a backup into a new folder. It has another name until it is whole; half of one is written over.

    Raises:
        BadInput: the folder exists and is not empty, or another backup into it is under way.
        StoreError: the databases cannot be read, or the disk is full.
    """
    target = target.absolute()
    with translated(target):
        if target.exists() and (os.path.ismount(target) or any(target.iterdir())):
            raise BadInput(f"{target} is not empty.", hint="Name a new folder.")
        _check_key(settings, home)
        draft = target.with_name(target.name + HALF)
        draft.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _locked(draft)
        try:
            for path in [each for each in draft.iterdir() if each.name != LOCK]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            manifest = _write(settings, home, draft)
            draft.rename(target)
            durable.sync_folder(target.parent)
            (target / LOCK).unlink()
        finally:
            lock.release()
    reach("backup.after_manifest")
    return manifest


def keep(settings: CentralSettings, home: Path, folder: Path, count: int) -> tuple[Path, Manifest]:
    """Write a backup into a folder of backups, named by its moment (UTC); of the whole ones the newest `count` stay.

    What others that failed have left is removed first. Raises as `backup` does; no whole one goes then.
    """
    if count < 1:
        raise BadInput("At least one backup is kept.", hint="Write --keep 14, for example.")
    target = folder / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in [each for each in _stamped(folder) if not _is_whole(each)]:
            with contextlib.suppress(BadInput):  # that one is being written
                _remove(path)
        manifest = backup(settings, home, target)
        for path in sorted(each for each in _stamped(folder) if _is_whole(each))[:-count]:
            _remove(path.rename(path.with_name(path.name + HALF)))
    return target, manifest


def _stamped(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if _STAMPED.fullmatch(each.name)]


def _is_whole(path: Path) -> bool:
    return path.suffix != HALF and (path / MANIFEST).is_file()


def _remove(half: Path) -> None:
    lock = _locked(half)
    try:
        shutil.rmtree(half)
    finally:
        lock.release()


def _locked(draft: Path) -> FileLock:
    try:
        return FileLock(draft / LOCK)
    except StoreLocked as error:
        raise BadInput(f"Another backup into {draft} is under way.", hint="Wait for it, or name another.") from error


def _write(settings: CentralSettings, home: Path, draft: Path) -> Manifest:
    """Everything, and at last the manifest; when this returns it is on the disk."""
    _pg("pg_dump", settings, "--format=custom", "--no-owner", "--no-unlogged-table-data", f"--file={draft / ROWS}")
    reach("backup.after_rows")
    count = _documents(settings, lambda kept: kept.write_to(draft / DOCUMENTS))
    reach("backup.after_documents")
    if (home / "blobs").exists():
        shutil.copytree(home / "blobs", draft / "blobs")
    durable.write(draft / KEY_FILE, (home / KEY_FILE).read_bytes(), mode=0o600)
    _force(draft)
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=migrating.newest(),
        episodes=count,
        files={str(path.relative_to(draft)): _sha256(path) for path in _files(draft) if path.name != LOCK},
    )
    reach("backup.before_manifest")
    durable.write(draft / MANIFEST, msgspec.json.encode(manifest))
    return manifest


def check(source: Path) -> Manifest:
    """The manifest of a backup whose every file is as it was written.

    Raises:
        NotFound: there is no backup.
        StoreDamaged: a file is missing or was changed.
    """
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise NotFound(f"There is no backup in {source}.", hint="Name the folder that `backup` wrote.") from error
    for name, sha256 in manifest.files.items():
        if ".." in Path(name).parts or not (source / name).is_file() or _sha256(source / name) != sha256:
            raise StoreDamaged(f"The backup's file {name} is missing or damaged.", hint="Take an older backup.")
    return manifest


def _check_key(settings: CentralSettings, home: Path) -> None:
    """StoreError unless this is the service's own data folder: a backup of another one would lack its blobs."""
    engine = engine_for(settings.database_url, 1)
    try:
        folder_key(engine, home)
    finally:
        engine.dispose()


def restore(settings: CentralSettings, home: Path, source: Path) -> Manifest:
    """Put a backup into empty databases and an empty data folder; or go on with the restore of it that was cut off.

    Raises:
        BadInput: the databases or the folder hold something already.
        StoreDamaged: the backup is damaged; nothing was changed.
    """
    manifest, mark, has_rows = check(source), _sha256(source / MANIFEST), _has_rows(settings)
    with translated(home):
        if not _is_cut_off(home, mark):
            _check_empty(settings, home, has_rows)
            home.mkdir(parents=True, exist_ok=True)
            durable.write(home / RESTORING, mark.encode())
        reach("restore.after_mark")
        _documents(settings, lambda kept: kept.read_from(source / DOCUMENTS))
        reach("restore.after_documents")
        if not has_rows:
            _pg("pg_restore", settings, "--no-owner", "--exit-on-error", "--single-transaction", str(source / ROWS))
        reach("restore.after_rows")
        _restore_files(home, source, manifest)
        migrating.migrate(settings.database_url)
        reach("restore.after_migration")
        (home / RESTORING).unlink()
        durable.sync_folder(home)
    reach("restore.after_unmark")
    return manifest


def _restore_files(home: Path, source: Path, manifest: Manifest) -> None:
    """Those that the manifest names: what else lies there nobody checked."""
    for name in manifest.files:
        if name.startswith("blobs/"):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, home / name)
    _force(home / "blobs")
    reach("restore.after_blobs")
    durable.write(home / KEY_FILE, (source / KEY_FILE).read_bytes(), mode=0o600)


def _has_rows(settings: CentralSettings) -> bool:
    """Whether the service's own tables are there; BadInput where there are others instead."""
    engine = engine_for(settings.database_url, 1)
    try:
        if migrating.revision_of(engine) is not None:
            return True
        other = transaction(engine, lambda c: c.execute(text(_A_TABLE)).scalar())
    finally:
        engine.dispose()
    if other is not None:
        raise BadInput(f"The database holds a table already: {other}.", hint="Restore into an empty one.")
    return False


_A_TABLE = """
SELECT format('%I.%I', space.nspname, class.relname) FROM pg_class class
JOIN pg_namespace space ON space.oid = class.relnamespace
WHERE class.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND space.nspname !~ '^(pg_|information_schema$)'
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
ORDER BY class.relkind = 'S', 1 LIMIT 1
"""  # an extension's own tables do not count: whoever runs the database put them there


def _is_cut_off(home: Path, mark: str) -> bool:
    """Whether a restore of this very backup was begun here and did not end."""
    if not (home / RESTORING).exists():
        return False
    if (home / RESTORING).read_text() != mark:
        raise BadInput(
            f"The restore of another backup into {home} was cut off.",
            hint="Repeat that one, or begin with empty databases and an empty folder.",
        )
    return True


def _check_empty(settings: CentralSettings, home: Path, has_rows: bool) -> None:
    if has_rows:
        raise BadInput("The database holds tables already.", hint="Restore into an empty one.")
    if (home / "blobs").exists() or (home / KEY_FILE).exists():
        raise BadInput(f"{home} holds a key or blobs already.", hint="Name an empty data folder.")
    if not _documents(settings, lambda kept: kept.is_empty()):
        raise BadInput("MongoDB holds episodes already.", hint="Restore into an empty database.")


def _documents(settings: CentralSettings, work: Callable[[Documents], Awaitable[T]]) -> T:
    async def connected() -> T:
        documents = Documents(settings.mongo_url, settings.mongo_database)
        try:
            await documents.ping()
            return await work(documents)
        finally:
            await documents.close()

    return asyncio.run(connected())


def _pg(name: str, settings: CentralSettings, *words: str) -> None:
    place = make_url(settings.database_url)
    environment = os.environ | ({"PGPASSWORD": str(place.password)} if place.password else {})
    plain = place.set(drivername="postgresql", password=None).render_as_string()
    command = [str(_binary(name)), f"--dbname={plain}", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StoreError(f"{name} did not succeed.", hint="See what it said.", detail=done.stderr[-4000:])


def _binary(name: str) -> Path:
    """From $VLAARENA_PG_BIN, the PATH, or Debian's newest: it must not be older than the server."""
    if folder := os.environ.get("VLAARENA_PG_BIN"):
        return Path(folder) / name
    if found := shutil.which(name):
        return Path(found)
    for place in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        return place
    raise StoreError(f"There is no {name} here.", hint="Install PostgreSQL's client programs or set VLAARENA_PG_BIN.")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _force(folder: Path) -> None:
    """To the disk, with everything in it."""
    for path in (folder, *folder.rglob("*")) if folder.exists() else ():
        durable.sync_folder(path)  # a file, too


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
