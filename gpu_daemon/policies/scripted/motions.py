"""Where the end effector should go next: pure functions of the situation, one per task family.

Every phase is decided from where things are, so a motion goes on from wherever a disturbance leaves it.
Heights are funnels: the nearer the gripper is to where it must be, the lower it may go, so phases overlap.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import SceneObject, Task
from scenes.predicates import Situation, inside, resting_on

Vector = NDArray[np.float64]

FUNNEL = 2.0  # metres of height per metre of horizontal error
GRASP_HEIGHT = 0.010  # [m] a grasp may be so far off in height
LIFT_TO = 0.14  # [m] above the table
CARRY_ABOVE = 0.035  # [m] over what must be cleared
FINGER = 0.012  # [m] half the depth of a closed fingertip in the direction of a push
REACH_ABOVE = 0.008  # [m] between the fingertips and the top of the object
RETREAT = 0.10  # [m] above what was released


class Style(Struct, frozen=True, forbid_unknown_fields=True):
    """How carefully a motion is carried out; read from the card's options."""

    speed: float = 0.75  # of the largest step
    hover: float = 0.09  # [m] over an object before the approach
    tolerance: float = 0.008  # [m] horizontal error at which fingers close or open
    aligns: bool = True  # turns the fingers to the object's faces
    offset_x: float = 0.0  # [m] by which every grasp and push is off, in the object's frame
    offset_y: float = 0.0


class Aim(Struct, frozen=True):
    """What the end effector should do next."""

    position: Vector  # (3,) [m] of the tool centre point
    yaw: float  # [rad] of the hand about the vertical
    open: bool


def aim(task: Task, objects: dict[str, SceneObject], now: Situation, style: Style) -> Aim:
    """The aim of the task's family."""
    item = objects[task.object_id]
    if task.family == "reach":
        return _reach(item, now, style)
    if task.family == "push":
        return _push(item, np.array(task.direction), now, style)
    if task.family == "lift":
        return _lift(item, now, style)
    return _deliver(item, objects[task.target_id or ""], task.family == "stack", now, style)


def _reach(item: SceneObject, now: Situation, style: Style) -> Aim:
    goal = now.positions[item.id] + np.array([0.0, 0.0, item.half_height + REACH_ABOVE])
    goal[2] += _funnel(_apart(goal, now.tcp) - 0.03, style.hover)
    return Aim(goal, 0.0, True)


def _lift(item: SceneObject, now: Situation, style: Style) -> Aim:
    if item.id not in now.gripped:
        return _pick(item, now, style)
    return Aim(
        np.array([now.tcp[0], now.tcp[1], LIFT_TO + item.half_height]), _grasp_yaw(item, now, style), False
    )


def _pick(item: SceneObject, now: Situation, style: Style) -> Aim:
    """Above the object, down around it, and close."""
    goal = _off(item, now, style)
    yaw = _grasp_yaw(item, now, style)
    error = _apart(goal, now.tcp)
    turned = abs(_turn(hand_yaw(now), yaw)) if style.aligns else 0.0
    lowered = abs(float(now.tcp[2] - goal[2])) <= GRASP_HEIGHT
    grasp = lowered and error <= style.tolerance and turned <= 0.15
    goal[2] += _funnel(error + 0.03 * turned - style.tolerance, style.hover)
    return Aim(goal, yaw, not grasp)


def _deliver(item: SceneObject, goal: SceneObject, stack: bool, now: Situation, style: Style) -> Aim:
    """Pick the object up, carry it over the goal, lower it and let go."""
    done = resting_on(item, goal, now) if stack else inside(item, goal, now)
    held = item.id in now.gripped
    if done and not (stack and held and _error(item, goal, now) > style.tolerance):
        return _let_go(item, now, style)
    return _carry(item, goal, stack, now, style) if held else _pick(item, now, style)


def _let_go(item: SceneObject, now: Situation, style: Style) -> Aim:
    up = 0.0 if item.id in now.touched else RETREAT
    return Aim(now.tcp + np.array([0.0, 0.0, up]), hand_yaw(now), True)


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
    free = not stack and error <= 2 * style.tolerance and bottom <= rim + 0.02
    return Aim(now.tcp + np.array([*shift, wanted - bottom]), hand_yaw(now), free)


def _push(item: SceneObject, along: Vector, now: Situation, style: Style) -> Aim:
    """Behind the object with closed fingers, then forward through its centre."""
    centre = _off(item, now, style)
    offset = now.tcp[:2] - centre[:2]
    ahead, across = float(offset @ along), float(offset @ np.array([-along[1], along[0]]))
    reach = item.radius + FINGER
    low = float(now.tcp[2]) <= item.half_height + 0.015
    if low and ahead <= 0.0 and abs(across) <= 0.015:
        goal = np.array([*(now.tcp[:2] + 0.06 * along), item.half_height])
        goal[:2] -= across * np.array([-along[1], along[0]])
        return Aim(goal, 0.0, False)
    goal = np.array([*(centre[:2] - (reach + 0.02) * along), item.half_height])
    goal[2] += _funnel(_apart(goal, now.tcp) - 0.012, style.hover)
    return Aim(goal, 0.0, False)


def hand_yaw(now: Situation) -> float:
    """[rad] about the vertical, 0 when the hand's x axis points away from the base."""
    return float(np.arctan2(now.tcp_rotation[1, 0], now.tcp_rotation[0, 0]))


def _grasp_yaw(item: SceneObject, now: Situation, style: Style) -> float:
    """The yaw within a quarter turn at which the fingers face two of a box's sides."""
    if item.shape != "box" or not style.aligns:
        return 0.0
    rotation = now.rotations[item.id]
    flat = int(np.argmin(np.abs(rotation[2])))
    yaw = float(np.arctan2(rotation[1, flat], rotation[0, flat]))
    return _turn(0.0, yaw, np.pi / 2)


def _turn(start: float, end: float, period: float = 2 * np.pi) -> float:
    """The shortest way from one angle to another, for a shape that looks the same after each `period`."""
    return float((end - start + period / 2) % period - period / 2)


def _off(item: SceneObject, now: Situation, style: Style) -> Vector:
    goal: Vector = now.positions[item.id] + np.array([style.offset_x, style.offset_y, 0.0])
    return goal


def _error(item: SceneObject, goal: SceneObject, now: Situation) -> float:
    return _apart(now.positions[item.id], now.positions[goal.id])


def _apart(one: Vector, other: Vector) -> float:
    """Horizontal distance [m]."""
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _funnel(error: float, most: float) -> float:
    return float(np.clip(FUNNEL * error, 0.0, most))
