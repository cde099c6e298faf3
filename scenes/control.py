"""An action in its action space -> actuator targets.

End-effector deltas are added to the pose commanded before, not to the measured one: a lagging arm would
lose much of each delta. A leash keeps the commanded position near the measured one. The joint targets come
from inverse kinematics on a model of the robot alone (mink: a frame task, a small posture task and the joint
limits), started from the last targets. Those are in `ctrl`, so any state tells the commanded pose.
"""

from __future__ import annotations

from functools import cache

import mink
import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from scenes.catalog import ROBOT_PREFIX, Robot, RobotGripper, robot_mjcf
from scenes.errors import BadAction, SimulationUnstable
from scenes.policy import ActionSpace, Gripper
from scenes.world import World

LARGEST = 1e6  # in any action space's raw units
LEASH = 0.05  # [m] between the commanded and the measured position
ITERATIONS = 2
POSTURE_COST = 1e-2
ORIENTATION_COST = 0.3  # [m/rad] one radian weighs like so many metres
DAMPING = 1.0  # Levenberg-Marquardt; without it a nearly stretched arm leaps (measured: 2.4 rad in a step)

Vector = NDArray[np.float64]


class Command(Struct, frozen=True):
    """One action as it is carried out."""

    processed: Vector  # (n,) metres, radians and, last, the opening fraction
    ctrl: Vector  # (nu,) actuator targets


class Pose(Struct, frozen=True):
    """Position and rotation of the tool centre point in the base frame."""

    position: Vector  # (3,) [m]
    rotation: Vector  # (3, 3)


def check_actions(actions: object, card_size: int, horizon: int) -> NDArray[np.float32]:
    """A policy's answer as (horizon, card_size) float32; refused rather than repaired.

    Raises:
        BadAction: it is not a finite numeric array of that shape.
    """
    expected = f"an array of {horizon} x {card_size} finite numbers"
    if not isinstance(actions, np.ndarray):
        raise BadAction(f"The policy answered with a {type(actions).__name__}; expected {expected}.")
    if actions.dtype.kind not in "fiu":
        raise BadAction(f"The policy answered with an array of {actions.dtype}; expected {expected}.")
    if actions.shape != (horizon, card_size):
        raise BadAction(f"The policy answered with the shape {actions.shape}; expected {expected}.")
    with np.errstate(over="ignore"):
        checked = np.ascontiguousarray(actions, dtype=np.float32)
    if not (np.abs(checked) <= LARGEST).all():  # also refuses NaN
        raise BadAction(f"The policy answered with a number that is not finite or absurdly large; expected {expected}.")
    return checked


def opening(value: float, gripper: Gripper, before: float) -> float:
    """A gripper number as an opening, 0 closed .. 1 open; `before` is the opening commanded so far."""
    if gripper.kind == "continuous":
        return float(np.clip((value - gripper.closed) / (gripper.open - gripper.closed), 0.0, 1.0))
    towards_open = 1.0 if gripper.open > gripper.closed else -1.0
    if not gripper.sticky:
        return 1.0 if towards_open * (value - gripper.threshold) > 0 else 0.0
    middle = (gripper.open + gripper.closed) / 2
    beyond, reach = towards_open * (value - middle), abs(gripper.threshold - middle)
    return 1.0 if beyond > reach else 0.0 if beyond < -reach else before


class Arm:
    """The robot alone, without the scene: forward and inverse kinematics of its tool centre point."""

    def __init__(self, robot: Robot) -> None:
        self._site = robot.tcp_site
        model = _alone(robot)
        self._configuration = mink.Configuration(model)
        addresses = [model.joint(name).qposadr[0] for name in robot.arm_joints]
        self._arm = np.array(addresses)
        self._limits = [mink.ConfigurationLimit(model)]
        self._range = model.jnt_range[[model.joint(name).id for name in robot.arm_joints]]
        self._frame = mink.FrameTask(self._site, "site", 1.0, ORIENTATION_COST, lm_damping=DAMPING)
        self._posture = mink.PostureTask(model, cost=POSTURE_COST)
        self._posture.set_target(self._filled(np.array(robot.home)))

    def forward(self, joints: Vector) -> Pose:
        """Where the tool centre point is with these arm joints, shape (arm joints,) [rad]."""
        self._configuration.update(self._filled(joints))
        return self._pose()

    def solve(self, joints: Vector, goal: Pose) -> Vector:
        """Arm joints near `joints`, both (arm joints,) [rad], that bring the tool centre point to `goal`.

        Raises:
            SimulationUnstable: the solver found no motion.
        """
        self._configuration.update(self._filled(np.clip(joints, *self._range.T)))
        rotation = mink.SO3.from_matrix(goal.rotation)
        self._frame.set_target(mink.SE3.from_rotation_and_translation(rotation, goal.position))
        tasks = [self._frame, self._posture]
        for _ in range(ITERATIONS):
            self._configuration.integrate_inplace(self._velocity(tasks), 1.0)
        solved: Vector = self._configuration.q[self._arm]
        return solved.clip(*self._range.T)

    def _velocity(self, tasks: list[mink.Task]) -> Vector:
        try:
            velocity: Vector = mink.solve_ik(self._configuration, tasks, 1.0, "daqp", damping=1e-6, limits=self._limits)
        except mink.NoSolutionFound as error:
            raise SimulationUnstable("The inverse kinematics found no motion.", detail=str(error)) from error
        return velocity

    def _filled(self, joints: Vector) -> Vector:
        qpos: Vector = self._configuration.model.qpos0.copy()
        qpos[self._arm] = joints
        return qpos

    def _pose(self) -> Pose:
        site = self._configuration.data.site(self._site)
        return Pose(site.xpos.copy(), site.xmat.reshape(3, 3).copy())


