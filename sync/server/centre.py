"""Centre: what one process of the service holds open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from scenes.database import translated
from sync.content import ContentFolder
from sync.keys import SigningKey, device_key
from sync.server.documents import Documents
from sync.server.limits import RateLimit
from sync.server.metrics import Metrics
from sync.server.postgres import engine_for, transaction
from sync.server.settings import CentralSettings

T = TypeVar("T")


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
        self.documents = Documents(settings.mongo_url, settings.mongo_database)
        self.blobs = ContentFolder(home / "blobs", "", fan_out=2)
        self.metrics = Metrics()
        self.device_limit = RateLimit(settings.device_rate, settings.device_burst)
        self.address_limit = RateLimit(settings.address_rate, settings.address_burst)
        self.enrol_limit = RateLimit(settings.enrol_rate, settings.enrol_burst)
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="central")

    async def rows(self, work: Callable[[Connection], T]) -> T:
        """Do something in one PostgreSQL transaction, beside the event loop."""
        return await self.beside(partial(transaction, self.engine, work))

    async def beside(self, work: Callable[[], T]) -> T:
        """Do something that takes its time, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown(wait=True)
        await self.documents.close()
        self.engine.dispose()


def server_key(home: Path) -> SigningKey:
    """The key that signs snapshots, made at first use in the data folder (mode 0600)."""
    with translated(home):
        home.mkdir(parents=True, exist_ok=True)
    return device_key(home)
