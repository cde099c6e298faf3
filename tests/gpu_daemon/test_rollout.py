"""The loop that plays: chunks are carried out whole, time is the robot's, equal plays give equal bytes."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray

from gpu_daemon.messages import Play
from gpu_daemon.rollout import RolloutResult, control_steps, rollout
from scenes.errors import BadAction, BadInput, Incompatible, PolicyRaised
from scenes.models import ModelCard
from scenes.policy import ActionSpace, Observation
from scenes.progress import finish
from scenes.world import World, compile_world

SPACE = ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35)
CARD = ModelCard(
    id="counting",
    name="Counting",
    organization="Tests",
    license="Apache-2.0",
    adapter="counting",
    robots=("panda",),
    action=SPACE,
    control_hz=10,
)


class Counting:
    """Moves by small numbers that count up; remembers what it was asked and shown."""

    def __init__(self, chunk: int = 1) -> None:
        self.chunk, self.given, self.seen = chunk, 0, list[Observation]()
        self.begun: list[tuple[str, int]] = []

    def reset(self, instruction: str, seed: int) -> None:
        self.begun.append((instruction, seed))
        self.given = 0

    def act(self, observation: Observation) -> NDArray[np.float32]:
        self.seen.append(observation)
        numbers = self.given + 1 + np.arange(self.chunk, dtype=np.float32)
        self.given += self.chunk
        return np.repeat(numbers[:, np.newaxis] / 100, 7, axis=1)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


def play_of(world: World, **changes: object) -> Play:
    play = Play(
        request_id="00000000",
        model_id=CARD.id,
        robot_id="panda",
        scene_id="table",
        bundle_digest=world.bundle.digest,
        instruction="wave",
        seed=3,
        policy_seed=4,
        max_steps=6,
        seal_key=bytes(32),
    )
    return structs.replace(play, **changes)


def carry_out(world: World, policy: Counting, card: ModelCard = CARD, **changes: object) -> RolloutResult:
    return finish(rollout(policy, card, world, play_of(world, **changes), None))


def test_a_policy_is_reset_with_the_instruction_and_its_own_seed_before_every_episode(world: World) -> None:
    policy = Counting()
    carry_out(world, policy)
    carry_out(world, policy, instruction="wave again", policy_seed=5)
    assert policy.begun == [("wave", 4), ("wave again", 5)]


def test_of_each_chunk_as_many_actions_are_carried_out_as_the_card_says(world: World) -> None:
    policy = Counting(chunk=4)
    result = carry_out(world, policy, structs.replace(CARD, chunk=4, execute=2))
    assert np.allclose(result.episode.raw_actions[:, 0] * 100, [1, 2, 5, 6, 9, 10])
    assert len(policy.seen) == len(result.inference_seconds) == 3


def test_an_episode_lasts_the_robots_time_whatever_the_cards_rate(world: World) -> None:
    slow = carry_out(world, Counting(), structs.replace(CARD, control_hz=5)).episode
    fast = carry_out(world, Counting(), structs.replace(CARD, control_hz=20)).episode
    uneven = carry_out(world, Counting(), structs.replace(CARD, control_hz=15)).episode
    assert (slow.trajectory.steps, uneven.trajectory.steps, fast.trajectory.steps) == (3, 9, 12)
    assert slow.trajectory.duration == uneven.trajectory.duration == fast.trajectory.duration == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("max_steps", "card_hz", "steps"), [(50, 10, 50), (50, 5, 25), (50, 15, 75), (50, 20, 100), (2, 5, 1)]
)
def test_steps_are_those_of_the_card_in_the_robots_time(max_steps: int, card_hz: float, steps: int) -> None:
    assert control_steps(max_steps, 10.0, card_hz) == steps


def test_a_time_that_is_no_whole_number_of_a_cards_steps_is_refused() -> None:
    with pytest.raises(Incompatible, match="multiple of 2"):
        control_steps(3, 10.0, 5.0)


def test_the_same_play_gives_the_same_bytes_whatever_was_played_before(world: World) -> None:
    policy = Counting()
    first = carry_out(world, policy).episode.to_bytes()
    carry_out(world, policy, seed=77, policy_seed=78, max_steps=11)
    assert carry_out(world, policy).episode.to_bytes() == first


def test_what_an_episode_held_is_freed_with_it_and_waits_for_no_collector(world: World) -> None:
    """Beside a large library Python seldom looks for cycles: with one in it every episode would stay for long."""
    gc.collect()
    gc.disable()
    try:
        carry_out(world, Counting())
        left = [each for each in gc.get_objects() if type(each).__module__ in ("gpu_daemon.rollout", "scenes.recorder")]
    finally:
        gc.enable()
    assert left == []


def test_every_raw_and_processed_action_is_recorded(world: World) -> None:
    episode = carry_out(world, Counting()).episode
    assert episode.raw_actions.shape == (6, 7)
    assert episode.processed_actions.shape == (6, 7)
    assert np.allclose(episode.processed_actions[:, 0], episode.raw_actions[:, 0] * SPACE.translation_scale)


def test_the_actuator_targets_that_were_carried_out_are_recorded(world: World) -> None:
    card = structs.replace(CARD, action=ActionSpace(space="joint_absolute"))

    class Pointing(Counting):
        def act(self, observation: Observation) -> NDArray[np.float32]:
            self.seen.append(observation)
            return np.array([[*world.robot.home, 1.0]], np.float32) + 0.01 * np.float32(len(self.seen))

    episode = finish(rollout(Pointing(), card, world, play_of(world, max_steps=3), None)).episode
    ctrl = episode.trajectory.component("ctrl")[:, :7]
    assert ctrl[:3] == pytest.approx(np.array([world.robot.home]) + np.array([[0.01], [0.02], [0.03]]))
    assert np.array_equal(ctrl[:3], episode.processed_actions[:, :7])


def test_an_ensemble_asks_at_every_step_and_records_the_mean_that_was_carried_out(world: World) -> None:
    policy = Counting(chunk=4)
    result = carry_out(world, policy, structs.replace(CARD, chunk=4, ensemble=2), max_steps=4)
    assert len(policy.seen) == len(result.inference_seconds) == 4
    assert np.allclose(result.episode.raw_actions[:, 0] * 100, [1, (5 + 2) / 2, (9 + 6) / 2, (13 + 10) / 2])


def test_numbers_that_are_no_rotation_end_the_episode_like_any_bad_action(world: World) -> None:
    card = structs.replace(CARD, action=ActionSpace(space="eef_delta", rotation="quaternion"))

    class Lost(Counting):
        def act(self, observation: Observation) -> NDArray[np.float32]:
            return np.zeros((1, 8), np.float32)

    with pytest.raises(BadAction, match="something that is not an action") as caught:
        carry_out(world, Lost(), card)
    assert "quaternion of length 0" in caught.value.detail


def test_an_episode_continues_exactly_from_a_given_state(world: World) -> None:
    first = carry_out(world, Counting()).episode
    last = first.trajectory.state(-1)
    second = carry_out(world, Counting(), start_state=last, instruction="go on").episode
    assert (second.start, second.start_digest) == ("continue", last.digest)
    assert np.array_equal(second.trajectory.component("qpos")[0], first.trajectory.component("qpos")[-1])


def test_two_sides_of_a_turn_start_from_the_same_state(world: World) -> None:
    left = carry_out(world, Counting(), policy_seed=1).episode
    right = carry_out(world, Counting(chunk=3), structs.replace(CARD, chunk=3, execute=3), policy_seed=2).episode
    assert left.start_digest == right.start_digest


def test_a_policy_without_permission_never_sees_the_state(world: World) -> None:
    policy = Counting()
    carry_out(world, policy)
    assert all(observation.state is None for observation in policy.seen)
    carry_out(world, policy, structs.replace(CARD, reads_state=True))
    assert policy.seen[-1].state is not None


def test_an_instruction_that_matches_no_task_runs_the_full_time(world: World) -> None:
    episode = carry_out(world, Counting(), instruction="do as you please").episode
    assert (episode.task_id, episode.termination, episode.trajectory.steps) == (None, "max_steps", 6)


def test_progress_begins_with_zero_steps_done(world: World) -> None:
    job = rollout(Counting(), CARD, world, play_of(world), None)
    assert [(progress.done, progress.total) for progress in job] == [(step, 6) for step in range(6)]


def test_what_is_no_action_ends_the_episode_and_the_detail_is_kept_apart(world: World) -> None:
    with pytest.raises(BadAction, match="One of the policies answered with something that is not an action") as caught:
        carry_out(world, Counting(chunk=2))
    assert "(2, 7)" in caught.value.detail


def test_an_error_of_a_policy_is_told_without_its_words(world: World) -> None:
    class Broken(Counting):
        def reset(self, instruction: str, seed: int) -> None:
            raise KeyError("secret-model-name")

    with pytest.raises(PolicyRaised) as caught:
        carry_out(world, Broken())
    assert "secret" not in str(caught.value)
    assert "KeyError: 'secret-model-name'" in caught.value.detail


def test_a_start_state_of_another_world_is_refused(world: World) -> None:
    state = carry_out(world, Counting()).episode.trajectory.state(0)
    with pytest.raises(BadInput, match="does not belong"):
        carry_out(world, Counting(), start_state=structs.replace(state, values=state.values[:-1]))
