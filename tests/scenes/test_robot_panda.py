from __future__ import annotations

import mujoco
import numpy as np
import pytest

from scenes.world import compile_world

WORLD = compile_world("panda", "table")

# Denavit-Hartenberg parameters (Craig), Franka Control Interface documentation: a [m], d [m], alpha [rad]
DH = [
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -np.pi / 2),
    (0.0, 0.316, np.pi / 2),
    (0.0825, 0.0, np.pi / 2),
    (-0.0825, 0.384, -np.pi / 2),
    (0.0, 0.0, np.pi / 2),
    (0.088, 0.0, np.pi / 2),
]
FLANGE, HAND_TO_TCP = 0.107, 0.1034
LIMITS = [
    (-2.8973, 2.8973),
    (-1.7628, 1.7628),
    (-2.8973, 2.8973),
    (-3.0718, -0.0698),
    (-2.8973, 2.8973),
    (-0.0175, 3.7525),
    (-2.8973, 2.8973),
]


def link(a: float, d: float, alpha: float, theta: float) -> np.ndarray:
    ca, sa, ct, st = np.cos(alpha), np.sin(alpha), np.cos(theta), np.sin(theta)
    return np.array([[ct, -st, 0, a], [st * ca, ct * ca, -sa, -d * sa], [st * sa, ct * sa, ca, d * ca], [0, 0, 0, 1]])


def forward(joints: np.ndarray) -> np.ndarray:
    pose = np.eye(4)
    for (a, d, alpha), theta in zip(DH, joints, strict=True):
        pose = pose @ link(a, d, alpha, theta)
    return pose @ link(0.0, FLANGE + HAND_TO_TCP, 0.0, -np.pi / 4)


def test_the_tool_is_where_frankas_table_puts_it() -> None:
    generator = np.random.Generator(np.random.PCG64(0))
    low, high = np.transpose(LIMITS)
    for _ in range(50):
        joints = generator.uniform(low, high)
        WORLD.data.qpos[:7] = joints
        mujoco.mj_kinematics(WORLD.model, WORLD.data)
        expected = forward(joints)
        assert WORLD.tcp_position == pytest.approx(expected[:3, 3], abs=1e-9)
        assert WORLD.tcp_rotation == pytest.approx(expected[:3, :3], abs=1e-9)


def test_joint_and_torque_limits_are_frankas() -> None:
    joints = [WORLD.model.joint(name).id for name in WORLD.robot.arm_joints]
    actuators = [WORLD.model.actuator(name).id for name in WORLD.robot.arm_actuators]
    assert WORLD.model.jnt_range[joints] == pytest.approx(np.array(LIMITS))
    assert WORLD.model.actuator_ctrlrange[actuators] == pytest.approx(np.array(LIMITS))
    assert WORLD.model.actuator_forcerange[actuators, 1] == pytest.approx([87] * 4 + [12] * 3)


def test_the_hand_does_not_sag_under_gravity() -> None:
    WORLD.reset(0)
    before = WORLD.tcp_position
    WORLD.step(np.array(WORLD.data.ctrl), 1000)
    assert np.abs(WORLD.tcp_position - before).max() < 1e-6


def test_at_home_the_tool_points_down_and_the_fingers_open_sideways() -> None:
    WORLD.reset(0)
    assert WORLD.tcp_rotation == pytest.approx(np.diag([1.0, -1.0, -1.0]), abs=1e-4)


def test_the_gripper_opens_and_closes_on_command() -> None:
    WORLD.reset(0)
    ctrl = np.array(WORLD.data.ctrl)
    for target, width in ((0.0, 0.0), (255.0, 0.08), (127.5, 0.04)):
        ctrl[7] = target
        WORLD.step(ctrl, 400)
        assert WORLD.gripper_width == pytest.approx(width, abs=1e-3)


@pytest.mark.parametrize("object_id", ["red_cube", "green_cube", "blue_cylinder"])
def test_a_gripped_object_stays_in_the_hand_while_the_arm_swings(object_id: str) -> None:
    WORLD.reset(3)
    address = WORLD.model.joint(f"object/{object_id}").qposadr[0]
    WORLD.data.qpos[address : address + 7] = [*WORLD.tcp_position, 1, 0, 0, 0]
    ctrl = np.array(WORLD.data.ctrl)
    ctrl[7] = WORLD.robot.gripper.closed_ctrl
    gravity = np.array(WORLD.model.opt.gravity)
    WORLD.model.opt.gravity[:] = 0.0
    WORLD.step(ctrl, 150)
    WORLD.model.opt.gravity[:] = gravity
    start = in_hand(object_id)
    for step in range(20):
        ctrl[0] = 0.3 * np.sin(0.4 * step)
        ctrl[5] = WORLD.robot.home[5] + 0.2 * np.sin(0.4 * step)
        WORLD.step(ctrl, 50)
    assert np.linalg.norm(in_hand(object_id) - start) < 0.004


def in_hand(object_id: str) -> np.ndarray:
    return WORLD.tcp_rotation.T @ (WORLD.object_pose(object_id)[0] - WORLD.tcp_position)
