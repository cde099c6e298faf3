from __future__ import annotations

import mujoco
import numpy as np
import pytest
from desktop.conftest import STEPS

from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World
from vlaarena_desktop.viewing.stage import Stage


def test_a_step_is_shown_in_exactly_its_recorded_state(world: World, trajectory: Trajectory) -> None:
    stage = Stage(world.model, trajectory)
    for step in (0, 7, STEPS):
        stage.show_exact(step / 10)
        assert np.array_equal(stage.data.qpos, trajectory.component("qpos")[step])
        assert np.array_equal(stage.data.qvel, trajectory.component("qvel")[step])
        assert stage.step == step


def test_control_steps_of_unequal_lengths_are_shown_in_exactly_their_recorded_states(world: World) -> None:
    """15 Hz: a control step takes 33, 33 or 34 physics steps."""
    world.reset(3)
    rhythm, generator = world.rhythm(15.0), np.random.default_rng(3)
    recorder, ctrl = Recorder(world, rhythm.substeps, rhythm.cycle), world.data.ctrl.copy()
    for _ in range(7):
        ctrl[:7] += generator.normal(scale=0.05, size=7)
        recorder.step(ctrl)
    trajectory = recorder.finish()
    stage = Stage(world.model, trajectory)
    for step in (1, 2, 3, 7, 5):
        stage.show_exact(trajectory.begins(step) * trajectory.timestep)
        assert np.array_equal(stage.data.qpos, trajectory.component("qpos")[step])
        assert stage.step == step


def test_a_substep_is_the_nearest_record_simulated_on(world: World, trajectory: Trajectory) -> None:
    stage = Stage(world.model, trajectory)
    stage.show_exact(3 * 0.1 + 17 * trajectory.timestep)
    world.restore(trajectory.state(3))
    mujoco.mj_step(world.model, world.data, 17)
    assert np.array_equal(stage.data.qpos, world.data.qpos)


def test_a_record_s_substeps_lead_to_the_next_record(world: World, trajectory: Trajectory) -> None:
    stage = Stage(world.model, trajectory)
    stage.show_exact(4 * 0.1 + (trajectory.substeps - 1) * trajectory.timestep)
    mujoco.mj_step(world.model, stage.data)
    assert np.allclose(stage.data.qpos, trajectory.component("qpos")[5], rtol=0.0, atol=1e-7)


def test_smooth_motion_lies_close_to_the_exact_states(world: World, trajectory: Trajectory) -> None:
    stage, exact = Stage(world.model, trajectory), Stage(world.model, trajectory)
    for moment in np.linspace(0.0, trajectory.duration, 31):
        stage.show_smooth(float(moment))
        exact.show_exact(float(moment))
        assert np.abs(stage.data.xpos - exact.data.xpos).max() < 1e-3  # [m]


def test_a_moment_shown_already_asks_for_no_new_picture(world: World, trajectory: Trajectory) -> None:
    stage = Stage(world.model, trajectory)
    assert stage.show_exact(0.5)
    assert not stage.show_exact(0.5)
    assert stage.show_smooth(0.5)
    assert not stage.show_smooth(0.5001)


@pytest.mark.parametrize("late", [0.0, 0.5, 100.0])
def test_after_its_end_a_trajectory_holds_its_last_frame(world: World, trajectory: Trajectory, late: float) -> None:
    stage = Stage(world.model, trajectory)
    stage.show_exact(trajectory.duration + late)
    assert np.array_equal(stage.data.qpos, trajectory.component("qpos")[-1])
    assert stage.step == STEPS
