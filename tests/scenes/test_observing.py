from __future__ import annotations

import numpy as np
import pytest

from scenes.cameras import Cameras
from scenes.control import Controller
from scenes.errors import BadInput
from scenes.models import CameraInput
from scenes.observing import observe
from scenes.policy import ActionSpace
from scenes.world import World, compile_world

SPACE = ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35, clip=(-1.0, 1.0))
TWO = (
    CameraInput(key="observation/image", camera="front", width=96, height=64),
    CameraInput(key="wrist", camera="wrist", width=64, height=64),
)


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world("panda", "table")


def test_an_observation_holds_the_arm_as_it_is_and_as_it_is_commanded(world: World) -> None:
    world.reset(1)
    controller = Controller(world, SPACE, 10.0)
    for _ in range(3):
        world.step(controller.apply(np.array([0.5, 0.5, -0.5, 0, 0, 0, -1])).ctrl, 50)
    seen = observe(world, controller, None, (), False)
    assert (seen.robot_id, seen.scene_id) == ("panda", "table")
    assert seen.time == pytest.approx(0.3)
    assert np.array_equal(seen.qpos, world.arm_qpos)
    assert np.array_equal(seen.eef_position, world.tcp_position)
    assert np.allclose(np.abs(seen.eef_quaternion), [0, 1, 0, 0], atol=0.05)
    assert np.array_equal(seen.commanded_position, controller.commanded_position)
    assert 0.01 < np.linalg.norm(seen.commanded_position - seen.eef_position) < 0.05
    assert seen.commanded_gripper == 0.0
    assert seen.gripper_width == world.gripper_width


def test_the_state_is_shown_only_to_those_who_may_read_it(world: World) -> None:
    world.reset(1)
    controller = Controller(world, SPACE, 10.0)
    assert observe(world, controller, None, (), False).state is None
    state = observe(world, controller, None, (), True).state
    assert state is not None
    assert np.array_equal(state, world.state().values)


def test_images_come_under_the_model_s_own_keys_and_sizes(world: World) -> None:
    world.reset(1)
    with Cameras(world.model) as cameras:
        seen = observe(world, Controller(world, SPACE, 10.0), cameras, TWO, False)
        again = observe(world, Controller(world, SPACE, 10.0), cameras, TWO, False)
    assert {key: image.shape for key, image in seen.images.items()} == {
        "observation/image": (64, 96, 3),
        "wrist": (64, 64, 3),
    }
    assert all(image.dtype == np.uint8 and image.std() > 5 for image in seen.images.values())
    assert all(np.array_equal(seen.images[key], again.images[key]) for key in seen.images)


def test_a_restored_state_looks_the_same_to_the_last_bit(world: World) -> None:
    world.reset(2)
    controller = Controller(world, SPACE, 10.0)
    for _ in range(5):
        world.step(controller.apply(np.array([0.3, 0.9, -0.9, 0.1, 0, 0.2, 1])).ctrl, 50)
    other = compile_world("panda", "table")
    other.restore(world.state())
    with Cameras(world.model) as cameras:
        seen = observe(world, controller, cameras, TWO, True)
        restored = observe(other, Controller(other, SPACE, 10.0), cameras, TWO, True)
    assert np.array_equal(seen.eef_position, restored.eef_position)
    assert all(np.array_equal(seen.images[key], restored.images[key]) for key in seen.images)


def test_time_begins_with_the_episode_and_not_with_the_world(world: World) -> None:
    world.reset(1)
    controller = Controller(world, SPACE, 10.0)
    world.step(controller.apply(np.zeros(7)).ctrl, 50)
    assert observe(world, Controller(world, SPACE, 10.0), None, (), False).time == 0.0
    assert observe(world, controller, None, (), False).time == pytest.approx(0.1)


def test_images_without_cameras_are_an_error_and_not_left_out(world: World) -> None:
    world.reset(1)
    with pytest.raises(BadInput, match="needs camera images"):
        observe(world, Controller(world, SPACE, 10.0), None, TWO, False)
