from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from scenes.episode import Trajectory
from sync.records import Turn
from vlaarena_desktop.demonstration import most_different
from vlaarena_desktop.replays import TurnReplay

TURN = Turn(
    turn_id="t",
    battle_id="b",
    seq=1,
    instruction="wander",
    task_id=None,
    start="reset",
    left_episode_id="l",
    right_episode_id="r",
    created_at="",
)


def test_the_picture_is_taken_where_the_sides_are_furthest_apart(trajectory: Trajectory) -> None:
    qpos = np.array(trajectory.display.qpos)
    qpos[30] += 1.0
    moved = replace(trajectory, display=replace(trajectory.display, qpos=qpos))
    assert most_different(TurnReplay(TURN, trajectory, moved)) == trajectory.display.times[30]


def test_a_shorter_side_holds_its_last_frame_when_sides_are_compared(
    trajectory: Trajectory, shorter_trajectory: Trajectory
) -> None:
    moment = most_different(TurnReplay(TURN, shorter_trajectory, trajectory))
    assert 0 <= moment <= trajectory.duration
