"""The servers of tests of the central service: one PostgreSQL and one MongoDB a run, a database of each a module."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from arena_samples import card
from central.chaos_children import begin_nursery
from central.nursed import NursedService
from central.servers import Mongo, Postgres, Service, running
from central.workstations import Asking, Workstation

_numbers = itertools.count(1)
TEMPLATE = "vlaarena_template"
MODELS = ("alpha", "beta", "gamma")  # registered everywhere


@pytest.fixture(scope="session")
def server_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every server of this run writes its log; what services are forked from is begun beside."""
    begin_nursery(Path(__file__).parents[1])
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def _both(server_logs: Path) -> Iterator[tuple[Postgres, Mongo]]:
    with ThreadPoolExecutor(1) as beside:
        mongo = Mongo(server_logs)
        started = beside.submit(mongo.start)
        try:
            with running(Postgres(server_logs)) as postgres:
                started.result()
                yield postgres, mongo
        finally:
            mongo.remove()


@pytest.fixture(scope="session")
def postgres(_both: tuple[Postgres, Mongo]) -> Postgres:
    return _both[0]


@pytest.fixture(scope="session")
def mongo(_both: tuple[Postgres, Mongo]) -> Mongo:
    return _both[1]


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a database that was migrated and where MODELS have cards; others are copied from it."""
    from sync.server import migrating, registry
    from sync.server.postgres import in_rows

    postgres.execute(f"CREATE DATABASE {TEMPLATE}")
    migrating.migrate(postgres.url(TEMPLATE))
    cards = [msgspec.structs.replace(card(name), robots=("elsewhere",)) for name in MODELS]  # drawn for no other robot
    in_rows(postgres.url(TEMPLATE), lambda c: registry.register(c, cards))
    return TEMPLATE


@pytest.fixture(scope="module")
def central_names(postgres: Postgres, mongo: Mongo, migrated: str) -> Iterator[dict[str, str]]:
    """The settings of a service on fresh databases, as environment variables."""
    name = f"central_{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
    yield {
        "VLAARENA_CENTRAL_DATABASE_URL": postgres.url(name),
        "VLAARENA_CENTRAL_MONGO_URL": mongo.url,
        "VLAARENA_CENTRAL_MONGO_DATABASE": name,
        "VLAARENA_CENTRAL_ENROL_BURST": "100000",  # a test is nobody who guesses tokens
    }
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
    with mongo.client() as client:
        client.drop_database(name)


@pytest.fixture(scope="module")
def stopped_central(
    central_names: dict[str, str], server_logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service on fresh databases that was not started yet."""
    service = NursedService(server_logs, tmp_path_factory.mktemp("central"), central_names)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def central(stopped_central: Service) -> Service:
    """A running service on fresh databases."""
    stopped_central.start()
    return stopped_central


@pytest.fixture
def new_service(
    postgres: Postgres, mongo: Mongo, migrated: str, server_logs: Path, tmp_path: Path
) -> Iterator[Callable[..., Service]]:
    """`new_service(template=..., MONGO_URL=...)`: a service of one test alone, on fresh databases, not started."""
    made: dict[str, Service] = {}

    def make(template: str = migrated, **changes: str) -> Service:
        name = f"central_{next(_numbers)}"
        postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        names = {"DATABASE_URL": postgres.url(name), "MONGO_URL": mongo.url, "MONGO_DATABASE": name} | changes
        told = {f"VLAARENA_CENTRAL_{key}": value for key, value in names.items()}
        made[name] = NursedService(server_logs, tmp_path / name, told)
        return made[name]

    yield make
    for name, service in made.items():
        service.stop()
        postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        with mongo.client() as client:
            client.drop_database(name)


@pytest.fixture
def operator(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """`vlaarena-central WORDS...` for a service: its exit code and what it said."""

    from sync.server.__main__ import main

    def run(service: Service, *words: str, **environment: str) -> tuple[int, str, str]:
        for name, value in (service.environment | environment).items():
            monkeypatch.setenv(name, value)
        root = logging.getLogger()
        before, level = list(root.handlers), root.level
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        root.handlers[:] = before  # a command's own handler writes where this test alone is listened to
        root.setLevel(level)
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


@pytest.fixture
def lab(central: Service) -> Iterator[Workstation]:
    """A workstation that was just enrolled."""
    workstation = Workstation(central)
    workstation.enrol()
    yield workstation
    workstation.close()


@pytest.fixture
def visitor(central: Service) -> Iterator[Asking]:
    """Somebody without any key."""
    asking = Asking(central)
    yield asking
    asking.close()
