"""A service whose databases go away, or that is asked too often, says so, loses nothing, and goes on by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from central.servers import Postgres, Service, running
from central.workstations import Workstation
from urllib3.exceptions import HTTPError

from scenes.failpoints import EXIT_CODE, VARIABLE
from sync.server import migrating


@pytest.fixture(scope="module")
def own_postgres(server_logs: Path) -> Iterator[Postgres]:
    """A cluster that may be killed, and that writes what it commits to the disk."""
    with running(Postgres(server_logs, fsync=True)) as postgres:
        yield postgres


def test_a_killed_postgresql_loses_no_acknowledged_operation(
    own_postgres: Postgres, new_service: Callable[..., Service]
) -> None:
    own_postgres.execute("CREATE DATABASE killed")
    migrating.migrate(own_postgres.url("killed"))
    service = new_service(DATABASE_URL=own_postgres.url("killed"))
    service.start()
    lab = Workstation(service)
    lab.enrol()
    lab.battle()
    lab.push()
    own_postgres.kill()
    refused = lab.pushed()
    assert (refused.status, refused.error.code) == (503, "unavailable")
    assert "Retry-After" in refused.headers
    assert lab.json("GET", "/health").status == 503
    own_postgres.start()
    assert [each.verdict for each in lab.push().verdicts] == ["dup"] * 5
    lab.close()
    service.stop()


@pytest.fixture(scope="module")
def mortal(stopped_central: Service, tmp_path_factory: pytest.TempPathFactory) -> tuple[Service, Path]:
    """A service that dies where the file says."""
    place = tmp_path_factory.mktemp("places") / "place"
    stopped_central.environment[VARIABLE] = f"@{place}"
    stopped_central.start()
    return stopped_central, place


@pytest.fixture
def lab(mortal: tuple[Service, Path]) -> Iterator[Workstation]:
    workstation = Workstation(mortal[0])
    workstation.enrol()
    workstation.battle()
    yield workstation
    workstation.close()


@contextmanager
def dying(mortal: tuple[Service, Path], place: str) -> Iterator[None]:
    """The service dies of what the block asks, and is started again."""
    service, file = mortal
    file.write_text(place)
    with pytest.raises(HTTPError):
        yield
    assert service.wait() == EXIT_CODE
    file.unlink()
    service.start()


@pytest.mark.parametrize(
    ("place", "kept"),
    [("push.before_tx", "applied"), ("push.in_tx", "applied"), ("push.after_tx_before_reply", "dup")],
)
def test_a_service_that_dies_in_a_push_has_done_all_of_it_or_nothing(
    mortal: tuple[Service, Path], lab: Workstation, place: str, kept: str
) -> None:
    with dying(mortal, place):
        lab.push()
    assert [each.verdict for each in lab.push().verdicts] == [kept] * 5


@pytest.mark.parametrize("place", ["episodes.before_mongo", "episodes.after_mongo_before_pg", "episodes.after_pg"])
def test_a_service_that_dies_between_its_databases_is_sent_the_episodes_again(
    mortal: tuple[Service, Path], lab: Workstation, place: str
) -> None:
    lab.push()
    with dying(mortal, place):
        lab.upload()
    wanted = set(lab.push([]).wanted_episodes)
    assert wanted == (set() if place == "episodes.after_pg" else set(lab.episodes))
    assert set(lab.upload().stored) == set(lab.episodes)
    assert lab.push([]).wanted_episodes == ()


@contextmanager
def at_work(service: Service, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A worker of the service, ready."""
    told = {f"VLAARENA_CENTRAL_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "sync.server", "worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=service._variables(told)) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        try:
            yield worker
        finally:
            worker.kill()


def stopped(worker: subprocess.Popen[str]) -> float:
    """Seconds until a worker that is told to stop has ended, as one that did nothing wrong."""
    began = time.monotonic()
    worker.terminate()
    assert worker.wait(60) == 0
    return time.monotonic() - began


def test_a_worker_stops_soon_though_a_database_never_answers(
    own_postgres: Postgres, new_service: Callable[..., Service]
) -> None:
    own_postgres.execute("CREATE DATABASE silent")
    url = own_postgres.url("silent")
    migrating.migrate(url)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE job_runs")  # the job under way waits for this for ever
        with at_work(new_service(DATABASE_URL=url), FAREWELL_S="0.5") as worker:
            while not own_postgres.execute("SELECT 1 FROM pg_locks WHERE NOT granted", "silent"):
                assert worker.poll() is None
            assert stopped(worker) < 10


def test_a_worker_stops_soon_though_its_databases_are_gone(new_service: Callable[..., Service]) -> None:
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:9/none", "MONGO_URL": "mongodb://127.0.0.1:9"}
    with at_work(new_service(), **nowhere, RECONCILE_CRON="* * * * *") as worker:
        assert stopped(worker) < 10
