"""The timeline: one scrubber for both sides, with what was watched, the looped range and, after the vote, marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from vlaarena_desktop.pages.timeline_drawing import EDGE, HEIGHT, Mark, draw_timeline
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.theme import LIGHT, Colors

__all__ = ["Mark", "Timeline"]

_NOTCH = 120  # wheel angle of one notch, in eighths of a degree
_REACH = 7.0  # [px] around a mark in which it is meant
_LEAST_RANGE = 5.0  # [px] a drag must go to make a range
_SAME = 1e-4  # [s] between moments that are the same


class Timeline(QAbstractSlider):
    """A click seeks, a drag scrubs, a drag with Shift or the right button loops a range, the wheel steps.

    For screen readers and the keyboard it is a slider whose value is the control step.
    """

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._colors = LIGHT
        self._marks: tuple[Mark, ...] = ()
        self._watched: NDArray[np.bool_] | None = None
        self._resumes = False  # whether a replay that played goes on after the scrubbing
        self._range_from: float | None = None  # [px] where the drag of a range began
        self._range_to = 0.0  # [px]
        self._wheel = 0
        self._head = -1  # quarter of a pixel on which the playhead was last drawn
        self.hovered: float | None = None  # [s] under the mouse
        self._make_slider()
        self._connect()
        self._show_length()

    def _make_slider(self) -> None:
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName(self.tr("Position in the replay, in steps"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setPageStep(10)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        playhead = self._playhead
        self.valueChanged.connect(self._go)
        playhead.length_changed.connect(self._show_length)
        playhead.moved.connect(self._show_time)
        playhead.playing_changed.connect(self._tell)
        playhead.range_changed.connect(self.update)
        playhead.loop_changed.connect(self.update)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks in the order of their times."""
        return self._marks

    @property
    def watched(self) -> NDArray[np.bool_] | None:
        """At which of so many equal parts both sides were presented; None where that does not matter."""
        return self._watched

    @property
    def dragged_range(self) -> tuple[float, float] | None:
        """The range [s] that the mouse is about to make."""
        if self._range_from is None or abs(self._range_to - self._range_from) < _LEAST_RANGE:
            return None
        first, last = sorted((self.time_at(self._range_from), self.time_at(self._range_to)))
        return first, last

    def dress(self, colors: Colors) -> None:
        """Draw in a scheme's colours."""
        self._colors = colors
        self.update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show these marks: only what a closed battle tells."""
        self._marks = tuple(sorted(marks, key=lambda mark: mark.time))
        self.update()

    def set_watched(self, watched: NDArray[np.bool_] | None) -> None:
        """Show what was presented of both sides; None shows how far the playhead has come instead."""
        self._watched = watched
        self.update()

    def to_mark(self, by: int) -> None:
        """Pause on the next mark, or the previous one."""
        now = self._playhead.time
        ahead = [mark.time for mark in self._marks if (mark.time - now) * by > _SAME]
        if ahead:
            self._playhead.pause()
            self._playhead.seek(ahead[0] if by > 0 else ahead[-1])

    def x_of(self, seconds: float) -> float:
        """Where a time stands [px]."""
        share = seconds / self._playhead.duration if self._playhead.duration > 0 else 0.0
        return EDGE + share * (self.width() - 2 * EDGE)

    def time_at(self, x: float) -> float:
        """The time [s] at a place [px]; the nearest one for places outside."""
        share = (x - EDGE) / max(1.0, self.width() - 2 * EDGE)
        return max(0.0, min(1.0, share)) * self._playhead.duration

    def sizeHint(self) -> QSize:
        """Wide, and as high as its lanes."""
        return QSize(420, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still usable."""
        return QSize(160, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        draw_timeline(self, self._playhead, self._colors)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek, or begin a range."""
        if not self.isEnabled():
            return
        x = event.position().x()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() is Qt.MouseButton.RightButton or (event.button() is Qt.MouseButton.LeftButton and shift):
            self._range_from = self._range_to = x
        elif event.button() is Qt.MouseButton.LeftButton:
            self._resumes = self._playhead.playing
            self._playhead.pause()
            self._scrub(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, or draw a range out."""
        x = event.position().x()
        self.hovered = self.time_at(x)
        if self._range_from is not None:
            self._range_to = x
        elif self.isSliderDown():
            self._playhead.set_scrubbing(True)
            self._scrub(x)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the scrubbing, or loop the range."""
        chosen, self._range_from = self.dragged_range, None
        if chosen is not None:
            self._playhead.set_range(*chosen)
            self._playhead.seek(chosen[0])
            self._playhead.play()
        elif self.isSliderDown():
            self.setSliderDown(False)
            self._playhead.set_scrubbing(False)
            if self._resumes:
                self._playhead.play()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Clear the range."""
        self._playhead.clear_range()
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse any more."""
        self.hovered = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step on or back per notch."""
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches and self.isEnabled():
            self._playhead.step_by(notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As a slider, but that an arrow steps from where the playhead really is."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
        if event.key() in steps:
            self._playhead.step_by(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Also tell what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.told_at(event.pos().x()), self)
            return True
        return super().event(event)

    def told_at(self, x: float) -> str:
        """The marks at a place, or the time and step there."""
        near = [mark for mark in self._marks if abs(self.x_of(mark.time) - x) <= _REACH]
        if near:
            return "\n".join(_with_letter(mark) for mark in near)
        seconds = self.time_at(x)
        step = int(seconds * self._playhead.control_hz + 1e-6)
        return self.tr("{seconds} s · step {step}").format(seconds=f"{seconds:.2f}", step=step)

    def _scrub(self, x: float) -> None:
        self.setSliderDown(True)
        self._playhead.seek(self.time_at(x))

    @Slot(int)
    def _go(self, step: int) -> None:
        if step != self._playhead.step:
            self._playhead.seek_step(step)

    @Slot()
    def _show_length(self) -> None:
        with QSignalBlocker(self):  # a maximum below the value would send the playhead there
            self.setMaximum(max(1, self._playhead.steps))
            self.setValue(self._playhead.step)
        self.setEnabled(self._playhead.duration > 0)
        self._show_time()
        self.update()

    @Slot()
    def _show_time(self) -> None:
        self.setValue(self._playhead.step)
        place = round(4 * self.x_of(self._playhead.time))
        if place != self._head:
            self._head = place
            self.update()
        if not self._playhead.playing:  # a running replay is not read out
            self._tell()

    @Slot()
    def _tell(self) -> None:
        told = self.tr("{seconds} s, step {step} of {steps}")
        playhead = self._playhead
        self.setAccessibleDescription(
            told.format(seconds=f"{playhead.time:.2f}", step=playhead.step, steps=playhead.steps)
        )


def _with_letter(mark: Mark) -> str:
    return mark.text if mark.side is None else f"{SIDE_LETTERS[mark.side]}: {mark.text}"
