"""The transport: one timeline and its buttons for both viewers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QIcon
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from vlaarena_desktop.icons import icon
from vlaarena_desktop.pages.step_field import StepField
from vlaarena_desktop.pages.timeline import Timeline
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.settings import SPEEDS
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.viewing.view import ViewLink, camera_title

_PLAY_ICONS = {False: "play", True: "pause"}


class Transport(QFrame):
    """Buttons, timeline, time, step, speed, loop, camera link, cameras and which sides are shown."""

    camera_chosen = Signal(str)  # a named camera; empty for the free one
    sides_requested = Signal()  # the next of: both sides, A alone, B alone

    def __init__(self, playhead: Playhead, link: ViewLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._playhead, self._link = playhead, link
        self._play_icons: dict[bool, QIcon] = {}
        self._icons: list[tuple[QToolButton, str]] = []
        self._offered: tuple[str, ...] = ()  # the cameras in the menu and, last, the chosen one
        self._make_buttons()
        self.timeline, self.step = Timeline(playhead), StepField(playhead)
        self.seconds, self.speed, self.cameras = QLabel(), QComboBox(), QMenu(self)
        self._make_fields()
        self._lay_out()
        self._connect_buttons()
        self._connect_playhead()
        self._show_length()

    def dress(self, colors: Colors) -> None:
        """Draw the icons and the timeline in a scheme's colours."""
        self.timeline.dress(colors)
        for button, name in self._icons:
            button.setIcon(icon(name, colors.text, colors.disabled))
        self._play_icons = {playing: icon(name, colors.text, colors.disabled) for playing, name in _PLAY_ICONS.items()}
        self._show_playing()

    def offer_cameras(self, names: Sequence[str], chosen: str) -> None:
        """Fill the camera menu: the free camera, then the named ones."""
        if self._offered == (*names, chosen):
            return
        self._offered = (*names, chosen)
        self.cameras.clear()
        group = QActionGroup(self.cameras)
        for name in ("", *names):
            title = camera_title(name).capitalize() if name else self.tr("Free camera (Esc)")
            action = self.cameras.addAction(title)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda checked=False, name=name: self.camera_chosen.emit(name))
            group.addAction(action)

    def _make_buttons(self) -> None:
        self.first = self._button("to-start", self.tr("To the start (Home)"))
        self.back = self._button("step-back", self.tr("One step back (Left)"))
        self.play = self._button("play", self.tr("Play or pause (Space)"))
        self.forward = self._button("step-forward", self.tr("One step on (Right)"))
        self.last = self._button("to-end", self.tr("To the end (End)"))
        self.loop = self._button("loop", self.tr("Loop (L); drag over the timeline with Shift to loop a part"))
        self.linked = self._button("link", self.tr("Move both cameras together (S)"))
        self.camera = self._button("camera", self.tr("Cameras ( [ and ] )"))
        self.sides = self._button("battle", self.tr("Both sides, A alone, B alone (F)"))
        self.loop.setCheckable(True)
        self.linked.setCheckable(True)
        self.linked.setChecked(self._link.linked)

    def _button(self, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(20, 20))
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, name))
        return button

    def _make_fields(self) -> None:
        self.camera.setMenu(self.cameras)
        self.camera.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.camera.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.cameras.setAccessibleName(self.tr("Cameras"))
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(self.tr("Speed (- and =)"))
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.seconds.setObjectName("time")
        self.seconds.setFixedWidth(self.seconds.fontMetrics().horizontalAdvance("00.00 s") + 8)
        self.seconds.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(4)
        for button in (self.first, self.back, self.play, self.forward, self.last):
            row.addWidget(button)
        row.addSpacing(4)
        row.addWidget(self.timeline, 1)
        row.addWidget(self.seconds)
        row.addSpacing(6)
        title = QLabel(self.tr("Step"))
        title.setObjectName("quiet")
        title.setBuddy(self.step)
        for widget in (title, self.step, self.speed, self.loop, self.linked, self.camera, self.sides):
            row.addWidget(widget)

    def _connect_buttons(self) -> None:
        playhead = self._playhead
        self.first.clicked.connect(lambda: playhead.seek_step(0))
        self.back.clicked.connect(lambda: playhead.step_by(-1))
        self.play.clicked.connect(playhead.toggle)
        self.forward.clicked.connect(lambda: playhead.step_by(1))
        self.last.clicked.connect(lambda: playhead.seek_step(playhead.steps))
        self.loop.toggled.connect(playhead.set_loop)
        self.linked.toggled.connect(self._link.set_linked)
        self.sides.clicked.connect(self.sides_requested)
        self.speed.activated.connect(lambda index: playhead.set_speed(SPEEDS[index]))

    def _connect_playhead(self) -> None:
        playhead = self._playhead
        playhead.moved.connect(self._show_time)
        playhead.length_changed.connect(self._show_length)
        playhead.playing_changed.connect(self._show_playing)
        playhead.speed_changed.connect(lambda speed: self.speed.setCurrentIndex(SPEEDS.index(speed)))
        playhead.loop_changed.connect(self.loop.setChecked)
        self._link.linked_changed.connect(self.linked.setChecked)

    @Slot()
    def _show_length(self) -> None:
        for button in (self.first, self.back, self.play, self.forward, self.last):
            button.setEnabled(self._playhead.duration > 0)
        self._show_time()

    @Slot()
    def _show_time(self) -> None:
        self.seconds.setText(self.tr("{seconds} s").format(seconds=f"{self._playhead.time:.2f}"))

    @Slot()
    def _show_playing(self) -> None:
        if self._play_icons:
            self.play.setIcon(self._play_icons[self._playhead.playing])
