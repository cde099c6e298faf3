"""What the commands tell of past battles, and what they keep to themselves while one is open."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from sync.store import Store

NAMED = ("--left", "canary-quetzal", "--right", "canary-axolotl", "--max-steps", "3")


@pytest.fixture(scope="module")
def closed(vlaarena, daemon) -> dict[str, str]:
    played: dict[str, str] = vlaarena("battle", *NAMED, "--daemon", daemon, "--json").record
    vlaarena("vote", played["battle_id"], "tie", "--comment", "both went the same way")
    return played


def test_a_closed_battle_is_found_by_each_filter(vlaarena, closed) -> None:
    for option, value in (
        ("--search", "same way"),
        ("--vote", "tie"),
        ("--kind", "chosen"),
        ("--status", "voted"),
        ("--model", "canary-axolotl"),
        ("--robot", "panda"),
        ("--scene", "table"),
        ("--since", "2020-01-01"),
        ("--until", "2999-01-01"),
    ):
        found = vlaarena("history", option, value, "--json").record
        assert [battle["battle_id"] for battle in found] == [closed["battle_id"]], option
    assert "canary-quetzal" in vlaarena("history", "--limit", "1").output
    assert vlaarena("history", "--until", "2020-01-01").output == "No battle fits.\n"


def test_history_hides_what_an_open_battle_hides(vlaarena, daemon) -> None:
    battle_id = vlaarena("battle", *NAMED, "--daemon", daemon, "--json").record["battle_id"]
    assert vlaarena("history", "--model", "canary-quetzal", "--status", "ongoing", "--json").record == []
    answer = vlaarena("history", "--status", "ongoing", "--json")
    assert battle_id in answer.output
    assert "canary" not in answer.output
    assert not {"propensity", "seed"} & answer.record[0].keys()
    assert answer.record[0]["kind"] is None
    assert "canary" not in vlaarena("history", "--status", "ongoing").output
    vlaarena("vote", battle_id, "both_bad")


def test_a_retracted_vote_is_told_as_such(vlaarena, daemon, home: Path) -> None:
    battle_id = vlaarena("battle", *NAMED, "--daemon", daemon, "--json").record["battle_id"]
    vlaarena("vote", battle_id, "both_bad")
    assert vlaarena("history", "--vote", "retracted", "--json").record == []
    with Store.open(home) as store:
        store.retract_vote(battle_id)
    (found,) = vlaarena("history", "--vote", "retracted", "--json").record
    assert (found["battle_id"], found["vote"], found["retracted"]) == (battle_id, None, True)
    assert " retracted " in vlaarena("history", "--vote", "retracted").output


def test_notes_are_listed_with_their_frames_and_withdrawn_ones_marked(vlaarena, closed, home: Path) -> None:
    with Store.open(home) as store:
        store.add_note(closed["turn_id"], "left", 2, "lost the cube")
        store.withdraw_note(store.add_note(closed["turn_id"], "right", 0, "wrong start").note_id)
    listed = vlaarena("notes", closed["battle_id"]).output
    assert [line.split()[:3] for line in listed.splitlines()[1:]] == [["1", "left", "2"], ["1", "right", "0"]]
    assert "lost the cube" in listed
    assert "(withdrawn) wrong start" in listed
    record = vlaarena("notes", closed["battle_id"], "--json").record
    assert [(note["step"], note["withdrawn"]) for note in record] == [(2, False), (0, True)]


def test_an_episode_of_a_closed_battle_is_reproduced_bit_for_bit(vlaarena, daemon, closed) -> None:
    answer = vlaarena("episode", "reproduce", closed["right_episode_id"], "--daemon", daemon, "--json")
    assert answer.code == 0
    found = answer.record
    assert (found["outcome"], found["model_id"], found["side"]) == ("bit_exact", "canary-axolotl", "right")
    assert (found["physics"]["outcome"], found["differences"]) == ("bit_exact", [])


def test_an_episode_of_an_open_battle_is_not_reproduced(vlaarena, daemon) -> None:
    played = vlaarena("battle", "--max-steps", "1", "--daemon", daemon, "--json").record
    answer = vlaarena("episode", "reproduce", played["left_episode_id"], "--daemon", daemon)
    assert answer.code == 3
    assert "Vote first" in answer.errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("history", "--kind", "duel"), "rated"),
        (("history", "--status", "lost"), "ongoing"),
        (("history", "--robot", "nao"), "panda"),
        (("history", "--scene", "moon"), "table"),
        (("history", "--evaluator", "Nobody"), "Available"),
        (("history", "--since", "yesterday"), "2026-11-22"),
        (("history", "--limit", "0"), "1 to"),
        (("notes", "no-such-battle"), "battle"),
        (("episode", "reproduce", "0" * 64), "episode"),
    ],
)
def test_what_cannot_be_found_is_refused_with_what_could(vlaarena, arguments, says) -> None:
    answer = vlaarena(*arguments)
    assert answer.code == 2
    assert says in answer.errors
    assert "Traceback" not in answer.errors


def test_a_closed_battle_s_episode_becomes_a_picture_and_a_video(vlaarena, closed, tmp_path: Path) -> None:
    episode_id = closed["left_episode_id"]
    still, moving = tmp_path / "last.png", tmp_path / "whole.webm"
    assert vlaarena("episode", "frame", episode_id, "--out", str(still), "--json").record["file"] == str(still)
    assert still.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    vlaarena("episode", "video", episode_id, "--out", str(moving), "--speed", "0.5")
    with av.open(str(moving)) as found:
        assert sum(1 for _ in found.decode(video=0)) == 18 + 1  # 0.3 s at half speed, 30 frames a second


def test_no_picture_is_made_of_an_open_blind_battle(vlaarena, daemon, tmp_path: Path) -> None:
    played = vlaarena("battle", "--seed", "5", "--max-steps", "3", "--daemon", daemon, "--json").record
    still = tmp_path / "a.png"
    refused = vlaarena("episode", "frame", played["left_episode_id"], "--out", str(still))
    assert refused.code == 3
    assert "open battle" in refused.errors
    assert not still.exists()
    vlaarena("vote", played["battle_id"], "tie")
    assert vlaarena("episode", "frame", played["left_episode_id"], "--out", str(still)).code == 0
