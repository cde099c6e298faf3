"""What is measured of an episode, and of two side by side: curves over time, the first divergence."""

from __future__ import annotations

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes import states
from scenes.catalog import OBJECT_PREFIX, Robot, find_robot
from scenes.episode import Episode, State

GRIPPER = "gripper"  # a subject beside the objects' ids
GRIPPER_APART, OBJECT_APART = 0.02, 0.01  # [m] from which on two sides count as diverged

Curve = NDArray[np.float64]


class Measures(Struct, frozen=True, kw_only=True):
    """One episode over its records; record k is the moment before control step k."""

    times: Curve  # (n,) [s] since the episode began
    joint_names: tuple[str, ...]
    joints: Curve  # (n, arm joints) [rad]
    opening: Curve  # (n,) [m] between the fingers
    gripper: Curve  # (n, 7) position [m] and quaternion wxyz of the tool centre point
    objects: dict[str, Curve]  # object id -> (n, 7) position [m] and quaternion wxyz
    action_names: tuple[str, ...]
    actions: Curve  # (n - 1, size) as carried out, in metres, radians and opening fraction

    def place(self, subject: str) -> Curve:
        """Where the gripper or an object was, (n, 3) [m]."""
        poses = self.gripper if subject == GRIPPER else self.objects[subject]
        return poses[:, :3]


class Divergence(Struct, frozen=True):
    """The first control step at which something is farther apart on the two sides than a threshold."""

    step: int
    subject: str  # GRIPPER or an object's id
    distance: float  # [m]


class Comparison(Struct, frozen=True):
    """How far apart A and B are, at the robot's control steps; the shorter side holds its end."""

    times: Curve  # (m,) [s]
    distances: dict[str, Curve]  # GRIPPER and each object's id -> (m,) [m]

    def first_divergence(
        self, gripper_apart: float = GRIPPER_APART, object_apart: float = OBJECT_APART
    ) -> Divergence | None:
        """Where the gripper or any object first differs by more than its threshold [m]; None if nothing does."""
        found = []
        for subject, distance in self.distances.items():
            beyond = np.flatnonzero(distance > (gripper_apart if subject == GRIPPER else object_apart))
            if len(beyond):
                found.append(Divergence(int(beyond[0]), subject, float(distance[beyond[0]])))
        return min(found, key=lambda each: each.step, default=None)


def measured(model: mujoco.MjModel, episode: Episode) -> Measures:
    """The curves of an episode, read from its exact states with the model it was played in.

    Raises:
        BadInput: its states belong to another model.
        NotFound: its robot is unknown.
    """
    trajectory, robot = episode.trajectory, find_robot(episode.trajectory.robot_id)
    values = states.full(states.layout(model), State(trajectory.components, trajectory.states))
    bodies = {model.body(index).name: index for index in _free_bodies(model)}
    gripper, poses = _poses(model, values, model.site(robot.tcp_site).id, list(bodies.values()))
    history = trajectory.component("qpos")
    fingers = [int(model.joint(name).qposadr[0]) for name in robot.gripper.joints]
    return Measures(
        times=np.arange(trajectory.steps + 1) / trajectory.control_hz,
        joint_names=tuple(name.rpartition("/")[2] for name in robot.arm_joints),
        joints=history[:, [int(model.joint(name).qposadr[0]) for name in robot.arm_joints]],
        opening=history[:, fingers].sum(axis=1),
        gripper=gripper,
        objects={name.removeprefix(OBJECT_PREFIX): poses[:, index] for index, name in enumerate(bodies)},
        action_names=_action_names(robot, episode.processed_actions.shape[1:]),
        actions=episode.processed_actions,
    )


def compared(left: Measures, right: Measures, control_hz: float) -> Comparison:
    """How far the two sides are apart, at each of the robot's control steps."""
    end = max(left.times[-1], right.times[-1])
    times = np.arange(int(np.ceil(end * control_hz - 1e-6)) + 1) / control_hz
    subjects = [GRIPPER, *(name for name in left.objects if name in right.objects)]
    return Comparison(times, {name: _distance(left, right, name, times) for name in subjects})


def _poses(model: mujoco.MjModel, values: Curve, site: int, bodies: list[int]) -> tuple[Curve, Curve]:
    """Poses (n, 7) of the tool centre point and (n, bodies, 7) of the bodies in each state."""
    data = mujoco.MjData(model)
    gripper, others = np.empty((len(values), 7)), np.empty((len(values), len(bodies), 7))
    for index, state in enumerate(values):
        states.put(model, data, state)
        mujoco.mj_kinematics(model, data)
        gripper[index, :3] = data.site_xpos[site]
        mujoco.mju_mat2Quat(gripper[index, 3:], data.site_xmat[site])
        others[index, :, :3], others[index, :, 3:] = data.xpos[bodies], data.xquat[bodies]
    return gripper, others


def _distance(left: Measures, right: Measures, subject: str, times: Curve) -> Curve:
    """[m] between the two sides' places of a subject; between records a place lies on the straight line."""

    def at_times(side: Measures) -> Curve:
        places = side.place(subject)
        return np.stack([np.interp(times, side.times, places[:, axis]) for axis in range(3)], axis=1)

    distance: Curve = np.linalg.norm(at_times(left) - at_times(right), axis=1)
    return distance


def _free_bodies(model: mujoco.MjModel) -> list[int]:
    free = np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_FREE)
    return [int(model.jnt_bodyid[joint]) for joint in free]


def _action_names(robot: Robot, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The numbers of a processed action: of the arm's joints, or of a pose, and the gripper at last."""
    size = shape[0] if shape else 0
    joints = tuple(name.rpartition("/")[2] for name in robot.arm_joints)
    arm = joints if size == len(joints) + 1 else ("x", "y", "z", "rx", "ry", "rz")
    if size != len(arm) + 1:
        return tuple(str(index + 1) for index in range(size))
    return (*arm, GRIPPER)
