"""What a learned policy feels of its own arm: ten numbers from an observation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.policy import Observation

SIZE = 10
CENTRE = (0.5, 0.0, 0.1)  # [m] the middle of where the tool centre point works
REACH = 0.2  # [m] around it that counts as one
LAG = 0.05  # [m] between commanded and real position that counts as one
WIDTH = 0.08  # [m] between the open fingers


def proprioception(seen: Observation) -> NDArray[np.float32]:
    """Position (3), sin and cos of the yaw, finger width, commanded opening, commanded minus real position (3)."""
    w, x, y, z = seen.eef_quaternion
    turn = np.array([2 * (x * y + w * z), 1 - 2 * (y * y + z * z)])  # the hand's x axis seen from above
    turn /= max(float(np.linalg.norm(turn)), 1e-6)
    position = (seen.eef_position - np.array(CENTRE)) / REACH
    lag = (seen.commanded_position - seen.eef_position) / LAG
    fingers = np.array([seen.gripper_width / WIDTH, seen.commanded_gripper])
    return np.concatenate([position, turn, fingers, lag]).astype(np.float32)
