"""What ran into what during an episode: computed from its display track once the battle is closed. No Qt.

An episode's own events tell what the fingers did: touched, grasped, lifted, placed, dropped. Collisions are the rest:
the robot against the table, its arm against an object, one object against another. Records are too far apart to show
a bounce; the display track has 60 moments a second.
"""

from __future__ import annotations

from collections.abc import Iterator

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import OBJECT_PREFIX, Robot, find_robot
from scenes.episode import Episode

ROBOT, TABLE = "robot", "table"  # beside the objects' ids
APART_SECONDS = 0.25  # between two collisions of the same things; what is pushed bounces
SET_DOWN_SECONDS = 1.0  # an object that is let go on another so soon was put there, and ran into nothing
_FINGERS = "fingers"
_RECORD = 1.0  # control step by which an event may seem to come before the touch it followed from
_Pair = frozenset[str]


class Collision(Struct, frozen=True):
    """Two things that had been apart touch."""

    time: float  # [s]
    subject: str  # ROBOT, or the id of the object that moved faster
    other: str  # TABLE or an object's id


def collisions(model: mujoco.MjModel, episode: Episode) -> tuple[Collision, ...]:
    """Every collision of an episode in the order of time, with the model it was played in.

    What touches at the start, or touched less than APART_SECONDS ago, does not collide.

    Raises:
        NotFound: its robot is unknown.
    """
    track = episode.trajectory.display
    owners = _owners(model, find_robot(episode.trajectory.robot_id))
    last: dict[_Pair, float] = {}
    found: list[Collision] = []
    for row, pairs in enumerate(_touching(model, owners, track.qpos)):
        time = float(track.times[row])
        for pair in sorted(pairs, key=sorted):
            apart = time - last.get(pair, -APART_SECONDS) >= APART_SECONDS
            if row and apart and not _deliberate(pair, pairs, time, episode):
                found.append(_collision(model, pair, row, episode))
            last[pair] = time
    return tuple(found)


def _touching(model: mujoco.MjModel, owners: NDArray[np.str_], history: NDArray[np.float32]) -> Iterator[set[_Pair]]:
    """What touches what at each moment, by owner; what a thing touches of itself is left out."""
    data = mujoco.MjData(model)
    for qpos in history:
        data.qpos[:] = qpos
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        geoms = data.contact.geom[data.contact.dist <= 0]
        yield {frozenset((str(a), str(b))) for a, b in owners[geoms] if a != b}


def _deliberate(pair: _Pair, pairs: set[_Pair], time: float, episode: Episode) -> bool:
    """Whether this touch is no collision: an object's on the table, a finger's, or one thing's put on another."""
    parts = pair & {ROBOT, _FINGERS, TABLE}
    if parts == {ROBOT, _FINGERS} or (len(pair - parts) == 1 and parts != {ROBOT}):
        return True
    if parts == {ROBOT}:
        return frozenset((_FINGERS, *(pair - parts))) in pairs  # the palm of a hand that holds it
    return any(
        event.kind in ("placed", "dropped")
        and {event.subject, event.other} == pair
        and event.step - time * episode.trajectory.control_hz >= -_RECORD
        and event.step / episode.trajectory.control_hz <= time + SET_DOWN_SECONDS
        for event in episode.events
    )


def _collision(model: mujoco.MjModel, pair: _Pair, row: int, episode: Episode) -> Collision:
    track = episode.trajectory.display
    time = float(track.times[row])
    if TABLE in pair:
        return Collision(time, ROBOT, TABLE)
    if ROBOT in pair:
        return Collision(time, ROBOT, *(pair - {ROBOT}))

    def moved(name: str) -> float:
        place = int(model.joint(f"{OBJECT_PREFIX}{name}").qposadr[0])
        return float(np.linalg.norm(track.qpos[row, place : place + 3] - track.qpos[row - 1, place : place + 3]))

    subject, other = sorted(sorted(pair), key=moved, reverse=True)
    return Collision(time, subject, other)


def _owners(model: mujoco.MjModel, robot: Robot) -> NDArray[np.str_]:
    """Whose each geom is, shape (ngeom,): an object's id, ROBOT, _FINGERS; all that never moves is TABLE."""
    fingers = {int(model.joint(name).bodyid[0]) for name in robot.gripper.joints}
    base = int(model.body_rootid[min(fingers)])
    bodies = []
    for body in range(model.nbody):
        name = model.body(body).name
        if name.startswith(OBJECT_PREFIX):
            bodies.append(name.removeprefix(OBJECT_PREFIX))
        elif int(model.body_rootid[body]) == base:
            bodies.append(_FINGERS if body in fingers else ROBOT)
        else:
            bodies.append(TABLE)
    owners: NDArray[np.str_] = np.array(bodies)[model.geom_bodyid]
    return owners
