"""Where the end effector should go next: pure functions of the situation, one per task family.

Every phase is decided from where things are, so a motion goes on from wherever a disturbance leaves it.
Heights are funnels: the nearer the gripper is to where it must be, the lower it may go, so phases overlap.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import SceneObject, Task
from scenes.predicates import Situation, height, inside, resting_on

Vector = NDArray[np.float64]

FUNNEL = 2.0  # metres of height per metre of horizontal error
LIFT_TO = 0.14  # [m] above the table
CARRY_ABOVE = 0.035  # [m] over what must be cleared
FINGER = 0.022  # [m] half the depth of the closed fingers in the direction of a push
PUSH_UNTIL = 0.72  # [m] from the base: no farther out
WITHIN = 0.02  # [m] from the fingertips to the middle of what is held
PUSH_LEAD = 0.05  # [m] ahead of the fingertips
PUSH_HEIGHT = 0.014  # [m] of the fingertips above the table
REACH_ABOVE = 0.008  # [m] between the fingertips and the top of the object
RETREAT = 0.12  # [m] above what was released
RIM_DEPTH = 0.012  # [m] of the fingertips below the rim of a bowl that is grasped
DEEPEST = 0.03  # [m] of the fingertips below the top of what is grasped; the palm is 39 mm above them


class Style(Struct, frozen=True, forbid_unknown_fields=True):
    """How carefully a motion is carried out; read from the card's options."""

    speed: float = 0.75  # of the largest step
    gentleness: float = 0.5  # of the speed, taken off where the aim is near
    hover: float = 0.09  # [m] over an object before the approach
    tolerance: float = 0.008  # [m] horizontal error at which the gripper goes down, and closes or opens
    grasp_height: float = 0.010  # [m] above the middle of an object at which fingers may close
    steady: float = 0.014  # [m] from the middle of another object where one may be let go
    drop: float = 0.0  # [m] above where an object should lie at which it may be let go
    aligns: bool = True  # turns the fingers to the object's faces
    offset: float = 0.0  # [m] by which every grasp and push is off, along the object's first axis


class Aim(Struct, frozen=True):
    """What the end effector should do next."""

    position: Vector  # (3,) [m] of the tool centre point
    yaw: float  # [rad] of the hand about the vertical
    open: bool


def aim(task: Task, objects: dict[str, SceneObject], now: Situation, style: Style) -> Aim:
    """What must be cleared away first, else the aim of the task's family."""
    item = objects[task.object_id]
    first = _put_down(task, objects, now) or _rise_clear(task, objects, now)
    if first is not None:
        return first
    if task.family == "reach":
        return _reach(item, now, style)
    if task.family == "push":
        return _push(item, np.array(task.direction), now, style)
    if task.family == "lift":
        return _lift(item, now, style)
    return _deliver(item, objects[task.target_id or ""], task.family == "stack", now, style)


def _put_down(task: Task, objects: dict[str, SceneObject], now: Situation) -> Aim | None:
    """Put down what an earlier turn left in the hand, if it hinders this task."""
    held = [objects[name] for name in sorted(now.gripped) if _apart(now.positions[name], now.tcp) <= WITHIN]
    hindering = [item for item in held if task.family == "push" or item.id != task.object_id]
    if not hindering or task.family == "reach":
        return None
    low = height(hindering[0], now) <= 0.005 or any(name == hindering[0].id for name, _ in now.supports)
    return Aim(now.tcp - np.array([0.0, 0.0, 0.0 if low else 0.05]), hand_yaw(now), low)


def _rise_clear(task: Task, objects: dict[str, SceneObject], now: Situation) -> Aim | None:
    """Straight up while the fingers are around something that is not to be grasped."""
    if task.family != "push" and task.object_id in now.gripped:
        return None
    graspable = None if task.family == "push" else task.object_id
    holders = [item.id for item in objects.values() if _is_under(item, task.object_id, now)]
    for item in objects.values():
        if item.id != graspable and item.id not in holders and _is_around(item, now):
            return Aim(now.tcp + np.array([0.0, 0.0, 0.05]), hand_yaw(now), True)
    return None


def _is_around(item: SceneObject, now: Situation) -> bool:
    """Whether the fingertips are beside, or within, an object's sides."""
    low = float(now.tcp[2] - now.positions[item.id][2]) < item.half_height + 0.01
    return low and _apart(now.positions[item.id], now.tcp) < item.radius + 0.01


def _is_under(item: SceneObject, other_id: str, now: Situation) -> bool:
    return item.id != other_id and _apart(now.positions[item.id], now.positions[other_id]) < item.radius


def _reach(item: SceneObject, now: Situation, style: Style) -> Aim:
    goal = _off(item, now, style) + np.array([0.0, 0.0, item.half_height + REACH_ABOVE])
    goal[2] += _funnel(_apart(goal, now.tcp) - 0.03, style.hover)
    return Aim(goal, 0.0, not now.gripped)


def _lift(item: SceneObject, now: Situation, style: Style) -> Aim:
    if item.id not in now.gripped:
        return _pick(item, now, style)
    return Aim(np.array([now.tcp[0], now.tcp[1], LIFT_TO + item.half_height]), _grasp_yaw(item, now, style), False)


