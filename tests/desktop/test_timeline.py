"""The timeline: one scrubber for both sides."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop import theme
from vlaarena_desktop.pages.step_field import StepField
from vlaarena_desktop.pages.timeline import Mark, Timeline
from vlaarena_desktop.pages.timeline_drawing import runs, tick_spacing
from vlaarena_desktop.playhead import Playhead

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
MARKS = (Mark(2.0, 0, "Red cube grasped"), Mark(1.0, 1, "Red cube touched"), Mark(3.0, None, "They part"))


@pytest.fixture
def playhead(qtbot: QtBot) -> Playhead:
    made = Playhead()
    made.set_length(5.0, 10.0)
    return made


@pytest.fixture
def timeline(qtbot: QtBot, playhead: Playhead) -> Timeline:
    made = Timeline(playhead)
    made.dress(theme.LIGHT)
    made.resize(520, made.sizeHint().height())
    qtbot.addWidget(made)
    made.show()
    return made


def move(timeline: Timeline, x: float, button: Qt.MouseButton) -> None:
    place = QPointF(x, 20)
    event = QMouseEvent(QEvent.Type.MouseMove, place, timeline.mapToGlobal(place), button, button, PLAIN)
    QApplication.sendEvent(timeline, event)


def drag(
    qtbot: QtBot, timeline: Timeline, begin: float, end: float, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    """From one time to another [s]."""
    first, last = (QPoint(round(timeline.x_of(seconds)), 20) for seconds in (begin, end))
    qtbot.mousePress(timeline, button, keys, first)
    move(timeline, last.x(), button)
    qtbot.mouseRelease(timeline, button, keys, last)


def turn_wheel(timeline: Timeline, angle: int) -> None:
    place = QPointF(100, 20)
    where = timeline.mapToGlobal(place)
    no_button, no_phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, where, QPoint(), QPoint(0, angle), no_button, PLAIN, no_phase, False)
    QApplication.sendEvent(timeline, event)


def test_a_click_seeks_and_a_drag_scrubs(qtbot: QtBot, timeline: Timeline, playhead: Playhead) -> None:
    qtbot.mouseClick(timeline, LEFT, pos=QPoint(round(timeline.x_of(2.0)), 20))
    assert playhead.time == pytest.approx(2.0, abs=0.02)
    scrubbing: list[bool] = []
    playhead.scrubbing_changed.connect(scrubbing.append)
    drag(qtbot, timeline, 2.0, 3.5, LEFT, PLAIN)
    assert scrubbing == [True, False]
    assert playhead.time == pytest.approx(3.5, abs=0.02)
    assert playhead.range is None


def test_a_running_replay_waits_while_it_is_scrubbed_and_then_goes_on(
    qtbot: QtBot, timeline: Timeline, playhead: Playhead
) -> None:
    playhead.play()
    place = QPoint(round(timeline.x_of(2.0)), 20)
    qtbot.mousePress(timeline, LEFT, pos=place)
    assert not playhead.playing
    qtbot.mouseRelease(timeline, LEFT, pos=place)
    assert playhead.playing
    playhead.pause()


@pytest.mark.parametrize(("button", "keys"), [(LEFT, SHIFT), (RIGHT, PLAIN)])
def test_a_drag_with_shift_or_the_right_button_loops_a_range(
    qtbot: QtBot, timeline: Timeline, playhead: Playhead, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    drag(qtbot, timeline, 3.0, 1.0, button, keys)
    assert playhead.range == (pytest.approx(1.0, abs=0.02), pytest.approx(3.0, abs=0.02))
    assert (playhead.loop, playhead.playing) == (True, True)
    playhead.pause()
    qtbot.mouseDClick(timeline, LEFT, pos=QPoint(200, 20))
    assert playhead.range is None


def test_a_right_click_alone_changes_nothing(qtbot: QtBot, timeline: Timeline, playhead: Playhead) -> None:
    qtbot.mouseClick(timeline, RIGHT, pos=QPoint(200, 20))
    assert (playhead.time, playhead.range) == (0.0, None)


def test_the_wheel_steps_once_per_notch(timeline: Timeline, playhead: Playhead) -> None:
    turn_wheel(timeline, 240)
    assert playhead.step == 2
    turn_wheel(timeline, -60)
    assert playhead.step == 2
    turn_wheel(timeline, -60)
    assert playhead.step == 1


def test_a_screen_reader_finds_a_slider_that_counts_steps(timeline: Timeline, playhead: Playhead) -> None:
    playhead.seek_step(12)
    interface = QAccessible.queryAccessibleInterface(timeline)
    assert interface.role() == QAccessible.Role.Slider
    value = interface.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (0, 12, 50)
    assert timeline.accessibleDescription() == "1.20 s, step 12 of 50"
    value.setCurrentValue(30)
    assert playhead.step == 30


def test_the_timeline_is_moved_by_the_keys_of_a_slider(qtbot: QtBot, timeline: Timeline, playhead: Playhead) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Left):
        qtbot.keyClick(timeline, key)
    assert playhead.step == 10
    qtbot.keyClick(timeline, Qt.Key.Key_End)
    assert playhead.step == 50


def test_a_shorter_replay_begins_at_its_start(timeline: Timeline, playhead: Playhead) -> None:
    playhead.seek_step(50)
    playhead.set_length(2.0, 10.0)
    assert (playhead.time, timeline.value(), timeline.maximum()) == (0.0, 0, 20)


def test_marks_are_jumped_between_and_told(timeline: Timeline, playhead: Playhead) -> None:
    timeline.set_marks(MARKS)
    assert [mark.time for mark in timeline.marks] == [1.0, 2.0, 3.0]
    reached = []
    for by in (1, 1, 1, 1, -1):
        timeline.to_mark(by)
        reached.append(playhead.time)
    assert reached == [1.0, 2.0, 3.0, 3.0, 2.0]
    assert timeline.told_at(timeline.x_of(2.0)) == "A: Red cube grasped"
    assert timeline.told_at(timeline.x_of(3.0)) == "They part"
    assert timeline.told_at(timeline.x_of(4.2)) == "4.20 s · step 42"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_watched_can_be_seen(timeline: Timeline, playhead: Playhead, scheme: theme.Scheme) -> None:
    colors = theme.SCHEMES[scheme]
    timeline.dress(colors)
    playhead.seek_step(50)
    timeline.set_watched(np.arange(50) < 25)
    picture = timeline.grab().toImage()
    assert shade(picture, timeline.x_of(1.0)) == colors.accent
    assert shade(picture, timeline.x_of(4.0)) == colors.hover
    assert theme.contrast(colors.accent, colors.hover) >= 3.0
    timeline.set_watched(None)
    assert shade(timeline.grab().toImage(), timeline.x_of(4.0)) == colors.accent


def shade(picture: QImage, x: float) -> str:
    return picture.pixelColor(round(x), 19).name().upper()


def test_parts_and_ticks_are_found() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, np.bool_)) == []
    assert [tick_spacing(pixels, 5.0) for pixels in (8.0, 3.0, 1.5, 0.1)] == [1, 2, 5, 50]


def test_a_typed_step_is_gone_to_and_the_focus_goes_back(qtbot: QtBot, timeline: Timeline, playhead: Playhead) -> None:
    field = StepField(playhead, timeline)
    field.show()
    timeline.setFocus()
    field.begin()
    assert QApplication.focusWidget() is field
    qtbot.keyClicks(field, "17")
    playhead.seek_step(3)
    assert field.text() == "17"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert playhead.step == 17
    assert QApplication.focusWidget() is timeline
    field.begin()
    qtbot.keyClicks(field, "999")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (playhead.step, field.text()) == (50, "50")


def test_a_step_typed_and_left_changes_nothing(qtbot: QtBot, timeline: Timeline, playhead: Playhead) -> None:
    field = StepField(playhead, timeline)
    field.show()
    field.begin()
    qtbot.keyClicks(field, "17")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (playhead.step, field.text()) == (0, "0")
    field.begin()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert (playhead.step, field.text()) == (1, "1")
