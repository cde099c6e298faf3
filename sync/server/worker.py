"""`vlaarena-central worker`: the jobs by their timetable, until it is told to stop."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from scenes.errors import BadInput
from sync.server.jobs import Job, Work, run
from sync.server.logs import start_logging
from sync.server.postgres import engine_for
from sync.server.settings import CentralSettings

_GRACE_SECONDS = 600  # a job that is late by more waits for its next time
_CONNECTIONS = 3
_log = logging.getLogger("vlaarena.central.worker")


def work_until_stopped(settings: CentralSettings, home: Path) -> int:
    """Do the ratings once, then every job at its times.

    Raises:
        BadInput: a timetable is not one.
    """
    start_logging(settings.log_level)
    work = Work(settings, home, engine_for(settings.database_url, _CONNECTIONS))
    scheduler = BlockingScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": _GRACE_SECONDS})
    for job, cron in _timetable(settings):
        scheduler.add_job(_guarded(work, job), _trigger(job, cron), id=job)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.shutdown(wait=False))
    _guarded(work, "ratings")()
    print("ready", flush=True)
    scheduler.start()
    work.engine.dispose()
    return 0


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


def _guarded(work: Work, job: Job) -> Callable[[], None]:
    """The job of this minute; a failure is logged and noted, and the worker goes on."""

    def once() -> None:
        try:
            outcome = run(work, job, datetime.now(UTC).replace(second=0, microsecond=0))
            _log.info(outcome, extra={"job": job})
        except Exception:  # noqa: BLE001 - whatever a job died of, the next one is due
            _log.exception("a job failed", extra={"job": job})

    return once
