"""Control rates that do not divide the physics rate: 15 Hz as 33, 33 and 34 physics steps, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from scenes.codec import decode, encode
from scenes.episode import Episode, Trajectory
from scenes.errors import BadInput
from scenes.progress import finish
from scenes.recorder import Recorder
from scenes.rhythm import LONGEST_CYCLE, rhythm_of
from scenes.states import put
from scenes.verify import verify
from scenes.world import compile_world

WORLD = compile_world("panda", "table")


def recorded(hz: float, steps: int) -> Trajectory:
    WORLD.reset(2)
    recorder = Recorder(WORLD, *WORLD.rhythm(hz))
    for step in range(steps):
        ctrl = np.array([*WORLD.robot.home, 255.0])
        ctrl[:2] += 0.2 * np.sin(4 * step / hz)
        recorder.step(ctrl)
    return recorder.finish()


FIFTEEN = recorded(15.0, 8)


def test_records_stand_within_a_physics_step_of_where_fifteen_hertz_puts_them() -> None:
    times = FIFTEEN.component("time")[:, 0]
    assert times == pytest.approx([0.002 * k for k in (0, 33, 66, 100, 133, 166, 200, 233, 266)])
    assert np.abs(times - np.arange(9) / 15).max() < 0.002


def test_three_steps_take_exactly_as_long_as_two_of_ten_hertz() -> None:
    assert recorded(15.0, 6).duration == recorded(10.0, 4).duration == pytest.approx(0.4)
    assert recorded(15.0, 3).control_hz == pytest.approx(15.0)


def test_an_episode_of_fifteen_hertz_is_verified_bit_for_bit() -> None:
    episode = Episode(
        trajectory=FIFTEEN,
        instruction="wave",
        task_id=None,
        seed=2,
        policy_seed=0,
        start="reset",
        start_digest=FIFTEEN.state(0).digest,
        max_steps=6,
        termination="max_steps",
        raw_actions=np.zeros((8, 7), np.float32),
        processed_actions=np.zeros((8, 7)),
        events=(),
    )
    assert finish(verify(decode(encode(episode), Episode), WORLD)).outcome == "bit_exact"
    shifted = replace(episode, trajectory=replace(FIFTEEN, phase=2))
    assert finish(verify(shifted, WORLD)).outcome == "diverged"


@pytest.mark.parametrize("begun", range(4))
def test_the_rest_of_a_trajectory_keeps_its_rhythm(begun: int) -> None:
    rest = replace(FIFTEEN, states=FIFTEEN.states[begun:], phase=FIFTEEN.phase_at(begun))
    assert [rest.begins(step) + FIFTEEN.begins(begun) for step in range(rest.steps + 1)] == [
        FIFTEEN.begins(step) for step in range(begun, FIFTEEN.steps + 1)
    ]
    assert all(rest.step_at(rest.begins(step)) == step for step in range(rest.steps + 1))
    assert all(rest.step_at(rest.begins(step) - 1) == step - 1 for step in range(1, rest.steps + 1))


def test_the_record_before_any_physics_step_leads_to_it() -> None:
    physics_step = 120
    step = FIFTEEN.step_at(physics_step)
    put(WORLD.model, WORLD.data, WORLD.full_values(FIFTEEN.state(step)))
    WORLD.step(WORLD.data.ctrl.copy(), physics_step - FIFTEEN.begins(step))
    assert WORLD.time == pytest.approx(0.002 * physics_step)


def test_trajectories_of_rates_that_divide_are_written_as_before() -> None:
    assert b"cycle" not in encode(recorded(10.0, 2))
    assert b"cycle" in encode(FIFTEEN)


@pytest.mark.parametrize("hz", [7.0, 11.0, 16.0, 501.0, 0.0, -5.0, float("nan")])
def test_other_rates_are_refused(hz: float) -> None:
    with pytest.raises(BadInput, match="does not divide"):
        rhythm_of(hz, 500.0)


@pytest.mark.parametrize("hz", [3.0, 5.0, 8.0, 10.0, 12.0, 12.5, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 100.0])
def test_a_cycle_is_short_and_exact(hz: float) -> None:
    beat = rhythm_of(hz, 500.0)
    assert beat.cycle <= LONGEST_CYCLE
    assert beat.begins(beat.cycle) / beat.cycle == pytest.approx(500.0 / hz)
