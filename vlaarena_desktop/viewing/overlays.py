"""What is drawn over a stage after the vote: trails, the other side's ghost, contact points and forces.

Each function adds geoms to a scene that was just updated, and never more than it has room for.
"""

from __future__ import annotations

from collections.abc import Iterator

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.catalog import find_robot
from scenes.episode import Trajectory
from vlaarena_desktop.theme import SIDE_COLORS

MAX_POINTS = 160  # of one trail
_SPACING = 0.003  # [m] between two points of a trail
_MOVED = 0.01  # [m] an object that moved less has no trail
_FADE_SECONDS = 4.0  # after which a trail is as faint as it gets
_FRESH, _FAINT = 0.9, 0.18  # opacity of a trail's newest and oldest parts
_GRIPPER_WIDTH, _OBJECT_WIDTH = 0.0022, 0.0014  # [m] radius
_ROBOT_OPACITY, _OBJECT_OPACITY = 0.28, 0.5  # of a ghost
_CAPSULE = mujoco.mjtGeom.mjGEOM_CAPSULE
_ZEROS, _NOT_TURNED = np.zeros(3), np.eye(3).ravel()

Color = NDArray[np.float32]  # (4,) red, green, blue, opacity, 0 .. 1


class Overlays(Struct, frozen=True):
    """What is switched on. Nothing is, before the vote."""

    trails: bool = False
    ghost: bool = False
    contacts: bool = False
    forces: bool = False

    @property
    def needs_contacts(self) -> bool:
        """Whether the exact physics must be there, while the replay runs too."""
        return self.contacts or self.forces


class _Trail(Struct, frozen=True):
    """Where one thing was, from the start to the end."""

    times: NDArray[np.float64]  # (n,) [s]
    points: NDArray[np.float64]  # (n, 3) [m]
    width: float  # [m]


class Trails:
    """The paths of the gripper and of every object that moves in one trajectory."""

    def __init__(self, model: mujoco.MjModel, trajectory: Trajectory) -> None:
        self._site = int(model.site(find_robot(trajectory.robot_id).tcp_site).id)
        self._bodies = [int(model.jnt_bodyid[joint]) for joint in _free_joints(model)]
        times, places = self._places(model, trajectory)
        widths = [_GRIPPER_WIDTH, *(_OBJECT_WIDTH for _ in self._bodies)]
        self._trails = [
            (index, _thinned(times, places[:, index], width))
            for index, width in enumerate(widths)
            if float(np.ptp(places[:, index], axis=0).max(initial=0.0)) > _MOVED
        ]

    def draw(self, scene: mujoco.MjvScene, data: mujoco.MjData, time: float, side: int) -> None:
        """Draw each path from its start to where the thing is now, in the side's colour, fading with age."""
        ends = np.vstack([data.site_xpos[self._site], data.xpos[self._bodies]])
        color, geoms = side_color(side), scene.geoms
        for index, trail in self._trails:
            for start, end, age in _segments(trail, ends[index], time):
                if scene.ngeom >= scene.maxgeom:
                    return
                color[3] = max(_FAINT, _FRESH + (_FAINT - _FRESH) * age / _FADE_SECONDS)
                geom = geoms[scene.ngeom]
                mujoco.mjv_initGeom(geom, _CAPSULE.value, _ZEROS, _ZEROS, _NOT_TURNED, color)
                mujoco.mjv_connector(geom, _CAPSULE.value, trail.width, start, end)
                scene.ngeom += 1

    def _places(self, model: mujoco.MjModel, trajectory: Trajectory) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times (m,) and places (m, 1 + objects, 3) of the gripper and each object along the display track."""
        data, track = mujoco.MjData(model), trajectory.display
        places = np.empty((len(track.times), 1 + len(self._bodies), 3))
        for row, qpos in zip(places, track.qpos, strict=True):
            data.qpos[:] = qpos
            mujoco.mj_kinematics(model, data)
            row[0], row[1:] = data.site_xpos[self._site], data.xpos[self._bodies]
        return track.times.astype(np.float64), places


def draw_ghost(scene: mujoco.MjvScene, data: mujoco.MjData, option: mujoco.MjvOption, side: int) -> None:
    """Add another side's robot, tinted in its colour, and its objects, all translucent."""
    model, first = data.model, scene.ngeom
    mujoco.mjv_addGeoms(model, data, option, mujoco.MjvPerturb(), mujoco.mjtCatBit.mjCAT_DYNAMIC.value, scene)
    tint = side_color(side)
    tint[3] = _ROBOT_OPACITY
    objects = {int(model.jnt_bodyid[joint]) for joint in _free_joints(model)}
    for geom in scene.geoms[first : scene.ngeom]:
        geom.matid = -1
        if int(model.body_rootid[model.geom_bodyid[geom.objid]]) in objects:
            geom.rgba[3] = _OBJECT_OPACITY
        else:
            geom.rgba[:] = tint


def choose_physics(option: mujoco.MjvOption, overlays: Overlays) -> None:
    """Let MuJoCo draw contact points and contact forces, or not."""
    option.flags[mujoco.mjtVisFlag.mjVIS_CONTACTPOINT] = overlays.contacts
    option.flags[mujoco.mjtVisFlag.mjVIS_CONTACTFORCE] = overlays.forces


def side_color(side: int) -> Color:
    """A side's colour for MuJoCo, opaque."""
    channels = [int(SIDE_COLORS[side][index : index + 2], 16) / 255 for index in (1, 3, 5)]
    return np.array([*channels, 1.0], np.float32)


def _free_joints(model: mujoco.MjModel) -> list[int]:
    return [int(joint) for joint in np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_FREE)]


def _thinned(times: NDArray[np.float64], points: NDArray[np.float64], width: float) -> _Trail:
    """The points that lie apart from the one kept before, at most MAX_POINTS."""
    kept = [0]
    for index, point in enumerate(points):
        if float(np.linalg.norm(point - points[kept[-1]])) >= _SPACING:
            kept.append(index)
    stride = -(-len(kept) // MAX_POINTS)
    chosen = kept[::stride]
    return _Trail(times[chosen], points[chosen], width)


def _segments(
    trail: _Trail, end: NDArray[np.float64], time: float
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    """Start, end and age [s] of each piece up to now, the newest first."""
    passed = int(np.searchsorted(trail.times, time, side="right"))
    for index in range(passed - 1, -1, -1):
        yield trail.points[index], end, time - float(trail.times[index])
        end = trail.points[index]
