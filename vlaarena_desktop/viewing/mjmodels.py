"""MjModels: the compiled models that replays are drawn with, as they were recorded, prepared and kept."""

from __future__ import annotations

from collections.abc import Callable

import mujoco

from scenes.bundle import unpack
from scenes.episode import Trajectory
from scenes.errors import NotFound
from scenes.recorder import Recorder
from scenes.world import World, compile_world
from vlaarena_desktop.viewing.drawing import Tier, prepared


class MjModels:
    """Finds a trajectory's model: from the bundle it was played in, else from the same robot and scene."""

    def __init__(self, bundle: Callable[[str], bytes | None], tier: Tier) -> None:
        self._bundle, self._tier = bundle, tier
        self._read: dict[str, mujoco.MjModel] = {}  # as recorded, by the bundle's digest
        self._kept: dict[tuple[str, Tier], mujoco.MjModel] = {}
        self._worlds: dict[tuple[str, str], World] = {}

    @property
    def tier(self) -> Tier:
        """How finely the models it gives are drawn."""
        return self._tier

    def set_tier(self, tier: Tier) -> None:
        """Give models of this quality from now on; those given before stay as they are."""
        self._tier = tier

    def model_of(self, trajectory: Trajectory) -> mujoco.MjModel:
        """A model shared by all viewers of this world.

        Raises:
            BadInput: the kept bundle is damaged.
            NotFound: the bundle is missing, and the robot and scene are gone or have changed since.
        """
        wanted = trajectory.bundle_digest, self._tier
        if wanted not in self._kept:
            self._kept[wanted] = prepared(self._recorded(trajectory), self._tier)
        return self._kept[wanted]

    def still(self, robot_id: str, scene_id: str, seed: int) -> Trajectory:
        """A robot and a scene at rest, as a reset with this seed leaves them: a trajectory of no steps."""
        world = self._world(robot_id, scene_id)
        world.reset(seed)
        return Recorder(world, world.substeps(world.robot.control_hz)).finish()

    def _recorded(self, trajectory: Trajectory) -> mujoco.MjModel:
        digest = trajectory.bundle_digest
        if digest not in self._read:
            content = self._bundle(digest)
            self._read[digest] = self._present(trajectory) if content is None else unpack(content)
        return self._read[digest]

    def _present(self, trajectory: Trajectory) -> mujoco.MjModel:
        world = self._world(trajectory.robot_id, trajectory.scene_id)
        if world.bundle.digest != trajectory.bundle_digest:
            raise NotFound(
                "The scene has changed since this replay was recorded, and the recorded one is missing.",
                hint="Put the folder 'bundles' of your data folder back from a backup.",
                detail=f"bundle {trajectory.bundle_digest}",
            )
        return world.model

    def _world(self, robot_id: str, scene_id: str) -> World:
        if (robot_id, scene_id) not in self._worlds:
            self._worlds[robot_id, scene_id] = compile_world(robot_id, scene_id)
        return self._worlds[robot_id, scene_id]
