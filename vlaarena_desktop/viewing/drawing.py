"""Drawing a stage into MuJoCo's off-screen buffer, whoever owns the OpenGL context, and how finely."""

from __future__ import annotations

import copy
from math import sqrt
from typing import Literal

import mujoco
from msgspec import Struct

from vlaarena_desktop.viewing.stage import Stage

Tier = Literal["plain", "soft", "full"]


class Quality(Struct, frozen=True):
    """How finely a viewer draws."""

    shadow_pixels: int  # side of the shadow map; 0: no shadows
    samples: int  # per pixel; 0: no anti-aliasing
    slices: int  # around a cylinder or sphere
    stacks: int  # along a sphere
    quads: int  # along the edge of a box: light is computed at their corners


QUALITIES: dict[Tier, Quality] = {
    "plain": Quality(0, 0, 20, 10, 2),
    "soft": Quality(1024, 0, 20, 10, 2),
    "full": Quality(4096, 4, 28, 16, 4),
}
_FLUENT_SHADOW_PIXELS = 2048  # smaller maps are for slow renderers: shadows wait until the replay stands still
_MOVING_PIXELS = 400_000  # what a slow renderer draws of a picture that moves, however large the window
_SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "SwiftShader")


def tier_for(renderer: str) -> Tier:
    """The quality that a renderer (GL_RENDERER) draws fluently."""
    return "soft" if any(name in renderer for name in _SOFTWARE_RENDERERS) else "full"


def prepared(model: mujoco.MjModel, tier: Tier) -> mujoco.MjModel:
    """A copy of a model whose OpenGL resources will be made in this quality."""
    quality = QUALITIES[tier]
    mine = copy.copy(model)
    mine.vis.quality.shadowsize = quality.shadow_pixels
    mine.vis.quality.offsamples = quality.samples
    mine.vis.quality.numslices, mine.vis.quality.numstacks = quality.slices, quality.stacks
    mine.vis.quality.numquads = quality.quads
    return mine


class Drawing:
    """A MuJoCo rendering context, made and used in the OpenGL context that is current."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self.context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        self._shadow_pixels = int(model.vis.quality.shadowsize)
        self._fluent = self._shadow_pixels >= _FLUENT_SHADOW_PIXELS

    def size(self, stage: Stage, width: int, height: int, *, hurried: bool = False) -> tuple[int, int]:
        """How many pixels to draw for so many on the screen: fewer only where what moves would stall."""
        if self._fluent or not (hurried or stage.moving) or width * height <= _MOVING_PIXELS:
            return width, height
        scale = sqrt(_MOVING_PIXELS / (width * height))
        return max(1, round(scale * width)), max(1, round(scale * height))

    def draw(self, stage: Stage, camera: mujoco.MjvCamera, width: int, height: int, *, hurried: bool = False) -> None:
        """Render a stage into the lower left `width` x `height` device pixels of the off-screen buffer.

        A slow renderer leaves shadows out while the stage moves, or is `hurried` by a person who moves the camera.
        """
        context = self.context
        if width > context.offWidth or height > context.offHeight:
            mujoco.mjr_resizeOffscreen(max(width, context.offWidth), max(height, context.offHeight), context)
        stage.update_scene(camera)
        shadows = self._shadow_pixels > 0 and (self._fluent or not (hurried or stage.moving))
        stage.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, context)
        mujoco.mjr_render(mujoco.MjrRect(0, 0, width, height), stage.scene, context)

    def free(self) -> None:
        """Give back the OpenGL resources; the context must be current."""
        self.context.free()


class Brush:
    """The drawing of the model drawn last. The OpenGL context must be current at every call but `lose`."""

    def __init__(self) -> None:
        self._drawing: Drawing | None = None
        self._model: mujoco.MjModel | None = None

    def ready(self, model: mujoco.MjModel) -> Drawing:
        """The drawing of this model, made anew when it is another than the last."""
        if self._drawing is None or self._model is not model:
            self.free()
            self._drawing, self._model = Drawing(model), model
        return self._drawing

    def free(self) -> None:
        """Give back the OpenGL resources."""
        if self._drawing is not None:
            self._drawing.free()
        self.lose()

    def lose(self) -> None:
        """Forget them: their context is gone."""
        self._drawing = self._model = None
