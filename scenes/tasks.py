"""What happens to the objects, and whether the task is done: computed from successive states alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.catalog import SceneObject, Task
from scenes.episode import Event, EventKind, Trajectory
from scenes.predicates import Reader, Situation, fulfilled, height
from scenes.world import World

HELD_SECONDS = 0.2  # from the first record in a row that fulfils a task to the last: three records at 10 Hz
_ROUNDING = 1e-6  # [s]
APART_RECORDS = 3  # so many records apart end a contact; a pushed object bounces
LIFTED = 0.03  # [m] above the table
DROPPED = 0.05  # [m] of free fall that make a release a drop


class TaskWatch:
    """Follows an episode state by state: what happened at each control step, and whether the task is done."""

    def __init__(self, world: World, task: Task | None) -> None:
        self._world, self._task = world, task
        self._reader = Reader(world)
        self._objects = {item.id: item for item in world.scene.objects}
        self.begin()

    def begin(self) -> None:
        """Begin at the world's present state; what the task asks for is measured from here."""
        self._begin_at(self._world.data.qpos)

    def observe_step(self, step: int) -> tuple[Event, ...]:
        """What has newly happened in the world's present state, which is record `step`."""
        return self._observe_at(step, self._world.data.qpos, self._world.time)

    @property
    def succeeded(self) -> bool:
        """Whether the task has been fulfilled for HELD_SECONDS without a break; False without a task."""
        return self._succeeded

    def _begin_at(self, qpos: NDArray[np.float64]) -> None:
        self._before = self._now = self._reader.read(qpos)
        self._fulfilled_since: float | None = None
        self._succeeded = False
        self._stories = [_Story(item, self._before) for item in self._objects.values()]

    def _observe_at(self, step: int, qpos: NDArray[np.float64], time: float) -> tuple[Event, ...]:
        self._now = self._reader.read(qpos)
        events = [event for story in self._stories for event in story.continue_with(step, self._now)]
        if self._task is not None and not self._succeeded and self._holds(self._task, time):
            self._succeeded = True
            events.append(Event(step, "success", self._task.object_id, self._task.target_id or ""))
        return tuple(events)

    def _holds(self, task: Task, time: float) -> bool:
        """Whether the task is fulfilled now and has been for long enough."""
        if not fulfilled(task, self._objects, self._before, self._now):
            self._fulfilled_since = None
            return False
        if self._fulfilled_since is None:
            self._fulfilled_since = time
        return time - self._fulfilled_since >= HELD_SECONDS - _ROUNDING


def events_of(world: World, trajectory: Trajectory, task: Task | None) -> tuple[Event, ...]:
    """Every event of a trajectory, computed again from its states. `world` only lends its model."""
    watch = TaskWatch(world, task)
    history, times = trajectory.component("qpos"), trajectory.component("time")[:, 0]
    watch._begin_at(history[0])
    steps = range(1, len(history))
    return tuple(event for step in steps for event in watch._observe_at(step, history[step], float(times[step])))


class _Story:
    """What has happened to one object so far."""

    def __init__(self, item: SceneObject, now: Situation) -> None:
        self._item = item
        self._alone = 0 if item.id in now.touched else APART_RECORDS
        self._gripped = item.id in now.gripped
        self._lifted = self._gripped and height(item, now) >= LIFTED
        self._released_at = height(item, now)

    def continue_with(self, step: int, now: Situation) -> list[Event]:
        item, kinds = self._item, list[EventKind]()
        touched, gripped, above = item.id in now.touched, item.id in now.gripped, height(item, now)
        if touched and self._alone >= APART_RECORDS:
            kinds.append("contact")
        if gripped and not self._gripped:
            kinds.append("grasped")
        if gripped and above >= LIFTED and not self._lifted:
            self._lifted = True
            kinds.append("lifted")
        if touched:
            self._released_at = above
        events = [Event(step, kind, item.id, "robot") for kind in kinds]
        support = next((other for name, other in sorted(now.supports) if name == item.id), None)
        if self._lifted and not touched and support is not None:
            self._lifted = False
            fell = self._released_at - above >= DROPPED
            events.append(Event(step, "dropped" if fell else "placed", item.id, support))
        self._alone = 0 if touched else self._alone + 1
        self._gripped = gripped
        return events
