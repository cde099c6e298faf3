from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_daemon.policies.loading import all_cards, load
from scenes.control import Controller, check_actions
from scenes.episode import Event
from scenes.errors import BadInput
from scenes.observing import observe
from scenes.policy import Observation
from scenes.recorder import Recorder
from scenes.tasks import TaskWatch, events_of
from scenes.world import compile_world

STEPS = 50
CARDS = all_cards()


class Player:
    """One policy in a world of its own."""

    def __init__(self, model_id: str) -> None:
        self.card = CARDS[model_id]
        self.policy = load(self.card)
        self.world = compile_world("panda", "table")
        self.controller = Controller(self.world, self.card.action, self.card.control_hz)

    def begin(self, task_id: str, seed: int, *, fresh: bool = True) -> TaskWatch:
        if fresh:
            self.world.reset(seed)
        task = self.world.scene.task(task_id)
        self.controller.reset()
        self.policy.reset(task.instruction, seed)
        return TaskWatch(self.world, task)

    def observation(self) -> Observation:
        return observe(self.world, self.controller, None, (), self.card.reads_state)

    def carry_out(self, action: NDArray[np.float32]) -> None:
        self.world.step(self.controller.apply(action).ctrl, 50)

    def play(self, watch: TaskWatch) -> bool:
        chunk = np.empty((0, 7), np.float32)
        for step in range(1, STEPS + 1):
            if not len(chunk):
                actions = self.policy.act(self.observation())
                chunk = check_actions(actions, 7, self.card.chunk)[: self.card.execute]
            self.carry_out(chunk[0])
            chunk = chunk[1:]
            watch.observe_step(step)
            if watch.succeeded:
                return True
        return False

    def successes(self, starts: int, first_seed: int) -> int:
        tasks = self.world.scene.tasks
        stride = 7  # visits every family early: the scene lists its tasks by family
        chosen = [tasks[stride * start % len(tasks)] for start in range(starts)]
        return sum(self.play(self.begin(task.id, first_seed + k)) for k, task in enumerate(chosen))


@pytest.fixture(scope="module")
def careful() -> Player:
    return Player("scripted-careful")


def test_the_careful_expert_succeeds_from_nearly_every_start(
    careful: Player, repeats: Callable[[int, int], int]
) -> None:
    starts = repeats(20, 200)
    assert careful.successes(starts, 20_000) >= 0.95 * starts


def test_the_hasty_expert_is_visibly_worse_and_not_hopeless(repeats: Callable[[int, int], int]) -> None:
    starts = repeats(20, 200)
    assert 0.5 * starts <= Player("scripted-hasty").successes(starts, 20_000) <= 0.9 * starts


def test_a_random_walk_reaches_next_to_nothing(repeats: Callable[[int, int], int]) -> None:
    starts = repeats(20, 200)
    assert Player("random-walk").successes(starts, 20_000) <= 0.05 * starts


@pytest.mark.parametrize(
    "task_id", ["lift.green_cube", "bowl.blue_cylinder", "push_right.red_cube", "stack.red_cube.green_cube"]
)
def test_the_careful_expert_recovers_from_a_burst_of_random_actions(careful: Player, task_id: str) -> None:
    generator = np.random.Generator(np.random.PCG64(4))
    watch = careful.begin(task_id, 30_000)
    for _ in range(20):
        careful.carry_out(careful.policy.act(careful.observation())[0])
    for _ in range(4):
        careful.carry_out(generator.uniform(-1, 1, 7).astype(np.float32))
    assert careful.play(watch)


def test_what_an_earlier_turn_left_in_the_hand_is_put_down_first(careful: Player) -> None:
    assert careful.play(careful.begin("lift.red_cube", 30_001))
    assert careful.play(careful.begin("push_left.red_cube", 0, fresh=False))
    assert careful.play(careful.begin("lift.blue_cylinder", 30_001))
    assert careful.play(careful.begin("bowl.red_cube", 0, fresh=False))


def test_the_expert_s_action_depends_on_nothing_but_the_state_and_the_instruction(careful: Player) -> None:
    careful.begin("bowl.red_cube", 30_002)
    fresh = load(careful.card)
    for step in range(30):
        observation = careful.observation()
        action = careful.policy.act(observation)
        fresh.reset("put the red cube in the bowl", step)
        assert np.array_equal(fresh.act(observation), action)
        assert np.array_equal(careful.policy.act(observation), action)
        assert action.dtype == np.float32
        assert action.shape == (1, 7)
        assert np.abs(action).max() <= 1.0
        careful.carry_out(action[0])


def test_synonyms_mean_the_same_to_the_expert(careful: Player) -> None:
    careful.begin("lift.red_cube", 30_003)
    observation = careful.observation()
    action = careful.policy.act(observation)
    careful.policy.reset("Pick up the red  block.", 0)
    assert np.array_equal(careful.policy.act(observation), action)


def test_the_expert_holds_still_when_the_instruction_is_no_task(careful: Player) -> None:
    careful.begin("lift.red_cube", 30_004)
    careful.policy.reset("make me a coffee", 0)
    before = careful.world.tcp_position
    for _ in range(10):
        action = careful.policy.act(careful.observation())
        assert np.array_equal(action, [[0, 0, 0, 0, 0, 0, 1]])
        careful.carry_out(action[0])
    assert np.linalg.norm(careful.world.tcp_position - before) < 0.002


@pytest.mark.parametrize(
    "task_id",
    [
        "reach.bowl",
        "push_left.blue_cylinder",
        "lift.green_cube",
        "bowl.red_cube",
        "stack.red_cube.green_cube",
    ],
)
def test_what_the_expert_did_is_told_again_by_its_trajectory(careful: Player, task_id: str) -> None:
    watch = careful.begin(task_id, 30_007)
    recorder, events = Recorder(careful.world, 50), list[Event]()
    for step in range(1, STEPS + 1):
        recorder.step(careful.controller.apply(careful.policy.act(careful.observation())[0]).ctrl)
        events.extend(watch.observe_step(step))
    assert [event.kind for event in events].count("success") == 1
    world = compile_world("panda", "table")
    assert list(events_of(world, recorder.finish(), world.scene.task(task_id))) == events


@pytest.mark.parametrize("state", [None, np.zeros(3)])
def test_the_expert_refuses_an_observation_without_its_state(
    careful: Player, state: NDArray[np.float64] | None
) -> None:
    careful.begin("lift.red_cube", 30_005)
    with pytest.raises(BadInput, match="state"):
        careful.policy.act(msgspec.structs.replace(careful.observation(), state=state))


def test_a_random_walk_is_its_seed(careful: Player) -> None:
    careful.begin("lift.red_cube", 30_006)
    observation, walk = careful.observation(), load(CARDS["random-walk"])

    def chunks(seed: int) -> NDArray[np.float32]:
        walk.reset("lift the red cube", seed)
        return np.concatenate([walk.act(observation) for _ in range(20)])

    first = chunks(5)
    assert np.array_equal(chunks(5), first)
    assert not np.array_equal(chunks(6), first)
    assert first.dtype == np.float32
    assert np.abs(first).max() <= 1.0
    assert {*first[:, 6]} == {-1.0, 1.0}
