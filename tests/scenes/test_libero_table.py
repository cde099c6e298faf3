"""The scene in which policies trained on LIBERO find what they know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gpu_daemon.policies.proprioception import state_vector
from scenes.cameras import Cameras
from scenes.catalog import find_robot, find_scene, match_task, scenes
from scenes.control import Controller
from scenes.kinematics import Arm
from scenes.models import CameraInput
from scenes.observing import observe
from scenes.policy import ActionSpace
from scenes.predicates import Reader, fulfilled
from scenes.world import World, compile_world

STORED = Path(__file__).parent / "pictures" / "libero_table.npz"
START = [0, -0.161, 0, -2.4446, 0, 2.2268, 0.7854]
INPUTS = tuple(CameraInput(key=name, camera=name, width=128, height=128) for name in ("agentview", "eye_in_hand"))
SPACE = ActionSpace(space="eef_delta")
TABLE_TOP = -0.012  # [m] below the robot's base


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "libero_table")


def test_scenes_are_offered_in_their_order_and_the_table_of_the_baselines_first() -> None:
    assert list(scenes()) == ["table", "libero_table"]


def test_the_arm_begins_in_the_benchmark_s_pose_and_rests_there(world: World) -> None:
    world.reset(5)
    assert world.arm_qpos == pytest.approx(START, abs=1e-4)
    controller = Controller(world, SPACE, 20.0)
    for _ in range(10):
        world.step(controller.apply(np.array([0, 0, 0, 0, 0, 0, 1.0])).ctrl, 25)
    assert world.arm_qpos == pytest.approx(START, abs=2e-3)


def test_the_state_begins_where_the_benchmark_s_begins(world: World) -> None:
    world.reset(5)
    state = state_vector("eef_axis_angle_fingers", observe(world, Controller(world, SPACE, 20.0), None, (), False))
    assert state[:3] == pytest.approx([-0.2085, 0, 1.1733], abs=2e-4)  # as LIBERO's episodes report it


def test_another_scene_keeps_the_robot_s_own_pose(world: World) -> None:
    assert compile_world("panda", "table").robot.home == find_robot("panda").home != world.robot.home


def test_inverse_kinematics_is_drawn_to_the_pose_of_the_scene(world: World) -> None:
    own = Arm(find_robot("panda"))
    assert not np.array_equal(own._posture.target_q, Arm(world.robot)._posture.target_q)


def test_the_agent_view_is_where_the_benchmark_has_it(world: World) -> None:
    camera = world.model.camera("agentview")
    assert camera.pos == pytest.approx([1.319, 0, 0.698], abs=1e-3)
    assert camera.quat == pytest.approx([0.6380, 0.3048, 0.3048, 0.6380], abs=1e-4)
    assert camera.fovy == 45


def test_the_hand_s_camera_looks_along_the_fingers_with_up_away_from_the_base(world: World) -> None:
    world.reset(1)
    index = world.model.camera("eye_in_hand").id
    axes = world.data.cam_xmat[index].reshape(3, 3)
    assert -axes[:, 2] == pytest.approx(world.tcp_rotation[:, 2], abs=1e-3)
    assert axes[:, 1] == pytest.approx(world.tcp_rotation[:, 0], abs=1e-3)
    offset = world.tcp_rotation.T @ (world.data.cam_xpos[index] - world.tcp_position)
    assert offset == pytest.approx([0.05, 0, -0.1034], abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_objects_rest_on_the_lower_table_top_within_reach(world: World, seed: int) -> None:
    world.reset(seed)
    for thing in world.scene.objects:
        position, quaternion = world.object_pose(thing.id)
        assert position[2] == pytest.approx(TABLE_TOP + thing.half_height, abs=5e-4), thing.id
        assert abs(quaternion[0] ** 2 + quaternion[3] ** 2 - 1) < 1e-4, thing.id
        assert 0.4 < np.hypot(position[0], position[1]) < 0.76


@pytest.mark.parametrize(
    ("phrase", "task_id"),
    [
        ("pick up the bowl and place it on the plate", "stack.black_bowl"),
        ("pick up the black bowl and place it on the plate", "stack.black_bowl"),
        ("put the bowl on the plate", "stack.black_bowl"),
        ("put the cream cheese in the bowl", "bowl.cream_cheese"),
        ("pick up the milk", "lift.milk"),
    ],
)
def test_tasks_are_said_as_the_benchmark_says_them(phrase: str, task_id: str) -> None:
    task = match_task(find_scene("libero_table"), phrase)
    assert task is not None
    assert task.id == task_id


def test_every_phrase_matches_its_own_task_and_there_is_time_for_it() -> None:
    scene = find_scene("libero_table")
    assert scene.max_steps == 150
    assert scene.task(scene.suggested).id == scene.suggested
    for task in scene.tasks:
        assert all(match_task(scene, phrase) == task for phrase in (task.instruction, *task.synonyms))


def test_a_bowl_set_down_on_the_plate_fulfils_its_task_and_one_beside_it_does_not(world: World) -> None:
    world.reset(2)
    reader, things = Reader(world), {each.id: each for each in world.scene.objects}
    task, before = world.scene.task("stack.black_bowl"), reader.read(world.data.qpos)
    assert not fulfilled(task, things, before, before)
    address = world.model.joint("object/black_bowl").qposadr[0]
    world.data.qpos[address : address + 2] = world.object_pose("plate")[0][:2]
    world.data.qpos[address + 2] = TABLE_TOP + 0.008 + 0.0225 + 0.002
    world.step(world.data.ctrl.copy(), 100)
    assert fulfilled(task, things, before, reader.read(world.data.qpos))


def test_pictures_look_as_they_did(world: World) -> None:
    world.reset(7)
    with np.load(STORED) as stored, Cameras(world.model, 128, 128) as cameras:
        for name, picture in observe(world, Controller(world, SPACE, 20.0), cameras, INPUTS, False).images.items():
            difference = np.abs(picture.astype(int) - stored[name].astype(int))
            assert difference.mean() <= 1.0, name
            assert (difference <= 8).mean() >= 0.999, name


if __name__ == "__main__":
    place = compile_world("panda", "libero_table")
    place.reset(7)
    with Cameras(place.model, 128, 128) as eyes:
        np.savez_compressed(STORED, **observe(place, Controller(place, SPACE, 20.0), eyes, INPUTS, False).images)
