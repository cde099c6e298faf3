"""An action in its action space -> actuator targets.

End-effector deltas are added to the pose commanded before, not to the measured one: a lagging arm would
lose much of each delta. (A card may ask for the measured one, as some policies were trained with it.) A leash keeps
the commanded position near the measured one. The joint targets come from inverse kinematics on a model of the robot
alone (scenes/kinematics.py), started from the last targets. Those are in `ctrl`, so any state tells the commanded
pose. In all other spaces no joint target moves faster than the robot's joints may.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from scenes.catalog import RobotGripper
from scenes.errors import BadAction
from scenes.kinematics import Arm, Pose
from scenes.policy import ActionSpace, Gripper
from scenes.rotations import axis_angle_of, matrix_of
from scenes.world import World

LARGEST = 1e6  # in any action space's raw units
LEASH = 0.05  # [m] between the commanded and the measured position

Vector = NDArray[np.float64]


class Command(Struct, frozen=True):
    """One action as it is carried out."""

    processed: Vector  # (n,) metres, radians (rotations as axis times angle) and, last, the opening fraction
    ctrl: Vector  # (nu,) actuator targets


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
    if not gripper.sticky:
        return 1.0 if (value > gripper.threshold) == (gripper.open > gripper.closed) else 0.0
    towards_open = 1.0 if gripper.open > gripper.closed else -1.0
    middle = (gripper.open + gripper.closed) / 2
    beyond, reach = towards_open * (value - middle), abs(gripper.threshold - middle)
    return 1.0 if beyond > reach else 0.0 if beyond < -reach else before


class Controller:
    """Turns one policy's actions into actuator targets, step by step; it is reset after its world."""

    def __init__(self, world: World, space: ActionSpace, control_hz: float) -> None:
        self._world, self._space = world, space
        self.control_hz = control_hz
        robot, model = world.robot, world.model
        self.arm = Arm(robot)
        self._actuators = np.array([model.actuator(name).id for name in robot.arm_actuators])
        self._gripper = model.actuator(robot.gripper.actuator).id
        self._most = np.array(robot.velocity_limits or [np.inf] * len(robot.arm_joints)) / control_hz  # [rad] per step
        self.reset()

    def reset(self) -> None:
        """Begin an episode: take the commanded pose and opening from the world's present actuator targets."""
        self.began_at = self._world.time  # [s]
        self._commanded = self.arm.forward(self._targets)
        self.commanded_gripper = _fraction(float(self._world.data.ctrl[self._gripper]), self._world.robot.gripper)

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
        """The actuator targets for one checked action, shape (size,), in the card's raw units.

        Raises:
            BadAction: its numbers are no rotation.
            SimulationUnstable: the inverse kinematics found no motion.
        """
        raw = np.asarray(action, dtype=np.float64)
        if self._space.clip is not None:
            raw = np.clip(raw, *self._space.clip)
        move = {"eef_delta": self._eef_delta, "eef_absolute": self._eef_absolute}.get(self._space.space, self._joints)
        processed, joints = move(raw[:-1])
        self.commanded_gripper = opening(float(raw[-1]), self._space.gripper, self.commanded_gripper)
        ctrl = self._world.data.ctrl.copy()
        ctrl[self._actuators] = joints
        gripper = self._world.robot.gripper
        ctrl[self._gripper] = gripper.closed_ctrl + self.commanded_gripper * (gripper.open_ctrl - gripper.closed_ctrl)
        return Command(np.append(processed, self.commanded_gripper), ctrl)

    @property
    def _targets(self) -> Vector:
        """The arm's present actuator targets, shape (arm joints,) [rad]."""
        targets: Vector = self._world.data.ctrl[self._actuators]
        return targets

    def _joints(self, raw: Vector) -> tuple[Vector, Vector]:
        """Joint positions, or what is added to them: per step, or per second."""
        given = raw * self._space.rotation_scale
        if self._space.space == "joint_velocity":
            given = given / self.control_hz
        if self._space.space == "joint_absolute":
            joints = given = self._within_limits(given)
        else:
            joints = self._within_limits(self._joint_anchor() + given)
        self._commanded = self.arm.forward(joints)
        return given, joints

    def _joint_anchor(self) -> Vector:
        return self._targets if self._space.anchor == "target" else self._world.arm_qpos

    def _eef_delta(self, raw: Vector) -> tuple[Vector, Vector]:
        shift, turn, matrix = self._shift_and_turn(raw)
        anchor = self._commanded if self._space.anchor == "target" else self.measured()
        if self._space.frame == "tool":
            position, rotation = anchor.position + anchor.rotation @ shift, anchor.rotation @ matrix
        else:
            position, rotation = anchor.position + shift, matrix @ anchor.rotation
        self._commanded = Pose(_leashed(position, self.measured().position), rotation)
        return np.concatenate([shift, turn]), self.arm.solve(self._targets, self._commanded)

    def _eef_absolute(self, raw: Vector) -> tuple[Vector, Vector]:
        position, turn, matrix = self._shift_and_turn(raw)
        self._commanded = Pose(_leashed(position, self.measured().position), matrix)
        joints = self._within_limits(self.arm.solve(self._targets, self._commanded))
        return np.concatenate([position, turn]), joints

    def _shift_and_turn(self, raw: Vector) -> tuple[Vector, Vector, Vector]:
        """Metres (3,), the rotation as axis times angle (3,) [rad], and as a matrix (3, 3)."""
        shift, numbers = raw[:3] * self._space.translation_scale, raw[3:] * self._space.rotation_scale
        matrix = matrix_of(numbers, self._space.rotation)
        return shift, numbers if self._space.rotation == "axis_angle" else axis_angle_of(matrix), matrix

    def _within_limits(self, joints: Vector) -> Vector:
        """Joint targets as far as the joints may turn in one step, and within their range."""
        near = np.clip(joints, self._targets - self._most, self._targets + self._most)
        low, high = self._world.model.actuator_ctrlrange[self._actuators].T
        within: Vector = np.clip(near, low, high)
        return within


def _fraction(ctrl: float, gripper: RobotGripper) -> float:
    return float(np.clip((ctrl - gripper.closed_ctrl) / (gripper.open_ctrl - gripper.closed_ctrl), 0.0, 1.0))


def _leashed(position: Vector, measured: Vector) -> Vector:
    offset = position - measured
    distance = float(np.linalg.norm(offset))
    return position if distance <= LEASH else measured + offset * (LEASH / distance)
