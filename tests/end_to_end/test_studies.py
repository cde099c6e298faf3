"""Simulated evaluators through the whole real path: several robots and scenes, hidden checks, truth against boards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from end_to_end.conftest import run
from outbox_rules import check_whole, released

from scenes.progress import finish
from sync.records import Battle
from sync.store import Store
from vlaarena_desktop.simulation import IDLE, simulate
from vlaarena_desktop.standing import BoardQuery, standings
from vlaarena_desktop.studies import Plan, Study

PLAN = Plan(models=3, votes=90, evaluators=2, robots=2, spread=1.5, differences=0.5, checks_per_hundred=20, seed=11)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study") / "home"


@pytest.fixture(scope="module")
def study(home: Path) -> Study:
    with Store.open(home) as store:
        return finish(simulate(store, PLAN))


@pytest.fixture
def closed(study: Study, home: Path) -> list[Battle]:
    with Store.open(home) as store:
        return store.battles("voted")


def test_every_robot_and_scene_has_battles_and_every_battle_its_episodes(study: Study, home: Path) -> None:
    with Store.open(home) as store:
        found = [(battle, store.session(battle.session_id)) for battle in store.battles("voted")]
        for battle, session in found:
            (turn,) = store.turns(battle.battle_id)
            for episode_id in (turn.left_episode_id, turn.right_episode_id):
                trajectory = store.episode(episode_id).trajectory
                assert (trajectory.robot_id, trajectory.scene_id) == (session.robot_id, session.scene_id)
        check_whole(store)
        assert len([each for each in released(store) if each.kind == "vote"]) == PLAN.votes
    places = Counter((session.robot_id, session.scene_id) for _, session in found)
    assert {robot for robot, _ in places} == {"panda", "simulated-arm-2"}
    assert {scene for _, scene in places} == {"table", "libero_table"}
    assert sum(places.values()) == PLAN.votes


def test_hidden_checks_of_every_kind_come_and_are_on_no_board(study: Study, closed: list[Battle]) -> None:
    assert {*study.checks} == {"aa", "swapped", "noop"}
    assert study.overall.counted == PLAN.votes - sum(study.checks.values())
    assert Counter(battle.check for battle in closed if battle.kind == "check") == study.checks
    assert all((IDLE in (each.left_model_id, each.right_model_id)) == (each.check == "noop") for each in closed)
    assert not any(each.model_id == IDLE for board in (study.overall, *study.robots) for each in board.models)


def test_sides_and_order_stay_balanced_for_every_evaluator_and_pair(study: Study, home: Path) -> None:
    with Store.open(home) as store:
        people = {each.session_id: each.evaluator_id for each in map(store.session, _sessions(store))}
        battles = store.battles("voted")
    rated = [battle for battle in battles if battle.kind == "rated"]
    sides = Counter((people[each.session_id], each.left_model_id, each.right_model_id) for each in rated)
    assert all(abs(count - sides[person, right, left]) <= 1 for (person, left, right), count in [*sides.items()])
    first = Counter((people[each.session_id], each.first) for each in battles)
    assert all(abs(first[person, "left"] - first[person, "right"]) <= 1 for person in people.values())


def test_the_truth_over_all_robots_is_the_mean_of_theirs(study: Study) -> None:
    each = [{model.model_id: model.truth for model in board.models} for board in study.robots]
    overall = {model.model_id: model.truth for model in study.overall.models}
    assert [board.robot_id for board in (study.overall, *study.robots)] == [None, "panda", "simulated-arm-2"]
    assert overall == {name: pytest.approx((each[0][name] + each[1][name]) / 2) for name in overall}
    assert each[0] != each[1]


def test_over_all_robots_the_board_is_the_hierarchical_one_and_never_pooled_votes(study: Study, home: Path) -> None:
    with Store.open(home) as store:
        reads = store.comparing()
        rows, people = reads.rows(), reads.evaluators()
    query = BoardQuery(origins=("simulated",))
    found = finish(standings(query, rows, people))
    assert found.robots == ("panda", "simulated-arm-2")
    told = run("leaderboard", "--home", str(home), "--include", "simulated", "--json").record["board"]
    ratings = {row["model_id"]: row["rating"] for row in told["rows"]}
    assert ratings == {each.model_id: pytest.approx(each.rating) for each in study.overall.models}
    pooled = finish(standings(query, [dict(row) | {"robot_id": "panda"} for row in rows], people))
    assert ratings != {each.model_id: pytest.approx(each.rating.rating) for each in pooled.places if each.rating}


def test_a_lead_over_all_robots_is_that_of_the_hierarchical_board(study: Study, home: Path) -> None:
    best, _, worst = (each.model_id for each in study.overall.models)
    rating = {each.model_id: each.rating for each in study.overall.models}
    asked = ("compare", best, worst, "--home", str(home), "--include", "simulated", "--json")
    told = run(*asked).record
    assert told["lead"] == pytest.approx(rating[best] - rating[worst], abs=0.01)
    assert told["lead_interval"]["low"] < told["lead"] < told["lead_interval"]["high"]
    assert told["lead"] != pytest.approx(run(*asked, "--robot", "panda").record["lead"], abs=0.01)


def test_a_study_is_told_in_words_and_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLAARENA_HOME", str(tmp_path / "nobody"))
    plan = ("--models", "2", "--votes", "8", "--robots", "2", "--scenes", "table", "--differences", "0.2")
    told = msgspec.convert(run("simulate", *plan, "--json").record, Study)
    assert (told.plan.robots, told.plan.scenes, told.overall.counted) == (2, ("table",), 8)
    words = run("simulate", *plan).output
    for part in ("Robot all", "Robot panda", "Robot simulated-arm-2", "Hidden checks, on no board: 0."):
        assert part in words


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--scenes", "moon", "libero_table"),
        ("--robots", "0", "whole number from 1"),
        ("--checks", "101", "from 0 to 100"),
        ("--spread", "-1", "20 logits"),
        ("--differences", "nan", "20 logits"),
    ],
)
def test_what_cannot_be_simulated_is_refused(monkeypatch, tmp_path: Path, option: str, value: str, says: str) -> None:
    monkeypatch.setenv("VLAARENA_HOME", str(tmp_path / "nobody"))
    refused = run("simulate", "--votes", "1", option, value)
    assert (refused.code, says in refused.errors) == (2, True)


def _sessions(store: Store) -> set[str]:
    return {battle.session_id for battle in store.battles()}
