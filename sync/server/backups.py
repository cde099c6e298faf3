"""Backups: everything the service keeps, in one folder, and back again.

The rows come first (pg_dump of one moment), then the documents: whatever a row calls stored is among them. Blobs and
the key that signs snapshots lie beside. The manifest, written last, names every file with its SHA-256; a restore checks
it first and goes into empty databases only. While a restore is under way the data folder says so: nothing serves it,
and the same restore goes on where it was cut off.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import bson
import msgspec
from msgspec import Struct
from sqlalchemy.engine import make_url

from scenes import durable
from scenes.database import translated
from scenes.errors import BadInput, NotFound, StoreDamaged, StoreError
from scenes.failpoints import reach
from sync.server import migrating
from sync.server.centre import KEY_FILE, RESTORING
from sync.server.documents import Document, Documents
from sync.server.postgres import engine_for
from sync.server.settings import CentralSettings
from sync.server.signing import folder_key

ROWS, DOCUMENTS, MANIFEST = "rows.pgdump", "episodes.bson", "manifest.json"
_AT_ONCE = 64  # documents


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds."""

    made_at: str
    revision: str
    episodes: int
    files: dict[str, str]  # path inside the backup: SHA-256


def backup(settings: CentralSettings, home: Path, target: Path) -> Manifest:
    """Write a backup into a new folder.

    Raises:
        BadInput: the folder exists and is not empty.
        StoreError: the databases cannot be read, or the disk is full.
    """
    with translated(target):
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(target.iterdir()):
            raise BadInput(f"{target} is not empty.", hint="Name a new folder.")
        _check_key(settings, home)
        _pg("pg_dump", settings, "--format=custom", "--no-owner", "--no-unlogged-table-data", f"--file={target / ROWS}")
        reach("backup.after_rows")
        count = asyncio.run(_export(settings, target / DOCUMENTS))
        reach("backup.after_documents")
        if (home / "blobs").exists():
            shutil.copytree(home / "blobs", target / "blobs")
        durable.write(target / KEY_FILE, (home / KEY_FILE).read_bytes(), mode=0o600)
        manifest = Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            revision=migrating.newest(),
            episodes=count,
            files={str(path.relative_to(target)): _sha256(path) for path in _files(target)},
        )
        reach("backup.before_manifest")
        durable.write(target / MANIFEST, msgspec.json.encode(manifest))
    reach("backup.after_manifest")
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
        if not (source / name).is_file() or _sha256(source / name) != sha256:
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
        home.mkdir(parents=True, exist_ok=True)
        again = _is_cut_off(home, mark)
        if not again:
            _check_empty(settings, home, has_rows)
            durable.write(home / RESTORING, mark.encode())
        reach("restore.after_mark")
        asyncio.run(_import(settings, source / DOCUMENTS))
        reach("restore.after_documents")
        if not has_rows:
            _pg("pg_restore", settings, "--no-owner", "--exit-on-error", "--single-transaction", str(source / ROWS))
        reach("restore.after_rows")
        _restore_files(home, source)
        migrating.migrate(settings.database_url)
        reach("restore.after_migration")
        (home / RESTORING).unlink()
        durable.sync_folder(home)
    reach("restore.after_unmark")
    return manifest


def _restore_files(home: Path, source: Path) -> None:
    if (source / "blobs").exists():
        shutil.copytree(source / "blobs", home / "blobs", dirs_exist_ok=True)
    reach("restore.after_blobs")
    durable.write(home / KEY_FILE, (source / KEY_FILE).read_bytes(), mode=0o600)


def _has_rows(settings: CentralSettings) -> bool:
    engine = engine_for(settings.database_url, 1)
    try:
        return migrating.revision_of(engine) is not None
    finally:
        engine.dispose()


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
    asyncio.run(_check_no_documents(settings))


async def _export(settings: CentralSettings, path: Path) -> int:
    """Every document, one after the other as BSON; how many."""
    documents, count = Documents(settings.mongo_url, settings.mongo_database), 0
    try:
        with path.open("wb") as file:
            async for document in _all(documents):
                file.write(bson.encode(document))
                count += 1
            file.flush()
            os.fsync(file.fileno())
    finally:
        await documents.close()
    return count


async def _all(documents: Documents) -> AsyncIterator[Document]:
    await documents.ping()
    async for document in documents.collection.find({}).batch_size(_AT_ONCE):
        yield document


async def _import(settings: CentralSettings, path: Path) -> None:
    documents = Documents(settings.mongo_url, settings.mongo_database)
    try:
        await documents.ping()
        await documents.prepare()
        for batch in _batches(path):
            await documents.keep(batch)
            reach("restore.in_documents")
    finally:
        await documents.close()


async def _check_no_documents(settings: CentralSettings) -> None:
    documents = Documents(settings.mongo_url, settings.mongo_database)
    try:
        await documents.ping()
        if await documents.collection.find_one({}, {"_id": 1}) is not None:
            raise BadInput("MongoDB holds episodes already.", hint="Restore into an empty database.")
    finally:
        await documents.close()


def _batches(path: Path) -> Iterator[list[Document]]:
    batch: list[Document] = []
    with path.open("rb") as file:
        for document in bson.decode_file_iter(file):
            batch.append(document)
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
    if batch:
        yield batch


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
