"""A battle on the command line, from the draw to the board."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.episode import read_episode
from sync import matchmaking
from sync.records import Ballot
from sync.store import Store

MODELS = (
    *("film-cnn", "film-cnn-early", "film-flow", "scripted-careful", "scripted-hasty", "random-walk"),
    *("canary-quetzal", "canary-axolotl"),
)


def test_the_same_seed_gives_the_same_episodes_and_both_verify_bit_exact(vlaarena, daemon) -> None:
    first = vlaarena("battle", "--seed", "7", "--daemon", daemon, "--json").record
    second = vlaarena("battle", "--seed", "7", "--daemon", daemon, "--json").record
    assert first["battle_id"] != second["battle_id"]
    for side in ("left_episode_id", "right_episode_id"):
        assert first[side] == second[side]
        answer = vlaarena("episode", "verify", first[side], "--json")
        assert (answer.code, answer.record["verdict"]["outcome"]) == (0, "bit_exact")


def test_a_continued_turn_starts_from_the_last_state_to_the_last_bit(vlaarena, daemon, home) -> None:
    turns = [vlaarena("battle", "--seed", "3", "--daemon", daemon, "--json").record]
    again = ("--instruction", "lift the green cube", "--daemon", daemon, "--json")
    turns.append(vlaarena("turn", turns[0]["battle_id"], *again).record)
    turns.append(vlaarena("turn", turns[0]["battle_id"], *again, "--continue").record)
    assert [turn["turn"] for turn in turns] == [1, 2, 3]
    with Store.open(home) as store:
        for side in ("left_episode_id", "right_episode_id"):
            before, after = (store.episode(turn[side]).trajectory for turn in turns[1:])
            assert before.components == after.components
            ctrl = sum(c.size for c in before.components[: [c.name for c in before.components].index("ctrl")])
            size = next(c.size for c in before.components if c.name == "ctrl")
            ended, began = (
                np.delete(states, np.s_[ctrl : ctrl + size]) for states in (before.states[-1], after.states[0])
            )
            assert np.abs(ended - began).max() == 0


def test_nothing_names_a_model_before_the_vote_and_the_vote_reveals(vlaarena, daemon, home: Path) -> None:
    named = ("--left", "canary-quetzal", "--right", "canary-axolotl")
    answer = vlaarena("battle", *named, "--instruction", "lift the red cube", "--daemon", daemon, "--json")
    seen = (answer.output + answer.errors).encode()
    files = [path for path in home.rglob("*") if path.is_file() and path.parent.name != "cards"]
    seen += b"".join(path.read_bytes() for path in files)
    assert b"canary" not in seen
    reveal = vlaarena("vote", answer.record["battle_id"], "left_better", "--json").record
    assert (reveal["left_model_id"], reveal["right_model_id"]) == ("canary-quetzal", "canary-axolotl")


def test_a_battle_without_a_completed_turn_takes_no_vote(vlaarena, home) -> None:
    with Store.open(home) as store:
        draw = matchmaking.chosen("random-walk", "scripted-hasty", np.random.default_rng(1), seed=1)
        battle_id = store.start_battle(store.open_session("panda", "table"), draw).battle_id
    answer = vlaarena("vote", battle_id, "tie", "--json")
    assert (answer.code, answer.record["error"]["kind"]) == (3, "RuleBroken")
    with Store.open(home) as store:
        assert store.battle(battle_id).status == "ongoing"


def test_how_an_episode_went_is_told_after_the_vote_only(vlaarena, daemon) -> None:
    told = ("steps", "control_hz", "duration_seconds", "termination", "events", "size_bytes")
    played = vlaarena("battle", "--max-steps", "2", "--daemon", daemon, "--json").record
    show = ("episode", "show", played["left_episode_id"])
    before = vlaarena(*show, "--json").record
    assert [before[name] for name in told] == [None] * len(told)
    assert "told after the vote" in vlaarena(*show).output
    vlaarena("vote", played["battle_id"], "tie")
    after = vlaarena(*show, "--json").record
    assert (after["steps"], after["termination"]) == (2, "max_steps")


def test_a_vote_that_was_interrupted_is_finished_by_casting_it_again(vlaarena, daemon, home) -> None:
    battle_id = vlaarena("battle", "--max-steps", "1", "--daemon", daemon, "--json").record["battle_id"]
    with Store.open(home) as store:
        store.cast_vote(battle_id, Ballot(vote="tie", origin="cli"))
    assert vlaarena("vote", battle_id, "left_better").code == 3
    answer = vlaarena("vote", battle_id, "tie", "--json")
    assert (answer.code, answer.record["vote"]["vote"]) == (0, "tie")
    with Store.open(home) as store:
        assert sum(vote.battle_id == battle_id for vote in store.votes(None, ("rated",), ("cli",))) == 1


def test_a_model_that_vanishes_under_an_open_battle_is_not_named(vlaarena, daemon, home: Path) -> None:
    named = ("--left", "canary-quetzal", "--right", "canary-axolotl")
    battle_id = vlaarena("battle", *named, "--max-steps", "1", "--daemon", daemon, "--json").record["battle_id"]
    card = home / "cards" / "canary-quetzal.toml"
    content = card.read_text()
    card.unlink()
    try:
        answer = vlaarena("turn", battle_id, "--instruction", "lift the red cube", "--daemon", daemon)
    finally:
        card.write_text(content)
    assert answer.code == 2
    assert "void for both sides" in answer.errors
    assert f"vlaarena turn {battle_id} --instruction 'lift the red cube'" in answer.errors
    assert f"--daemon {daemon}" in answer.errors
    assert not {model for model in MODELS if model in answer.errors + answer.output}
    assert b"canary" not in b"".join(path.read_bytes() for path in (home / "logs").iterdir())


def test_a_lost_key_is_not_replaced_while_battles_are_sealed_with_it(vlaarena, daemon, home: Path) -> None:
    vlaarena("battle", "--max-steps", "1", "--daemon", daemon)
    key = home / "seal.key"
    content = key.read_bytes()
    key.unlink()
    answer = vlaarena("leaderboard")
    assert not key.exists()
    key.write_bytes(content)
    assert (answer.code, "Restore" in answer.errors) == (4, True)
    assert vlaarena("leaderboard").code == 0


def test_a_vote_counts_once_and_ends_the_battle(vlaarena, daemon) -> None:
    counted = vlaarena("leaderboard", "--include", "cli", "--json").record["counted"]
    battle_id = vlaarena("battle", "--max-steps", "3", "--daemon", daemon, "--json").record["battle_id"]
    assert vlaarena("vote", battle_id, "tie").code == 0
    again = vlaarena("vote", battle_id, "left_better", "--json")
    assert (again.code, again.record["error"]["kind"]) == (3, "RuleBroken")
    turn = vlaarena("turn", battle_id, "--instruction", "lift the red cube", "--daemon", daemon, "--json")
    assert (turn.code, turn.record["error"]["kind"]) == (3, "RuleBroken")
    default = vlaarena("leaderboard", "--json").record
    assert default["counted"] == 0
    assert default["not_counted"] >= 1
    board = vlaarena("leaderboard", "--include", "cli", "--json").record
    assert board["counted"] == counted + 1
    assert board["provisional"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("battle", "--robot", "nao"), 2, "panda"),
        (("battle", "--scene", "moon"), 2, "table"),
        (("battle", "--left", "nobody", "--right", "random-walk"), 2, "scripted-careful"),
        (("battle", "--left", "random-walk"), 2, "--right"),
        (("battle", "--left", "random-walk", "--right", "idle-arm"), 2, "hidden checks alone"),
        (("battle", "--instruction", " "), 2, "empty"),
        (("battle", "--instruction", "x" * 10_000), 2, "10000"),
        (("battle", "--max-steps", "0"), 2, "1 to 1000"),
        (("battle", "--daemon", "tcp://127.0.0.1:9"), 5, "vlaarena-daemon serve"),
        (("battle", "--daemon", "tcp://192.0.2.1:5799"), 2, "127.0.0.1"),
        (("vote", "no-such-battle", "tie"), 2, "battle"),
        (("turn", "no-such-battle", "--instruction", "go"), 2, "battle"),
        (("episode", "show", "0" * 64), 2, "episode"),
        (("leaderboard", "--robot", "nao"), 2, "panda"),
        (("leaderboard", "--include", "everything"), 2, "simulated"),
        (("tasks", "--scene", "moon"), 2, "table"),
        (("turn", "\udcff", "--instruction", "go"), 2, "UTF-8"),
        (("dance",), 2, "leaderboard"),
    ],
)
def test_bad_input_is_refused_with_what_would_be_valid(vlaarena, daemon, home, arguments, code, says) -> None:
    if arguments[0] == "battle" and "--daemon" not in arguments:
        arguments = (*arguments, "--daemon", daemon)
    with Store.open(home) as store:
        before = [battle.battle_id for battle in store.battles()]
    answer = vlaarena(*arguments)
    assert answer.code == code
    assert says in answer.errors
    assert "Traceback" not in answer.errors
    with Store.open(home) as store:
        assert [battle.battle_id for battle in store.battles()] == before


def test_every_command_speaks_json(vlaarena, daemon, home) -> None:
    played = vlaarena("battle", "--max-steps", "2", "--daemon", daemon, "--json").record
    shown = vlaarena("episode", "show", played["left_episode_id"], "--json").record
    assert shown["max_steps"] == 2
    cards = vlaarena("models", "--daemon", daemon, "--json").record
    assert {card["id"] for card in cards if card["status"] == "active"} == set(MODELS)
    families = {task["family"] for scene in vlaarena("tasks", "--json").record for task in scene["tasks"]}
    assert families == {"reach", "push", "lift", "bowl", "stack"}
    assert {finding["name"] for finding in vlaarena("doctor", "--json").record} >= {
        "mujoco",
        "data folder",
        "offscreen egl",
    }
    with Store.open(home) as store:
        content = store.episode_bytes(played["left_episode_id"])
    assert read_episode(content).trajectory.steps == 2


def test_a_store_that_is_open_elsewhere_is_left_alone(vlaarena, home) -> None:
    with Store.open(home):
        answer = vlaarena("leaderboard")
    assert answer.code == 4
    assert "another program" in answer.errors


def test_models_that_cannot_be_played_are_listed_with_what_to_do(vlaarena, daemon) -> None:
    listed = vlaarena("models", "--daemon", daemon).output
    reason = next(line for line in listed.splitlines() if line.startswith("  octo-small-1.5: "))
    assert reason.endswith("have not been fetched. Run: vlaarena-daemon models fetch octo-small-1.5")
    assert "  film-cnn: " not in listed


def test_what_plays_in_hidden_checks_alone_is_listed_as_that(vlaarena, daemon) -> None:
    listed = vlaarena("models", "--daemon", daemon).output
    (row,) = (line for line in listed.splitlines() if line.startswith("idle-arm "))
    assert row.endswith("check")
    assert "For hidden checks alone, never compared: idle-arm" in listed
