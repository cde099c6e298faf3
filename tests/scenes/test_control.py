from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scenes.control import LEASH, Controller, check_actions, opening
from scenes.errors import BadAction
from scenes.kinematics import Arm
from scenes.policy import ActionSpace, Gripper
from scenes.world import World, compile_world

DELTA = ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35, clip=(-1.0, 1.0))
JOINTS = ActionSpace(space="joint_absolute", gripper=Gripper(kind="continuous", open=1.0, closed=0.0))


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


def controller(world: World, space: ActionSpace = DELTA) -> Controller:
    world.reset(3)
    return Controller(world, space, 10.0)


def advance(world: World, control: Controller, action: NDArray[np.float32]) -> None:
    world.step(control.apply(action).ctrl, world.substeps(control.control_hz))


@pytest.mark.parametrize(
    "actions",
    [
        np.full((1, 7), np.nan, np.float32),
        np.full((1, 7), np.inf, np.float32),
        np.full((1, 7), 1e300),
        np.zeros((1, 6), np.float32),
        np.zeros((0, 7), np.float32),
        np.zeros((2, 7), np.float32),
        np.zeros(7, np.float32),
        np.zeros((1, 7), object),
        np.zeros((1, 7), bool),
        np.full((1, 7), "0"),
        [[0.0] * 7],
        None,
    ],
    ids=[
        "nan",
        "inf",
        "overflow",
        "narrow",
        "empty",
        "long",
        "flat",
        "object",
        "bool",
        "text",
        "list",
        "none",
    ],
)
def test_what_is_not_an_action_chunk_is_refused_and_the_expected_one_named(actions: object) -> None:
    with pytest.raises(BadAction, match="1 x 7 finite numbers"):
        check_actions(actions, 7, 1)


def test_an_action_chunk_passes_unchanged() -> None:
    actions = np.linspace(-1, 1, 14).reshape(2, 7)
    checked = check_actions(actions, 7, 2)
    assert checked.dtype == np.float32
    assert np.array_equal(checked, actions.astype(np.float32))


def test_a_binary_gripper_splits_at_its_threshold() -> None:
    gripper = Gripper(open=1.0, closed=-1.0, threshold=0.2)
    assert [opening(value, gripper, 0.0) for value in (-1.0, 0.1, 0.3, 1.0)] == [0.0, 0.0, 1.0, 1.0]
    inverted = Gripper(open=-1.0, closed=1.0)
    assert [opening(value, inverted, 0.0) for value in (-1.0, 1.0)] == [1.0, 0.0]


def test_a_sticky_gripper_keeps_its_opening_between_the_thresholds() -> None:
    gripper = Gripper(open=1.0, closed=0.0, threshold=0.8, sticky=True)
    assert [opening(value, gripper, 1.0) for value in (0.1, 0.3, 0.7, 0.9)] == [0.0, 1.0, 1.0, 1.0]
    assert [opening(value, gripper, 0.0) for value in (0.1, 0.3, 0.7, 0.9)] == [0.0, 0.0, 0.0, 1.0]


def test_a_continuous_gripper_is_linear_and_bounded() -> None:
    gripper = Gripper(kind="continuous", open=0.04, closed=0.0)
    assert [opening(value, gripper, 0.0) for value in (-1.0, 0.01, 0.04, 1.0)] == [0.0, 0.25, 1.0, 1.0]


def test_the_commanded_pose_moves_by_exactly_the_scaled_delta(world: World) -> None:
    control = controller(world)
    before = control.commanded_position.copy()
    command = control.apply(np.array([0.5, -0.25, 0.1, 0, 0, 0, 1], np.float32))
    assert np.allclose(control.commanded_position - before, [0.0225, -0.01125, 0.0045], atol=1e-9)
    assert np.allclose(command.processed, [0.0225, -0.01125, 0.0045, 0, 0, 0, 1], atol=1e-8)


def test_a_rotation_delta_turns_about_the_axes_of_the_base(world: World) -> None:
    control = controller(world)
    before = control.commanded_rotation.copy()
    control.apply(np.array([0, 0, 0, 0, 0, 1, 1], np.float32))
    turn = np.array([[np.cos(0.35), -np.sin(0.35), 0], [np.sin(0.35), np.cos(0.35), 0], [0, 0, 1]])
    assert np.allclose(control.commanded_rotation, turn @ before, atol=1e-7)


def test_numbers_beyond_the_clip_count_as_the_clip(world: World) -> None:
    control = controller(world)
    command = control.apply(np.array([0, 0, -9, 0, 0, 0, 9], np.float32))
    assert np.allclose(command.processed, [0, 0, -0.045, 0, 0, 0, 1], atol=1e-9)


