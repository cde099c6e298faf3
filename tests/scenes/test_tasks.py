from __future__ import annotations

import numpy as np
import pytest

from scenes.catalog import Task
from scenes.control import Controller
from scenes.episode import Event, Trajectory
from scenes.policy import ActionSpace
from scenes.recorder import Recorder
from scenes.tasks import TaskWatch, events_of
from scenes.world import World, compile_world

SPACE = ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35, clip=(-1.0, 1.0))
SEED = 5


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


class Scripted:
    """Drives the hand to places and keeps what happened."""

    def __init__(self, world: World, task: Task | None) -> None:
        self.world = world
        self.controller = Controller(world, SPACE, 10.0)
        self.recorder = Recorder(world, 50)
        self.watch = TaskWatch(world, task)
        self.events: list[Event] = []
        self.steps = 0

    def go(self, place: np.ndarray, *, opened: bool, steps: int) -> None:
        for _ in range(steps):
            shift = np.clip((place - self.controller.commanded_position) / 0.045, -0.7, 0.7)
            command = self.controller.apply(np.array([*shift, 0, 0, 0, 1 if opened else -1]))
            self.recorder.step(command.ctrl)
            self.steps += 1
            self.events.extend(self.watch.observe_step(self.steps))

    def kinds(self, subject: str) -> list[str]:
        return [event.kind for event in self.events if event.subject == subject]


def lay(world: World, object_id: str, position: tuple[float, float, float]) -> None:
    """Put an object somewhere, upright, at rest."""
    joint = world.model.body(world.scene.object(object_id).body).jntadr[0]
    address, dof = world.model.jnt_qposadr[joint], world.model.jnt_dofadr[joint]
    world.data.qpos[address : address + 7] = [*position, 1, 0, 0, 0]
    world.data.qvel[dof : dof + 6] = 0


def arranged(world: World) -> World:
    """The red cube ahead of the hand with straight sides, all else out of the way."""
    world.reset(SEED)
    lay(world, "red_cube", (0.5, 0.0, 0.02))
    lay(world, "green_cube", (0.5, 0.2, 0.02))
    lay(world, "blue_cylinder", (0.4, -0.25, 0.0225))
    lay(world, "bowl", (0.6, -0.2, 0.025))
    return world


def grasped_red(world: World, task_id: str | None) -> Scripted:
    """A hand that has the red cube between its fingers, on the table."""
    play = Scripted(arranged(world), world.scene.task(task_id) if task_id else None)
    play.go(np.array([0.5, 0.0, 0.10]), opened=True, steps=18)
    play.go(np.array([0.5, 0.0, 0.02]), opened=True, steps=8)
    play.go(np.array([0.5, 0.0, 0.02]), opened=False, steps=4)
    return play


def fulfilled_at_rest(world: World, task_id: str, places: dict[str, tuple[float, float, float]]) -> bool:
    """Whether a task counts as done when objects are laid down elsewhere after it began."""
    watch = TaskWatch(arranged(world), world.scene.task(task_id))
    for name, place in places.items():
        lay(world, name, place)
    for step in range(1, 4):
        world.step(np.array(world.data.ctrl), 50)
        watch.observe_step(step)
    return watch.succeeded


def test_nothing_has_happened_while_nothing_moves(world: World) -> None:
    for task in world.scene.tasks:
        assert not fulfilled_at_rest(world, task.id, {})


def test_a_push_counts_from_ten_centimetres_along_its_direction(world: World) -> None:
    assert fulfilled_at_rest(world, "push_left.red_cube", {"red_cube": (0.5, -0.105, 0.02)})
    assert not fulfilled_at_rest(world, "push_left.red_cube", {"red_cube": (0.5, -0.095, 0.02)})
    assert not fulfilled_at_rest(world, "push_left.red_cube", {"red_cube": (0.5, 0.105, 0.02)})
    assert not fulfilled_at_rest(world, "push_left.red_cube", {"red_cube": (0.62, 0.0, 0.02)})
    assert fulfilled_at_rest(world, "push_right.red_cube", {"red_cube": (0.52, 0.105, 0.02)})


def test_an_object_off_the_table_was_not_pushed(world: World) -> None:
    assert not fulfilled_at_rest(world, "push_right.red_cube", {"red_cube": (0.5, 0.2, 0.06)})


def test_in_the_bowl_means_within_its_rim(world: World) -> None:
    assert fulfilled_at_rest(world, "bowl.red_cube", {"red_cube": (0.6, -0.2, 0.05)})
    assert not fulfilled_at_rest(world, "bowl.red_cube", {"green_cube": (0.6, -0.2, 0.05)})
    assert not fulfilled_at_rest(world, "bowl.red_cube", {"red_cube": (0.6, -0.11, 0.02)})


