from __future__ import annotations

import time
from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from vlaarena_desktop.playhead import Playhead


@pytest.fixture
def playhead(qtbot: QtBot) -> Playhead:
    made = Playhead()
    made.set_length(5.0, 10.0)
    return made


def test_steps_are_control_steps_and_stay_within_the_replay(playhead: Playhead) -> None:
    playhead.step_by(1)
    playhead.step_by(10)
    assert (playhead.time, playhead.step) == (pytest.approx(1.1), 11)
    playhead.step_by(-100)
    assert playhead.time == 0.0
    playhead.step_by(1000)
    assert (playhead.time, playhead.step) == (5.0, 50)


def test_a_step_from_between_two_steps_goes_to_the_next_whole_one(playhead: Playhead) -> None:
    playhead.seek(1.05)
    playhead.step_by(1)
    assert playhead.step == 11
    playhead.seek(1.05)
    playhead.step_by(-1)
    assert playhead.step == 10


def test_the_clock_follows_real_time(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.set_speed(2.0)
    began = time.monotonic()
    playhead.play()
    qtbot.waitUntil(lambda: playhead.time > 1.0)
    elapsed = time.monotonic() - began
    playhead.pause()
    assert playhead.time == pytest.approx(2.0 * elapsed, abs=0.2)


def test_a_stalled_window_drops_frames_instead_of_slowing_the_clock(qtbot: QtBot, playhead: Playhead) -> None:
    moves: list[float] = []
    playhead.moved.connect(moves.append)
    playhead.play()
    qtbot.waitUntil(lambda: playhead.time > 0.05)
    stall_until = time.monotonic() + 0.5
    while time.monotonic() < stall_until:
        pass
    before = len(moves)
    qtbot.waitUntil(lambda: len(moves) > before)
    playhead.pause()
    assert moves[before] - moves[before - 1] > 0.4


def test_the_end_stops_the_clock_on_the_last_frame(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.seek(4.9)
    playhead.play()
    qtbot.waitUntil(lambda: not playhead.playing)
    assert playhead.time == 5.0


def test_playing_from_the_end_starts_over(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.seek(5.0)
    playhead.play()
    assert playhead.time < 1.0
    playhead.pause()


def test_a_loop_leads_back_to_the_start(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.set_loop(True)
    playhead.seek(4.95)
    playhead.play()
    qtbot.waitUntil(lambda: playhead.time < 1.0)
    assert playhead.playing
    playhead.pause()


def test_speed_moves_in_notches_and_stops_at_the_ends(playhead: Playhead) -> None:
    for _ in range(9):
        playhead.change_speed(1)
    assert playhead.speed == 4.0
    for _ in range(9):
        playhead.change_speed(-1)
    assert playhead.speed == 0.1


def test_nothing_plays_before_there_is_a_replay(qtbot: QtBot) -> None:
    empty = Playhead()
    empty.play()
    assert not empty.playing


def test_a_replay_that_ends_within_a_step_has_its_end_as_last_step(playhead: Playhead) -> None:
    playhead.set_length(0.25, 10.0)
    playhead.seek_step(playhead.steps)
    assert (playhead.time, playhead.step) == (0.25, 3)
    playhead.step_by(-1)
    assert (playhead.time, playhead.step) == (pytest.approx(0.2), 2)
    playhead.step_by(1)
    assert playhead.time == 0.25


def test_a_range_is_looped_and_nothing_outside_it_is_shown(qtbot: QtBot, playhead: Playhead) -> None:
    shown: list[float] = []
    playhead.set_range(2.0, 1.0)
    assert (playhead.range, playhead.loop) == ((1.0, 2.0), True)
    playhead.set_speed(4.0)
    playhead.moved.connect(shown.append)
    playhead.play()
    qtbot.waitUntil(lambda: any(later < earlier for earlier, later in pairwise(shown)))
    playhead.pause()
    assert min(shown) >= 1.0
    assert max(shown) < 2.0


def test_a_range_holds_at_least_one_step_within_the_replay(playhead: Playhead) -> None:
    playhead.set_range(3.0, 3.01)
    assert playhead.range == (pytest.approx(3.0), pytest.approx(3.1))
    playhead.set_range(7.0, 9.0)
    assert playhead.range == (pytest.approx(4.9), 5.0)


@pytest.mark.parametrize("looped", [False, True])
def test_a_cleared_range_leaves_looping_as_it_was_before(playhead: Playhead, *, looped: bool) -> None:
    playhead.set_loop(looped)
    playhead.set_range(1.0, 2.0)
    playhead.set_range(2.0, 3.0)
    playhead.clear_range()
    assert (playhead.range, playhead.loop) == (None, looped)


def test_with_looping_off_a_range_is_played_through(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.set_range(4.0, 4.5)
    playhead.set_loop(False)
    playhead.set_speed(4.0)
    playhead.seek(4.4)
    playhead.play()
    qtbot.waitUntil(lambda: not playhead.playing)
    assert playhead.time == 5.0


def test_sent_past_the_range_the_replay_comes_back_to_it_by_its_end(qtbot: QtBot, playhead: Playhead) -> None:
    playhead.set_range(1.0, 2.0)
    playhead.play()
    playhead.seek(4.9)
    qtbot.waitUntil(lambda: playhead.time < 2.0)
    assert playhead.time >= 1.0
    playhead.pause()


def test_another_replay_has_no_range(playhead: Playhead) -> None:
    playhead.set_range(1.0, 2.0)
    playhead.set_length(3.0, 10.0)
    assert (playhead.range, playhead.loop) == (None, False)


def test_a_range_is_begun_and_ended_where_the_playhead_stands(playhead: Playhead) -> None:
    playhead.seek(3.0)
    playhead.begin_range()
    assert playhead.range == (3.0, 5.0)
    playhead.seek(4.0)
    playhead.end_range()
    assert playhead.range == (3.0, 4.0)
    playhead.seek(2.0)
    playhead.end_range()
    assert playhead.range == (0.0, 2.0)


def test_a_speed_is_one_of_those_offered(playhead: Playhead) -> None:
    playhead.set_speed(1.9)
    assert playhead.speed == 2.0
    playhead.set_speed(100.0)
    assert playhead.speed == 4.0
