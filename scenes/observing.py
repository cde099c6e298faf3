"""The one way in which a policy's observation is made, for playing and for training alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.control import Controller
from scenes.errors import BadInput
from scenes.models import CameraInput
from scenes.policy import Observation
from scenes.world import World

if TYPE_CHECKING:
    from scenes.cameras import Cameras


def observe(
    world: World,
    controller: Controller,
    cameras: Cameras | None,
    inputs: tuple[CameraInput, ...],
    reads_state: bool,
) -> Observation:
    """What the policy sees now; the images are keyed as its card asks.

    Raises:
        BadInput: images are wanted and there are no cameras to take them.
    """
    measured = controller.measured()
    return Observation(
        robot_id=world.robot.id,
        scene_id=world.scene.id,
        time=world.time - controller.began_at,
        images=_images(world, cameras, inputs),
        qpos=world.arm_qpos,
        eef_position=measured.position,
        eef_quaternion=_quaternion(measured.rotation),
        gripper_width=world.gripper_width,
        commanded_position=controller.commanded_position.copy(),
        commanded_gripper=controller.commanded_gripper,
        state=world.state().values if reads_state else None,
    )


def _images(world: World, cameras: Cameras | None, inputs: tuple[CameraInput, ...]) -> dict[str, NDArray[np.uint8]]:
    if not inputs:
        return {}
    if cameras is None:
        raise BadInput("This model needs camera images and none can be rendered here.", hint="Run `vlaarena doctor`.")
    return {each.key: cameras.render(world.data, each.camera, each.width, each.height) for each in inputs}


def _quaternion(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """wxyz of a rotation matrix, shape (4,)."""
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    return quaternion
