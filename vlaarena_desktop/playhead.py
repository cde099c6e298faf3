"""One clock for both viewers. It follows real time: frames are dropped, the clock is never slowed."""

from __future__ import annotations

import time
from math import ceil, floor

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from vlaarena_desktop.settings import SPEEDS

FRAME_MILLISECONDS = 16


class Playhead(QObject):
    """Where a replay stands, in seconds of simulated time; steps count the robot's control steps.

    Its length is that of the longer side; the shorter one holds its last frame meanwhile.
    """

    moved = Signal(float)  # [s]
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    loop_changed = Signal(bool)
    range_changed = Signal()
    scrubbing_changed = Signal(bool)
    length_changed = Signal(float)  # [s]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._duration, self._control_hz = 0.0, 10.0
        self._time, self._speed, self._loop = 0.0, 1.0, False
        self._range: tuple[float, float] | None = None
        self._scrubbing = False
        self._held, self._goes_on = False, False  # whether it may not run now, and whether it will afterwards
        self._looped_before = False  # whether it looped before there was a range
        self._anchor_time, self._anchor_clock = 0.0, 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MILLISECONDS)
        self._timer.timeout.connect(self._tick)

    @property
    def time(self) -> float:
        """[s] since the replay's start."""
        return self._time

    @property
    def duration(self) -> float:
        """[s] of the longer side."""
        return self._duration

    @property
    def control_hz(self) -> float:
        """The robot's control steps per second."""
        return self._control_hz

    @property
    def step(self) -> int:
        """The control step under way; on the last record, the number of steps."""
        if self._time >= self._duration:
            return self.steps
        return floor(self._time * self._control_hz + 1e-6)

    @property
    def steps(self) -> int:
        """Control steps that the longer side takes; one of another rate may end within the last."""
        return ceil(self._duration * self._control_hz - 1e-6)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Simulated seconds per second."""
        return self._speed

    @property
    def loop(self) -> bool:
        """Whether the end leads back to the start: that of the range where there is one."""
        return self._loop

    @property
    def scrubbing(self) -> bool:
        """Whether a person is dragging it along: what is passed need not be exact."""
        return self._scrubbing

    @property
    def range(self) -> tuple[float, float] | None:
        """Begin and end [s] of the part that is looped; None for the whole replay."""
        return self._range

    def set_length(self, duration: float, control_hz: float) -> None:
        """Take a new replay of `duration` [s] of a robot of `control_hz`, standing at its start, paused."""
        self.pause()
        self.clear_range()
        self._duration, self._control_hz = max(0.0, duration), control_hz
        self._time = 0.0
        self.length_changed.emit(self._duration)
        self.moved.emit(0.0)

    @Slot()
    def play(self) -> None:
        """Run; from the start again if it stands at the end, or outside the range that is looped."""
        if self._held:
            self._goes_on = True
            return
        if self.playing or self._duration <= 0:
            return
        begin, end = self._bounds
        if self._time >= end or self._time < begin:
            self._move(begin)
        self._anchor()
        self._timer.start()
        self.playing_changed.emit(True)

    @Slot()
    def pause(self) -> None:
        """Stand still here."""
        self._goes_on = False
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def hold(self, *, held: bool) -> None:
        """Stand still while the replay cannot be seen; what played, or was to play meanwhile, goes on afterwards."""
        if held == self._held:
            return
        going = self.playing or self._goes_on
        self.pause()
        self._held = held
        if going:
            self.play()

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    @Slot(float)
    def seek(self, seconds: float) -> None:
        """Go to a time; a running clock runs on from there."""
        self._move(seconds)
        self._anchor()

    def set_scrubbing(self, scrubbing: bool) -> None:
        """A person begins to drag it along, or lets go."""
        if scrubbing != self._scrubbing:
            self._scrubbing = scrubbing
            self.scrubbing_changed.emit(scrubbing)

    def seek_step(self, step: int) -> None:
        """Pause exactly on the record of a control step."""
        self.pause()
        self.seek(step / self._control_hz)

    def step_by(self, count: int) -> None:
        """Pause `count` control steps on, or back; from between two steps to the next in that direction."""
        exact = self._time * self._control_hz
        here = floor(exact + 1e-6) if count > 0 else -floor(-exact + 1e-6)
        self.seek_step(here + count)

    def set_speed(self, speed: float) -> None:
        """Go on with the nearest of SPEEDS from here."""
        self._anchor()
        self._speed = min(SPEEDS, key=lambda offered: abs(offered - speed))
        self.speed_changed.emit(self._speed)

    def change_speed(self, by: int) -> None:
        """So many notches faster, or slower, on the scale of SPEEDS."""
        self.set_speed(SPEEDS[max(0, min(len(SPEEDS) - 1, SPEEDS.index(self._speed) + by))])

    @Slot(bool)
    def set_loop(self, loop: bool) -> None:
        """Whether the end leads back to the start."""
        if loop != self._loop:
            self._loop = loop
            self.loop_changed.emit(loop)

    def set_range(self, begin: float, end: float) -> None:
        """Loop what lies between two times [s], at least one control step of it."""
        if self._duration <= 0:
            return
        begin, end = sorted((begin, end))
        least = min(1.0 / self._control_hz, self._duration)
        begin = max(0.0, min(begin, self._duration - least))
        end = min(self._duration, max(end, begin + least))
        if self._range is None:
            self._looped_before = self._loop
        self._range = begin, end
        self.range_changed.emit()
        self.set_loop(True)

    @Slot()
    def begin_range(self) -> None:
        """Loop from here to the end of the range, or of the replay."""
        last = self._range[1] if self._range is not None else self._duration
        self.set_range(self._time, last if last > self._time else self._duration)

    @Slot()
    def end_range(self) -> None:
        """Loop from the start of the range, or of the replay, to here."""
        first = self._range[0] if self._range is not None else 0.0
        self.set_range(first if first < self._time else 0.0, self._time)

    @Slot()
    def clear_range(self) -> None:
        """Play the whole again, looped only if it was before there was a range."""
        if self._range is not None:
            self._range = None
            self.range_changed.emit()
            self.set_loop(self._looped_before)

    @property
    def _bounds(self) -> tuple[float, float]:
        return self._range if self._loop and self._range is not None else (0.0, self._duration)

    def _anchor(self) -> None:
        self._anchor_time, self._anchor_clock = self._time, time.monotonic()

    def _move(self, seconds: float) -> None:
        seconds = max(0.0, min(self._duration, seconds))
        if seconds != self._time:
            self._time = seconds
            self.moved.emit(seconds)

    @Slot()
    def _tick(self) -> None:
        target = self._anchor_time + (time.monotonic() - self._anchor_clock) * self._speed
        begin, last = self._bounds
        end = last if self._anchor_time < last else self._duration  # sent past the range: on to the replay's end
        if target < end:
            self._move(target)
        elif self._loop:
            self._move(begin + (target - end) % (last - begin))
            self._anchor()
        else:
            self._move(self._duration)
            self.pause()
