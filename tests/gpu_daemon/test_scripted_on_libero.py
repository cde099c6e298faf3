"""The scripted reference on the LIBERO-like table: rims, tall cartons, a handle and a narrow box."""

from __future__ import annotations

import pytest

from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import rollout
from scenes.progress import finish
from scenes.world import World, compile_world


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "libero_table")


@pytest.mark.parametrize(
    ("instruction", "seed"),
    [
        ("pick up the bowl and place it on the plate", 2),
        ("put the yellow and white mug on the plate", 0),
        ("put the cream cheese in the bowl", 1),
        ("pick up the milk", 3),
    ],
)
def test_the_careful_reference_does_what_the_benchmark_asks(world: World, instruction: str, seed: int) -> None:
    card = all_cards()["scripted-careful"]
    play = Play(
        request_id="00000000",
        model_id=card.id,
        robot_id="panda",
        scene_id="libero_table",
        bundle_digest=world.bundle.digest,
        instruction=instruction,
        seed=seed,
        policy_seed=0,
        max_steps=world.scene.max_steps,
        seal_key=bytes(32),
    )
    episode = finish(rollout(load(card), card, world, play, None)).episode
    assert episode.task_id is not None
    assert episode.succeeded
