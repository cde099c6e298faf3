"""The worker's jobs do not stand in each other's way, and one that cannot even begin is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from central.servers import Service
from central.workstations import Workstation, rows
from sqlalchemy import text

from scenes.errors import ArenaError
from sync.keys import SigningKey
from sync.server import webhooks
from sync.server.jobs import CONNECTIONS, Job, Work, run
from sync.server.postgres import engine_for
from sync.server.settings import CentralSettings

HOUR = datetime(2026, 1, 1, tzinfo=UTC)
TOGETHER: tuple[Job, ...] = ("ratings", "reconcile", "expiry", "webhooks")


def work_with(central: Service, connections: int) -> Work:
    settings = CentralSettings(
        mongo_url=central.environment["VLAARENA_CENTRAL_MONGO_URL"],
        mongo_database=central.environment["VLAARENA_CENTRAL_MONGO_DATABASE"],
    )
    engine = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], connections)
    return Work(settings, central.home, engine)


@pytest.fixture
def work(central: Service) -> Iterator[Work]:
    made = work_with(central, CONNECTIONS)
    yield made
    made.engine.dispose()


def test_jobs_that_begin_in_the_same_moment_are_all_done(lab: Workstation, work: Work) -> None:
    lab.battle()
    lab.push()
    lab.upload()
    gate = Barrier(len(TOGETHER))

    def one(job: Job, slot: datetime) -> str:
        gate.wait()
        return run(work, job, slot)

    with ThreadPoolExecutor(len(TOGETHER)) as together:
        for hours in range(4):
            slots = [HOUR + timedelta(hours=hours)] * len(TOGETHER)
            assert list(together.map(one, TOGETHER, slots)) == ["done"] * len(TOGETHER)


def test_every_job_has_a_connection_for_its_lock_and_one_for_its_work() -> None:
    assert 2 * len(TOGETHER) <= CONNECTIONS


def test_a_job_that_cannot_be_claimed_is_told_as_failed(central: Service) -> None:
    """One connection is the lock's, so there is none to claim the slot with."""
    rows(central, lambda c: c.execute(text("DELETE FROM worker_status WHERE worker_name = 'ratings'")))
    narrow = work_with(central, 1)
    try:
        with pytest.raises(ArenaError, match="busy"):
            run(narrow, "ratings", HOUR + timedelta(days=1))
    finally:
        narrow.engine.dispose()
    told = text("SELECT status FROM worker_status WHERE worker_name = 'ratings'")
    assert rows(central, lambda c: c.execute(told).scalar()) == "failed"


@pytest.mark.parametrize("url", [f"https://{'a' * 64}.example/", "https://a..example/", "https://[::1/", "nonsense"])
def test_an_address_that_can_be_none_holds_up_no_other(central: Service, work: Work, url: str) -> None:
    """As an earlier version took it; the message to the other one is tried in the same run."""
    add = text("INSERT INTO webhooks (webhook_id, url, events) VALUES (:name, :url, '{model}')")
    for name, address in (("bad", url), ("good", "https://hook.example/")):
        rows(central, lambda c, row={"name": f"{name} {url}", "url": address}: c.execute(add, row))
    rows(central, lambda c: webhooks.note(c, "model", "heron"))
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["10.0.0.1"]

    webhooks.deliver(work.engine, SigningKey.generate(), "https://arena.example", resolve)
    assert "hook.example" in asked
    left = text("SELECT count(*) FROM deliveries WHERE attempts = 0")
    assert rows(central, lambda c: c.execute(left).scalar()) == 0
    rows(central, lambda c: c.execute(text("UPDATE webhooks SET revoked_at = now()")))