class Controller:
    """Turns one policy's actions into actuator targets, step by step; it is reset after its world."""

    def __init__(self, world: World, space: ActionSpace, control_hz: float) -> None:
        self._world, self._space = world, space
        self.control_hz = control_hz
        robot, model = world.robot, world.model
        self.arm = Arm(robot)
        self._actuators = np.array([model.actuator(name).id for name in robot.arm_actuators])
        self._gripper = model.actuator(robot.gripper.actuator).id
        self.reset()

    def reset(self) -> None:
        """Begin an episode: take the commanded pose and opening from the world's present actuator targets."""
        self.began_at = self._world.time  # [s]
        ctrl = self._world.data.ctrl
        self._commanded = self.arm.forward(ctrl[self._actuators])
        self.commanded_gripper = _fraction(float(ctrl[self._gripper]), self._world.robot.gripper)

    @property
    def commanded_position(self) -> Vector:
        """Where the tool centre point is steered to, shape (3,) [m]."""
        return self._commanded.position

    @property
    def commanded_rotation(self) -> Vector:
        """How the tool centre point is to be turned, shape (3, 3)."""
        return self._commanded.rotation

    def measured(self) -> Pose:
        """Where the tool centre point is now."""
        return Pose(self._world.tcp_position, self._world.tcp_rotation)

    def apply(self, action: ArrayLike) -> Command:
        """The actuator targets for one checked action, shape (size,), in the card's raw units."""
        raw = np.asarray(action, dtype=np.float64)
        if self._space.clip is not None:
            raw = np.clip(raw, *self._space.clip)
        self.commanded_gripper = opening(float(raw[-1]), self._space.gripper, self.commanded_gripper)
        move = self._joint_absolute if self._space.space == "joint_absolute" else self._eef_delta
        processed, joints = move(raw[:-1])
        ctrl = self._world.data.ctrl.copy()
        ctrl[self._actuators] = joints
        gripper = self._world.robot.gripper
        ctrl[self._gripper] = gripper.closed_ctrl + self.commanded_gripper * (gripper.open_ctrl - gripper.closed_ctrl)
        return Command(np.append(processed, self.commanded_gripper), ctrl)

    def _joint_absolute(self, raw: Vector) -> tuple[Vector, Vector]:
        joints = np.clip(raw, *self._world.model.actuator_ctrlrange[self._actuators].T)
        self._commanded = self.arm.forward(joints)
        return joints, joints

    def _eef_delta(self, raw: Vector) -> tuple[Vector, Vector]:
        shift, turn = raw[:3] * self._space.translation_scale, raw[3:] * self._space.rotation_scale
        rotation = _rotation(turn) @ self._commanded.rotation
        position = _leashed(self._commanded.position + shift, self.measured().position)
        self._commanded = Pose(position, rotation)
        joints = self.arm.solve(self._world.data.ctrl[self._actuators], self._commanded)
        return np.concatenate([shift, turn]), joints


@cache
def _alone(robot: Robot) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    child = mujoco.MjSpec.from_file(str(robot_mjcf(robot)))
    spec.attach(child, prefix=ROBOT_PREFIX, frame=spec.worldbody.add_frame())
    return spec.compile()


def _fraction(ctrl: float, gripper: RobotGripper) -> float:
    return float(np.clip((ctrl - gripper.closed_ctrl) / (gripper.open_ctrl - gripper.closed_ctrl), 0.0, 1.0))


def _leashed(position: Vector, measured: Vector) -> Vector:
    offset = position - measured
    distance = float(np.linalg.norm(offset))
    return position if distance <= LEASH else measured + offset * (LEASH / distance)


def _rotation(axis_angle: Vector) -> Vector:
    """The rotation matrix of an axis-angle vector [rad], shape (3, 3)."""
    angle = float(np.linalg.norm(axis_angle))
    quaternion, matrix = np.array([1.0, 0.0, 0.0, 0.0]), np.empty(9)
    if angle > 0:
        mujoco.mju_axisAngle2Quat(quaternion, axis_angle / angle, angle)
    mujoco.mju_quat2Mat(matrix, quaternion)
    return matrix.reshape(3, 3)
