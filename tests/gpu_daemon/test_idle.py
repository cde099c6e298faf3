"""The policy that does nothing: the arm stays where it is, in every action space, on every robot and scene."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from control_rules import BENT
from msgspec.structs import replace

from gpu_daemon.policies.idle import IdlePolicy
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import control_steps
from scenes.catalog import robots, scenes
from scenes.compat import issues
from scenes.control import Controller, check_actions
from scenes.observing import observe
from scenes.policy import ActionSpace, Gripper
from scenes.rotations import axis_angle_of
from scenes.world import World, compile_world

CARD = all_cards()["idle-arm"]
PLACES = [(robot, scene) for robot in robots().values() for scene in scenes().values() if robot.id in scene.robots]
GRIPPERS = (Gripper(), Gripper(open=-1.0, closed=1.0, sticky=True), Gripper(kind="continuous", open=0.0, closed=255.0))
SPACES = [
    *(ActionSpace(space=space) for space in ("joint_absolute", "joint_delta", "joint_velocity")),
    *(ActionSpace(space=space, anchor="measured") for space in ("joint_delta", "joint_velocity")),
    *(
        ActionSpace(space="eef_delta", rotation=rotation, frame=frame, anchor=anchor, translation_scale=0.05)
        for rotation, frame, anchor in product(
            ("axis_angle", "euler_xyz", "quaternion", "rot6d"), ("base", "tool"), ("target", "measured")
        )
    ),
    *(ActionSpace(space="eef_absolute", rotation=rotation) for rotation in ("axis_angle", "quaternion", "rot6d")),
]


def named(space: ActionSpace) -> str:
    return f"{space.space}-{space.rotation}-{space.frame}-{space.anchor}"


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


def held(world: World, space: ActionSpace, steps: int = 20, opening: float = 1.0) -> tuple[float, float]:
    """How far the hand moved in two seconds of the arm in a bent pose, in m or rad, and the opening then commanded."""
    world.reset(3)
    world.data.qpos[:7] = world.data.ctrl[:7] = BENT
    gripper = world.robot.gripper
    actuator = world.model.actuator(gripper.actuator).id
    world.data.ctrl[actuator] = gripper.closed_ctrl + opening * (gripper.open_ctrl - gripper.closed_ctrl)
    world._update_poses()
    card = replace(CARD, action=space, chunk=2)
    policy, controller = IdlePolicy(card), Controller(world, space, card.control_hz)
    before = controller.measured()
    for _ in range(steps):
        answer = policy.act(observe(world, controller, None, (), reads_state=False))
        action = check_actions(answer, space.size(7), 2)[0]
        world.step(controller.apply(action).ctrl, world.substeps(card.control_hz))
    after = controller.measured()
    turned = np.linalg.norm(axis_angle_of(after.rotation @ before.rotation.T))
    moved = np.linalg.norm(after.position - before.position)
    return float(max(moved, turned)), controller.commanded_gripper


@pytest.mark.parametrize("space", SPACES, ids=named)
def test_the_pose_is_held_in_every_action_space(world: World, space: ActionSpace) -> None:
    moved, _ = held(world, space)
    assert moved < 0.01


@pytest.mark.parametrize("gripper", GRIPPERS, ids=lambda each: f"{each.kind}-{each.sticky}")
@pytest.mark.parametrize("opening", [0.0, 1.0])
def test_the_gripper_stays_as_it_was_commanded(world: World, gripper: Gripper, opening: float) -> None:
    _, commanded = held(world, ActionSpace(space="joint_delta", gripper=gripper), 2, opening)
    assert commanded == opening


def test_an_episode_begins_where_the_arm_is_then(world: World) -> None:
    """What it held before is forgotten."""
    policy = IdlePolicy(replace(CARD, action=ActionSpace(space="joint_absolute")))
    controller = Controller(world, ActionSpace(space="joint_absolute"), 10.0)
    for bend in (0.1, -0.3):
        world.reset(3)
        world.data.qpos[0] = bend
        policy.reset("push the red cube to the left", 1)
        assert policy.act(observe(world, controller, None, (), reads_state=False))[0, 0] == pytest.approx(bend)


@pytest.mark.parametrize(("robot", "scene"), PLACES, ids=lambda each: each.id)
def test_its_card_plays_on_every_robot_in_every_scene(robot, scene) -> None:
    assert issues(CARD, robot, scene) == ()
    assert control_steps(scene.max_steps, robot.control_hz, CARD.control_hz) > 0


def test_it_is_loaded_by_its_card_and_marked_as_for_checks_alone() -> None:
    assert isinstance(load(CARD), IdlePolicy)
    assert CARD.status == "check"
    assert [card.id for card in all_cards().values() if card.status == "check"] == ["idle-arm"]
