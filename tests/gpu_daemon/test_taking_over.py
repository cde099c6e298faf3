"""A policy that takes over an episode at one of its moments goes on as the one before it did."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import rollout
from scenes.cameras import Cameras
from scenes.episode import Episode, State
from scenes.progress import finish
from scenes.world import World, compile_world

CARD = all_cards()["film-cnn"]
STEPS, TAKEN_OVER = 12, 2 * CARD.execute
FAR = 0.01  # of an action's range


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


def played(world: World, start: State | None) -> Episode:
    play = Play(
        request_id="0" * 32,
        model_id=CARD.id,
        robot_id=world.robot.id,
        scene_id=world.scene.id,
        bundle_digest=world.bundle.digest,
        instruction="lift the red cube",
        seed=5,
        policy_seed=5,
        max_steps=STEPS,
        seal_key=bytes(32),
        start_state=start,
    )
    policy = load(CARD)
    with Cameras(world.model, max_width=96, max_height=96) as cameras:
        return finish(rollout(policy, CARD, world, play, cameras)).episode


def test_the_same_policy_does_next_what_it_did_in_the_episode(world: World) -> None:
    """Only so far as the commanded pose can be told from the joint targets."""
    whole = played(world, None)
    wanted = whole.raw_actions[TAKEN_OVER : TAKEN_OVER + CARD.execute]
    taken_over = played(world, whole.trajectory.moment(TAKEN_OVER)).raw_actions[: CARD.execute]
    assert np.abs(taken_over - wanted).max() < FAR
    one_command_ahead = played(world, whole.trajectory.state(TAKEN_OVER)).raw_actions[: CARD.execute]
    assert np.abs(one_command_ahead - wanted).max() > 2 * FAR
