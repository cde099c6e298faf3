"""What a person does in the window: press keys, hold them, play a turn, watch it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room

PATIENCE = 60_000  # [ms]
MAX_STEPS = 8


def press(qtbot: QtBot, room: Room, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or room.window, key)


def hold(room: Room, key: Qt.Key, text: str = "") -> None:
    """What the system sends while a key stays down, a moment after the first press."""
    plain = Qt.KeyboardModifier.NoModifier
    for _ in range(3):
        repeat = QKeyEvent(QEvent.Type.KeyPress, key, plain, text, True)
        QApplication.sendEvent(QApplication.focusWidget() or room.window, repeat)


def play_a_turn(qtbot: QtBot, room: Room) -> None:
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        press(qtbot, room, Qt.Key.Key_Return)
    room.window.battle.viewers[0].setFocus()


def watch_everything(qtbot: QtBot, room: Room, rate: float = 1.0) -> None:
    """Every control step of both sides; `rate` is how many of them the faster side has for one of the robot's."""
    playhead, begun = room.window.battle.playhead, room.window.battle.room
    qtbot.waitUntil(lambda: not begun._unseen)  # it plays by itself once both sides were seen, unless it was paused
    playhead.pause()
    for step in range(round(playhead.steps * rate) + 1):
        playhead.seek(step / rate / playhead.control_hz)
        for viewer in room.window.battle.viewers:
            viewer.canvas.repaint()


def visible_words(window: QWidget) -> str:
    words = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        words += [
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.toolTip(),
            widget.windowTitle(),
        ]
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            words.append(widget.text())
    return "\n".join(words)
