"""A service whose databases go away, or that is asked too often, says so, loses nothing, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from central.servers import Postgres, Service, running
from central.workstations import Workstation
from urllib3.exceptions import HTTPError

from scenes.failpoints import EXIT_CODE
from sync import api
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


@pytest.mark.parametrize(
    ("place", "kept"),
    [("push.before_tx", "applied"), ("push.in_tx", "applied"), ("push.after_tx_before_reply", "dup")],
)
def test_a_service_that_dies_in_a_push_has_done_all_of_it_or_nothing(
    new_service: Callable[..., Service], place: str, kept: str
) -> None:
    service = new_service()
    service.start(VLAARENA_FAILPOINT=f"{place}:2")
    lab = Workstation(service)
    lab.enrol()
    lab.push([])
    lab.battle()
    with pytest.raises(HTTPError):
        lab.push()
    assert service.wait() == EXIT_CODE
    service.start()
    assert [each.verdict for each in lab.push().verdicts] == [kept] * 5
    lab.close()


@pytest.mark.parametrize("place", ["episodes.before_mongo", "episodes.after_mongo_before_pg", "episodes.after_pg"])
def test_a_service_that_dies_between_its_databases_is_sent_the_episodes_again(
    new_service: Callable[..., Service], place: str
) -> None:
    service = new_service()
    service.start(VLAARENA_FAILPOINT=place)
    lab = Workstation(service)
    lab.enrol()
    lab.battle()
    lab.push()
    with pytest.raises(HTTPError):
        lab.upload()
    assert service.wait() == EXIT_CODE
    service.start()
    wanted = set(lab.push([]).wanted_episodes)
    assert wanted == (set() if place == "episodes.after_pg" else set(lab.episodes))
    assert set(lab.upload().stored) == set(lab.episodes)
    assert lab.push([]).wanted_episodes == ()
    lab.close()


def test_who_asks_too_often_is_told_when_to_come_again(new_service: Callable[..., Service]) -> None:
    service = new_service(DEVICE_RATE="0.01", DEVICE_BURST="2", ADDRESS_RATE="0.01", ADDRESS_BURST="6")
    service.start()
    lab = Workstation(service)
    lab.enrol()
    answers = [lab.pushed([]) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert (answers[2].error.code, int(answers[2].headers["Retry-After"])) == ("rate_limited", 100)
    anybody = [lab.ask("GET", api.REGISTRY).status for _ in range(4)]
    assert anybody[-1] == 429
    lab.close()
