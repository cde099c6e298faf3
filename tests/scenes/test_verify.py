from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scenes.episode import Episode, Trajectory
from scenes.errors import BadInput
from scenes.progress import finish
from scenes.recorder import Recorder
from scenes.verify import verify
from scenes.world import compile_world

WORLD = compile_world("panda", "table")


def play() -> Episode:
    WORLD.reset(4)
    recorder = Recorder(WORLD, 50)
    for step in range(10):
        recorder.step(np.array([0.3 * np.sin(step), 0.5, 0.0, -2.0, 0.0, 2.5, 0.785, 0.0]))
    trajectory = recorder.finish()
    return Episode(
        trajectory=trajectory,
        instruction="sweep",
        task_id=None,
        seed=4,
        policy_seed=0,
        start="reset",
        start_digest=trajectory.state(0).digest,
        max_steps=10,
        termination="max_steps",
        raw_actions=np.zeros((10, 8), np.float32),
        processed_actions=np.zeros((10, 8)),
        events=(),
    )


EPISODE = play()


def changed(**fields: object) -> Episode:
    trajectory: Trajectory = msgspec.structs.replace(EPISODE.trajectory, **fields)
    return msgspec.structs.replace(EPISODE, trajectory=trajectory)


def with_difference(step: int, difference: float) -> Episode:
    states = np.array(EPISODE.trajectory.states)
    states[step, 1] += difference  # joint 1
    return changed(states=states)


def test_an_episode_of_this_machine_is_bit_exact() -> None:
    verdict = finish(verify(EPISODE, compile_world("panda", "table")))
    assert (verdict.outcome, verdict.step, verdict.largest_difference) == ("bit_exact", None, 0.0)
    assert verdict.differing_versions == ()


def test_a_tiny_difference_is_close_and_its_step_named() -> None:
    verdict = finish(verify(with_difference(10, 1e-9), WORLD))
    assert (verdict.outcome, verdict.step) == ("close", 9)
    assert verdict.largest_difference == pytest.approx(1e-9, rel=0.01)


def test_a_forged_state_has_diverged_at_its_step() -> None:
    verdict = finish(verify(with_difference(5, 0.01), WORLD))
    assert (verdict.outcome, verdict.step) == ("diverged", 4)
    assert verdict.largest_difference == pytest.approx(0.01, rel=0.5)


def test_versions_that_differ_are_listed() -> None:
    verdict = finish(verify(changed(mujoco_version="3.16.0", bundle_digest="0" * 64), WORLD))
    assert verdict.outcome == "bit_exact"
    assert [version.split()[0] for version in verdict.differing_versions] == ["MuJoCo", "robot"]


def test_an_episode_of_another_model_is_refused() -> None:
    trajectory = EPISODE.trajectory
    with pytest.raises(BadInput):
        finish(verify(changed(components=trajectory.components[:2], states=trajectory.states[:, :38]), WORLD))


def test_progress_counts_control_steps() -> None:
    seen = []
    finish(verify(EPISODE, WORLD), seen.append)
    assert [progress.done for progress in seen] == list(range(10))
