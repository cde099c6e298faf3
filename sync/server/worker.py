"""`vlaarena-central worker`: the jobs by their timetable, until it is told to stop.

Jobs run beside the main thread, which does nothing but wait for that word. Then the job under way has a few seconds; a
database that does not answer keeps no worker alive. What it leaves unfinished is rolled back, and done by the next one.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from scenes.errors import BadInput, StoreError
from sync.server import migrating
from sync.server.jobs import CONNECTIONS, Job, Work, run
from sync.server.logs import start_logging
from sync.server.postgres import DatabaseAway, engine_for
from sync.server.settings import CentralSettings

_GRACE_SECONDS = 600  # a job that is late by more waits for its next time
_log = logging.getLogger("vlaarena.central.worker")


class _Busy:
    """How many jobs are under way."""

    def __init__(self) -> None:
        self._count, self._changed = 0, Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A job, while the block runs."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def ends_within(self, seconds: float) -> bool:
        """Whether none is left after at most so long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, seconds)

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()


def work_until_stopped(settings: CentralSettings, home: Path) -> int:
    """Do the ratings at once, then every job at its times.

    Raises:
        BadInput: a timetable is not one.
        StoreError: the database was not migrated.
    """
    start_logging(settings.log_level)
    work = Work(settings, home, engine_for(settings.database_url, CONNECTIONS))
    _check_tables(work)
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": _GRACE_SECONDS})
    busy, over = _Busy(), Event()
    scheduler.add_job(_guarded(work, "ratings", busy), id="ratings at the start")
    for job, cron in _timetable(settings):
        scheduler.add_job(_guarded(work, job, busy), _trigger(job, cron), id=job)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    scheduler.start()
    print("ready", flush=True)
    over.wait()
    scheduler.shutdown(wait=False)
    if not busy.ends_within(settings.farewell_s):
        _log.warning("left in the middle of a job")
        sys.stdout.flush()
        os._exit(0)  # a thread that waits for a database cannot be told anything
    work.engine.dispose()
    return 0


def _check_tables(work: Work) -> None:
    try:
        migrating.check(work.engine)
    except DatabaseAway as error:  # it may come back
        _log.warning("%s", error)
    except StoreError:
        work.engine.dispose()
        raise


def _timetable(settings: CentralSettings) -> tuple[tuple[Job, str], ...]:
    return (
        ("ratings", settings.ratings_cron),
        ("reconcile", settings.reconcile_cron),
        ("expiry", settings.expiry_cron),
        ("webhooks", settings.webhooks_cron),
    )


def _trigger(job: Job, cron: str) -> CronTrigger:
    try:
        return CronTrigger.from_crontab(cron, timezone=UTC)
    except ValueError as error:
        raise BadInput(f"{job}_cron is no timetable: {error}.", hint="minute hour day month weekday") from error


def _guarded(work: Work, job: Job, busy: _Busy) -> Callable[[], None]:
    """The job of this minute; a failure is logged and noted, and the worker goes on."""

    def once() -> None:
        try:
            with busy.one():
                outcome = run(work, job, datetime.now(UTC).replace(second=0, microsecond=0))
            _log.info(outcome, extra={"job": job})
        except Exception:  # noqa: BLE001 - whatever a job died of, the next one is due
            _log.exception("a job failed", extra={"job": job})

    return once
