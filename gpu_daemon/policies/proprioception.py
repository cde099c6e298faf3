"""What a policy feels of its own arm: ten numbers for our own, and the layouts that published models read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.catalog import find_robot
from scenes.models import StateLayout
from scenes.policy import Observation
from scenes.rotations import euler_xyz_of, from_quaternion

SIZE = 10
CENTRE = (0.5, 0.0, 0.1)  # [m] the middle of where the tool centre point works
REACH = 0.2  # [m] around it that counts as one
LAG = 0.05  # [m] between commanded and real position that counts as one
WIDTH = 0.08  # [m] between the open fingers
STATE_SIZES: dict[StateLayout, int] = {  # numbers of each layout, on an arm of seven joints
    "none": 0,
    "joints": 7,
    "joints_gripper": 8,
    "eef_axis_angle_fingers": 8,
    "eef_euler_gripper": 7,
}
LIBERO_BASE = (-0.66, 0.0, 0.912)  # [m] of the robot's base in LIBERO's world: its MountedPanda at the table arena
LIBERO_GRIP = 0.0069  # [m] ours is beyond robosuite's grip site: 0.107 + 0.1034 from the flange, there 0.1065 + 0.097


def proprioception(seen: Observation) -> NDArray[np.float32]:
    """Position (3), sin and cos of the yaw, finger width, commanded opening, commanded minus real position (3)."""
    w, x, y, z = seen.eef_quaternion
    turn = np.array([2 * (x * y + w * z), 1 - 2 * (y * y + z * z)])  # the hand's x axis seen from above
    turn /= max(float(np.linalg.norm(turn)), 1e-6)
    position = (seen.eef_position - np.array(CENTRE)) / REACH
    lag = (seen.commanded_position - seen.eef_position) / LAG
    fingers = np.array([seen.gripper_width / WIDTH, seen.commanded_gripper])
    return np.concatenate([position, turn, fingers, lag]).astype(np.float32)


def state_vector(layout: StateLayout, seen: Observation) -> NDArray[np.float32]:
    """The numbers about the robot that a card's `state` names, shape (n,); none for the layout "none".

    - joints: the arm's joint positions [rad];
    - joints_gripper: these and the gripper's opening, 0 closed .. 1 open;
    - eef_axis_angle_fingers: the eight of LIBERO: position [m] of robosuite's grip site in its world, axis times angle
      [rad] as robosuite writes it, and both fingers' positions [m], the second negative;
    - eef_euler_gripper: position [m], roll, pitch and yaw [rad] in the base frame, and the gripper's opening.
    """
    fingers, widest = seen.gripper_width, find_robot(seen.robot_id).gripper.max_width
    opening = np.array([fingers / widest]).clip(0.0, 1.0)
    parts: list[NDArray[np.float64]] = []
    if layout == "joints":
        parts = [seen.qpos]
    elif layout == "joints_gripper":
        parts = [seen.qpos, opening]
    elif layout == "eef_axis_angle_fingers":
        along = from_quaternion(seen.eef_quaternion)[:, 2]
        position = seen.eef_position - LIBERO_GRIP * along + np.array(LIBERO_BASE)
        parts = [position, long_axis_angle(seen.eef_quaternion), np.array([fingers / 2, -fingers / 2])]
    elif layout == "eef_euler_gripper":
        parts = [seen.eef_position, euler_xyz_of(from_quaternion(seen.eef_quaternion)), opening]
    return np.concatenate([np.empty(0), *parts]).astype(np.float32)


def long_axis_angle(wxyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axis times angle [rad], 0 .. 2 pi, of a quaternion as robosuite's quat2axisangle writes it, shape (3,).

    It never takes the opposite quaternion to shorten the way, so a hand that looks down and sways stays near
    (pi, 0, 0) without a jump. Our quaternions come from matrices, which know no sign; robosuite's come down the arm,
    with x positive as long as the hand is turned by less than half a turn. So that sign is taken.
    """
    w, *axis = (-wxyz if wxyz[1] < 0 else wxyz) / np.linalg.norm(wxyz)
    sine = float(np.sqrt(max(0.0, 1.0 - w * w)))
    return np.array(axis) * (2.0 * np.arccos(np.clip(w, -1.0, 1.0)) / sine) if sine > 1e-8 else np.zeros(3)
