"""Stage: a trajectory set up for drawing. It shows any time of it, smoothly or exactly."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes import states
from scenes.episode import State, Trajectory
from vlaarena_desktop.viewing.overlays import Overlays, Trails, draw_forces, draw_ghost, show_contact_points

MAX_GEOMS = 2000
SMOOTH_HZ = 240.0  # moments closer than this are the same picture


class Stage:
    """The model and the moving parts of one trajectory: what a canvas draws.

    Several stages may share one MjModel; each has its own MjData and MjvScene.
    """

    def __init__(self, model: mujoco.MjModel, trajectory: Trajectory) -> None:
        self.model, self.trajectory = model, trajectory
        self.data = mujoco.MjData(model)
        self.scene = mujoco.MjvScene(model, maxgeom=MAX_GEOMS)
        self.option = mujoco.MjvOption()
        self.step = 0  # the control step shown
        self._states = states.full(states.layout(model), State(trajectory.components, trajectory.states))
        self._shown: tuple[str, int] | None = None
        self._time = 0.0
        self._exact: int | None = None  # the substep whose exact state the data hold; None while they are smooth
        self._overlays, self._side = Overlays(), 0
        self._other: Stage | None = None
        self._trails: Trails | None = None
        self.show_exact(0.0)

    @property
    def moving(self) -> bool:
        """Whether what is shown is a moment of a running replay."""
        return self._shown is not None and self._shown[0] == "smooth"

    def show_smooth(self, time: float) -> bool:
        """Show a moment of the display track, interpolated; whether the picture changed."""
        time = self._within(time)
        if not self._is_new("smooth", round(time * SMOOTH_HZ)):
            return False
        if self._overlays.needs_contacts:
            self._put_exact(time)
            return True
        track, data = self.trajectory.display, self.data
        if len(track.times) == 0:
            return self.show_exact(time)
        after = int(np.searchsorted(track.times, time))
        before, after = max(0, after - 1), min(after, len(track.times) - 1)
        span = float(track.times[after] - track.times[before])
        share = min(1.0, (time - float(track.times[before])) / span) if span > 0 else 1.0
        data.qpos[:] = _between(track.qpos, before, after, share)
        mujoco.mj_normalizeQuat(self.model, data.qpos)
        if self.model.nmocap:
            mocap = _between(track.mocap, before, after, share).reshape(self.model.nmocap, 7)
            data.mocap_pos[:], data.mocap_quat[:] = mocap[:, :3], mocap[:, 3:]
        mujoco.mj_kinematics(self.model, data)
        mujoco.mj_comPos(self.model, data)
        mujoco.mj_camlight(self.model, data)
        self._exact, self._time, self.step = None, time, self._step_at(time)
        return True

    def show_exact(self, time: float) -> bool:
        """Show the physics state at the substep nearest to `time`; whether the picture changed.

        It is the nearest record before it, simulated on with that record's controls.
        """
        if not self._is_new("exact", self._substep_at(time)):
            return False
        self._put_exact(time)
        return True

    @property
    def overlays(self) -> Overlays:
        """What is drawn over the stage."""
        return self._overlays

    def set_overlays(self, overlays: Overlays, side: int = 0, other: Stage | None = None) -> None:
        """Draw these over the stage of a side from now on, and the ghost of the `other` side's stage."""
        self._overlays, self._side, self._other = overlays, side, other
        show_contact_points(self.option, shown=overlays.contacts)
        self._put_exact(self._time)
        if overlays.trails and self._trails is None:
            self._trails = Trails(self.model, self.trajectory)

    def update_scene(self, camera: mujoco.MjvCamera) -> None:
        """Turn the state shown into the geoms, lights and camera that a canvas renders."""
        every = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self.model, self.data, self.option, None, camera, every, self.scene)
        other = self._other
        if self._overlays.ghost and other is not None and other.model is self.model:
            draw_ghost(self.scene, other.data, self.option, other._side)
            other.draw_trails(self.scene)
        self.draw_trails(self.scene)
        if self._overlays.forces:
            draw_forces(self.scene, self.data)

    def draw_trails(self, scene: mujoco.MjvScene) -> None:
        """Add this side's trails up to now, if they are switched on, to a scene."""
        if self._overlays.trails and self._trails is not None:
            self._trails.draw(scene, self.data, self._time, self._side)

    def point_at(self, x: float, y: float, aspect: float) -> NDArray[np.float64] | None:
        """The surface point seen at relative window coordinates (x right, y up, 0 .. 1); None for the sky."""
        point = np.zeros(3)
        geom, flex, skin = np.full(1, -1, np.int32), np.full(1, -1, np.int32), np.full(1, -1, np.int32)
        mujoco.mjv_select(self.model, self.data, self.option, aspect, x, y, self.scene, point, geom, flex, skin)
        return point if geom[0] >= 0 or skin[0] >= 0 or flex[0] >= 0 else None

    def _put_exact(self, time: float) -> None:
        """Bring the data to the substep nearest to `time`: the record before it, simulated on."""
        wanted = self._substep_at(time)
        step = self.trajectory.step_at(wanted)
        begun = self.trajectory.begins(step)
        if self._exact is not None and begun <= self._exact <= wanted:
            begun = self._exact
        else:
            states.put(self.model, self.data, self._states[step])
        if wanted > begun:
            mujoco.mj_step(self.model, self.data, wanted - begun)
        mujoco.mj_forward(self.model, self.data)
        self._exact, self._time, self.step = wanted, self._within(time), self._step_at(time)

    def _substep_at(self, time: float) -> int:
        return round(self._within(time) / self.trajectory.timestep)

    def _within(self, time: float) -> float:
        return max(0.0, min(self.trajectory.duration, time))

    def _step_at(self, time: float) -> int:
        return self.trajectory.step_at_time(self._within(time))

    def _is_new(self, kind: str, moment: int) -> bool:
        wanted = (kind, moment)
        new = wanted != self._shown
        self._shown = wanted
        return new


def _between(values: NDArray[np.float32], before: int, after: int, share: float) -> NDArray[np.float64]:
    first: NDArray[np.float64] = values[before].astype(np.float64)
    second: NDArray[np.float64] = values[after].astype(np.float64)
    between: NDArray[np.float64] = first + share * (second - first)
    return between
