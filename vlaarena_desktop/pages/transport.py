"""The transport: one scrubber and its buttons for both viewers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from vlaarena_desktop.icons import icon
from vlaarena_desktop.playhead import SPEEDS, Playhead
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.view import ViewLink

_PER_SECOND = 500  # positions of the scrubber: physics steps


class Transport(QFrame):
    """Buttons, scrubber, time, speed, loop and camera link."""

    next_camera_requested = Signal()

    def __init__(self, playhead: Playhead, link: ViewLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._playhead, self._link = playhead, link
        self._icons: list[tuple[QToolButton, str]] = []
        self._make_buttons()
        self.scrubber, self.position, self.speed = QSlider(Qt.Orientation.Horizontal), QLabel(), QComboBox()
        self._make_fields()
        self._lay_out()
        self._connect()
        self._show_length()

    def dress(self, colors: Colors) -> None:
        """Draw the icons in a scheme's colours."""
        self._colors = colors
        for button, name in self._icons:
            button.setIcon(icon(name, colors.text, colors.disabled))
        self._show_playing()

    def _make_buttons(self) -> None:
        self.first = self._button("to-start", self.tr("To the start (Home)"))
        self.back = self._button("step-back", self.tr("One step back (Left)"))
        self.play = self._button("play", self.tr("Play or pause (Space)"))
        self.forward = self._button("step-forward", self.tr("One step on (Right)"))
        self.last = self._button("to-end", self.tr("To the end (End)"))
        self.loop = self._button("loop", self.tr("Loop (L)"), checkable=True)
        self.linked = self._button("link", self.tr("Move both cameras together (S)"), checkable=True)
        self.camera = self._button("camera", self.tr("Next camera ( ] )"))
        self.linked.setChecked(self._link.linked)

    def _button(self, name: str, hint: str, *, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(20, 20))
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, name))
        return button

    def _make_fields(self) -> None:
        self.scrubber.setAccessibleName(self.tr("Position in the replay"))
        self.scrubber.setMinimumHeight(26)
        self.scrubber.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(self.tr("Speed (- and =)"))
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.position.setObjectName("time")
        self.position.setMinimumWidth(128)
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(6)
        for widget in (self.first, self.back, self.play, self.forward, self.last):
            row.addWidget(widget)
        row.addSpacing(6)
        row.addWidget(self.scrubber, 1)
        row.addWidget(self.position)
        row.addSpacing(6)
        row.addWidget(self.speed)
        for button in (self.loop, self.linked, self.camera):
            row.addWidget(button)

    def _connect(self) -> None:
        playhead = self._playhead
        self.first.clicked.connect(lambda: playhead.seek_step(0))
        self.back.clicked.connect(lambda: playhead.step_by(-1))
        self.play.clicked.connect(playhead.toggle)
        self.forward.clicked.connect(lambda: playhead.step_by(1))
        self.last.clicked.connect(lambda: playhead.seek_step(playhead.steps))
        self.loop.toggled.connect(playhead.set_loop)
        self.linked.toggled.connect(self._link.set_linked)
        self.camera.clicked.connect(self.next_camera_requested)
        self.scrubber.valueChanged.connect(self._scrub)
        self.speed.activated.connect(lambda index: playhead.set_speed(SPEEDS[index]))
        playhead.moved.connect(self._show_time)
        playhead.length_changed.connect(self._show_length)
        playhead.playing_changed.connect(self._show_playing)
        playhead.speed_changed.connect(lambda speed: self.speed.setCurrentIndex(SPEEDS.index(speed)))
        playhead.loop_changed.connect(self.loop.setChecked)
        self._link.linked_changed.connect(self.linked.setChecked)

    @Slot(int)
    def _scrub(self, value: int) -> None:
        self._playhead.seek(value / _PER_SECOND)

    @Slot()
    def _show_length(self) -> None:
        ready = self._playhead.duration > 0
        self.scrubber.blockSignals(True)
        self.scrubber.setMaximum(max(1, round(self._playhead.duration * _PER_SECOND)))
        self.scrubber.setSingleStep(round(_PER_SECOND / self._playhead.control_hz))
        self.scrubber.setPageStep(round(10 * _PER_SECOND / self._playhead.control_hz))
        self.scrubber.blockSignals(False)
        for widget in (self.first, self.back, self.play, self.forward, self.last, self.scrubber):
            widget.setEnabled(ready)
        self._show_time()

    @Slot()
    def _show_time(self) -> None:
        playhead = self._playhead
        self.scrubber.blockSignals(True)
        self.scrubber.setValue(round(playhead.time * _PER_SECOND))
        self.scrubber.blockSignals(False)
        text = self.tr("{seconds} s · step {step}")
        self.position.setText(text.format(seconds=f"{playhead.time:.2f}", step=playhead.step))

    @Slot()
    def _show_playing(self) -> None:
        name = "pause" if self._playhead.playing else "play"
        self.play.setIcon(icon(name, self._colors.text, self._colors.disabled))
