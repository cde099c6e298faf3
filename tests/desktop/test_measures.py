"""What is measured of two episodes: curves, distances, and where they part."""

from __future__ import annotations

import numpy as np
import pytest
from desktop.conftest import STEPS, walk
from desktop.staged import episode

from scenes.episode import Event, Trajectory
from scenes.world import World
from vlaarena_desktop.measures import GRIPPER, Comparison, compared, measured

TOUCH = Event(4, "contact", "red_cube", "robot")


def test_curves_are_those_of_the_recorded_states(world: World, trajectory: Trajectory) -> None:
    found = measured(world.model, episode(trajectory, TOUCH))
    for step in (0, 7, STEPS):
        world.restore(trajectory.state(step))
        assert found.times[step] == pytest.approx(step / 10)
        assert np.array_equal(found.joints[step], world.arm_qpos)
        assert found.opening[step] == world.gripper_width
        assert np.array_equal(found.place(GRIPPER)[step], world.tcp_position)
        position, quaternion = world.object_pose("bowl")
        assert np.array_equal(found.objects["bowl"][step], np.concatenate([position, quaternion]))
    assert found.action_names == ("x", "y", "z", "rx", "ry", "rz", "gripper")
    assert found.actions.shape == (STEPS, 7)


def test_measuring_leaves_the_world_alone(world: World, trajectory: Trajectory) -> None:
    world.reset(3)
    before = world.all_values()
    measured(world.model, episode(trajectory, TOUCH))
    assert np.array_equal(world.all_values(), before)


def test_an_episode_never_parts_from_itself(world: World, trajectory: Trajectory) -> None:
    found = measured(world.model, episode(trajectory, TOUCH))
    assert compared(found, found, 10.0).first_divergence(0.0, 0.0) is None


def test_sides_part_at_the_first_step_beyond_a_threshold() -> None:
    times = np.arange(5) / 10
    apart = {GRIPPER: np.array([0, 0.01, 0.02, 0.021, 0.3]), "bowl": np.array([0, 0, 0, 0, 0.011])}
    found = Comparison(times, apart).first_divergence()
    assert found is not None
    assert (found.step, found.subject, found.distance) == (3, GRIPPER, 0.021)
    sooner = Comparison(times, apart).first_divergence(gripper_apart=0.4)
    assert sooner is not None
    assert (sooner.step, sooner.subject) == (4, "bowl")
    assert Comparison(times, apart).first_divergence(1.0, 1.0) is None


def test_the_shorter_side_holds_its_end(world: World, trajectory: Trajectory, shorter_trajectory: Trajectory) -> None:
    left = measured(world.model, episode(trajectory, TOUCH))
    right = measured(world.model, episode(shorter_trajectory, TOUCH))
    found = compared(left, right, 10.0)
    assert len(found.times) == STEPS + 1
    expected = np.linalg.norm(left.place(GRIPPER)[-1] - right.place(GRIPPER)[-1])
    assert found.distances[GRIPPER][-1] == pytest.approx(expected)


def test_sides_of_different_rates_are_compared_at_the_same_moments(world: World) -> None:
    once, twice = walk(world, seed=4, steps=6, control_hz=5.0), walk(world, seed=4, steps=12)
    slow, fast = (measured(world.model, episode(each, TOUCH)) for each in (once, twice))
    found = compared(slow, fast, 10.0)
    assert len(found.times) == 13
    expected = np.linalg.norm(slow.place(GRIPPER)[3] - fast.place(GRIPPER)[6])
    assert found.distances[GRIPPER][6] == pytest.approx(expected)
