"""Recorder: steps a world and keeps what a Trajectory needs."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.episode import DisplayTrack, Trajectory
from scenes.rhythm import Rhythm
from scenes.states import trimmed
from scenes.world import World

DISPLAY_HZ = 60.0
_GRAIN = 2.0**-18  # [m, rad] display poses are rounded to 4 micrometres: invisible, and they compress to half


class Recorder:
    """Records an episode from the present state on: before each control step, at the end, and at 60 Hz.

    Times of the display track count from the beginning of the episode.
    """

    def __init__(self, world: World, substeps: int, cycle: int = 1) -> None:
        """Begin an episode in which `cycle` control steps take `substeps` physics steps; see scenes/rhythm.py."""
        self._world, self._rhythm = world, Rhythm(substeps, cycle)
        self._records: list[NDArray[np.float64]] = []
        self._poses: list[NDArray[np.float32]] = []
        self._times: list[float] = []
        self._physics_steps = 0
        self._sample()

    def step(self, ctrl: NDArray[np.float64]) -> None:
        """Carry out one control step.

        Raises:
            BadInput: controls of the wrong shape.
            SimulationUnstable: the state left the finite numbers; this recording cannot be finished.
        """
        self._world.set_ctrl(ctrl)
        self._records.append(self._world.all_values())
        substeps = self._rhythm.begins(len(self._records)) - self._physics_steps
        self._world.step(ctrl, substeps, self._count_physics_step)

    def finish(self) -> Trajectory:
        """Everything recorded, and the present state as the last record."""
        world, display = self._world, self._display()
        states = trimmed(world.components, np.array([*self._records, world.all_values()]))
        return Trajectory(
            robot_id=world.robot.id,
            scene_id=world.scene.id,
            bundle_digest=world.bundle.digest,
            mujoco_version=mujoco.__version__,
            timestep=float(world.model.opt.timestep),
            substeps=self._rhythm.substeps,
            cycle=self._rhythm.cycle,
            components=states.components,
            states=states.values,
            display=display,
        )

    def _count_physics_step(self) -> None:
        self._physics_steps += 1
        if self._physics_steps == self._due:
            self._sample()

    def _sample(self) -> None:
        """Keep the present poses and set when the next are due."""
        data = self._world.data
        self._times.append(self._physics_steps * self._world.model.opt.timestep)
        mocap = np.hstack([data.mocap_pos, data.mocap_quat]).reshape(-1)
        poses = np.concatenate([data.qpos, mocap])
        self._poses.append((np.round(poses / _GRAIN) * _GRAIN).astype(np.float32))
        physics_hz = 1.0 / self._world.model.opt.timestep
        self._due = round(len(self._times) * physics_hz / DISPLAY_HZ)

    def _display(self) -> DisplayTrack:
        """The samples, closed by the present poses, so that the track covers the whole episode."""
        if self._times[-1] < self._physics_steps * self._world.model.opt.timestep:
            self._sample()
        poses, nq = np.array(self._poses), self._world.model.nq
        return DisplayTrack(np.array(self._times, np.float32), poses[:, :nq], poses[:, nq:])
