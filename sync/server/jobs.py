"""The work that one process at a time does: ratings, reconciliation, expiry.

A PostgreSQL advisory lock lets one worker in, and a row per job and time slot keeps the next one from doing the same
slot again. A worker that dies lets go of the lock with its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, Engine, text

from scenes.failpoints import reach
from sync.records import new_id
from sync.server import blobs, limits, publishing, unused, webhooks
from sync.server.auditing import audited
from sync.server.centre import blob_folder
from sync.server.deferred import retry_deferred
from sync.server.documents import Documents
from sync.server.pointers import reconcile
from sync.server.postgres import DatabaseAway, connected, transaction
from sync.server.settings import CentralSettings
from sync.server.signing import folder_key

T = TypeVar("T")
Job = Literal["ratings", "reconcile", "expiry", "webhooks"]
Outcome = Literal["done", "busy", "done_before"]
_LOCKS: dict[Job, int] = {"ratings": 0x564C4101, "reconcile": 0x564C4102, "expiry": 0x564C4103, "webhooks": 0x564C4104}
_KEEP_RUNS = timedelta(days=30)
_log = logging.getLogger("vlaarena.central.worker")
WORKER = f"{socket.gethostname()} {os.getpid()}"


class Work(Struct, frozen=True):
    """What a worker works with."""

    settings: CentralSettings
    home: Path
    engine: Engine


def run(work: Work, job: Job, slot: datetime | None = None) -> Outcome:
    """Do a job, unless another worker does it now or did this slot before. None: now, whatever was done before.

    Raises:
        Exception: the job failed; `worker_status` says so, too.
    """
    name = f"demand {new_id()}" if slot is None else slot.isoformat()
    try:
        outcome = _done(work, job, name)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:2000]
        with contextlib.suppress(DatabaseAway):  # then nobody can be told, and this is not why it failed
            transaction(work.engine, lambda c: publishing.note_status(c, job, "failed", error=said))
        raise
    if outcome == "done":
        _log.info("done", extra={"job": job})
    return outcome


def _done(work: Work, job: Job, name: str) -> Outcome:
    with _lock(work.engine, job) as ours:
        if not ours:
            return "busy"
        if not transaction(work.engine, lambda c: _claim(c, job, name)):
            return "done_before"
        reach("job.claimed")
        votes = _JOBS[job](work)
        if job != "ratings":
            transaction(work.engine, lambda c: publishing.note_status(c, job, "ok", votes))
    return "done"


@contextmanager
def _lock(engine: Engine, job: Job) -> Iterator[bool]:
    """Whether this process may do the job while the block runs."""
    with connected(engine) as connection:
        key = {"key": _LOCKS[job]}
        ours = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one())
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _claim(connection: Connection, job: Job, slot: str) -> bool:
    statement = text(
        "INSERT INTO job_runs (job, slot, worker) VALUES (:job, :slot, :worker) ON CONFLICT (job, slot) DO NOTHING"
    )
    return bool(connection.execute(statement, {"job": job, "slot": slot, "worker": WORKER}).rowcount)


def _ratings(work: Work) -> int:
    key = folder_key(work.engine, work.home)

    def rated(connection: Connection) -> int:
        votes = publishing.rate(connection, key, work.settings.robots)
        publishing.note_status(connection, publishing.RATINGS, "ok", votes)
        return votes

    reach("ratings.before_tx")
    votes = transaction(work.engine, rated)
    reach("ratings.after_tx")
    return votes


def _reconcile(work: Work) -> int:
    reach("reconcile.before_tx")
    applied = transaction(work.engine, retry_deferred)
    found, lost = asyncio.run(_with_documents(work, lambda documents: reconcile(work.engine, documents)))
    folder_key(work.engine, work.home)  # in another data folder, or one that is being restored, nothing can be missed
    files = transaction(work.engine, lambda c: blobs.forget_lost(c, blob_folder(work.home)))
    if found or lost or applied or files:
        detail = f"{found} episodes found, {lost} lost, {applied} deferred operations applied, {files} files lost"
        transaction(work.engine, lambda c: audited(c, "worker", "reconciled", WORKER, detail))
    return 0


async def _with_documents(work: Work, task: Callable[[Documents], Awaitable[T]]) -> T:
    documents = Documents(work.settings.mongo_url, work.settings.mongo_database)
    try:
        return await task(documents)
    finally:
        await documents.close()


def _expiry(work: Work) -> int:
    """Give up what nobody will finish."""

    old = {"days": timedelta(days=work.settings.open_battle_days)}

    def expired(connection: Connection) -> None:
        statement = text(
            "DELETE FROM open_battles WHERE created_at < now() - CAST(:days AS interval) RETURNING battle_id"
        )
        for battle_id in connection.execute(statement, old).scalars().all():
            audited(connection, "worker", "battle_expired", battle_id)
        statement = text("DELETE FROM job_runs WHERE began_at < now() - CAST(:kept AS interval)")
        connection.execute(statement, {"kept": _KEEP_RUNS})
        limits.forget(connection)
        reach("expiry.in_tx")

    transaction(work.engine, expired)
    asyncio.run(_with_documents(work, lambda documents: unused.forget(work.engine, documents, old["days"])))
    return 0


def _webhooks(work: Work) -> int:
    webhooks.deliver(work.engine, folder_key(work.engine, work.home), work.settings.public_url)
    return 0


_JOBS: dict[Job, Callable[[Work], int]] = {
    "ratings": _ratings,
    "reconcile": _reconcile,
    "expiry": _expiry,
    "webhooks": _webhooks,
}
CONNECTIONS = 2 * (
    len(_JOBS) + 1
)  # each job holds one for its lock while it works; the ratings may also begin a worker
