"""The quarantine as its operator goes through it: an alert that is always on is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from central.servers import Service
from central.workstations import Workstation, rows
from sqlalchemy import text

from sync.server.commands import parser
from sync.server.metrics import Metrics

ALERTS = Path(__file__).parents[2] / "installer" / "central" / "alerts.yml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rejected(central: Service, lab: Workstation) -> tuple[str, str]:
    """Two operations that were rejected, and nothing else in quarantine."""
    rows(central, lambda c: c.execute(text("DELETE FROM op_quarantine")))
    made = [lab.note_operation("vote", name, b"\xc0").op_id for name in ("v", "w")]
    lab.push()
    return made[0], made[1]


def waiting(service: Service) -> int:
    """What the alert is about."""
    told = rows(service, lambda c: Metrics().told(c)).decode()
    found = re.search(r'vlaarena_rows\{what="quarantined"\} (\S+)', told)
    assert found is not None
    return int(float(found[1]))


def test_a_rejected_operation_that_somebody_looked_at_is_counted_no_more(
    central: Service, operator: Run, rejected: tuple[str, str]
) -> None:
    assert waiting(central) == 2
    code, told, _ = operator(
        central, "quarantine", "resolve", rejected[0], "--who", "Ada", "--why", "a workstation of 2025"
    )
    assert (code, told) == (0, "1 operations\n")
    assert waiting(central) == 1
    assert [line.split()[0] for line in operator(central, "quarantine")[1].splitlines()] == [rejected[1]]
    every = operator(central, "quarantine", "--all")[1].splitlines()
    assert [(line.split()[0], "resolved 20" in line) for line in every] == [(rejected[0], True), (rejected[1], False)]
    noted = text("SELECT actor, action, detail FROM audit WHERE subject = :name")
    found = rows(central, lambda c: c.execute(noted, {"name": rejected[0]}).all())
    assert [tuple(row) for row in found] == [("operator Ada", "operation_resolved", "a workstation of 2025")]


def test_what_was_resolved_stays_rejected(central: Service, operator: Run, lab: Workstation) -> None:
    lab.note_operation("vote", "v", b"\xc0")
    first = lab.push().verdicts
    operator(central, "quarantine", "resolve", "--all", "--why", "known")
    assert [each.verdict for each in lab.push().verdicts] == [each.verdict for each in first] == ["rejected"]
    assert waiting(central) == 0


def test_all_that_was_rejected_is_resolved_at_once_and_what_is_deferred_waits_on(
    central: Service, operator: Run, rejected: tuple[str, str]
) -> None:
    deferred = text("UPDATE op_quarantine SET verdict = 'deferred' WHERE op_id = :name")
    rows(central, lambda c: c.execute(deferred, {"name": rejected[1]}))
    code, told, _ = operator(central, "quarantine", "resolve", "--all", "--why", "tests")
    assert (code, told) == (0, "1 operations\n")
    assert waiting(central) == 1
    code, _, said = operator(central, "quarantine", "resolve", rejected[1], "--why", "impatience")
    assert (code, "newer service" in said) == (2, True)
    assert waiting(central) == 1


@pytest.mark.parametrize("words", [("nobody", "--why", "x"), ("{}", "--why", " "), ("{}",), ("--why", "x")])
def test_nothing_is_resolved_that_is_not_there_or_without_a_reason(
    central: Service, operator: Run, rejected: tuple[str, str], words: tuple[str, ...]
) -> None:
    assert operator(central, "quarantine", "resolve", *(word.format(rejected[0]) for word in words))[0] == 2
    assert waiting(central) == 2


def test_the_doctor_warns_of_what_nobody_resolved(central: Service, operator: Run, rejected: tuple[str, str]) -> None:
    told = operator(central, "doctor")[1].splitlines()
    assert "warn quarantine  2 rejected: `vlaarena-central quarantine` lists them" in told
    operator(central, "quarantine", "resolve", "--all", "--why", "tests")
    assert "ok   quarantine  empty" in operator(central, "doctor")[1].splitlines()


def test_alerts_name_commands_that_there_are() -> None:
    alert = ALERTS.read_text().partition("OperationsAreQuarantined")[2].partition("- alert")[0]
    assert "`vlaarena-central quarantine` lists" in alert
    assert 'what="quarantined"} > 0' in alert
    for command in re.findall(r"`vlaarena-central ([a-z -]+)`", alert):
        words = [*command.split(), *(["--all", "--why", "x"] if command.endswith("resolve") else [])]
        assert callable(parser().parse_args(words).run)
