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
from vlaarena_desktop.sides import SIDE_COLORS

MAX_POINTS = 120  # of one trail
_SPACING = 0.003  # [m] between two points of a trail
_MOVED = 0.01  # [m] an object that moved less has no trail
_FADE_SECONDS = 4.0  # after which a trail is as faint as it gets
_FRESH, _FAINT = 0.9, 0.18  # opacity of a trail's newest and oldest parts
_GRIPPER_WIDTH, _OBJECT_WIDTH = 3.5, 2.0  # [px]; lines cost a third of capsules where a processor draws
_GLOW = 0.35  # a trail is bright in the shade, too
_ROBOT_OPACITY, _OBJECT_OPACITY = 0.16, 0.4  # of a ghost
_DECORATION = mujoco.mjtCatBit.mjCAT_DECOR.value  # casts no shadow
FORCE_LENGTH = 0.02  # [m] of an arrow for each newton
_SHORTEST_ARROW, _LONGEST_ARROW, _ARROW_WIDTH = 0.002, 0.3, 0.004  # [m]
_FORCE_COLOR = np.array([0.8, 0.47, 0.65, 1.0], np.float32)  # reddish purple (Okabe and Ito, 2008)
_LINE, _ARROW = mujoco.mjtGeom.mjGEOM_LINE, mujoco.mjtGeom.mjGEOM_ARROW
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
    width: float  # [px]


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
                mujoco.mjv_initGeom(geom, _LINE.value, _ZEROS, _ZEROS, _NOT_TURNED, color)
                mujoco.mjv_connector(geom, _LINE.value, trail.width, start, end)
                geom.category, geom.emission = _DECORATION, _GLOW
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
    loose = _loose_geoms(model)
    for geom in scene.geoms[first : scene.ngeom]:
        geom.matid, geom.category = -1, _DECORATION
        if loose[geom.objid]:
            geom.rgba[3] = _OBJECT_OPACITY
        else:
            geom.rgba[:] = tint


def draw_forces(scene: mujoco.MjvScene, data: mujoco.MjData) -> None:
    """Draw what pushes each object as an arrow that ends at the contact, FORCE_LENGTH for each newton.

    MuJoCo's own arrows are scaled by the mean mass: those of light objects beside a heavy arm are too short to see.
    """
    geoms, loose = scene.geoms, _loose_geoms(data.model)
    for index in range(min(data.ncon, scene.maxgeom - scene.ngeom)):
        contact = data.contact[index]
        arrow = _arrow(data, index, towards_second=bool(loose[contact.geom[1]] or not loose[contact.geom[0]]))
        if arrow is None:
            continue
        geom = geoms[scene.ngeom]
        mujoco.mjv_initGeom(geom, _ARROW.value, _ZEROS, _ZEROS, _NOT_TURNED, _FORCE_COLOR)
        # MuJoCo renders an arrow over the first half of its connector
        mujoco.mjv_connector(geom, _ARROW.value, _ARROW_WIDTH, contact.pos - arrow, contact.pos + arrow)
        geom.category, geom.emission = _DECORATION, _GLOW
        scene.ngeom += 1


def show_contact_points(option: mujoco.MjvOption, *, shown: bool) -> None:
    """Let MuJoCo draw contact points, or not."""
    option.flags[mujoco.mjtVisFlag.mjVIS_CONTACTPOINT] = shown


def side_color(side: int) -> Color:
    """A side's colour for MuJoCo, opaque."""
    channels = [int(SIDE_COLORS[side][index : index + 2], 16) / 255 for index in (1, 3, 5)]
    return np.array([*channels, 1.0], np.float32)


def _free_joints(model: mujoco.MjModel) -> list[int]:
    return [int(joint) for joint in np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_FREE)]


def _loose_geoms(model: mujoco.MjModel) -> NDArray[np.bool_]:
    """Which geoms belong to objects, shape (ngeom,)."""
    roots = model.body_rootid[model.geom_bodyid]
    loose: NDArray[np.bool_] = np.isin(roots, model.jnt_bodyid[_free_joints(model)])
    return loose


def _arrow(data: mujoco.MjData, contact: int, *, towards_second: bool) -> NDArray[np.float64] | None:
    """The arrow of a contact's force on its second or its first geom, shape (3,); None if it is too short."""
    force, frame = np.zeros(6), data.contact[contact].frame.reshape(3, 3)
    mujoco.mj_contactForce(data.model, data, contact, force)
    length = float(np.linalg.norm(force[:3])) * FORCE_LENGTH
    if length < _SHORTEST_ARROW:
        return None
    arrow: NDArray[np.float64] = frame.T @ force[:3] * FORCE_LENGTH * min(1.0, _LONGEST_ARROW / length)
    return arrow if towards_second else -arrow


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
