"""Practice: a world in which the expert says at every step what should be done, whoever acts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.policies.proprioception import proprioception
from gpu_daemon.training.config import CHUNK, HZ, PIXELS
from scenes.cameras import Cameras
from scenes.catalog import Task
from scenes.control import Controller
from scenes.models import CameraInput
from scenes.observing import observe
from scenes.policy import Observation
from scenes.tasks import TaskWatch
from scenes.world import compile_world

EXPERT = "scripted-careful"
INPUTS = tuple(CameraInput(key=name, camera=name, width=PIXELS, height=PIXELS) for name in ("front", "wrist"))
SETTLED = 3  # steps recorded after success, so that there is something to do at the end

Actor = Callable[[int, Observation, NDArray[np.float32]], tuple[NDArray[np.float32], bool]]


class Samples(Struct, frozen=True):
    """Labelled observations; n of them."""

    front: NDArray[np.uint8]  # (n, 96, 96, 3)
    wrist: NDArray[np.uint8]  # (n, 96, 96, 3)
    proprioception: NDArray[np.float32]  # (n, 10)
    chunks: NDArray[np.float32]  # (n, CHUNK, 7) what the expert does from here on
    valid: NDArray[np.bool_]  # (n, CHUNK) whether that follows from the observation
    places: NDArray[np.float32]  # (n, 6) [m] where the object and the target are
    task: NDArray[np.int16]  # (n,) place in the scene's list of tasks

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.task)


class Practice:
    """One robot and scene to practise in; holds an OpenGL context, so it belongs to one thread."""

    def __init__(self, robot_id: str, scene_id: str) -> None:
        card = all_cards()[EXPERT]
        self.world = compile_world(robot_id, scene_id)
        self._expert = load(card)
        self._controller = Controller(self.world, card.action, HZ)
        self._substeps = self.world.substeps(HZ)
        self._cameras = Cameras(self.world.model, PIXELS, PIXELS)

    def episode(self, task: Task, seed: int, actor: Actor, approach: NDArray[np.float32], steps: int) -> Samples:
        """Record until shortly after success.

        `approach` (k, 7) is carried out unrecorded first. The actor is given the step, the observation and the
        expert's action, and answers with the action to carry out and whether that is the expert's.
        """
        self._begin(task, seed, approach)
        watch, record, left = TaskWatch(self.world, task), _Record(), SETTLED
        for step in range(steps):
            seen = observe(self.world, self._controller, self._cameras, INPUTS, True)
            label = self._expert.act(seen)[0]
            action, is_expert = actor(step, seen, label)
            record.add(seen, label, is_expert, self._places(task))
            self._carry_out(action)
            watch.observe_step(step + 1)
            left -= watch.succeeded
            if left == 0:
                break
        return record.samples(self.world.scene.tasks.index(task))

    def close(self) -> None:
        """Give the OpenGL context back."""
        self._cameras.close()

    def _begin(self, task: Task, seed: int, approach: NDArray[np.float32]) -> None:
        self.world.reset(seed)
        self._controller.reset()
        self._expert.reset(task.instruction, seed)
        for action in approach:
            self._carry_out(action)
        self._controller.began_at = self.world.time

    def _carry_out(self, action: NDArray[np.float32]) -> None:
        self.world.step(self._controller.apply(action).ctrl, self._substeps)

    def _places(self, task: Task) -> NDArray[np.float64]:
        thing = self.world.object_pose(task.object_id)[0]
        return np.concatenate([thing, self.world.object_pose(task.target_id or task.object_id)[0]])


class _Record:
    """One episode under way."""

    def __init__(self) -> None:
        self._seen: list[Observation] = []
        self._labels: list[NDArray[np.float32]] = []
        self._by_expert: list[bool] = []
        self._places: list[NDArray[np.float64]] = []

    def add(self, seen: Observation, label: NDArray[np.float32], by_expert: bool, places: NDArray[np.float64]) -> None:
        self._seen.append(seen)
        self._labels.append(label)
        self._by_expert.append(by_expert)
        self._places.append(places)

    def samples(self, task: int) -> Samples:
        chunks, valid = chunked(np.array(self._labels), np.array(self._by_expert))
        return Samples(
            front=np.array([seen.images["front"] for seen in self._seen]),
            wrist=np.array([seen.images["wrist"] for seen in self._seen]),
            proprioception=np.array([proprioception(seen) for seen in self._seen]),
            chunks=chunks,
            valid=valid,
            places=np.array(self._places, np.float32),
            task=np.full(len(self._seen), task, np.int16),
        )


def chunked(labels: NDArray[np.float32], by_expert: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The labels (n, 7) of each step and those after it, (n, CHUNK, 7), and which of them hold, (n, CHUNK).

    A later label belongs to this step's future only as long as the expert's own actions were carried out.
    """
    count = len(labels)
    steps = np.arange(count)[:, None] + np.arange(CHUNK)
    chunks = labels[np.minimum(steps, count - 1)]
    undisturbed = np.ones((count, CHUNK), bool)
    for ahead in range(1, CHUNK):
        before = np.minimum(np.arange(count) + ahead - 1, count - 1)
        undisturbed[:, ahead] = undisturbed[:, ahead - 1] & by_expert[before]
    return chunks, undisturbed & (steps < count)
