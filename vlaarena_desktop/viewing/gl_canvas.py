"""The canvas that draws with MuJoCo straight into a QOpenGLWidget.

MuJoCo's window buffer is framebuffer 0, which is not the widget's: it renders into its own off-screen buffer,
which is then copied (glBlitFramebuffer) into the widget's framebuffer.
"""

from __future__ import annotations

import weakref

import mujoco
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QOffscreenSurface, QOpenGLContext, QPaintEvent, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from scenes.errors import GraphicsUnavailable
from vlaarena_desktop.viewing.drawing import Brush
from vlaarena_desktop.viewing.stage import Stage

_GL_RGB8 = 0x8051  # with an alpha channel translucent geoms would let the window shine through
_GL_COLOR_BUFFER_BIT = 0x4000
_GL_NEAREST, _GL_LINEAR = 0x2600, 0x2601
_GL_RENDERER = 0x1F01
_GL_READ_FRAMEBUFFER, _GL_DRAW_FRAMEBUFFER = 0x8CA8, 0x8CA9


def surface_format() -> QSurfaceFormat:
    """What MuJoCo needs: OpenGL 2.1 without a profile. Set it as default before the QApplication is made."""
    wanted = QSurfaceFormat()
    wanted.setVersion(2, 1)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.NoProfile)
    wanted.setDepthBufferSize(24)
    wanted.setStencilBufferSize(8)
    wanted.setSwapInterval(0)
    return wanted


def renderer() -> str | None:
    """The name of this platform's OpenGL renderer; None if MuJoCo cannot draw with it."""
    context = QOpenGLContext()
    surface = QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return None
    name = str(context.functions().glGetString(_GL_RENDERER)) if _compatible(context) else None
    context.doneCurrent()
    return name


def _compatible(context: QOpenGLContext) -> bool:
    given = context.format()
    core = given.profile() is QSurfaceFormat.OpenGLContextProfile.CoreProfile
    return not core and not context.isOpenGLES() and given.version() >= (2, 1)


class GlCanvas(QOpenGLWidget):
    """Draws a stage; `presented` tells after each paint which control step came onto the screen."""

    presented = Signal(int)
    broken = Signal(object)  # GraphicsUnavailable

    def __init__(self, camera: mujoco.MjvCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextureFormat(_GL_RGB8)
        self._camera = camera
        self._stage: Stage | None = None
        self._brush = Brush()
        self._alive = self._broken = False
        self.background = QColor("#808080")
        self.hurried = False  # whether the camera is being dragged

    def set_stage(self, stage: Stage | None) -> None:
        """Draw this stage from now on."""
        self._stage = stage
        self.update()

    def grab_picture(self) -> object:
        """What is on the canvas, as a QImage."""
        return self.grabFramebuffer()

    def release(self) -> None:
        """Free everything in the OpenGL context; nothing is drawn afterwards."""
        self._stage = None
        if self._alive:
            self.makeCurrent()
            self._brush.free()
            self.doneCurrent()

    def initializeGL(self) -> None:
        """Qt made a context, the first one or another after a move to a new window: start over in it."""
        self._brush.lose()
        context = self.context()
        if not _compatible(context):
            self._give_up("This display offers no OpenGL that MuJoCo can draw with.")
            return
        self._alive = True
        mine = weakref.ref(self)

        def forget() -> None:
            canvas = mine()
            if canvas is not None and isValid(canvas):
                canvas.release_in_dying_context()

        context.aboutToBeDestroyed.connect(forget)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let Qt call `paintGL`; where it got no context at all it calls nothing, and the canvas would stay empty."""
        super().paintEvent(event)
        if not self.isValid():
            self._give_up("Qt got no OpenGL for this window, though the display offers one.")

    def release_in_dying_context(self) -> None:
        """The context is about to go: free what lives in it while it still can be current."""
        if self._alive:
            self.makeCurrent()
            self._brush.free()
            self.doneCurrent()
            self._alive = False

    def paintGL(self) -> None:
        """Draw the stage and copy it into the widget's framebuffer."""
        stage = self._stage
        if stage is None or not self._alive:
            self._clear()
            return
        try:
            self._draw(stage)
        except mujoco.FatalError as error:
            self._alive = False
            self._brush.lose()
            self._give_up("MuJoCo cannot draw with this window's OpenGL.", detail=str(error))
            return
        self.presented.emit(stage.step)

    def _give_up(self, message: str, detail: str = "") -> None:
        if not self._broken:
            self._broken = True
            self.broken.emit(GraphicsUnavailable(message, detail=detail))

    def _clear(self) -> None:
        functions, color = self.context().extraFunctions(), self.background
        functions.glClearColor(color.redF(), color.greenF(), color.blueF(), 1.0)
        functions.glClear(_GL_COLOR_BUFFER_BIT)

    def _draw(self, stage: Stage) -> None:
        functions = self.context().extraFunctions()
        ratio = self.devicePixelRatio()
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        drawing = self._brush.ready(stage.model)
        drawn = drawing.size(stage, width, height, hurried=self.hurried)
        drawing.draw(stage, self._camera, *drawn, hurried=self.hurried)
        target = self.defaultFramebufferObject()
        functions.glBindFramebuffer(_GL_READ_FRAMEBUFFER, drawing.context.offFBO)
        functions.glBindFramebuffer(_GL_DRAW_FRAMEBUFFER, target)
        sampling = _GL_NEAREST if drawn == (width, height) else _GL_LINEAR
        functions.glBlitFramebuffer(0, 0, *drawn, 0, 0, width, height, _GL_COLOR_BUFFER_BIT, sampling)
        functions.glBindFramebuffer(_GL_READ_FRAMEBUFFER, target)