def test_the_commanded_position_stays_on_its_leash(world: World) -> None:
    control = controller(world)
    for _ in range(12):
        advance(world, control, np.array([1, 1, -1, 0, 0, 0, 1], np.float32))
        control.apply(np.array([1, 1, -1, 0, 0, 0, 1], np.float32))
        assert np.linalg.norm(control.commanded_position - control.measured().position) <= LEASH + 1e-9


def test_the_arm_arrives_where_it_is_commanded(world: World) -> None:
    control = controller(world)
    start = control.measured().position
    for delta in (np.array([0, 1.0, -1.0]), np.array([1.0, -1.0, 0]), np.array([-1.0, 0, 1.0])):
        for share in (0.7, 0.7, 0.7, 0, 0, 0, 0):
            advance(world, control, np.array([*(share * delta), 0, 0, 0, 1], np.float32))
        assert np.linalg.norm(control.measured().position - control.commanded_position) < 0.004
    assert np.linalg.norm(control.measured().position - start) < 0.008


def test_holding_still_does_not_drift(world: World) -> None:
    control = controller(world)
    before = control.commanded_position.copy()
    for _ in range(20):
        advance(world, control, np.array([0, 0, 0, 0, 0, 0, 1], np.float32))
    assert np.linalg.norm(control.measured().position - before) < 0.002


def test_joint_limits_hold_wherever_the_hand_is_sent(world: World) -> None:
    control = controller(world)
    low, high = world.model.actuator_ctrlrange[:7].T
    for step in range(60):
        command = control.apply(np.array([np.sin(step), 1, 1, 1, np.cos(step), 1, -1], np.float32))
        assert np.all(command.ctrl[:7] >= low)
        assert np.all(command.ctrl[:7] <= high)
        world.step(command.ctrl, 50)


def test_an_arm_stretched_to_its_reach_does_not_leap(world: World) -> None:
    control = controller(world)
    largest = 0.0
    for way in ([0.3, 1, 0], [1, 0, 0], [0, -1, 0.5], [0, 0, 1]):
        for _ in range(20):
            before = world.data.ctrl[:7].copy()
            advance(world, control, np.array([*way, 0, 0, 0, 1], np.float32))
            largest = max(largest, float(np.abs(world.data.ctrl[:7] - before).max()))
    assert largest < 0.5


def test_within_reach_the_targets_solve_the_commanded_pose_to_a_millimetre(world: World) -> None:
    control = controller(world)
    for way in ([0, 0.7, -0.7, 0, 0, 0.5], [0, -0.7, -0.7, 0, 0, -0.5], [-0.5, 0, 0.5, 0.2, 0.2, 0]):
        for _ in range(5):
            advance(world, control, np.array([*way, 1], np.float32))
            solved = control.arm.forward(world.data.ctrl[:7])
            assert np.linalg.norm(solved.position - control.commanded_position) < 0.001


def test_the_same_state_and_actions_give_controls_equal_to_the_last_bit(world: World) -> None:
    control = controller(world)
    generator = np.random.Generator(np.random.PCG64(1))
    actions = generator.uniform(-1, 1, (15, 7)).astype(np.float32)
    runs = []
    for _ in range(2):
        world.reset(3)
        control.reset()
        runs.append([])
        for action in actions:
            runs[-1].append(control.apply(action).ctrl)
            world.step(runs[-1][-1], 50)
    assert np.array_equal(runs[0], runs[1])


def test_a_restored_state_is_continued_without_a_jump(world: World) -> None:
    control = controller(world)
    for _ in range(8):
        advance(world, control, np.array([0.4, 0.6, -0.8, 0, 0, 0.3, -1], np.float32))
    commanded, turned = control.commanded_position.copy(), control.commanded_rotation.copy()
    state = world.state()
    other = compile_world("panda", "table")
    other.restore(state)
    continued = Controller(other, DELTA, 10.0)
    assert np.linalg.norm(continued.commanded_position - commanded) < 0.003
    assert np.allclose(continued.commanded_rotation, turned, atol=0.02)
    assert continued.commanded_gripper == 0.0


def test_joint_targets_pass_through_within_the_limits(world: World) -> None:
    control = controller(world, JOINTS)
    home = np.array(world.robot.home)
    command = control.apply(np.append(home + 0.1, 0.5))
    assert np.allclose(command.ctrl[:7], home + 0.1)
    assert command.ctrl[7] == pytest.approx(127.5)
    assert np.allclose(control.commanded_position, Arm(world.robot).forward(home + 0.1).position)
    for _ in range(8):
        command = control.apply(np.append(np.full(7, 9.0), 2.0))
        world.set_ctrl(command.ctrl)
    assert command.ctrl[3] == pytest.approx(-0.0698)
    assert command.ctrl[7] == 255.0
