from __future__ import annotations

import mujoco
import numpy as np
import pytest

from scenes.codec import decode, encode
from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import compile_world

WORLD = compile_world("panda", "table")


def record(seed: int, steps: int = 50) -> Trajectory:
    """The hand sweeps over the table and through the objects."""
    WORLD.reset(seed)
    recorder = Recorder(WORLD, 50)
    for step in range(steps):
        ctrl = np.array([0.0, 0.55, 0.0, -2.0, 0.0, 2.5, 0.785, 255.0 if step % 8 < 4 else 0.0])
        ctrl[0] = 0.5 * np.sin(0.25 * step)
        ctrl[1] += 0.1 * np.sin(0.4 * step)
        recorder.step(ctrl)
    return recorder.finish()


TRAJECTORY = record(1)


def test_a_record_stands_before_every_step_and_after_the_last() -> None:
    assert TRAJECTORY.steps == 50
    assert TRAJECTORY.control_hz == pytest.approx(10.0)
    assert TRAJECTORY.duration == pytest.approx(5.0)
    assert TRAJECTORY.component("time")[:, 0] == pytest.approx(np.arange(51) * 0.1)


def test_each_record_holds_the_controls_of_the_step_it_begins() -> None:
    assert TRAJECTORY.component("ctrl")[7, 0] == 0.5 * np.sin(0.25 * 7)
    assert TRAJECTORY.component("ctrl")[-1, 0] == 0.5 * np.sin(0.25 * 49)


def test_the_first_record_is_the_initial_state_but_for_its_controls() -> None:
    WORLD.reset(1)
    WORLD.data.ctrl[:] = TRAJECTORY.component("ctrl")[0]
    assert WORLD.state().digest == TRAJECTORY.state(0).digest


@pytest.mark.parametrize("start", [0, 17, 49])
def test_continuing_from_a_record_equals_the_original(start: int) -> None:
    world = compile_world("panda", "table")
    world.restore(TRAJECTORY.state(start))
    for step in range(start, 50):
        world.step(TRAJECTORY.component("ctrl")[step], TRAJECTORY.substeps)
    assert world.state().digest == TRAJECTORY.state(50).digest


@pytest.mark.parametrize("step", [0, 17, 49])
def test_mujoco_alone_steps_a_record_to_the_next_to_the_last_bit(step: int) -> None:
    everything = int(mujoco.mjtState.mjSTATE_INTEGRATION)
    data, reached = mujoco.MjData(WORLD.model), np.empty(WORLD.all_values().shape)
    mujoco.mj_setState(WORLD.model, data, WORLD.full_values(TRAJECTORY.state(step)), everything)
    mujoco.mj_step(WORLD.model, data, nstep=TRAJECTORY.substeps)
    data.ctrl[:] = TRAJECTORY.component("ctrl")[step + 1]
    mujoco.mj_getState(WORLD.model, data, reached, everything)
    assert np.array_equal(reached, WORLD.full_values(TRAJECTORY.state(step + 1)))


def test_recording_the_same_play_twice_gives_the_same_bytes() -> None:
    assert encode(record(1)) == encode(TRAJECTORY)


def test_the_display_track_runs_at_60_hz_from_beginning_to_end() -> None:
    times = TRAJECTORY.display.times
    assert (times[0], times[-1], len(times)) == (0.0, 5.0, 301)
    assert np.diff(times) == pytest.approx(1 / 60, abs=0.0014)
    for step in (0, 30, 50):
        sample = TRAJECTORY.display.qpos[step * 6]
        assert sample == pytest.approx(TRAJECTORY.component("qpos")[step], abs=5e-6)


def test_an_episode_cut_short_still_has_a_display_track_to_its_end() -> None:
    trajectory = record(2, steps=3)
    assert trajectory.display.times[-1] == pytest.approx(trajectory.duration)
    assert record(2, steps=0).steps == 0


def test_fifty_steps_among_moving_objects_stay_small() -> None:
    moved = np.abs(TRAJECTORY.states[-1] - TRAJECTORY.states[0])
    assert moved.max() > 0.05
    assert len(encode(TRAJECTORY.states)) <= 35_000
    assert len(encode(TRAJECTORY.display)) <= 12_000


def test_a_trajectory_survives_its_bytes() -> None:
    again = decode(encode(TRAJECTORY), Trajectory)
    assert np.array_equal(again.states, TRAJECTORY.states)
    assert again.components == TRAJECTORY.components
