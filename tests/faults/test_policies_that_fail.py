"""A policy that fails takes nothing with it, and the failure says neither which side nor which model."""

from __future__ import annotations

from time import monotonic

import pytest
from faults.daemons import KEY, RunningDaemon, new_play

from gpu_daemon.client import DaemonClient
from scenes.episode import read_episode
from scenes.errors import ArenaError, BadAction, PolicyRaised, PolicyTimeout, WorkerDied
from scenes.progress import finish
from scenes.seal import unseal

ENDINGS = [
    ("canary-raising", PolicyRaised),
    ("canary-unloadable", PolicyRaised),
    ("canary-nan", BadAction),
    ("canary-infinite", BadAction),
    ("canary-short", BadAction),
    ("canary-long", BadAction),
    ("canary-objects", BadAction),
    ("canary-nothing", BadAction),
    ("canary-hanging", PolicyTimeout),
    ("canary-holding", PolicyTimeout),
    ("canary-flooding", PolicyTimeout),
    ("canary-suicidal", WorkerDied),
    ("canary-leaving", WorkerDied),
]


@pytest.mark.parametrize(("model_id", "ending"), ENDINGS)
def test_a_failure_voids_the_play_and_names_no_model(
    daemon: RunningDaemon, model_id: str, ending: type[ArenaError]
) -> None:
    with daemon.client() as client, pytest.raises(ending) as caught:
        finish(client.play([new_play(model_id)]))
    told = f"{caught.value} {caught.value.detail}"
    assert "canary" not in told
    assert model_id.removeprefix("canary-") not in told


def test_the_traceback_of_a_policy_opens_only_with_the_battles_key(daemon: RunningDaemon) -> None:
    with daemon.client() as client, pytest.raises(PolicyRaised) as caught:
        finish(client.play([new_play("canary-raising")]))
    (sealed,) = caught.value.sealed_details
    assert b"canary" not in sealed
    assert "RuntimeError: canary-raising is confused" in unseal(KEY, sealed, "detail").decode()


def test_the_last_words_of_a_dead_worker_are_sealed(daemon: RunningDaemon) -> None:
    with daemon.client() as client, pytest.raises(WorkerDied) as caught:
        finish(client.play([new_play("canary-leaving")]))
    (sealed,) = caught.value.sealed_details
    assert "canary-leaving leaves" in unseal(KEY, sealed, "detail").decode()


def test_a_killed_worker_is_reported_within_two_seconds_and_replaced(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        finish(client.play([new_play("canary-well")]))
        job = client.play([new_play("canary-suicidal")])
        next(job)
        began = monotonic()
        with pytest.raises(WorkerDied):
            finish(job)
        assert monotonic() - began < 2.0
        (played,) = finish(client.play([new_play("canary-well")]))
    assert read_episode(played.episode).termination == "max_steps"


def test_a_failure_cancels_the_other_side(daemon: RunningDaemon) -> None:
    slow = new_play("canary-slow", max_steps=400)
    with daemon.client() as client:
        with pytest.raises(BadAction):
            finish(client.play([slow, new_play("canary-nan")]))
        with pytest.raises(ArenaError, match="cancelled"):
            finish(client.play([slow]))


def test_the_door_answers_within_a_second_while_a_policy_hangs(daemon: RunningDaemon) -> None:
    def ask_until_the_end() -> None:
        for _ in client.play([new_play("canary-hanging"), new_play("canary-flooding")]):
            began = monotonic()
            DaemonClient(daemon.address).hello()
            waited.append(monotonic() - began)

    waited: list[float] = []
    with daemon.client() as client, pytest.raises(PolicyTimeout):
        ask_until_the_end()
    assert waited
    assert max(waited) < 1.0
