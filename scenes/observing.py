"""The one way in which a policy's observation is made, for playing and for training alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mujoco
import numpy as np

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
    if inputs and cameras is None:
        raise BadInput(
            "This model needs camera images and none can be rendered here.", hint="Run `vlaarena doctor`."
        )
    measured = controller.measured()
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, measured.rotation.ravel())
    state = world.state() if reads_state else None
    return Observation(
        robot_id=world.robot.id,
        scene_id=world.scene.id,
        time=world.time - controller.began_at,
        images={}
        if cameras is None
        else {i.key: cameras.render(world.data, i.camera, i.width, i.height) for i in inputs},
        qpos=world.arm_qpos,
        eef_position=measured.position,
        eef_quaternion=quaternion,
        gripper_width=world.gripper_width,
        commanded_position=controller.commanded_position.copy(),
        commanded_gripper=controller.commanded_gripper,
        state=None if state is None else state.values,
    )
