"""Centre: what one process of the service holds open."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from scenes import durable
from scenes.database import translated
from scenes.errors import StoreDamaged
from sync.content import ContentFolder
from sync.keys import KEY_BYTES, SigningKey
from sync.server.devices import Device
from sync.server.documents import Documents
from sync.server.limits import RateLimit
from sync.server.metrics import Metrics
from sync.server.postgres import engine_for, transaction
from sync.server.settings import CentralSettings

T = TypeVar("T")
KEY_FILE = "service.key"
RESTORING = "restoring"  # stands in the data folder while a backup is being restored


class Centre:
    """The databases, the key that signs snapshots, the blobs, the limits and the counters."""

    def __init__(self, settings: CentralSettings, home: Path) -> None:
        """Open everything; nothing is asked of the databases yet.

        Raises:
            BadInput: a setting is not as it should be.
            StoreError: the data folder cannot be written.
        """
        self.settings, self.home = settings, home
        self.key = server_key(home)
        self.engine = engine_for(settings.database_url, settings.connections)
        self.documents = Documents(settings.mongo_url, settings.mongo_database, settings.mongo_patience_s)
        self.blobs = blob_folder(home)
        self.metrics = Metrics()
        self.address_limit = RateLimit(settings.address_rate, settings.address_burst)
        self.devices: dict[str, Device] = {}  # those that asked: their keys
        self._checking = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="checking")
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="central")

    async def rows(self, work: Callable[[Connection], T]) -> T:
        """Do something in one PostgreSQL transaction, beside the event loop."""
        return await self.beside(partial(transaction, self.engine, work))

    async def beside(self, work: Callable[[], T]) -> T:
        """Do something that takes its time, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def check(self, work: Callable[[], T]) -> Future[T]:
        """Begin to check something on threads that wait for nothing, so that a transaction may wait for the outcome."""
        return self._checking.submit(work)

    async def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown(wait=True)
        self._checking.shutdown(wait=True)
        await self.documents.close()
        self.engine.dispose()


def blob_folder(home: Path) -> ContentFolder:
    """Where the blobs of a data folder lie."""
    return ContentFolder(home / "blobs", "", fan_out=2)


def check_restored(home: Path) -> None:
    """StoreDamaged where a restore was begun and did not end: the databases may hold half of a backup."""
    if (home / RESTORING).exists():
        raise StoreDamaged(f"A restore into {home} did not end.", hint="Repeat `vlaarena-central restore`.")


def server_key(home: Path) -> SigningKey:
    """The key that signs snapshots: a file of the data folder (mode 0600), made by whichever process comes first.

    Raises:
        StoreDamaged: the file holds no key, or a restore was cut off.
        StoreError: it cannot be read or made.
    """
    path = home / KEY_FILE
    with translated(path):
        check_restored(home)
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        kept = path.read_bytes()
    if len(kept) != KEY_BYTES:
        raise StoreDamaged(f"{path} holds no key.", hint="Restore it from a backup: workstations know it by heart.")
    return SigningKey(kept)


def _make_key(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    durable.write(draft, SigningKey.generate().private, mode=0o600)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    durable.sync_folder(path.parent)
