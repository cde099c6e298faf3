"""View: where one looks from, moved by MuJoCo's mouse verbs, and the link that keeps two views together."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

FREE_LOOKAT = (0.36, 0.0, 0.25)  # [m] in the robot's base frame
FREE_DISTANCE = 1.7  # [m]
FREE_AZIMUTH, FREE_ELEVATION = 160.0, -24.0  # [deg] from the front, turned a little

_FREE = mujoco.mjtCamera.mjCAMERA_FREE.value
_FIXED = mujoco.mjtCamera.mjCAMERA_FIXED.value
_SCROLL_NOTCH = 0.05  # relative zoom of one notch, as in MuJoCo's simulate


def camera_title(name: str) -> str:
    """A camera's name as people read it: without the prefix of the part it is mounted on."""
    return name.rpartition("/")[2].replace("_", " ")


class View(QObject):
    """A camera in a stage: free, or one of the model's named ones."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.camera = mujoco.MjvCamera()
        self._names: tuple[str, ...] = ()
        self._moving = False
        self.reset()

    @property
    def name(self) -> str:
        """The named camera looked through; empty for the free one."""
        return self._names[self.camera.fixedcamid] if self.camera.type == _FIXED else ""

    @property
    def moving(self) -> bool:
        """Whether a person is dragging it: a slow renderer then draws less."""
        return self._moving

    def set_moving(self, moving: bool) -> None:
        """A person begins to drag it, or lets go."""
        if moving != self._moving:
            self._moving = moving
            self.changed.emit()

    @property
    def names(self) -> tuple[str, ...]:
        """The named cameras there are."""
        return self._names

    def set_model(self, model: mujoco.MjModel) -> None:
        """Offer the cameras of a model; a name it does not have becomes the free view."""
        wanted = self.name
        self._names = tuple(model.camera(index).name for index in range(model.ncam))
        self.camera.type = _FREE
        if wanted in self._names:
            self.look_through(wanted)

    def reset(self) -> None:
        """Back to the free view from the front."""
        self.camera.type, self.camera.fixedcamid = _FREE, -1
        self.camera.lookat[:] = FREE_LOOKAT
        self.camera.distance = FREE_DISTANCE
        self.camera.azimuth, self.camera.elevation = FREE_AZIMUTH, FREE_ELEVATION
        self.changed.emit()

    def free(self) -> None:
        """Leave a named camera."""
        self.camera.type, self.camera.fixedcamid = _FREE, -1
        self.changed.emit()

    def look_through(self, name: str) -> None:
        """Look through a named camera."""
        self.camera.type, self.camera.fixedcamid = _FIXED, self._names.index(name)
        self.changed.emit()

    def cycle(self, by: int) -> None:
        """The next or previous of: free, then each named camera."""
        places = ("", *self._names)
        chosen = places[(places.index(self.name) + by) % len(places)]
        if chosen:
            self.look_through(chosen)
        else:
            self.free()

    def drag(self, model: mujoco.MjModel, verb: mujoco.mjtMouse, dx: float, dy: float) -> None:
        """Orbit, pan or zoom by a mouse movement in window heights; named cameras stand still."""
        if self.camera.type == _FREE:
            mujoco.mjv_moveCamera(model, verb.value, dx, dy, self.camera)
            self.changed.emit()

    def scroll(self, model: mujoco.MjModel, notches: float) -> None:
        """Zoom as MuJoCo does: turning the wheel away from you moves back."""
        self.drag(model, mujoco.mjtMouse.mjMOUSE_ZOOM, 0.0, -_SCROLL_NOTCH * notches)

    def centre(self, point: NDArray[np.float64]) -> None:
        """Look at a point [m]."""
        if self.camera.type == _FREE:
            self.camera.lookat[:] = point
            self.changed.emit()

    def copy_from(self, other: View) -> None:
        """Look from where another view looks."""
        mine, theirs = self.camera, other.camera
        mine.lookat[:] = theirs.lookat
        self._moving = other.moving
        mine.distance, mine.azimuth, mine.elevation = theirs.distance, theirs.azimuth, theirs.elevation
        if other.name and other.name in self._names:
            mine.type, mine.fixedcamid = _FIXED, self._names.index(other.name)
        else:
            mine.type, mine.fixedcamid = _FREE, -1
        self.changed.emit()


class ViewLink(QObject):
    """While linked, moving one view moves the others."""

    linked_changed = Signal(bool)

    def __init__(self, views: Sequence[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._linked, self._copying = True, False
        self._latest = self._views[0]
        for view in self._views:
            view.changed.connect(lambda view=view: self._follow(view))

    @property
    def linked(self) -> bool:
        """Whether the views move together."""
        return self._linked

    @property
    def leader(self) -> View:
        """The view moved last."""
        return self._latest

    def set_linked(self, linked: bool) -> None:
        """Link or release; on linking, the view moved last leads."""
        if linked == self._linked:
            return
        self._linked = linked
        for view in self._views:
            view.set_moving(False)
        self.linked_changed.emit(linked)
        self._follow(self._latest)

    def toggle(self) -> None:
        """Link or release."""
        self.set_linked(not self._linked)

    def _follow(self, leader: View) -> None:
        if self._copying:
            return
        self._latest = leader
        if not self._linked:
            return
        self._copying = True
        for view in self._views:
            if view is not leader:
                view.copy_from(leader)
        self._copying = False
