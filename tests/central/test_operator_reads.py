"""What an operator reads in a terminal: words of others steer nothing there, and what is listed is true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from central.servers import Service
from central.workstations import rows
from sqlalchemy import text

from scenes.errors import BadInput, NotFound
from sync import api
from sync.keys import SigningKey
from sync.server import devices
from sync.server.words import cleaned, shown

FORGED = "lab\x1b]0;owned\x07\x1b[2J\nid allowed faked\u202e\u2028"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def forged(stopped_central: Service) -> str:
    """A device and a token that were given a forged name before names were looked at."""
    device_id = rows(stopped_central, lambda c: devices.enrol(c, enrolment(devices.create_token(c, "x", ["enrol"])[1])))
    for table in ("devices", "tokens"):
        statement = text(f"UPDATE {table} SET name = :name")
        rows(stopped_central, lambda c, s=statement: c.execute(s, {"name": FORGED}))
    return device_id


def enrolment(told: str, name: str = "lab") -> api.Enrol:
    return api.Enrol(token=told, public_key=SigningKey.generate().public, name=name, store_id="lab-store")


def test_a_name_neither_steers_the_terminal_nor_makes_a_line(
    stopped_central: Service, operator: Run, forged: str
) -> None:
    for what in ("device", "token"):
        said = operator(stopped_central, what, "list")[1]
        assert "\\x1b]0;owned\\x07\\x1b[2J\\nid allowed faked\\u202e\\u2028" in said
        assert said.replace("\n", "").isprintable()
        assert not [line for line in said.splitlines() if line.startswith("id allowed")]
    assert forged in operator(stopped_central, "device", "list")[1]


def test_an_error_says_words_of_others_as_quietly(stopped_central: Service, operator: Run) -> None:
    said = operator(stopped_central, "device", "revoke", FORGED)[2]
    assert len(said.splitlines()) == 1
    assert said.strip().isprintable()


@pytest.mark.parametrize("honest", ["Łódź 3", "آزمایشگاه\u200cها", "研究室", r"LAB\pc-1", "👩\u200d🔬", "3 µm – ½"])
def test_honest_names_are_kept_and_shown_as_they_are(honest: str) -> None:
    assert (cleaned(honest), shown(honest)) == (honest, honest)


def test_a_device_enrols_under_the_letters_of_its_name(stopped_central: Service) -> None:
    def enrolled(connection: object, name: str) -> str:
        told = devices.create_token(connection, "x", ["enrol"])[1]
        found = devices.device(connection, devices.enrol(connection, enrolment(told, name)))
        return found.name

    names = [rows(stopped_central, lambda c, n=name: enrolled(c, n)) for name in (FORGED, "host\n", "\x00\x07")]
    assert names == ["lab ]0;owned [2J id allowed faked", "host", "unnamed"]


@pytest.mark.parametrize("name", [FORGED, "", "x" * 201])
def test_a_token_has_a_name_that_can_be_read(stopped_central: Service, name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        rows(stopped_central, lambda c: devices.create_token(c, name, ["enrol"]))


@pytest.mark.parametrize("days", ["-3", "0", "3651", "3000000", "99999999999"])
def test_a_token_for_no_sensible_number_of_days_is_refused(stopped_central: Service, operator: Run, days: str) -> None:
    before = operator(stopped_central, "token", "list")[1]
    code, told, said = operator(stopped_central, "token", "create", "lab", "--days", days)
    assert (code, told, len(said.splitlines())) == (2, "", 1)
    assert "1 to 3650 days" in said
    assert operator(stopped_central, "token", "list")[1] == before


def test_the_list_tells_which_tokens_are_valid_until_when(stopped_central: Service, operator: Run) -> None:
    made = {
        name: operator(stopped_central, "token", "create", name, *words)[1].split()[0]
        for name, words in {"ends": ("--days", "3650"), "ended": ("--days", "1"), "gone": (), "stays": ()}.items()
    }
    past = text("UPDATE tokens SET expires_at = '2026-01-02T12:00Z' WHERE token_id = :name")
    rows(stopped_central, lambda c: c.execute(past, {"name": made["ended"]}))
    operator(stopped_central, "token", "revoke", made["gone"])
    ends = text("SELECT to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM tokens WHERE token_id = :name")
    day = rows(stopped_central, lambda c: c.execute(ends, {"name": made["ends"]}).scalar_one())
    listed = {line.split()[0]: line for line in operator(stopped_central, "token", "list")[1].splitlines()}
    assert f" valid until {day} " in listed[made["ends"]]
    assert " expired 2026-01-02 " in listed[made["ended"]]
    assert " revoked 20" in listed[made["gone"]]
    assert " valid " in listed[made["stays"]]
    assert "until" not in listed[made["stays"]]


def test_an_unknown_scope_is_refused_with_those_there_are(stopped_central: Service) -> None:
    with pytest.raises(NotFound, match="enrol"):
        rows(stopped_central, lambda c: devices.create_token(c, "x", ["everything"]))
