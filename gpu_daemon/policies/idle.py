"""A policy that does nothing: in hidden checks it shows whether an evaluator looks at what is done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.models import ModelCard
from scenes.policy import Gripper, Observation
from scenes.rotations import axis_angle_of, euler_xyz_of, from_quaternion, quaternion_of

Vector = NDArray[np.float64]


class IdlePolicy:
    """It holds the pose in which it first saw the arm, in whatever action space its card has."""

    def __init__(self, card: ModelCard) -> None:
        self._chunk, self._space, self._hz = card.chunk, card.action, card.control_hz
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode; neither the instruction nor the seed changes anything."""
        self._held: Observation | None = None

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The action that changes nothing, `chunk` times: shape (chunk, size)."""
        self._held = self._held or observation
        arm = self._joints(observation) if self._space.space.startswith("joint") else self._hand(observation)
        action = np.append(arm, _grip(self._space.gripper, self._held.commanded_gripper))
        return np.tile(action.astype(np.float32), (self._chunk, 1))

    def close(self) -> None:
        """Nothing is held."""

    def _joints(self, seen: Observation) -> Vector:
        assert self._held is not None
        if self._space.space == "joint_absolute":
            return self._held.qpos / self._space.rotation_scale
        if self._space.anchor == "target":
            return np.zeros_like(seen.qpos)
        per_second = self._hz if self._space.space == "joint_velocity" else 1.0
        back: Vector = (self._held.qpos - seen.qpos) * per_second / self._space.rotation_scale
        return back

    def _hand(self, seen: Observation) -> Vector:
        """A pose, or the way back to it from where the arm has sagged; none where commands are added to commands."""
        assert self._held is not None
        place, turned = self._held.eef_position, from_quaternion(self._held.eef_quaternion)
        if self._space.space == "eef_delta" and self._space.anchor == "target":
            return self._written(np.zeros(3), np.eye(3))
        if self._space.space == "eef_delta":
            now = from_quaternion(seen.eef_quaternion)
            place, tool = place - seen.eef_position, self._space.frame == "tool"
            place, turned = (now.T @ place, now.T @ turned) if tool else (place, turned @ now.T)
        return self._written(place, turned)

    def _written(self, place: Vector, turned: Vector) -> Vector:
        """In the numbers of the card: the place [m], and the rotation, shape (3, 3)."""
        match self._space.rotation:
            case "axis_angle":
                numbers = axis_angle_of(turned)
            case "euler_xyz":
                numbers = euler_xyz_of(turned)
            case "quaternion":
                numbers = quaternion_of(turned)
            case "rot6d":
                numbers = turned[:, :2].T.ravel()
        return np.concatenate([place / self._space.translation_scale, numbers / self._space.rotation_scale])


def _grip(gripper: Gripper, opening: float) -> float:
    """The number that leaves the gripper as it was commanded; where it only knows open and closed, the nearer one."""
    if gripper.kind == "continuous":
        return gripper.closed + opening * (gripper.open - gripper.closed)
    if gripper.sticky:
        return (gripper.open + gripper.closed) / 2
    return gripper.open if opening >= 0.5 else gripper.closed
