"""Where things are and what touches what, read from joint positions alone, and whether a task is done."""

from __future__ import annotations

from collections.abc import Callable

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import SceneObject, Task
from scenes.world import World

REACH = 0.03  # [m] from the fingertips to the object's surface
PUSH = 0.10  # [m] along the direction
LIFT = 0.08  # [m] above the height at rest on the table
ON_TABLE = 0.02  # [m] an object so near its height at rest is on the table
STACK_HEIGHT = 0.01  # [m] around the height of an object that rests on another
UPRIGHT = 0.85  # cosine of the largest tilt at which a bowl still holds something

Vector = NDArray[np.float64]
_TABLE, _ROBOT, _FINGER = -1, -2, -3


class Situation(Struct, frozen=True):
    """One moment of a world: poses in the base frame [m], and contacts."""

    positions: dict[str, Vector]  # object id -> (3,)
    rotations: dict[str, Vector]  # object id -> (3, 3)
    tcp: Vector  # (3,) the tool centre point, between the fingertips
    tcp_rotation: Vector  # (3, 3)
    touched: frozenset[str]  # objects that some part of the robot touches
    gripped: frozenset[str]  # objects that both fingers touch
    supports: frozenset[tuple[str, str]]  # (object, other object or "table") that touch


class Reader:
    """Reads situations from joint positions. It never touches the data of the world it was made for."""

    def __init__(self, world: World) -> None:
        self._model = model = world.model
        self._data = mujoco.MjData(model)
        self._site = model.site(world.robot.tcp_site).id
        self._bodies = {item.id: model.body(item.body).id for item in world.scene.objects}
        self._owners = _owners(world, list(self._bodies.values()))
        self._names = list(self._bodies)

    def read(self, qpos: Vector) -> Situation:
        """The situation with these joint positions, shape (nq,)."""
        data = self._data
        data.qpos[:] = qpos
        mujoco.mj_kinematics(self._model, data)
        mujoco.mj_collision(self._model, data)
        touched, gripped, supports = self._contacts()
        return Situation(
            positions={name: data.xpos[body].copy() for name, body in self._bodies.items()},
            rotations={name: data.xmat[body].reshape(3, 3).copy() for name, body in self._bodies.items()},
            tcp=data.site_xpos[self._site].copy(),
            tcp_rotation=data.site_xmat[self._site].reshape(3, 3).copy(),
            touched=touched,
            gripped=gripped,
            supports=supports,
        )

    def _contacts(self) -> tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]:
        fingers: dict[str, set[int]] = {name: set() for name in self._names}
        supports: set[tuple[str, str]] = set()
        geoms = self._data.contact.geom[self._data.contact.dist <= 0]
        for first, second in {(int(a), int(b)) for a, b in self._owners[geoms]}:
            for subject, other in ((first, second), (second, first)):
                if subject < 0 or subject == other:
                    continue
                name = self._names[subject]
                if other <= _ROBOT:
                    fingers[name].add(other)
                else:
                    supports.add((name, "table" if other == _TABLE else self._names[other]))
        touched = frozenset(name for name, parts in fingers.items() if parts)
        gripped = frozenset(name for name, parts in fingers.items() if {_FINGER, _FINGER - 1} <= parts)
        return touched, gripped, frozenset(supports)


def fulfilled(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    """Whether the task's success predicate holds `now`; `before` is the situation when the turn began."""
    return _PREDICATES[task.family](task, objects, before, now)


def height(item: SceneObject, now: Situation) -> float:
    """[m] of an object above where it is when it rests on the table."""
    return float(now.positions[item.id][2] - item.half_height - item.ground)


def surface_distance(item: SceneObject, now: Situation) -> float:
    """[m] from the tool centre point to the upright cylinder around an object; 0 inside."""
    offset = now.tcp - now.positions[item.id]
    beside = max(0.0, float(np.hypot(offset[0], offset[1])) - item.radius)
    return float(np.hypot(beside, max(0.0, abs(float(offset[2])) - item.half_height)))


def inside(item: SceneObject, bowl: SceneObject, now: Situation) -> bool:
    """Whether an object's centre is within an upright bowl's rim, and not above it."""
    offset = now.positions[item.id] - now.positions[bowl.id]
    within = float(np.hypot(offset[0], offset[1])) <= bowl.radius - item.radius / 2
    upright = float(now.rotations[bowl.id][2, 2]) >= UPRIGHT
    return within and upright and float(offset[2]) <= bowl.half_height


def resting_on(item: SceneObject, below: SceneObject, now: Situation) -> bool:
    """Whether an object lies on another: touching it, at the right height, its centre above it."""
    offset = now.positions[item.id] - now.positions[below.id]
    level = abs(float(offset[2]) - item.half_height - below.half_height) <= STACK_HEIGHT
    above = float(np.hypot(offset[0], offset[1])) <= below.radius
    return level and above and (item.id, below.id) in now.supports


def _reached(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    return surface_distance(objects[task.object_id], now) <= REACH


def _pushed(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    if task.direction is None:
        return False
    moved = (now.positions[task.object_id] - before.positions[task.object_id])[:2]
    return float(moved @ np.array(task.direction)) >= PUSH and abs(height(objects[task.object_id], now)) <= ON_TABLE


def _lifted(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    return height(objects[task.object_id], now) >= LIFT and task.object_id in now.gripped


def _in_bowl(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    released = task.object_id not in now.touched
    return released and inside(objects[task.object_id], objects[task.target_id or ""], now)


def _stacked(task: Task, objects: dict[str, SceneObject], before: Situation, now: Situation) -> bool:
    released = task.object_id not in now.touched
    return released and resting_on(objects[task.object_id], objects[task.target_id or ""], now)


_Predicate = Callable[[Task, dict[str, SceneObject], Situation, Situation], bool]
_PREDICATES: dict[str, _Predicate] = {
    "reach": _reached,
    "push": _pushed,
    "lift": _lifted,
    "bowl": _in_bowl,
    "stack": _stacked,
}


def _owners(world: World, bodies: list[int]) -> NDArray[np.int64]:
    """For each geom: the index of the object it belongs to, or what else it is part of."""
    model, robot = world.model, world.robot
    owners = np.full(model.ngeom, _TABLE)
    base = model.body(robot.base_body).id
    fingers = [int(model.joint(name).bodyid[0]) for name in robot.gripper.joints]
    for geom in range(model.ngeom):
        ancestors = _ancestors(model, int(model.geom_bodyid[geom]))
        if base in ancestors:
            finger = [index for index, body in enumerate(fingers) if body in ancestors]
            owners[geom] = _FINGER - finger[0] if finger else _ROBOT
        for index, body in enumerate(bodies):
            if body in ancestors:
                owners[geom] = index
    return owners


def _ancestors(model: mujoco.MjModel, body: int) -> set[int]:
    """A body and all it hangs from, without the world's own body."""
    found = set()
    while body > 0:
        found.add(body)
        body = int(model.body_parentid[body])
    return found
