"""The native MuJoCo viewer: draws a trajectory at the playhead's time and answers MuJoCo's mouse verbs."""

from __future__ import annotations

import mujoco
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QGuiApplication, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from scenes.episode import Trajectory
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.viewing import gl_canvas
from vlaarena_desktop.viewing.badge import Badge
from vlaarena_desktop.viewing.gl_canvas import GlCanvas
from vlaarena_desktop.viewing.image_canvas import ImageCanvas
from vlaarena_desktop.viewing.stage import Stage
from vlaarena_desktop.viewing.view import View

WITHOUT_GL = ("offscreen", "minimal")  # Qt platforms that nobody sees
_NOTCH = 120.0  # wheel angle of one notch, in eighths of a degree


def native_renderer() -> str | None:
    """The OpenGL renderer with which MuJoCo can draw straight into windows here; None if it cannot."""
    return None if QGuiApplication.platformName() in WITHOUT_GL else gl_canvas.renderer()


class Viewer(QWidget):
    """One side's replay: side 0 is A (left), side 1 is B (right)."""

    presented = Signal(int)  # the control step of a frame that came onto the screen
    broken = Signal(object)  # GraphicsUnavailable: nothing can be drawn at all
    fell_back = Signal()  # from the window's own OpenGL to pictures drawn off screen
    activated = Signal()  # clicked, or chosen by keyboard

    def __init__(self, side: int, playhead: Playhead, *, native: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = View(self)
        self._playhead = playhead
        self._stage: Stage | None = None
        self._native = native
        self._drag_from = QPointF()
        self.canvas: GlCanvas | ImageCanvas = self._make_canvas(native=native)
        self._badge = Badge(side, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self._badge.raise_()
        self.setMinimumSize(240, 180)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Replay of A") if side == 0 else self.tr("Replay of B"))
        self.view.changed.connect(self._show_camera)
        playhead.moved.connect(self._follow)
        playhead.playing_changed.connect(self._follow)
        playhead.scrubbing_changed.connect(self._follow)

    def set_trajectory(self, model: mujoco.MjModel, trajectory: Trajectory) -> None:
        """Show this trajectory, drawn with `model` (shared with other viewers, never changed)."""
        self._stage = Stage(model, trajectory)
        self.view.set_model(model)
        self._follow()
        self.canvas.set_stage(self._stage)

    def set_model(self, model: mujoco.MjModel) -> None:
        """Draw with another copy of the same model, prepared in another quality; nothing else changes."""
        if self._stage is not None:
            self._stage.model = model
            self.canvas.update()

    def clear(self) -> None:
        """Show an empty stage."""
        self._stage = None
        self.canvas.set_stage(None)

    def set_background(self, color: str) -> None:
        """The colour of an empty stage."""
        self.canvas.background = QColor(color)
        self.canvas.update()

    def release(self) -> None:
        """Free the OpenGL resources, before the window goes."""
        self._stage = None
        self.canvas.release()

    def picture(self) -> QImage:
        """What is on the screen now."""
        picture = self.canvas.grab_picture()
        assert isinstance(picture, QImage)
        return picture

    @property
    def stage(self) -> Stage | None:
        """What is shown; None while empty."""
        return self._stage

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Become the side that camera keys act on."""
        super().focusInEvent(event)
        self.activated.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Left: orbit. Right: pan. Middle: zoom. With Shift, horizontally."""
        moved = event.position() - self._drag_from
        self._drag_from = event.position()
        if self._stage is None:
            return
        verb = _verb(event.buttons(), shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        if verb is not None:
            self.view.set_moving(True)
            height = max(1, self.height())
            self.view.drag(self._stage.model, verb, moved.x() / height, moved.y() / height)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if not event.buttons():
            self.view.set_moving(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        if self._stage is not None:
            self.view.scroll(self._stage.model, event.angleDelta().y() / _NOTCH)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Centre the view on what is under the mouse."""
        if self._stage is None:
            return
        x, y = event.position().x() / self.width(), 1.0 - event.position().y() / self.height()
        point = self._stage.point_at(x, y, self.width() / max(1, self.height()))
        if point is not None:
            self.view.centre(point)

    def event(self, event: QEvent) -> bool:
        """Also follow a change of the screen's resolution."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.canvas.update()
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        """Keep the badge in its corner."""
        self._badge.move(10, 10)

    def _make_canvas(self, *, native: bool) -> GlCanvas | ImageCanvas:
        canvas = GlCanvas(self.view.camera, self) if native else ImageCanvas(self.view.camera, self)
        canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.presented.connect(self.presented)
        if native:
            # queued: a canvas cannot be replaced while Qt is painting it
            canvas.broken.connect(self._give_up_native, Qt.ConnectionType.QueuedConnection)
        else:
            canvas.broken.connect(self.broken)
        return canvas

    @Slot(object)
    def _give_up_native(self, error: object) -> None:
        """The window's OpenGL turned out unusable: draw off screen from now on."""
        old = self.canvas
        self.canvas = self._make_canvas(native=False)
        self.canvas.background = old.background
        layout = self.layout()
        assert layout is not None
        layout.replaceWidget(old, self.canvas)
        old.hide()
        old.deleteLater()
        self._badge.raise_()
        self.canvas.set_stage(self._stage)
        self.fell_back.emit()

    @Slot()
    def _follow(self) -> None:
        if self._stage is None:
            return
        smooth = self._playhead.playing or self._playhead.scrubbing
        show = self._stage.show_smooth if smooth else self._stage.show_exact
        if show(self._playhead.time):
            self.canvas.update()

    @Slot()
    def _show_camera(self) -> None:
        self._badge.set_camera(self.view.name)
        self.canvas.hurried = self.view.moving
        self.canvas.update()


def _verb(buttons: Qt.MouseButton, *, shift: bool) -> mujoco.mjtMouse | None:
    if buttons & Qt.MouseButton.LeftButton:
        return mujoco.mjtMouse.mjMOUSE_ROTATE_H if shift else mujoco.mjtMouse.mjMOUSE_ROTATE_V
    if buttons & Qt.MouseButton.RightButton:
        return mujoco.mjtMouse.mjMOUSE_MOVE_H if shift else mujoco.mjtMouse.mjMOUSE_MOVE_V
    return mujoco.mjtMouse.mjMOUSE_ZOOM if buttons & Qt.MouseButton.MiddleButton else None
