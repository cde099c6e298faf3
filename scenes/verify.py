"""verify: play a recorded episode's physics again and compare every control step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import mujoco
import numpy as np
from msgspec import Struct

from scenes.episode import Episode, Trajectory
from scenes.progress import Job, Progress
from scenes.world import World

Outcome = Literal["bit_exact", "close", "diverged"]

_WORSE: tuple[Outcome, ...] = ("bit_exact", "close", "diverged")
CLOSE = 1e-6  # [m, rad] positions that differ less after one control step are close


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether this machine repeats an episode."""

    outcome: Outcome
    step: int | None  # the first control step with the outcome; None if all are bit-exact
    largest_difference: float  # [m, rad] of any joint position after any one control step
    differing_versions: tuple[str, ...]  # "MuJoCo 3.17.0, here 3.18.0"


def verify(episode: Episode, world: World) -> Job[Verdict]:
    """Simulate each control step again from its own record and compare the result with the next record.

    Raises:
        BadInput: the episode's states do not belong to this world.
        SimulationUnstable: the physics left the finite numbers.
    """
    trajectory = episode.trajectory
    outcomes: list[Outcome] = []
    largest = 0.0
    for step in range(trajectory.steps):
        yield Progress(step, trajectory.steps)
        outcome, difference = _compare(trajectory, step, world)
        outcomes.append(outcome)
        largest = max(largest, difference)
    worst: Outcome = max(outcomes, key=_WORSE.index, default="bit_exact")
    return Verdict(
        outcome=worst,
        step=None if worst == "bit_exact" else outcomes.index(worst),
        largest_difference=largest,
        differing_versions=tuple(_differing_versions(trajectory, world)),
    )


def _compare(trajectory: Trajectory, step: int, world: World) -> tuple[Outcome, float]:
    """How well one step repeats, and the largest difference of a joint position."""
    world.restore(trajectory.state(step))
    world.step(np.array(world.data.ctrl), trajectory.begins(step + 1) - trajectory.begins(step))
    qpos = np.array(world.data.qpos)
    next_record = world.full_values(trajectory.state(step + 1))
    world.data.ctrl[:] = trajectory.component("ctrl")[step + 1]
    if np.array_equal(world.all_values(), next_record):
        return "bit_exact", 0.0
    difference = float(np.abs(qpos - trajectory.component("qpos")[step + 1]).max())
    return ("close" if difference <= CLOSE else "diverged"), difference


def _differing_versions(trajectory: Trajectory, world: World) -> Iterator[str]:
    if trajectory.mujoco_version != mujoco.__version__:
        yield f"MuJoCo {trajectory.mujoco_version}, here {mujoco.__version__}"
    if trajectory.bundle_digest != world.bundle.digest:
        yield f"robot and scene {trajectory.bundle_digest[:12]}, here {world.bundle.digest[:12]}"