def _pick(item: SceneObject, now: Situation, style: Style) -> Aim:
    """Above the object, down around it, and close; a bowl is taken by its rim."""
    goal = _off(item, now, style) + _grip(item, now)
    yaw = _grasp_yaw(item, now, style)
    error = _apart(goal, now.tcp)
    turned = abs(_turn(hand_yaw(now), yaw)) if style.aligns else 0.0
    lowered = abs(float(now.tcp[2] - goal[2])) <= style.grasp_height
    grasp = lowered and error <= style.tolerance and turned <= 0.15
    goal[2] += _funnel(error + 0.03 * turned - style.tolerance, style.hover)
    return Aim(goal, yaw, not grasp)


def _grip(item: SceneObject, now: Situation) -> Vector:
    """From an object's middle to where the fingertips take it; of a bowl's rim, the side with more room around it."""
    if item.shape != "bowl":
        return np.array([0.0, 0.0, max(0.0, item.half_height - DEEPEST)])
    middle, others = now.positions[item.id], [place for name, place in now.positions.items() if name != item.id]
    sides = [np.array([0.0, side * item.radius, item.half_height - RIM_DEPTH]) for side in (1.0, -1.0)]
    return max(sides, key=lambda side: min((_apart(middle + 2 * side, place) for place in others), default=0.0))


def _deliver(item: SceneObject, goal: SceneObject, stack: bool, now: Situation, style: Style) -> Aim:
    """Pick the object up, carry it over the goal, lower it and let go."""
    done = resting_on(item, goal, now) if stack else inside(item, goal, now)
    held = item.id in now.gripped
    if done and not (stack and held and _error(item, goal, now) > style.steady):
        return _let_go(item, now, style)
    return _carry(item, goal, stack, now, style) if held else _pick(item, now, style)


def _let_go(item: SceneObject, now: Situation, style: Style) -> Aim:
    goal = now.tcp.copy()
    if item.id not in now.gripped:
        goal[2] = now.positions[item.id][2] + RETREAT
    return Aim(goal, hand_yaw(now), True)


def _carry(item: SceneObject, goal: SceneObject, stack: bool, now: Situation, style: Style) -> Aim:
    """Over the goal in a funnel; while too low to pass over its rim, no nearer to it than beside it."""
    position, centre = now.positions[item.id], now.positions[goal.id]
    away = position[:2] - centre[:2]
    error = float(np.hypot(*away))
    rim = float(centre[2]) + goal.half_height
    bottom = float(position[2]) - item.half_height
    beside = (goal.radius + item.radius + 0.02) * float(np.clip((rim + 0.01 - bottom) / 0.02, 0.0, 1.0))
    nearest = min(error, beside)
    level = rim - 0.002 if stack else rim - 0.01
    wanted = level + _funnel(error - style.tolerance, rim + CARRY_ABOVE - level)
    shift = centre[:2] + away * (nearest / max(error, 1e-9)) - position[:2]
    over = bottom - rim - style.drop
    free = error <= style.tolerance and over < 0.0 if stack else error <= 2 * style.tolerance and over <= 0.02
    return Aim(now.tcp + np.array([*shift, wanted - bottom]), hand_yaw(now), free)


def _push(item: SceneObject, along: Vector, now: Situation, style: Style) -> Aim:
    """Behind the object with closed fingers, then forward through its centre."""
    centre = _off(item, now, style)
    offset = now.tcp[:2] - centre[:2]
    ahead, across = float(offset @ along), float(offset @ np.array([-along[1], along[0]]))
    reach = item.radius + FINGER
    low = float(now.tcp[2]) <= PUSH_HEIGHT + 0.008
    if low and ahead <= 0.0 and abs(across) <= 0.015:
        if np.hypot(*now.tcp[:2]) > PUSH_UNTIL:
            return Aim(now.tcp, 0.0, False)
        goal = np.array([*(now.tcp[:2] + PUSH_LEAD * along), PUSH_HEIGHT])
        goal[:2] -= across * np.array([-along[1], along[0]])
        return Aim(goal, 0.0, False)
    goal = np.array([*(centre[:2] - (reach + 0.02) * along), PUSH_HEIGHT])
    goal[2] += _funnel(_apart(goal, now.tcp) - 0.012, style.hover)
    return Aim(goal, 0.0, False)


def hand_yaw(now: Situation) -> float:
    """[rad] about the vertical, 0 when the hand's x axis points away from the base."""
    return float(np.arctan2(now.tcp_rotation[1, 0], now.tcp_rotation[0, 0]))


def _grasp_yaw(item: SceneObject, now: Situation, style: Style) -> float:
    """The yaw within a quarter turn at which the fingers face two of a box's sides."""
    if not style.aligns or (item.shape != "box" and not item.symmetry):
        return 0.0
    rotation = now.rotations[item.id]
    flat = 0 if item.symmetry else int(np.argmin(np.abs(rotation[2])))
    yaw = float(np.arctan2(rotation[1, flat], rotation[0, flat]))
    return _turn(0.0, yaw, 2 * np.pi / (item.symmetry or 4))


def _turn(start: float, end: float, period: float = 2 * np.pi) -> float:
    """The shortest way from one angle to another, for a shape that looks the same after each `period`."""
    return float((end - start + period / 2) % period - period / 2)


def _off(item: SceneObject, now: Situation, style: Style) -> Vector:
    along = now.rotations[item.id][:, 0] * np.array([1.0, 1.0, 0.0])
    goal: Vector = now.positions[item.id] + style.offset * along
    return goal


def _error(item: SceneObject, goal: SceneObject, now: Situation) -> float:
    return _apart(now.positions[item.id], now.positions[goal.id])


def _apart(one: Vector, other: Vector) -> float:
    """Horizontal distance [m]."""
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _funnel(error: float, most: float) -> float:
    return float(np.clip(FUNNEL * error, 0.0, most))
