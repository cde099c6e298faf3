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
from scenes.rotations import quaternion_of
from scenes.world import World

if TYPE_CHECKING:
    from scenes.cameras import Cameras

_BACKWARDS, _ALL = slice(None, None, -1), slice(None)
_FLIPS = {  # rows and columns of a picture
    "horizontal": (_ALL, _BACKWARDS),
    "vertical": (_BACKWARDS, _ALL),
    "rotate_180": (_BACKWARDS, _BACKWARDS),
}


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
        eef_quaternion=quaternion_of(measured.rotation),
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
    return {each.key: picture(cameras, world.data, each) for each in inputs}


def picture(cameras: Cameras, data: mujoco.MjData, wanted: CameraInput) -> NDArray[np.uint8]:
    """What a model is shown of one camera, shape (height, width, 3): cropped around the middle, scaled, then flipped.

    Raises:
        NotFound: the world has no such camera.
    """
    rendered = cameras.render(data, wanted.camera, wanted.width, wanted.height, wanted.crop)
    return rendered if wanted.flip == "none" else np.ascontiguousarray(rendered[_FLIPS[wanted.flip]])