def test_a_stack_needs_the_right_cube_on_top(world: World) -> None:
    on_red = {"green_cube": (0.505, 0.0, 0.06)}
    assert fulfilled_at_rest(world, "stack.green_cube.red_cube", on_red)
    assert not fulfilled_at_rest(world, "stack.red_cube.green_cube", on_red)


def test_a_stack_is_not_beside(world: World) -> None:
    assert not fulfilled_at_rest(world, "stack.green_cube.red_cube", {"green_cube": (0.5, 0.041, 0.02)})


def test_reaching_means_fingertips_within_three_centimetres(world: World) -> None:
    play = Scripted(arranged(world), world.scene.task("reach.red_cube"))
    play.go(np.array([0.5, 0.0, 0.10]), opened=True, steps=20)
    assert not play.watch.succeeded
    play.go(np.array([0.5, 0.0, 0.055]), opened=True, steps=6)
    assert play.watch.succeeded


@pytest.mark.parametrize(("control_hz", "records"), [(5, 2), (10, 3), (20, 5)])
def test_success_needs_a_fifth_of_a_second_without_a_break_at_any_rate(
    world: World, control_hz: int, records: int
) -> None:
    watch = TaskWatch(arranged(world), world.scene.task("push_left.red_cube"))
    there, back = (0.5, -0.12, 0.02), (0.5, 0.0, 0.02)
    outcomes = []
    for step, place in enumerate([there] * (records - 1) + [back] + [there] * records, start=1):
        lay(world, "red_cube", place)
        world.data.time = step / control_hz
        outcomes.append((watch.succeeded, [event.kind for event in watch.observe_step(step)]))
    assert [done for done, _ in outcomes] == [False] * (2 * records)
    assert outcomes[-1][1] == ["success"]
    assert watch.succeeded


def test_without_a_task_nothing_succeeds_and_events_are_still_told(world: World) -> None:
    play = grasped_red(world, None)
    assert play.kinds("red_cube") == ["contact", "grasped"]
    assert not play.watch.succeeded


def test_lifting_counts_while_the_object_is_held_high(world: World) -> None:
    play = grasped_red(world, "lift.red_cube")
    assert not play.watch.succeeded
    play.go(np.array([0.5, 0.0, 0.15]), opened=False, steps=8)
    assert play.watch.succeeded
    assert play.kinds("red_cube") == ["contact", "grasped", "lifted", "success"]


def test_putting_down_is_placing_and_letting_fall_is_dropping(world: World) -> None:
    play = grasped_red(world, None)
    play.go(np.array([0.5, 0.0, 0.15]), opened=False, steps=6)
    play.go(np.array([0.5, 0.0, 0.15]), opened=True, steps=5)
    assert play.kinds("red_cube")[-1] == "dropped"
    again = grasped_red(world, None)
    again.go(np.array([0.5, 0.0, 0.08]), opened=False, steps=5)
    again.go(np.array([0.5, 0.0, 0.02]), opened=False, steps=6)
    again.go(np.array([0.5, 0.0, 0.02]), opened=True, steps=5)
    assert again.events[-1].kind == "placed"
    assert again.events[-1].other == "table"


def test_a_turn_is_measured_from_its_own_beginning(world: World) -> None:
    watch = TaskWatch(arranged(world), world.scene.task("push_left.red_cube"))
    lay(world, "red_cube", (0.5, -0.12, 0.02))
    watch.begin()
    for step in range(1, 5):
        watch.observe_step(step)
    assert not watch.succeeded


def recorded(world: World, task_id: str) -> tuple[Trajectory, tuple[Event, ...]]:
    play = grasped_red(world, task_id)
    play.go(np.array([0.5, 0.1, 0.16]), opened=False, steps=7)
    play.go(np.array([0.5, 0.1, 0.16]), opened=True, steps=5)
    return play.recorder.finish(), tuple(play.events)


def test_events_recomputed_from_a_trajectory_are_those_told_live(world: World) -> None:
    trajectory, live = recorded(world, "lift.red_cube")
    assert [event.kind for event in live] == ["contact", "grasped", "lifted", "success", "dropped"]
    other = compile_world("panda", "table")
    assert events_of(other, trajectory, other.scene.task("lift.red_cube")) == live
    assert [event.kind for event in events_of(other, trajectory, None)] == [
        kind for kind in (event.kind for event in live) if kind != "success"
    ]


def test_watching_does_not_change_what_happens(world: World) -> None:
    arranged(world)
    states = []
    for watched in (True, False):
        world.reset(SEED)
        watch = TaskWatch(world, world.scene.task("lift.red_cube"))
        for step in range(1, 6):
            world.step(np.array(world.data.ctrl) + 0.01 * step, 50)
            if watched:
                watch.observe_step(step)
        states.append(world.state().values)
    assert np.array_equal(*states)
