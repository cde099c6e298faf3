"""Experiments as the window runs them: one at a time, to be stopped, and clear where they cannot be."""

from __future__ import annotations

import pytest
from desktop.closed_battles import INSTRUCTION, LEFT, RIGHT
from desktop.evaluator import PATIENCE
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from sync.records import Branch
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.evidence import Evidence
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.reproducing import Reproduction


@pytest.fixture
def experiments(qtbot: QtBot, kept: Store, address: str, said: list[Notice]) -> Experiments:
    notices = Notices()
    notices.shown.connect(said.append)
    daemon = DaemonLink(notices, address=address)
    daemon.connect_now()
    qtbot.waitUntil(lambda: daemon.state == "idle", timeout=PATIENCE)
    return Experiments(kept, daemon, notices)


def test_a_branch_is_on_disk_when_it_is_told(
    qtbot: QtBot, experiments: Experiments, kept: Store, evidence: Evidence
) -> None:
    told: list[Branch] = []
    experiments.branched.connect(told.append)
    with qtbot.waitSignals([experiments.branched] * 2, timeout=PATIENCE):
        assert experiments.branch(evidence.turns[0], "right", 2, (LEFT, RIGHT), INSTRUCTION)
        assert experiments.running
    assert told == kept.branches(evidence.battle.battle_id)[-2:]
    assert not experiments.running


def test_a_branch_that_was_kept_is_told_though_the_next_one_cannot_be(
    qtbot: QtBot, experiments: Experiments, kept: Store, evidence: Evidence, said: list[Notice]
) -> None:
    kept._database.execute(
        f"""CREATE TRIGGER no_second BEFORE INSERT ON branch WHEN NEW.model_id = '{RIGHT}'
        BEGIN SELECT RAISE(ABORT, 'no room for a second'); END"""
    )
    told: list[Branch] = []
    experiments.branched.connect(told.append)
    with qtbot.waitSignal(experiments.notices.shown, timeout=PATIENCE):
        experiments.branch(evidence.turns[0], "right", 2, (LEFT, RIGHT), INSTRUCTION)
    kept._database.execute("DROP TRIGGER no_second")
    assert [branch.model_id for branch in told] == [LEFT]
    assert told == kept.branches(evidence.battle.battle_id)[-1:]
    assert "no room for a second" in said[-1].text


def test_a_reproduction_is_told(qtbot: QtBot, experiments: Experiments, evidence: Evidence) -> None:
    with qtbot.waitSignal(experiments.reproduced, timeout=PATIENCE) as told:
        experiments.reproduce(evidence.turns[0], "left")
    found = told.args[0] if told.args else None
    assert isinstance(found, Reproduction)
    assert (found.model_id, found.outcome) == (LEFT, "bit_exact")


def test_of_a_cancelled_experiment_nothing_is_kept(
    qtbot: QtBot, experiments: Experiments, kept: Store, evidence: Evidence
) -> None:
    before = kept.branches(evidence.battle.battle_id)
    experiments.branch(evidence.turns[0], "left", 1, (LEFT,), INSTRUCTION)
    job = experiments._job
    assert job is not None
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        experiments.cancel()
        assert not experiments.running
    assert kept.branches(evidence.battle.battle_id) == before


def test_a_second_experiment_waits_for_the_first(
    qtbot: QtBot, experiments: Experiments, evidence: Evidence, said: list[Notice]
) -> None:
    with qtbot.waitSignal(experiments.reproduced, timeout=PATIENCE):
        experiments.reproduce(evidence.turns[0], "left")
        assert not experiments.branch(evidence.turns[0], "left", 0, (LEFT,), INSTRUCTION)
    assert [each.text for each in said] == ["An experiment is running."]


@pytest.mark.parametrize(
    ("step", "models", "instruction", "text"),
    [
        (99, (LEFT,), INSTRUCTION, "no step 99"),
        (0, (), INSTRUCTION, "No model"),
        (0, ("gone",), INSTRUCTION, "'gone'"),
        (0, (LEFT,), " ", "instruction"),
    ],
)
def test_what_cannot_be_branched_is_told_at_once(
    experiments: Experiments,
    evidence: Evidence,
    said: list[Notice],
    step: int,
    models: tuple[str, ...],
    instruction: str,
    text: str,
) -> None:
    assert not experiments.branch(evidence.turns[0], "left", step, models, instruction)
    assert text in said[-1].text
    assert said[-1].hint
    assert not experiments.running


def test_an_experiment_that_fails_under_way_is_told_and_keeps_nothing(
    qtbot: QtBot, experiments: Experiments, kept: Store, evidence: Evidence, said: list[Notice]
) -> None:
    """The scene has changed since: its digest is another one."""
    before, turn = kept.branches(evidence.battle.battle_id), evidence.turns[0]
    trajectory = replace(turn.left.episode.trajectory, bundle_digest="c" * 64)
    changed = replace(turn, left=replace(turn.left, episode=replace(turn.left.episode, trajectory=trajectory)))
    with qtbot.waitSignal(experiments.notices.shown, timeout=PATIENCE):
        experiments.branch(changed, "left", 1, (LEFT,), INSTRUCTION)
    assert "has changed since" in said[-1].text
    assert "replay can still be watched" in said[-1].hint
    assert not experiments.running
    assert kept.branches(evidence.battle.battle_id) == before


def test_without_a_record_of_the_maker_nothing_is_reproduced(
    experiments: Experiments, evidence: Evidence, said: list[Notice]
) -> None:
    turn = evidence.turns[0]
    assert not experiments.reproduce(replace(turn, left=replace(turn.left, run=None)), "left")
    assert "who played" in said[-1].text


def test_without_a_daemon_it_says_so(qtbot: QtBot, kept: Store, evidence: Evidence, said: list[Notice]) -> None:
    notices = Notices()
    notices.shown.connect(said.append)
    experiments = Experiments(kept, DaemonLink(notices), notices)
    assert not experiments.reproduce(evidence.turns[0], "left")
    assert "No daemon" in said[-1].text
