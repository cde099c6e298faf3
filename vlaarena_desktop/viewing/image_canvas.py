"""The canvas for displays without OpenGL: MuJoCo draws off screen (EGL or OSMesa) and Qt shows the pixels."""

from __future__ import annotations

import atexit
import sys
from functools import cache
from typing import Any

import mujoco
import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QImage, QOpenGLContext, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from scenes.cameras import open_context
from scenes.errors import GraphicsUnavailable
from vlaarena_desktop.viewing.drawing import Brush
from vlaarena_desktop.viewing.stage import Stage


class ImageCanvas(QWidget):
    """Draws a stage; `presented` tells after each paint which control step came onto the screen."""

    presented = Signal(int)
    broken = Signal(object)  # GraphicsUnavailable

    def __init__(self, camera: mujoco.MjvCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._camera = camera
        self._stage: Stage | None = None
        self._context: Any = None  # one of MuJoCo's GLContext classes
        self._brush = Brush()
        self._picture = QImage()
        self.background = QColor("#808080")
        self.hurried = False  # whether the camera is being dragged

    def set_stage(self, stage: Stage | None) -> None:
        """Draw this stage from now on."""
        self._stage = stage
        self.update()

    def grab_picture(self) -> QImage:
        """What was last drawn."""
        return self._picture.copy()

    def release(self) -> None:
        """Free the OpenGL resources; nothing is drawn afterwards."""
        self._stage = None
        if self._context is not None:
            _take(self._context)
            self._brush.free()
            _let_go(self._context)
            self._context = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stage off screen and show the pixels."""
        stage = self._stage
        if stage is None or not self._draws(stage):
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), self.background)
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._picture)
        self.presented.emit(stage.step)

    def _draws(self, stage: Stage) -> bool:
        try:
            self._picture = self._drawn(stage)
        except GraphicsUnavailable as error:
            self._stage = None
            self.broken.emit(error)
            return False
        return True

    def _drawn(self, stage: Stage) -> QImage:
        ratio = self.devicePixelRatio()
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        if self._context is None:
            _free_thread()
            self._context = _shared_context()
        _take(self._context)
        try:
            drawing = self._brush.ready(stage.model)
            width, height = drawing.size(stage, width, height, hurried=self.hurried)
            drawing.draw(stage, self._camera, width, height, hurried=self.hurried)
            pixels = np.empty((height, width, 3), np.uint8)
            mujoco.mjr_readPixels(pixels, None, mujoco.MjrRect(0, 0, width, height), drawing.context)
        except mujoco.FatalError as error:
            raise GraphicsUnavailable("MuJoCo cannot draw with this OpenGL.", detail=str(error)) from error
        finally:
            _let_go(self._context)
        upright = np.ascontiguousarray(pixels[::-1])
        image = QImage(upright.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        image.setDevicePixelRatio(ratio)
        return image


@cache
def _shared_context() -> Any:
    """The one off-screen context of this process: to open it and draw in it first costs more than all that follows.

    Raises:
        GraphicsUnavailable: there is none.
    """
    _, context = open_context(640, 480)
    atexit.register(context.free)
    return context


def _take(context: Any) -> None:
    """Make MuJoCo's context current."""
    _free_thread()
    context.make_current()


def _free_thread() -> None:
    """Leave the window's own OpenGL, which would refuse another one the thread. Qt takes it again when it draws."""
    windows = QOpenGLContext.currentContext()
    if windows is not None:
        windows.doneCurrent()


def _let_go(context: Any) -> None:
    """Leave the thread to the window's own OpenGL, which cannot be made current beside another's."""
    backend = sys.modules[type(context).__module__]
    egl = getattr(backend, "EGL", None)
    if egl is not None:
        nothing = (egl.EGL_NO_SURFACE, egl.EGL_NO_SURFACE, egl.EGL_NO_CONTEXT)
        egl.eglMakeCurrent(vars(backend)["EGL_DISPLAY"], *nothing)
