"""What a policy sees, what it answers, and what its numbers mean."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

Finite = Annotated[float, Meta(ge=-1e6, le=1e6)]


class Observation(Struct, frozen=True, kw_only=True):
    """What a policy may see at one step. Poses are of the tool centre point in the base frame."""

    robot_id: str
    scene_id: str
    time: float  # [s] of simulated time since the episode began
    images: dict[str, NDArray[np.uint8]]  # camera name -> (height, width, 3)
    qpos: NDArray[np.float64]  # (arm joints,) [rad]
    eef_position: NDArray[np.float64]  # (3,) [m]
    eef_quaternion: NDArray[np.float64]  # (4,) wxyz
    gripper_width: float  # [m] between the fingers
    commanded_position: NDArray[np.float64]  # (3,) [m] where the controller steers the tool centre point
    commanded_gripper: float  # 0 closed .. 1 open
    state: NDArray[np.float64] | None = None  # (nstate,) only for cards with reads_state


class Gripper(Struct, frozen=True, forbid_unknown_fields=True):
    """How an action's last number becomes an opening: linear from `closed` to `open`, or split at `threshold`."""

    kind: Literal["continuous", "binary"] = "binary"
    open: Finite = 1.0
    closed: Finite = -1.0
    threshold: Finite = 0.0
    sticky: bool = False  # binary: changes only beyond the threshold's mirror image


class ActionSpace(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an action means; one unit of it is `translation_scale` metres or `rotation_scale` rad."""

    space: Literal["joint_absolute", "joint_delta", "joint_velocity", "eef_delta", "eef_absolute"]
    rotation: Literal["axis_angle", "euler_xyz", "quaternion", "rot6d"] = "axis_angle"
    frame: Literal["base", "tool"] = "base"
    translation_scale: Annotated[float, Meta(gt=0, le=10)] = 1.0  # [m]
    rotation_scale: Annotated[float, Meta(gt=0, le=10)] = 1.0  # [rad]
    clip: tuple[Finite, Finite] | None = None
    anchor: Literal["target", "measured"] = "target"
    gripper: Gripper = Gripper()

    def size(self, arm_joints: int) -> int:
        """How many numbers one action has on a robot with so many arm joints; the gripper is the last."""
        if self.space.startswith("joint"):
            return arm_joints + 1
        rotation = {"axis_angle": 3, "euler_xyz": 3, "quaternion": 4, "rot6d": 6}[self.rotation]
        return 3 + rotation + 1


class Policy(Protocol):
    """A loaded model that acts. Adapters are classes called with a ModelCard, found by entry point."""

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode: forget the last one entirely. All randomness comes from PCG64(seed)."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action chunk, shape (horizon, size), in the card's raw units."""

    def close(self) -> None:
        """Give back memory, processes and connections."""
