"""Pictures of trajectories at a time, drawn off screen on the thread of the job that wants them. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import mujoco
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.cameras import open_context
from scenes.episode import Trajectory
from scenes.errors import GraphicsUnavailable, NotFound
from vlaarena_desktop.viewing.drawing import Drawing, Tier, prepared, tier_for
from vlaarena_desktop.viewing.overlays import Overlays
from vlaarena_desktop.viewing.stage import Stage

_FINE_SHADOW_PIXELS = 4096  # side of a fine picture's shadow map
Picture = NDArray[np.uint8]  # (height, width, 3), top row first


class Take(Struct, frozen=True):
    """One side to be drawn: its trajectory, the model to draw it with, and where one looks from."""

    side: int  # 0 is A (left), 1 is B (right)
    model: mujoco.MjModel
    trajectory: Trajectory
    camera: mujoco.MjvCamera  # a copy of its own
    overlays: Overlays = Overlays()  # only once the battle is closed
    other: Trajectory | None = None  # the other side's, for its ghost


def named_camera(model: mujoco.MjModel, name: str) -> mujoco.MjvCamera:
    """One of the model's own cameras.

    Raises:
        NotFound: it has none of this name; the hint lists them.
    """
    index: int = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_CAMERA, name)
    if index < 0:
        raise NotFound.among("camera", name, [model.camera(each).name for each in range(model.ncam)])
    camera = mujoco.MjvCamera()
    camera.type, camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED.value, index
    return camera


class Studio:
    """Draws takes in an OpenGL context of its own, which belongs to the thread that enters it."""

    def __init__(self, takes: Sequence[Take], width: int, height: int, *, fine: bool = False) -> None:
        """For pictures of `width` x `height` pixels; the edges of fine ones are smooth with any renderer."""
        self._takes, self._scale = tuple(takes), 2 if fine else 1
        self._width, self._height = width * self._scale, height * self._scale
        self._gl: Any = None  # one of MuJoCo's GLContext classes
        self._sets: list[_Set] = []
        self._drawings: dict[int, Drawing] = {}  # by the model they draw

    def __enter__(self) -> Self:
        """Open the context.

        Raises:
            GraphicsUnavailable: there is no OpenGL to draw with.
        """
        _, self._gl = open_context(self._width, self._height)
        try:
            tier = tier_for(_renderer())
            for take in self._takes:
                self._set_up(take, tier)
        except mujoco.FatalError as error:
            self._close()
            raise GraphicsUnavailable("MuJoCo could not use this OpenGL context.", detail=str(error)) from error
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def pictures(self, time: float) -> tuple[Picture, ...]:
        """Every take in its exact state at `time` [s]; after its end, as it ended."""
        return tuple(self._picture(each, time) for each in self._sets)

    def _set_up(self, take: Take, tier: Tier) -> None:
        if id(take.model) not in self._drawings:
            model = prepared(take.model, tier)
            if self._scale > 1:
                model.vis.quality.shadowsize = _FINE_SHADOW_PIXELS
            self._drawings[id(take.model)] = Drawing(model)
        self._sets.append(_Set(take, self._drawings[id(take.model)]))

    def _picture(self, shown: _Set, time: float) -> Picture:
        shown.show(time)
        shown.drawing.draw(shown.stage, shown.camera, self._width, self._height)
        pixels = np.empty((self._height, self._width, 3), np.uint8)
        mujoco.mjr_readPixels(pixels, None, mujoco.MjrRect(0, 0, self._width, self._height), shown.drawing.context)
        return np.ascontiguousarray(pixels[::-1]) if self._scale == 1 else _halved(pixels[::-1])

    def _close(self) -> None:
        if self._gl is not None:
            self._gl.make_current()
            for drawing in self._drawings.values():
                drawing.free()
            self._gl.free()
        self._gl = None
        self._sets.clear()
        self._drawings.clear()


class _Set:
    """A take set up: its stage, and that of the other side where its ghost is wanted."""

    def __init__(self, take: Take, drawing: Drawing) -> None:
        self.camera, self.drawing = take.camera, drawing
        self.stage = Stage(take.model, take.trajectory)
        self._other: Stage | None = None
        if take.overlays.ghost and take.other is not None:
            self._other = Stage(take.model, take.other)
            self._other.set_overlays(take.overlays, 1 - take.side)
        self.stage.set_overlays(take.overlays, take.side, self._other)

    def show(self, time: float) -> None:
        for stage in (self.stage, self._other):
            if stage is not None:
                stage.show_exact(time)


def _halved(picture: Picture) -> Picture:
    """Half as wide and high: each pixel is the mean of four."""
    height, width, channels = picture.shape
    fours = picture.reshape(height // 2, 2, width // 2, 2, channels)
    halved: Picture = (fours.sum(axis=(1, 3), dtype=np.uint16) // 4).astype(np.uint8)
    return halved


def _renderer() -> str:
    """The GL_RENDERER of the context that is current."""
    import OpenGL.GL

    return str(OpenGL.GL.glGetString(OpenGL.GL.GL_RENDERER))
