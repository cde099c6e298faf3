"""What must hold of actions on their way to the actuators: rules over exchangeable parts (seeing_rules.py has more).

tests/scenes/test_control_rules.py holds the program to them; tests/scenes/test_control_mistakes.py makes deliberate
mistakes in copies of its modules and asks that each breaks the rule named for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import mujoco
import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_daemon import queueing
from gpu_daemon.policies import proprioception
from scenes import cameras, control, observing, rhythm, rotations
from scenes.control import LEASH, Controller
from scenes.policy import ActionSpace, Gripper
from scenes.world import World, compile_world

Vector = NDArray[np.float64]
MODULES = (rotations, control, cameras, observing, rhythm, proprioception, queueing)
PARTS = SimpleNamespace(**{module.__name__.rpartition(".")[2]: module for module in MODULES})
BENT = [0.3, 0.4, -0.2, -1.9, 0.5, 2.3, 0.2]  # a hand that is turned and tilted

Rule = Callable[[SimpleNamespace], None]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    RULES[function.__name__] = function
    return function


@cache
def shared_world() -> World:
    return compile_world("panda", "table")


def bent_world(target: list[float] | None = None) -> World:
    """The arm at rest in a bent pose; steered to `target` if that is given."""
    world = shared_world()
    world.reset(3)
    world.data.qpos[:7] = BENT
    world.data.ctrl[:7] = BENT if target is None else target
    world._update_poses()
    return world


def lagging_world() -> World:
    """The arm is steered a little away from where it is."""
    return bent_world([angle + 0.01 for angle in BENT])


def steered(
    parts: SimpleNamespace, world: World, numbers: list[float], hz: float = 10.0, **space: object
) -> tuple[Controller, control.Command]:
    """A fresh controller after one action of this space."""
    controller: Controller = parts.control.Controller(world, ActionSpace(**space), hz)
    return controller, controller.apply(np.array(numbers))


def turned(angle: float, axis: int) -> Vector:
    """The matrix of a turn about one axis, written out."""
    matrix, (one, other) = np.eye(3), [(1, 2), (2, 0), (0, 1)][axis]
    matrix[one, one] = matrix[other, other] = np.cos(angle)
    matrix[other, one], matrix[one, other] = np.sin(angle), -np.sin(angle)
    return matrix


@rule
def deltas_are_added_to_the_commanded_pose(parts: SimpleNamespace) -> None:
    before = Controller(lagging_world(), ActionSpace(space="eef_delta"), 10.0)
    after, _ = steered(parts, lagging_world(), [0.01, -0.02, 0.005, 0, 0, 0, 1], space="eef_delta")
    assert after.commanded_position - before.commanded_position == pytest.approx([0.01, -0.02, 0.005], abs=1e-9)


@rule
def a_card_may_have_deltas_added_to_the_measured_pose(parts: SimpleNamespace) -> None:
    delta = [0.01, -0.02, 0.005, 0, 0, 0.2, 1]
    after, _ = steered(parts, lagging_world(), delta, space="eef_delta", anchor="measured")
    measured = after.measured()
    assert after.commanded_position - measured.position == pytest.approx([0.01, -0.02, 0.005], abs=1e-9)
    assert after.commanded_rotation == pytest.approx(turned(0.2, 2) @ measured.rotation, abs=1e-9)


@rule
def deltas_in_the_base_frame_turn_about_the_base_s_axes(parts: SimpleNamespace) -> None:
    before = Controller(bent_world(), ActionSpace(space="eef_delta"), 10.0)
    after, _ = steered(parts, bent_world(), [0.01, 0.02, 0, 0.3, 0, 0, 1], space="eef_delta")
    assert after.commanded_rotation == pytest.approx(turned(0.3, 0) @ before.commanded_rotation, abs=1e-9)
    assert after.commanded_position - before.commanded_position == pytest.approx([0.01, 0.02, 0], abs=1e-9)


@rule
def deltas_in_the_tool_s_frame_move_and_turn_along_its_axes(parts: SimpleNamespace) -> None:
    before = Controller(bent_world(), ActionSpace(space="eef_delta"), 10.0)
    after, _ = steered(parts, bent_world(), [0.01, 0.02, 0, 0.3, 0, 0, 1], space="eef_delta", frame="tool")
    assert after.commanded_rotation == pytest.approx(before.commanded_rotation @ turned(0.3, 0), abs=1e-9)
    shift = 0.01 * before.commanded_rotation[:, 0] + 0.02 * before.commanded_rotation[:, 1]
    assert after.commanded_position - before.commanded_position == pytest.approx(shift, abs=1e-9)


@rule
def euler_angles_are_about_fixed_axes_first_roll_then_pitch_then_yaw(parts: SimpleNamespace) -> None:
    angles, quaternion, matrix = np.array([0.4, -0.7, 1.1]), np.empty(4), np.empty(9)
    mujoco.mju_euler2Quat(quaternion, angles, "XYZ")
    mujoco.mju_quat2Mat(matrix, quaternion)
    assert parts.rotations.matrix_of(angles, "euler_xyz") == pytest.approx(matrix.reshape(3, 3), abs=1e-9)
    assert parts.rotations.euler_xyz_of(matrix.reshape(3, 3)) == pytest.approx(angles, abs=1e-9)


@rule
def quaternions_are_scalar_first_and_of_any_length(parts: SimpleNamespace) -> None:
    numbers = 1.7 * np.array([np.cos(0.2), 0, np.sin(0.2), 0])
    assert parts.rotations.matrix_of(numbers, "quaternion") == pytest.approx(turned(0.4, 1), abs=1e-9)


@rule
def six_numbers_are_the_first_two_columns(parts: SimpleNamespace) -> None:
    matrix = turned(0.5, 0) @ turned(-0.8, 2)
    numbers = np.concatenate([2.0 * matrix[:, 0], matrix[:, 1] + 0.3 * matrix[:, 0]])
    assert parts.rotations.matrix_of(numbers, "rot6d") == pytest.approx(matrix, abs=1e-9)


@rule
def every_rotation_format_can_steer_the_hand(parts: SimpleNamespace) -> None:
    before = Controller(bent_world(), ActionSpace(space="eef_delta"), 10.0)
    wanted = turned(0.25, 1) @ before.commanded_rotation
    written = {
        "axis_angle": [0, 0.25, 0],
        "euler_xyz": [0, 0.25, 0],
        "quaternion": [np.cos(0.125), 0, np.sin(0.125), 0],
        "rot6d": [*turned(0.25, 1)[:, 0], *turned(0.25, 1)[:, 1]],
    }
    for rotation, numbers in written.items():
        after, command = steered(parts, bent_world(), [0, 0, 0, *numbers, 1], space="eef_delta", rotation=rotation)
        assert after.commanded_rotation == pytest.approx(wanted, abs=1e-9), rotation
        assert command.processed == pytest.approx([0, 0, 0, 0, 0.25, 0, 1], abs=1e-9), rotation


@rule
def an_absolute_pose_is_reached(parts: SimpleNamespace) -> None:
    controller: Controller = parts.control.Controller(
        bent_world(), ActionSpace(space="eef_absolute", rotation="rot6d"), 10.0
    )
    goal = controller.measured().position + np.array([-0.06, 0.08, 0.05])
    turn = turned(0.3, 2) @ controller.measured().rotation
    for _ in range(25):
        command = controller.apply(np.array([*goal, *turn[:, 0], *turn[:, 1], 1]))
        assert np.linalg.norm(controller.commanded_position - controller.measured().position) <= LEASH + 1e-9
        shared_world().step(command.ctrl, 50)
    assert np.linalg.norm(controller.measured().position - goal) < 0.003
    assert controller.measured().rotation == pytest.approx(turn, abs=0.03)
    assert command.processed[:3] == pytest.approx(goal)


@rule
def joint_deltas_are_added_to_the_targets_or_to_the_measured_joints(parts: SimpleNamespace) -> None:
    world, delta = lagging_world(), np.linspace(-0.1, 0.1, 7)
    targets, measured = world.data.ctrl[:7].copy(), world.arm_qpos
    _, command = steered(parts, world, [*(delta / 0.5), 1], space="joint_delta", rotation_scale=0.5)
    assert command.ctrl[:7] == pytest.approx(targets + delta)
    assert command.processed[:7] == pytest.approx(delta)
    _, command = steered(parts, world, [*delta, 1], space="joint_delta", anchor="measured")
    assert command.ctrl[:7] == pytest.approx(measured + delta)


@rule
def joint_velocities_are_carried_out_for_one_step(parts: SimpleNamespace) -> None:
    for hz in (5.0, 15.0, 20.0):
        world = bent_world()
        _, command = steered(parts, world, [0.6, *[-0.3] * 6, 1], hz, space="joint_velocity")
        assert command.ctrl[:7] - BENT == pytest.approx(np.array([0.6, *[-0.3] * 6]) / hz)


@rule
def joint_targets_move_no_faster_than_the_robot_s_joints(parts: SimpleNamespace) -> None:
    for space in ("joint_absolute", "joint_delta", "joint_velocity"):
        _, command = steered(parts, bent_world(), [2.5] * 7 + [1], 5.0, space=space)
        most = np.array(shared_world().robot.velocity_limits) / 5.0
        assert (np.abs(command.ctrl[:7] - BENT) <= most + 1e-9).all(), space


@rule
def lengths_and_angles_have_scales_of_their_own_and_the_clip_comes_first(parts: SimpleNamespace) -> None:
    numbers = [0.5, -9, 0.25, 0.5, 0, 9, 1]
    scales = {"translation_scale": 0.04, "rotation_scale": 0.3, "clip": (-1.0, 1.0)}
    _, command = steered(parts, bent_world(), numbers, space="eef_delta", **scales)
    assert command.processed == pytest.approx([0.02, -0.04, 0.01, 0.15, 0, 0.3, 1])


@rule
def a_gripper_opens_as_its_model_was_trained(parts: SimpleNamespace) -> None:
    opening = parts.control.opening
    octo = Gripper(open=1.0, closed=0.0, threshold=0.5)
    libero, droid = Gripper(open=-1.0, closed=1.0), Gripper(open=0.0, closed=1.0, threshold=0.5)
    assert [opening(value, octo, 0.0) for value in (0.1, 0.49, 0.51, 1.0)] == [0.0, 0.0, 1.0, 1.0]
    assert [opening(value, libero, 0.0) for value in (-1.0, -0.1, 0.1, 1.0)] == [1.0, 1.0, 0.0, 0.0]
    assert [opening(value, droid, 0.0) for value in (0.1, 0.5, 0.51, 1.0)] == [1.0, 1.0, 0.0, 0.0]


@rule
def a_sticky_gripper_changes_only_beyond_both_thresholds(parts: SimpleNamespace) -> None:
    gripper = Gripper(open=-1.0, closed=1.0, threshold=-0.6, sticky=True)
    assert [parts.control.opening(value, gripper, 1.0) for value in (0.7, 0.5, -0.5, -0.7)] == [0.0, 1.0, 1.0, 1.0]
    assert [parts.control.opening(value, gripper, 0.0) for value in (0.7, 0.5, -0.5, -0.7)] == [0.0, 0.0, 0.0, 1.0]


@rule
def a_continuous_gripper_is_steered_to_its_share_of_the_opening(parts: SimpleNamespace) -> None:
    gripper = Gripper(kind="continuous", open=0.0, closed=1.0)
    _, command = steered(parts, bent_world(), [0] * 6 + [0.25], space="eef_delta", gripper=gripper)
    assert (command.processed[-1], command.ctrl[7]) == pytest.approx((0.75, 0.75 * 255))
