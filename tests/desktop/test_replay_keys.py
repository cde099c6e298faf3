"""The replay's keys as the window hears them while a battle waits for its vote."""

from __future__ import annotations

import pytest
from desktop.evaluator import play_a_turn, press
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room

Key = Qt.Key


def test_a_step_is_typed_and_its_enter_casts_no_vote(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    page = room.window.battle
    qtbot.waitUntil(lambda: page.playhead.playing)
    room.arena.see_enough()
    press(qtbot, room, Key.Key_1, Key.Key_G)
    assert QApplication.focusWidget() is page.transport.step
    press(qtbot, room, Key.Key_3, Key.Key_Return)
    assert (page.playhead.step, room.arena.state) == (3, "watching")
    assert QApplication.focusWidget() is page.viewers[0]
    press(qtbot, room, Key.Key_Return)
    assert room.arena.state == "voted"


def test_a_range_a_side_and_marks_are_reached_by_keys(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    page = room.window.battle
    qtbot.waitUntil(lambda: page.playhead.playing)
    press(qtbot, room, Key.Key_Space, Key.Key_Home, Key.Key_Right, Key.Key_I, Key.Key_Right, Key.Key_Right, Key.Key_O)
    assert page.playhead.range == (pytest.approx(0.1), pytest.approx(0.3))
    press(qtbot, room, Key.Key_Comma, Key.Key_Period)
    assert page.playhead.step == 3
    press(qtbot, room, Key.Key_Escape, Key.Key_F)
    assert (page.playhead.range, [viewer.isVisible() for viewer in page.viewers]) == (None, [True, False])
    press(qtbot, room, Key.Key_Escape)
    assert page.viewers[1].isVisible()


def test_a_tab_to_the_timeline_keeps_the_keys_of_the_replay(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    page = room.window.battle
    qtbot.waitUntil(lambda: page.playhead.playing)
    page.transport.timeline.setFocus()
    press(qtbot, room, Key.Key_Space, Key.Key_Home, Key.Key_Right)
    assert (page.playhead.playing, page.playhead.step) == (False, 1)
    press(qtbot, room, Key.Key_1)
    assert room.arena.state == "watching"
    timeline = page.transport.timeline
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(timeline.width() - 1, 20))
    assert page.playhead.step == page.playhead.steps
