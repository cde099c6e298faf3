"""Leaderboard, compare and simulate as a person types them, on votes with known truth."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from end_to_end.conftest import run

from scenes.progress import finish
from sync.ratings.registration import register
from sync.store import Store
from vlaarena_desktop.simulation import simulate
from vlaarena_desktop.studies import Plan

VOTES = 60
SIMULATED = ("--include", "simulated")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of simulated votes."""
    home = tmp_path_factory.mktemp("simulated") / "home"
    with Store.open(home) as store:
        plan = Plan(models=3, votes=VOTES, evaluators=3, scenes=("table",), spread=1.5, seed=4)
        finish(simulate(store, plan))
    return home


def board(folder: Path, *arguments: str) -> dict:
    answer = run("leaderboard", "--home", str(folder), "--json", *arguments)
    assert answer.code == 0, answer.errors
    return answer.record


def test_simulated_votes_never_count_unless_they_are_asked_for(folder: Path) -> None:
    silent, told = board(folder), board(folder, *SIMULATED)
    assert (silent["counted"], silent["not_counted"]) == (0, VOTES)
    assert told["counted"] + told["not_counted"] == VOTES
    assert told["counted"] > VOTES / 2


def test_a_hidden_check_is_never_rated(folder: Path) -> None:
    with Store.open(folder) as store:
        checks = [battle for battle in store.battles("voted") if battle.kind == "check"]
        votes = store.votes(kinds=("check",), origins=("simulated",))
    assert checks
    assert {vote.battle_id for vote in votes} == {battle.battle_id for battle in checks}
    assert board(folder, *SIMULATED)["counted"] == VOTES - len(checks)
    refused = run("leaderboard", "--home", str(folder), "--include", "simulated,check")
    assert (refused.code, "Hidden checks are never rated." in refused.errors) == (2, True)


def test_what_evaluators_did_on_hidden_checks_is_told(folder: Path) -> None:
    with Store.open(folder) as store:
        kinds = Counter(battle.check for battle in store.battles("voted") if battle.kind == "check")
        names = {person.name for person in store.evaluators()}
    told = board(folder, *SIMULATED)["checks"]
    assert sum(each["alike"]["of"] for each in told) == kinds["aa"]
    assert sum(each["repeats"]["of"] for each in told) == kinds["swapped"]
    assert sum(each["no_op"]["of"] for each in told) == kinds["noop"]
    words = run("leaderboard", "--home", str(folder), *SIMULATED).output
    assert any(f"Hidden checks of {name}: " in words for name in names)


def test_every_rating_comes_with_its_intervals_and_ranks(folder: Path) -> None:
    for row in board(folder, *SIMULATED)["board"]["rows"]:
        assert row["these_low"] < row["rating"] < row["these_high"]
        assert row["general_low"] <= row["these_low"]
        assert row["rank_low"] <= row["rank"] <= row["rank_high"]


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        (("--robot", "panda"), True),
        (("--scene", "table"), True),
        (("--scene", "libero_table"), False),
        (("--task", "nothing"), False),
        (("--since", "2999-01-01"), False),
        (("--until", "2999-01-01"), True),
        (("--both-bad", "tie"), True),
        (("--weighed",), True),
    ],
)
def test_every_filter_narrows_the_board(folder: Path, arguments: tuple[str, ...], counts: bool) -> None:
    every, some = board(folder, *SIMULATED)["counted"], board(folder, *SIMULATED, *arguments)["counted"]
    assert some == (every if counts else 0)


def test_a_group_counts_its_own_evaluators_alone(folder: Path) -> None:
    assert run("leaderboard", "--home", str(folder), "--group", "nobody").code == 2
    with Store.open(folder) as store:
        store.sit("Simulated 1", "lab")
    one, all_three = board(folder, *SIMULATED, "--group", "lab"), board(folder, *SIMULATED)
    assert one["board"]["evaluators"] == 1
    assert 0 < one["counted"] < all_three["counted"]


