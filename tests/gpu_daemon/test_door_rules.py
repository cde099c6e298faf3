"""What the door remembers, for how long it waits, and what its owner may set."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpu_daemon.answers import Answers
from gpu_daemon.messages import Accepted, Play, Snapshot
from gpu_daemon.plays import MAX_LISTENERS, PlayUnderWay
from gpu_daemon.policies.loading import all_cards
from gpu_daemon.pool import worker_environment
from gpu_daemon.settings import DaemonSettings, daemon_settings, home_folder
from scenes.errors import BadInput

SETTINGS = DaemonSettings(load_timeout_s=100, step_timeout_s=10, play_timeout_s=50)


def under_way() -> PlayUnderWay:
    play = Play(
        request_id="00000000",
        model_id="random-walk",
        robot_id="panda",
        scene_id="table",
        bundle_digest="d",
        instruction="wave",
        seed=1,
        policy_seed=2,
        max_steps=50,
        seal_key=bytes(32),
    )
    return PlayUnderWay(play, all_cards()["random-walk"], b"frame", now=0.0)


def snapshot(done: int) -> Snapshot:
    return Snapshot("00000000", done, 50)


def test_the_oldest_answers_are_forgotten_first() -> None:
    answers = Answers(max_count=2, max_bytes=100)
    for name in ("a", "b", "c"):
        answers.keep(name, (name.encode(),))
    assert [answers.find(name) for name in ("a", "b", "c")] == [None, (b"b",), (b"c",)]


def test_answers_are_forgotten_when_they_take_too_much_room() -> None:
    answers = Answers(max_count=100, max_bytes=10)
    answers.keep("a", (bytes(4), bytes(4)))
    answers.keep("b", (bytes(8),))
    assert (answers.find("a"), answers.find("b")) == (None, (bytes(8),))


def test_a_play_that_waits_has_no_deadline() -> None:
    assert under_way().exceeded(10_000.0, SETTINGS) is None


def test_loading_and_the_first_step_share_the_longest_deadline() -> None:
    play = under_way()
    play.assign(now=5.0)
    play.step(snapshot(0), now=90.0)
    assert play.exceeded(104.0, SETTINGS) is None
    assert play.exceeded(106.0, SETTINGS) == 100


def test_each_further_step_has_its_own_deadline() -> None:
    play = under_way()
    play.assign(now=0.0)
    play.step(snapshot(1), now=20.0)
    play.step(snapshot(2), now=25.0)
    assert play.exceeded(34.0, SETTINGS) is None
    assert play.exceeded(36.0, SETTINGS) == 10


def test_all_steps_together_have_a_deadline_too() -> None:
    play = under_way()
    play.assign(now=0.0)
    for done in range(1, 12):
        play.step(snapshot(done), now=20.0 + 5 * done)
    assert play.exceeded(75.0, SETTINGS) is None
    assert play.exceeded(76.0, SETTINGS) == 50


def test_a_waiting_play_stands_in_the_queue_and_a_played_one_at_its_last_step() -> None:
    play = under_way()
    assert play.standing(2) == Accepted("00000000", 2)
    play.assign(now=0.0)
    assert play.standing(0) == snapshot(0)
    play.step(snapshot(7), now=1.0)
    assert play.standing(0) == snapshot(7)


def test_only_the_latest_connections_listen() -> None:
    play = under_way()
    for number in range(20):
        play.listen(bytes([number]))
        play.listen(bytes([number]))
    assert list(play.listeners) == [bytes([number]) for number in range(20 - MAX_LISTENERS, 20)]


def test_a_setting_in_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "daemon.toml").write_text("workers = 3\nqueue = 7\n")
    monkeypatch.setenv("VLAARENA_DAEMON_WORKERS", "4")
    settings = daemon_settings(tmp_path)
    assert (settings.workers, settings.queue) == (4, 7)


def test_a_setting_out_of_bounds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "daemon.toml").write_text("workers = 0\n")
    with pytest.raises(BadInput, match="workers"):
        daemon_settings(tmp_path)


def test_the_daemons_own_variable_for_the_data_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLAARENA_HOME", str(tmp_path / "a"))
    assert home_folder() == tmp_path / "a"
    monkeypatch.setenv("VLAARENA_DAEMON_HOME", str(tmp_path / "b"))
    assert home_folder() == tmp_path / "b"
    assert home_folder(str(tmp_path / "c")) == tmp_path / "c"


def test_workers_share_the_cores_unless_their_owner_says_otherwise() -> None:
    assert worker_environment({})["OMP_NUM_THREADS"] == "1"
    assert worker_environment({"OMP_NUM_THREADS": "8"})["OMP_NUM_THREADS"] == "8"
