"""World: one robot in one scene, simulated."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import cos, sin

import mujoco
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from scenes import states
from scenes.bundle import Bundle, compose, pack
from scenes.catalog import Robot, Scene, find_robot, find_scene
from scenes.episode import Component, State
from scenes.errors import BadInput, Incompatible, SimulationUnstable
from scenes.placement import place
from scenes.rhythm import Rhythm, rhythm_of

_SETTLE_STEPS = 150  # physics steps after which objects rest
_FATAL = (
    mujoco.mjtWarning.mjWARN_BADQPOS,
    mujoco.mjtWarning.mjWARN_BADQVEL,
    mujoco.mjtWarning.mjWARN_BADQACC,
    mujoco.mjtWarning.mjWARN_BADCTRL,
)


class World:
    """A compiled model and its data. After every call poses and cameras belong to the present state."""

    def __init__(self, robot: Robot, scene: Scene) -> None:
        """Compile the robot into the scene and put it in its home pose.

        Raises:
            Incompatible: the scene is not made for this robot.
        """
        if robot.id not in scene.robots:
            raise Incompatible(
                f"The scene '{scene.id}' is not made for the robot '{robot.id}'.",
                hint=f"It takes: {', '.join(scene.robots)}.",
            )
        self.robot = replace(robot, home=scene.home) if scene.home else robot
        self.scene = scene
        self._spec = compose(robot, scene)
        self.model: mujoco.MjModel = self._spec.compile()
        self.data = mujoco.MjData(self.model)
        self._arm_qpos = self._addresses(robot.arm_joints)
        self._finger_qpos = self._addresses(robot.gripper.joints)
        self._arm_ctrl = [self.model.actuator(name).id for name in robot.arm_actuators]
        self._gripper_ctrl: int = self.model.actuator(robot.gripper.actuator).id
        self._tcp: int = self.model.site(robot.tcp_site).id
        self._object_bodies = {each.id: int(self.model.body(each.body).id) for each in scene.objects}
        joints = self.model.body_jntadr[list(self._object_bodies.values())]
        self._object_qpos = self.model.jnt_qposadr[joints][:, None] + np.arange(7)  # (objects, 7)
        self._go_home()

    @cached_property
    def bundle(self) -> Bundle:
        """This world's model as a self-contained file."""
        return pack(self._spec)

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """All that the next step depends on: MuJoCo's integration state, without empty parts."""
        return states.layout(self.model)

    @property
    def time(self) -> float:
        """[s] of simulated time since the reset."""
        return float(self.data.time)

    @property
    def tcp_position(self) -> NDArray[np.float64]:
        """(3,) [m] of the tool centre point in the robot's base frame."""
        return np.array(self.data.site_xpos[self._tcp])

    @property
    def tcp_rotation(self) -> NDArray[np.float64]:
        """(3, 3) rotation matrix of the tool centre point in the robot's base frame."""
        return np.array(self.data.site_xmat[self._tcp]).reshape(3, 3)

    @property
    def arm_qpos(self) -> NDArray[np.float64]:
        """(arm joints,) [rad] measured."""
        return np.array(self.data.qpos[self._arm_qpos])

    @property
    def gripper_width(self) -> float:
        """[m] between the fingers."""
        return float(self.data.qpos[self._finger_qpos].sum())

    def object_pose(self, object_id: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Position (3,) [m] and quaternion wxyz (4,) of an object's middle.

        Raises:
            NotFound: the scene has no such object.
        """
        body = self._object_bodies[self.scene.object(object_id).id]
        return np.array(self.data.xpos[body]), np.array(self.data.xquat[body])

    def reset(self, seed: int) -> None:
        """Put the robot in its home pose and the objects at rest where the seed says; time starts at 0.

        Raises:
            BadInput: the objects do not fit into the scene's spawn area.
            SimulationUnstable: they do not come to rest.
        """
        self._go_home()
        places = place(self.scene, seed)
        for thing, address, (x, y, yaw) in zip(self.scene.objects, self._object_qpos, places, strict=True):
            self.data.qpos[address] = (x, y, thing.ground + thing.half_height, cos(yaw / 2), 0.0, 0.0, sin(yaw / 2))
        self._advance(_SETTLE_STEPS)
        self.data.time = 0.0
        self.data.qvel[:] = 0.0
        self.data.qpos[self._arm_qpos] = self.robot.home
        self._update_poses()

    def state(self) -> State:
        """The present state; applied forces are left out while there are none."""
        return states.trimmed(self.components, self.all_values())

    def all_values(self) -> NDArray[np.float64]:
        """MuJoCo's whole integration state, laid out as `components` says."""
        return states.read(self.model, self.data)

    def full_values(self, state: State) -> NDArray[np.float64]:
        """A state laid out as `components` says; applied forces it does not hold are zero.

        Raises:
            BadInput: it belongs to another model.
        """
        return states.full(self.components, state)

    def restore(self, state: State) -> None:
        """Go back to a state exactly; applied forces it does not hold become zero.

        Raises:
            BadInput: it belongs to another model.
        """
        values = self.full_values(state)
        mujoco.mj_resetData(self.model, self.data)
        states.put(self.model, self.data, values)
        self._update_poses()

    def substeps(self, control_hz: float) -> int:
        """Physics steps of each control step.

        Raises:
            BadInput: they are not equally many.
        """
        rhythm = self.rhythm(control_hz)
        if rhythm.cycle > 1:
            raise BadInput(f"The control steps of {control_hz:g} Hz are not all equally long.")
        return rhythm.substeps

    def rhythm(self, control_hz: float) -> Rhythm:
        """How the control steps of this rate fall on physics steps.

        Raises:
            BadInput: the rate does not fit the physics rate.
        """
        return rhythm_of(control_hz, round(1.0 / self.model.opt.timestep))

    def set_ctrl(self, ctrl: NDArray[np.float64]) -> None:
        """Give the actuators their targets, shape (nu,).

        Raises:
            BadInput: wrong shape.
            SimulationUnstable: a target is not a finite number.
        """
        if ctrl.shape != (self.model.nu,):
            raise BadInput(f"Controls of shape {ctrl.shape} were given, ({self.model.nu},) expected.")
        if not np.isfinite(ctrl).all():
            raise SimulationUnstable("A control is not a finite number.", detail=str(ctrl))
        self.data.ctrl[:] = ctrl

    def step(self, ctrl: NDArray[np.float64], substeps: int, on_physics_step: Callable[[], None] | None = None) -> None:
        """Hold the controls for so many physics steps; `on_physics_step` is called after each.

        Raises:
            BadInput: controls of the wrong shape.
            SimulationUnstable: the state left the finite numbers; the world must be reset.
        """
        self.set_ctrl(ctrl)
        if on_physics_step is None:
            self._advance(substeps)
        else:
            for _ in range(substeps):
                mujoco.mj_step(self.model, self.data)
                on_physics_step()
            self._check_finite()
        self._update_poses()

    def _go_home(self) -> None:
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[self._arm_qpos] = self.robot.home
        self.data.qpos[self._finger_qpos] = self.robot.gripper.max_width / len(self._finger_qpos)
        self.data.ctrl[self._arm_ctrl] = self.robot.home
        self.data.ctrl[self._gripper_ctrl] = self.robot.gripper.open_ctrl
        self._update_poses()

    def _advance(self, substeps: int) -> None:
        mujoco.mj_step(self.model, self.data, nstep=substeps)
        self._check_finite()

    def _check_finite(self) -> None:
        """Raise what MuJoCo only counts: it has reset a world that left the finite numbers."""
        raised = [warning.name for warning in _FATAL if self.data.warning[int(warning)].number]
        if raised:
            raise SimulationUnstable("The physics became unstable.", hint="Reset the world.", detail=", ".join(raised))

    def _update_poses(self) -> None:
        """Bring poses up to the state without touching what the next step depends on."""
        mujoco.mj_kinematics(self.model, self.data)
        mujoco.mj_comPos(self.model, self.data)
        mujoco.mj_camlight(self.model, self.data)

    def _addresses(self, joints: tuple[str, ...]) -> list[int]:
        return [int(self.model.joint(name).qposadr[0]) for name in joints]


def compile_world(robot_id: str, scene_id: str) -> World:
    """The world of a robot in a scene.

    Raises:
        NotFound: there is no such robot or scene; the hint lists what exists.
        Incompatible: the scene is not made for this robot.
    """
    return World(find_robot(robot_id), find_scene(scene_id))
