"""Every VLA plays whole battles through daemon, store and window; an episode depends on nothing played before it."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import vla_cards
from desktop.evaluator import PATIENCE, watch_everything
from faults.daemons import WITHOUT_SHIPPED_MODELS, RunningDaemon, new_play, running_daemon
from pytestqt.qtbot import QtBot

from scenes.episode import Episode, episode_id, read_episode
from scenes.progress import finish
from sync.matchmaking import draw
from sync.store import Store
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.turns import Setting

STEPS = 8  # of the robot's 10 a second
MODELS = ("octo", "openvla", "pi0", "smolvla")
SETTING = Setting(robot_id="panda", scene_id="table", instruction="lift the red cube")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """One worker that keeps a single policy, so that every change of the model loads another."""
    home = tmp_path_factory.mktemp("vlas")
    assert vla_cards.place(home) == MODELS
    one_at_a_time = {"workers": "1", "loaded_policies": "1"}
    with running_daemon(home, serve=WITHOUT_SHIPPED_MODELS, **one_at_a_time) as running:
        yield running


@pytest.fixture
def room(qtbot: QtBot, store: Store, daemon: RunningDaemon) -> Iterator[Room]:
    made = make_room(store, daemon_address=daemon.address, max_steps=STEPS, tier="plain")
    made.window.resize(1024, 700)
    made.daemon.connect_now()
    made.window.show()
    qtbot.waitUntil(lambda: made.daemon.state == "idle", timeout=PATIENCE)
    yield made
    made.window.close()
    made.window.deleteLater()


def played(daemon: RunningDaemon, model_id: str, seed: int = 1) -> Episode:
    with daemon.client() as client:
        (answer,) = finish(
            client.play([new_play(model_id, seed=seed, max_steps=STEPS, instruction=SETTING.instruction)])
        )
    return read_episode(answer.episode)


def test_every_vla_is_offered_and_moves_the_robot(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        assert {card.id: card.status for card in client.models()} == dict.fromkeys(MODELS, "active")
    for model_id in MODELS:
        trajectory = played(daemon, model_id).trajectory
        assert np.ptp(trajectory.component("qpos")[:, :7], axis=0).max() > 0.01, model_id  # [rad]


def test_the_same_seed_gives_the_same_episode_whatever_was_played_before(daemon: RunningDaemon) -> None:
    first = {model_id: played(daemon, model_id).to_bytes() for model_id in MODELS}
    again = {}
    for model_id in reversed(MODELS):
        played(daemon, model_id, seed=2)
        again[model_id] = played(daemon, model_id).to_bytes()
    assert {name: episode_id(content) for name, content in again.items()} == {
        name: episode_id(content) for name, content in first.items()
    }


def test_every_vla_plays_a_whole_battle_in_the_window(qtbot: QtBot, room: Room, store: Store) -> None:
    for pair in (MODELS[:2], MODELS[2:]):
        with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
            room.arena.begin(SETTING, seed=seed_of(pair, room))
        watch_everything(qtbot, room, rate=2.0)  # SmolVLA acts 20 times a second
        assert room.arena.unlocked
        room.arena.vote("tie")
        with qtbot.waitSignal(room.arena.revealed) as told:
            room.arena.reveal()
        outcome = told.args[0]
        assert {outcome.left.name, outcome.right.name} == {f"Small {name}" for name in pair}
        assert [run.device for run in store.runs(outcome.battle_id)] == ["cpu", "cpu"]


def seed_of(pair: tuple[str, ...], room: Room) -> int:
    """A seed with which these two are drawn."""
    for seed in range(99):
        sides = draw(room.daemon.cards, np.random.default_rng(seed), seed, {}).sides
        if {sides.left_model_id, sides.right_model_id} == {*pair}:
            return seed
    raise LookupError(pair)


def test_loading_and_letting_go_of_models_keeps_no_memory(
    daemon: RunningDaemon, repeats: Callable[[int, int], int]
) -> None:
    def cycle(times: int) -> None:
        for _ in range(times):
            for model_id in MODELS:
                played(daemon, model_id)  # the worker keeps one policy: each play loads another and lets one go

    cycle(repeats(1, 5))  # until the allocator holds what one play of each needs at most
    (worker,) = daemon.workers()
    begun = resident_mb(worker)
    cycle(repeats(1, 20))
    assert daemon.workers() == [worker]
    assert resident_mb(worker) < begun * 1.05


def resident_mb(process: int) -> float:
    """The resident set of a process [MB]."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
