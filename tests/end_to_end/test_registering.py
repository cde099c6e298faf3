"""Comparisons registered on the command line before their first battle, listed, and refused where they are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena_samples import Arena, ballot
from end_to_end.conftest import Command

from sync.records import Choice
from sync.store import Store

PAIR = ("film-cnn", "film-flow")


def judge(home: Path, left: str, right: str, choice: Choice) -> None:
    with Store.open(home) as store:
        battle_id = Arena(store).played_battle(left, right)
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)


@pytest.fixture(scope="module")
def register(vlaarena: Command, daemon: str) -> Command:
    return lambda *arguments: vlaarena("register", *arguments, "--daemon", daemon)


def test_a_registered_comparison_counts_the_battles_after_it(vlaarena: Command, register: Command, home: Path) -> None:
    assert "No comparison was registered here." in vlaarena("registrations").output
    made = register(
        *PAIR, "--scenes", "table", "--alpha", "0.1", "--max-battles", "50", "--pairs", "2", "--json"
    ).record
    told = made["registration"]
    assert (told["first_model_id"], told["second_model_id"], told["robot_id"]) == (*PAIR, "panda")
    assert (told["scene_ids"], told["alpha"], told["maximum_battles"], told["pairs"]) == (["table"], 0.1, 50, 2)
    assert len(made["digest"]) == 64
    before = vlaarena("compare", *PAIR, "--json").record
    assert (before["verdict"]["wins"], before["registration"]["registration_id"]) == (0, told["registration_id"])
    judge(home, *PAIR, "left_better")
    (listed,) = vlaarena("registrations", "--json").record
    assert listed["registration"] == told
    assert (listed["outcome"]["verdict"]["wins"], listed["outcome"]["finished"], listed["digest"]) == (
        *(1, False),
        made["digest"],
    )
    row = vlaarena("registrations").output.splitlines()[1].split()
    assert row[1:6] == [*PAIR, "panda", "table", "0.1"]
    assert row[6:9] == ["1", "of", "50"]
    assert row[-1] == "open"
    assert "Registered on" in vlaarena("compare", *PAIR).output


def test_the_same_comparison_is_registered_once_from_either_side(register: Command) -> None:
    for pair in (PAIR, PAIR[::-1]):
        refused = register(*pair, "--scenes", "table")
        assert refused.code == 2
        assert "registered already" in refused.errors


def test_who_has_met_already_is_not_registered_unless_from_now_on(register: Command, home: Path) -> None:
    pair = ("scripted-careful", "scripted-hasty")
    judge(home, *pair, "left_better")
    refused = register(*pair)
    assert refused.code == 3
    assert "met there already, in 1 rated battles" in refused.errors
    assert "--from-now-on" in refused.errors
    few = register(*pair, "--scenes", "libero_table", "--pairs", "1")
    assert (few.code, "2 comparisons are watched at once" in few.errors) == (2, True)
    assert register(*pair, "--scenes", "libero_table").code == 0  # they have not met there
    made = register(*pair, "--from-now-on", "--json").record
    assert (made["registration"]["battles_before"], made["outcome"]["verdict"]["wins"]) == (1, 0)
    assert (len(made["registration"]["known_battles"]), made["registration"]["pairs"]) == (1, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nobody", "film-cnn"), 2, "random-walk"),
        (("film-cnn", "idle-arm"), 2, "There is no model called 'idle-arm'"),
        (("film-cnn", "film-cnn"), 2, "two different models"),
        (("film-cnn", "scripted-hasty", "--robot", "nao"), 2, "panda"),
        (("film-cnn", "scripted-hasty", "--scenes", "table,moon"), 2, "libero_table"),
        (("film-cnn", "smolvla-libero", "--scenes", "table"), 7, "cannot be played"),
        (("film-cnn", "scripted-hasty", "--alpha", "0.7"), 2, "between 0 and 0.5"),
        (("film-cnn", "scripted-hasty", "--alpha", "nan"), 2, "between 0 and 0.5"),
        (("film-cnn", "scripted-hasty", "--alpha", "few"), 2, "invalid float"),
        (("film-cnn", "scripted-hasty", "--max-battles", "0"), 2, "whole number from 1"),
        (("film-cnn",), 2, "required: B"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_reason(
    vlaarena: Command, register: Command, arguments: tuple[str, ...], code: int, says: str
) -> None:
    before = len(vlaarena("registrations", "--json").record)
    refused, told = register(*arguments), register(*arguments, "--json")
    assert (refused.code, told.code) == (code, code)
    assert says in refused.errors
    assert says in told.record["error"]["message"] + told.record["error"]["hint"]
    assert len(vlaarena("registrations", "--json").record) == before
