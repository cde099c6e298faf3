"""Camera pictures for observations: an OpenGL context of our own, and one renderer for all cameras."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType
from typing import Any, Self

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.errors import GraphicsUnavailable, NotFound

_GL_RENDERER = 0x1F01
BACKENDS = ("cgl",) if sys.platform == "darwin" else ("egl", "osmesa")
_MAX_GEOMS = 2000
_PLAIN = {"offsamples": 0, "shadowsize": 0, "numslices": 20, "numstacks": 10, "numquads": 1}


class Cameras:
    """Draws what a model's cameras see, without shadows, reflections and multisampling, as policies expect.

    Belongs to the thread that made it. Close it: it holds an OpenGL context.
    """

    def __init__(self, model: mujoco.MjModel, max_width: int = 640, max_height: int = 480) -> None:
        """Open a context for pictures of up to this size [pixels].

        Raises:
            GraphicsUnavailable: no OpenGL backend could be opened.
        """
        self._model = model
        self.backend, self._gl = open_context(max_width, max_height)
        self._scene = mujoco.MjvScene(model, maxgeom=_MAX_GEOMS)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
        self._option, self._camera = mujoco.MjvOption(), mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._context = _plain_context(model, max_width, max_height)
        self.renderer = _renderer_name(self.backend)

    def render(self, data: mujoco.MjData, camera: str, width: int, height: int, crop: float = 1.0) -> NDArray[np.uint8]:
        """What a camera sees, shape (height, width, 3), top row first.

        `crop` is the fraction of each side, around the middle, that fills the picture. It narrows the view itself, so
        the crop is exact, whatever the size, and no pixel is interpolated.

        Raises:
            NotFound: the model has no such camera; the hint lists them.
        """
        self._camera.fixedcamid = self._camera_id(camera)
        self._gl.make_current()
        if width > self._context.offWidth or height > self._context.offHeight:
            mujoco.mjr_resizeOffscreen(
                max(width, self._context.offWidth), max(height, self._context.offHeight), self._context
            )
        everything = int(mujoco.mjtCatBit.mjCAT_ALL)
        mujoco.mjv_updateScene(self._model, data, self._option, None, self._camera, everything, self._scene)
        if crop < 1.0:
            _narrow(self._scene, crop)
        area = mujoco.MjrRect(0, 0, width, height)
        picture = np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(area, self._scene, self._context)
        mujoco.mjr_readPixels(picture, None, area, self._context)
        return np.ascontiguousarray(picture[::-1])

    def close(self) -> None:
        """Give the context back; closing twice is allowed."""
        if self._gl is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._gl = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _camera_id(self, camera: str) -> int:
        index: int = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_CAMERA, camera)
        if index < 0:
            raise NotFound.among("camera", camera, [self._model.camera(i).name for i in range(self._model.ncam)])
        return index


def _narrow(scene: mujoco.MjvScene, crop: float) -> None:
    """Keep the middle of what the scene's cameras (one for each eye) see."""
    for eye in scene.camera:
        middle = (eye.frustum_top + eye.frustum_bottom) / 2
        eye.frustum_top = middle + crop * (eye.frustum_top - middle)
        eye.frustum_bottom = middle + crop * (eye.frustum_bottom - middle)
        eye.frustum_width *= crop  # 0 means: as the picture's width asks


def open_context(width: int, height: int) -> tuple[str, Any]:
    """A backend's name and its OpenGL context, current on this thread; the one MUJOCO_GL names is tried first.

    Raises:
        GraphicsUnavailable: none opens; the detail says why for each.
    """
    reasons: list[str] = []
    wanted = os.environ.get("MUJOCO_GL", "").lower()
    for backend in sorted(BACKENDS, key=lambda name: name != wanted):
        if reasons:
            os.environ["MUJOCO_GL"] = backend  # tells the MuJoCo library where its OpenGL functions are
        try:
            context = import_module(f"mujoco.{backend}").GLContext(width, height)
            context.make_current()
        except (ImportError, AttributeError, RuntimeError, OSError) as error:
            reasons.append(f"{backend}: {error}")
            _forget_opengl()
        else:
            return backend, context
    raise GraphicsUnavailable(
        "No OpenGL was found to draw with.",
        hint="On Debian install libegl1 and libgl1-mesa-dri, or libosmesa6.",
        detail="; ".join(reasons),
    )


def _forget_opengl() -> None:
    """Unload PyOpenGL, which binds to one platform at its first import, so that the next can be tried."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "OpenGL" or name.startswith(("mujoco.egl", "mujoco.osmesa")):
            del sys.modules[name]
    os.environ.pop("PYOPENGL_PLATFORM", None)


def _plain_context(model: mujoco.MjModel, width: int, height: int) -> mujoco.MjrContext:
    """A context of this size with coarse shapes, no multisampling; the model's own quality settings stay."""
    visual, quality = model.vis.global_, model.vis.quality
    kept_size = visual.offwidth, visual.offheight
    kept_quality = {name: getattr(quality, name) for name in _PLAIN}
    try:
        visual.offwidth, visual.offheight = width, height
        for name, value in _PLAIN.items():
            setattr(quality, name, value)
        context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
    except mujoco.FatalError as error:
        raise GraphicsUnavailable("MuJoCo could not use this OpenGL context.", detail=str(error)) from error
    finally:
        visual.offwidth, visual.offheight = kept_size
        for name, value in kept_quality.items():
            setattr(quality, name, value)
    mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
    return context


def _renderer_name(backend: str) -> str:
    """The GL_RENDERER string of the context that is current."""
    import OpenGL.GL

    name = OpenGL.GL.glGetString(_GL_RENDERER)
    return f"{backend}: {name.decode(errors='replace') if name else 'unknown'}"
