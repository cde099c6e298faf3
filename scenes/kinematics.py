"""Forward and inverse kinematics of a robot's arm alone, without the scene.

Inverse kinematics is mink's: a frame task, a small posture task and the joint limits, from the last solution.
"""

from __future__ import annotations

from functools import cache

import mink
import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import ROBOT_PREFIX, Robot, robot_mjcf
from scenes.errors import SimulationUnstable

ITERATIONS = 2
POSTURE_COST = 1e-2
ORIENTATION_COST = 0.3  # [m/rad] one radian weighs like so many metres
DAMPING = 1.0  # Levenberg-Marquardt; without it a nearly stretched arm leaps (measured: 2.4 rad in a step)

Vector = NDArray[np.float64]


class Pose(Struct, frozen=True):
    """Position and rotation of the tool centre point in the base frame."""

    position: Vector  # (3,) [m]
    rotation: Vector  # (3, 3)


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


@cache
def _alone(robot: Robot) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    child = mujoco.MjSpec.from_file(str(robot_mjcf(robot)))
    spec.attach(child, prefix=ROBOT_PREFIX, frame=spec.worldbody.add_frame())
    return spec.compile()
