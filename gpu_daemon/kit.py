"""Kit: what a worker keeps between episodes: compiled worlds, loaded policies, cameras."""

from __future__ import annotations

import gc
import sys
from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import NamedTuple

from uuid_utils import uuid7

from gpu_daemon.messages import MAX_EPISODE_BYTES, Play
from gpu_daemon.policies.loading import load
from gpu_daemon.rollout import RolloutResult, asked, rollout
from scenes import compat
from scenes.cameras import Cameras
from scenes.catalog import find_robot, find_scene
from scenes.codec import digest, encode
from scenes.episode import Played, Run
from scenes.errors import BadAction, BadInput, Incompatible, PolicyRaised
from scenes.models import CameraInput, ModelCard
from scenes.policy import Policy
from scenes.progress import Job
from scenes.seal import RUN_BYTES, seal
from scenes.world import World, compile_world


class _Place(NamedTuple):
    robot_id: str
    scene_id: str


class Kit:
    """Belongs to one worker. What is kept changes how fast an episode is played, never what happens in it."""

    def __init__(self) -> None:
        self._worlds: dict[_Place, World] = {}
        self._policies: OrderedDict[bytes, Policy] = OrderedDict()  # by the bytes of their cards
        self._cameras: dict[_Place, Cameras] = {}

    def play(self, card: ModelCard, play: Play, loaded_policies: int) -> Job[Played]:
        """Play one episode and seal who made it.

        Raises:
            Incompatible: card, robot and scene do not fit, or the two ends differ in their scene.
            ArenaError: the rollout failed; see `rollout`.
        """
        started = perf_counter()
        self._check_fit(card, play)
        world = self._world(play)
        cameras = self._cameras_for(card.cameras, world)
        policy = self._policy(card, loaded_policies)
        try:
            result = yield from rollout(policy, card, world, play, cameras)
        except (PolicyRaised, BadAction):
            self._let_go(encode(card))
            raise
        content = result.episode.to_bytes()
        if len(content) > MAX_EPISODE_BYTES:
            raise BadInput(f"An episode of {len(content)} bytes is larger than {MAX_EPISODE_BYTES}.")
        run = _run(card, policy, result, digest(content), cameras, perf_counter() - started)
        return Played(content, seal(play.seal_key, encode(run), "run", RUN_BYTES))

    def _check_fit(self, card: ModelCard, play: Play) -> None:
        try:
            compat.check(card, find_robot(play.robot_id), find_scene(play.scene_id))
        except Incompatible as error:
            raise Incompatible(
                "One of the models does not fit this robot and scene.",
                hint="Choose other models.",
                detail=error.message,
            ) from error

    def _world(self, play: Play) -> World:
        place = _Place(play.robot_id, play.scene_id)
        if place not in self._worlds:
            self._worlds[place] = compile_world(play.robot_id, play.scene_id)
        world = self._worlds[place]
        if world.bundle.digest != play.bundle_digest:
            raise Incompatible(
                f"The application and the daemon have different versions of the scene '{play.scene_id}'.",
                hint="Update both to the same version.",
            )
        return world

    def _policy(self, card: ModelCard, loaded_policies: int) -> Policy:
        key = encode(card)
        if key not in self._policies:
            while len(self._policies) >= loaded_policies:
                self._let_go(next(iter(self._policies)))
            self._policies[key] = asked(lambda: load(card))
        self._policies.move_to_end(key)
        return self._policies[key]

    def _let_go(self, key: bytes) -> None:
        """Close a policy; whatever its code raises then harms nobody."""
        policy = self._policies.pop(key)
        with suppress(PolicyRaised):
            asked(policy.close)
        del policy
        _give_back_memory()

    def _cameras_for(self, inputs: tuple[CameraInput, ...], world: World) -> Cameras | None:
        """The world's cameras, made when the first model wants images."""
        if not inputs:
            return None
        place = _Place(world.robot.id, world.scene.id)
        if place not in self._cameras:
            width, height = max(each.width for each in inputs), max(each.height for each in inputs)
            self._cameras[place] = Cameras(world.model, max_width=width, max_height=height)
        return self._cameras[place]


def _give_back_memory() -> None:
    """Free what a policy held in cycles, and the accelerator's cache; a daemon without torch stays without it."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch is not None and torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _run(
    card: ModelCard, policy: Policy, result: RolloutResult, episode_id: str, cameras: Cameras | None, seconds: float
) -> Run:
    return Run(
        run_id=str(uuid7()),
        episode_id=episode_id,
        model_id=card.id,
        checkpoint_revision=card.revision,
        weights_sha256=card.weights_sha256,
        daemon_version=version("vlaarena"),
        gl_renderer=cameras.renderer if cameras else "",
        device=str(getattr(policy, "device", "cpu")),
        inference_seconds=result.inference_seconds,
        wall_seconds=seconds,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