def test_how_everybody_judged_is_told_when_it_is_asked_for(folder: Path) -> None:
    plain, asked = (run("leaderboard", "--home", str(folder), *SIMULATED, *more) for more in ((), ("--evaluators",)))
    assert "Agreement of evaluators on the same pair" in asked.output
    assert "Agreement" not in plain.output
    told = board(folder, *SIMULATED)
    assert len(told["judging"]) == told["board"]["evaluators"]
    assert told["agreement"]["units"] >= 0


def test_the_board_is_written_as_it_is_told(folder: Path, tmp_path: Path) -> None:
    rows = board(folder, *SIMULATED, "--export", str(tmp_path / "board.csv"))["board"]["rows"]
    written = list(csv.DictReader((tmp_path / "board.csv").read_text().splitlines()))
    assert [row["model_id"] for row in written] == [row["model_id"] for row in rows]
    assert [float(row["rating"]) for row in written] == [row["rating"] for row in rows]
    board(folder, *SIMULATED, "--export", str(tmp_path / "board.json"))
    assert json.loads((tmp_path / "board.json").read_text())["rows"] == rows


def test_a_file_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    answer = run("leaderboard", "--home", str(folder), "--export", str(tmp_path / "board.xls"))
    assert (answer.code, ".html" in answer.errors) == (2, True)
    assert not (tmp_path / "board.xls").exists()


def test_a_comparison_is_the_same_from_both_sides(folder: Path) -> None:
    def compared(*pair: str) -> dict:
        return run("compare", *pair, "--home", str(folder), "--json", *SIMULATED).record

    one, other = compared("simulated-1", "simulated-2"), compared("simulated-2", "simulated-1")
    assert (one["pairing"]["wins"], one["verdict"]["wins"]) == (other["pairing"]["losses"], other["verdict"]["losses"])
    assert one["lead"] == pytest.approx(-other["lead"])
    assert one["verdict"]["chance"]["low"] == pytest.approx(1 - other["verdict"]["chance"]["high"])
    words = run("compare", "simulated-1", "simulated-2", "--home", str(folder), *SIMULATED).output
    assert "Not registered." in words


def test_battles_before_a_registration_do_not_count_for_it(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        votes = store.votes(origins=("simulated",))
        made = register("simulated-2", "simulated-1", "panda", votes=votes, maximum_battles=50)
        store.comparing().register(made)
    told = run("compare", "simulated-1", "simulated-2", "--home", str(folder), "--json", *SIMULATED).record
    assert told["registration"]["registration_id"] == made.registration_id
    assert (told["verdict"]["wins"], told["verdict"]["losses"], told["verdict"]["decision"]) == (0, 0, "open")


@pytest.mark.parametrize(
    ("pair", "says"), [(("simulated-1", "nobody"), "simulated-2"), (("simulated-1",) * 2, "two different")]
)
def test_a_comparison_names_what_can_be_compared(folder: Path, pair: tuple[str, str], says: str) -> None:
    answer = run("compare", *pair, "--home", str(folder), *SIMULATED)
    assert (answer.code, says in answer.errors) == (2, True)


def test_a_simulation_never_touches_a_folder_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLAARENA_HOME", str(tmp_path / "home"))
    assert run("simulate", "--home", str(tmp_path), "--votes", "1").code == 2
    assert run("simulate", "--folder", str(tmp_path), "--votes", "1").code == 2
    assert not (tmp_path / "arena.sqlite3").exists()


def test_the_same_seed_simulates_the_same_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLAARENA_HOME", str(tmp_path / "home"))
    studies = [
        run("simulate", "--folder", str(tmp_path / name), "--votes", "6", "--seed", "7", "--json").record
        for name in ("one", "other")
    ]
    assert studies[0] == studies[1]
    truths = [each["truth"] for each in studies[0]["overall"]["models"]]
    assert truths == sorted(truths, reverse=True)
