"""How often somebody may ask: what needs a name is counted in common by all processes, whichever of them answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from central.nursed import NursedService
from central.servers import Service
from central.workstations import Asking, Workstation, rows, token
from sqlalchemy import text

from scenes.codec import encode
from sync import api
from sync.server import limits

SLOW = "0.001"  # a second: nothing is refilled while a test runs
READING = 100
LIMITS = {"DEVICE_RATE": SLOW, "DEVICE_BURST": "4", "ENROL_RATE": SLOW, "ENROL_BURST": "6", "TRUSTED_PROXIES": "1"}


@pytest.fixture(scope="module")
def both(stopped_central: Service, server_logs: Path) -> Iterator[tuple[Service, Service]]:
    """Two processes of one service."""
    first = stopped_central
    second = NursedService(server_logs, first.home, first.environment)
    for each, reading in ((first, "1000"), (second, str(READING))):
        told = LIMITS | {"ADDRESS_RATE": SLOW, "ADDRESS_BURST": reading}
        each.start(**{f"VLAARENA_CENTRAL_{name}": value for name, value in told.items()})
    yield first, second
    second.stop()


@pytest.fixture
def lab(both: tuple[Service, Service]) -> Iterator[Workstation]:
    rows(both[0], lambda c: c.execute(text("DELETE FROM buckets")))
    workstation = Workstation(both[0])
    workstation.enrol()
    yield workstation
    workstation.close()


def test_a_device_has_one_limit_at_all_processes(lab: Workstation, both: tuple[Service, Service]) -> None:
    answers = []
    for number in range(6):
        lab.service = both[number % 2]
        answers.append(lab.pushed([]))
    assert [answer.status for answer in answers] == [200] * 4 + [429] * 2
    assert answers[-1].error.code == "rate_limited"
    assert 900 <= int(answers[-1].headers["Retry-After"]) <= 1000
    rows(both[0], lambda c: c.execute(text("UPDATE buckets SET changed_at = now() - interval '1001 s'")))
    assert [lab.pushed([]).status for _ in range(2)] == [200, 429]


def test_who_enrols_tries_few_tokens_at_all_processes(lab: Workstation, both: tuple[Service, Service]) -> None:
    body = encode(api.Enrol(token="vlaa_guess", public_key=lab.key.public, name="x", store_id="x"))
    statuses = []
    for number in range(7):
        lab.service = both[number % 2]
        statuses.append(lab.ask("POST", api.ENROL, body).status)
    assert statuses == [401] * 5 + [429] * 2  # this workstation's own enrolment was the first try


def test_who_guesses_tokens_is_told_nothing_any_more_not_even_of_a_good_one(
    lab: Workstation, both: tuple[Service, Service]
) -> None:
    good = token(both[0], "record")
    asking = [Asking(each) for each in both]
    ballot = {"battle_id": "x", "vote": "tie"}
    guesses = [asking[n % 2].json("POST", "/api/votes", ballot, f"vlaa_{n}").status for n in range(7)]
    assert guesses == [401] * 5 + [429] * 2
    assert asking[1].json("POST", "/api/votes", ballot, good).status == 429
    rows(both[0], lambda c: c.execute(text("DELETE FROM buckets")))
    assert asking[1].json("POST", "/api/votes", ballot, good).status == 404
    for each in asking:
        each.close()


def test_who_has_a_whole_network_of_addresses_tries_no_more_tokens(
    lab: Workstation, both: tuple[Service, Service]
) -> None:
    body = encode(api.Enrol(token="vlaa_guess", public_key=lab.key.public, name="x", store_id="x"))

    def tried(address: str) -> int:
        return lab.ask("POST", api.ENROL, body, {"X-Forwarded-For": address}).status

    assert [tried(f"2001:db8:0:1:{n}::{n}") for n in range(1, 8)] == [401] * 6 + [429]
    assert tried("2001:db8:0:2::1") == 401
    assert [tried(f"::ffff:192.0.2.{n % 2}") for n in range(8)] == [401] * 8
    assert [tried("192.0.2.0") for _ in range(3)] == [401] * 2 + [429]


def test_what_anybody_may_read_is_counted_by_network_too(both: tuple[Service, Service]) -> None:
    anybody = Asking(both[1])

    def read(address: str) -> int:
        return anybody.ask("GET", api.REGISTRY, headers={"X-Forwarded-For": address}).status

    assert {read(f"2001:db8:0:3::{n:x}") for n in range(READING)} == {200}
    assert (read("2001:db8:0:3:ffff::1"), read("2001:db8:0:4::1")) == (429, 200)
    anybody.close()


@pytest.mark.parametrize(
    ("address", "counted"),
    [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"),
     ("2001:DB8:0:0:9::1", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64"), ("unknown", "unknown"), ("", "")],
)  # fmt: skip
def test_an_address_is_counted_as_whoever_has_it(address: str, counted: str) -> None:
    assert limits.counted_as(address) == counted


def test_a_program_has_a_limit_of_its_own(lab: Workstation, both: tuple[Service, Service]) -> None:
    one, other = (token(both[0], "record") for _ in range(2))
    ballot = {"battle_id": "x", "vote": "tie"}
    asking = Asking(both[1])
    assert [asking.json("POST", "/api/votes", ballot, one).status for _ in range(5)] == [404] * 4 + [429]
    assert asking.json("POST", "/api/votes", ballot, other).status == 404
    asking.close()


def test_a_bucket_fills_with_time_up_to_its_burst_and_a_clock_set_back_empties_none(stopped_central: Service) -> None:
    def taken(connection: object) -> list[int]:
        found = [limits.take(connection, "b", 0.5, 2) for _ in range(3)]
        for change in ("- interval '3 s'", "+ interval '1 hour'"):
            connection.execute(text(f"UPDATE buckets SET changed_at = clock_timestamp() {change} WHERE name = 'b'"))
            found.append(limits.take(connection, "b", 0.5, 2))
        found.append(limits.left(connection, "b", 0.5, 2))
        connection.execute(text("UPDATE buckets SET changed_at = now() - interval '25 hours' WHERE name = 'b'"))
        limits.forget(connection)
        return [*found, limits.left(connection, "b", 0.5, 2)]

    assert rows(stopped_central, taken) == [0, 0, 2, 0, 1, 1, 0]


def test_what_anybody_may_read_is_limited_too(both: tuple[Service, Service]) -> None:
    anybody = Asking(both[1])
    statuses = [anybody.ask("GET", api.REGISTRY).status for _ in range(READING)]
    refused = anybody.ask("GET", api.REGISTRY)
    assert statuses[0] == 200
    assert (refused.status, refused.error.code) == (429, "rate_limited")
    assert 900 <= int(refused.headers["Retry-After"]) <= 1000
    anybody.close()
