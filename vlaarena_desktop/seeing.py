"""What the policies saw: the camera pictures of their cards, rendered again from the states, as for an observation."""

from __future__ import annotations

import copy

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes import states
from scenes.cameras import Cameras
from scenes.episode import State, Trajectory
from scenes.models import CameraInput
from scenes.progress import Job, Progress

BUDGET = 96_000_000  # bytes of pictures kept of one turn

Picture = NDArray[np.uint8]  # (height, width, 3)


class Seer(Struct, frozen=True):
    """One side: its trajectory, and the pictures its policy is given."""

    trajectory: Trajectory
    inputs: tuple[CameraInput, ...]

    def step_at(self, time: float) -> int:
        """The last record up to a time [s]."""
        return self.trajectory.step_at_time(time)

    @property
    def size(self) -> int:
        """Bytes of all pictures of one step."""
        return sum(3 * each.width * each.height for each in self.inputs)


class Album:
    """The pictures of one turn's two sides, by step. `render` fills it on a thread of its own; anyone may look."""

    def __init__(self, model: mujoco.MjModel, sides: tuple[Seer, Seer]) -> None:
        self.sides = sides
        self.wanted = 0.0  # [s] pictures near it are rendered first
        self._model = model
        self._pictures: dict[tuple[int, int], dict[str, Picture]] = {}
        largest = max(side.size for side in sides)
        self._room = BUDGET // largest if largest else 0  # steps of a side that may be kept

    @property
    def complete(self) -> bool:
        """Whether nothing is left to render near the time wanted."""
        return self._next() is None

    def at(self, side: int, time: float) -> dict[str, Picture] | None:
        """A side's pictures at a time [s], by the policy's own keys; None while they are not rendered."""
        return self._pictures.get((side, self.sides[side].step_at(time)))

    def render(self) -> Job[None]:
        """Render what is missing, the nearest to `wanted` first, until the album is full.

        Raises:
            GraphicsUnavailable: no OpenGL backend could be opened.
            NotFound: the world has no such camera.
            BadInput: the states belong to another model.
        """
        from scenes.observing import picture  # brings the solver of control, which the window's start does without

        width = max((each.width for side in self.sides for each in side.inputs), default=1)
        height = max((each.height for side in self.sides for each in side.inputs), default=1)
        model = copy.copy(self._model)  # the viewers draw with theirs meanwhile
        data = mujoco.MjData(model)
        histories = [
            states.full(states.layout(model), State(side.trajectory.components, side.trajectory.states))
            for side in self.sides
        ]
        total = sum(len(history) for history, side in zip(histories, self.sides, strict=True) if side.inputs)
        with Cameras(model, width, height) as cameras:
            while (place := self._next()) is not None:
                side, step = place
                _restore(model, data, histories[side][step])
                self._keep(
                    place,
                    {each.key: picture(cameras, data, each) for each in self.sides[side].inputs},
                )
                yield Progress(len(self._pictures), total)

    def _next(self) -> tuple[int, int] | None:
        """The nearest side and step without pictures, among as many around the time wanted as may be kept."""
        missing = []
        for side, seer in enumerate(self.sides):
            here, steps = seer.step_at(self.wanted), range(seer.trajectory.steps + 1) if seer.inputs else range(0)
            near = sorted(steps, key=lambda step: abs(step - here))[: max(1, self._room // 2)]
            found = next((step for step in near if (side, step) not in self._pictures), None)
            if found is not None:
                missing.append((abs(found - here), side, found))
        return min(missing)[1:] if missing else None

    def _keep(self, place: tuple[int, int], pictures: dict[str, Picture]) -> None:
        """Keep pictures; the farthest from the time wanted make room for them."""
        self._pictures[place] = pictures
        while len(self._pictures) > max(2, self._room):
            here = [seer.step_at(self.wanted) for seer in self.sides]
            del self._pictures[max(self._pictures, key=lambda key: abs(key[1] - here[key[0]]))]


def _restore(model: mujoco.MjModel, data: mujoco.MjData, values: NDArray[np.float64]) -> None:
    """The state as a world restores it: poses, cameras and lights, no physics."""
    states.put(model, data, values)
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    mujoco.mj_camlight(model, data)
