"""What lies in front of the viewers stops the replay behind it: nothing plays unseen, nothing counts as watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from desktop.resting import resting_room
from PySide6.QtWidgets import QApplication

from vlaarena_desktop.app import Room
from vlaarena_desktop.window import Window

COVERS: list[Callable[[Window], object]] = [
    Window.open_palette,
    Window.show_keys,
    Window.show_diagnostics,
    Window.show_tour,
]


@pytest.fixture(scope="module")
def resting(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with resting_room(tmp_path_factory.mktemp("covered") / "home") as room:
        yield room


def uncover(window: Window) -> None:
    window.tour.finish()
    for curtain in (window.finder, window.shortcuts, window.sheet):
        curtain.close_down()


@pytest.mark.parametrize("cover", COVERS)
def test_a_replay_stands_while_it_is_covered_and_goes_on_afterwards(
    resting: Room, cover: Callable[[Window], object]
) -> None:
    window, playhead = resting.window, resting.window.battle.playhead
    playhead.set_length(60.0, 10.0)
    playhead.play()
    cover(window)
    assert not playhead.playing
    uncover(window)
    assert playhead.playing
    playhead.pause()
    cover(window)
    uncover(window)
    assert not playhead.playing


def test_a_replay_that_comes_meanwhile_begins_when_it_can_be_seen(resting: Room) -> None:
    window, playhead = resting.window, resting.window.battle.playhead
    window.show_keys()
    playhead.set_length(60.0, 10.0)
    playhead.play()
    assert not playhead.playing
    window.open_palette()
    assert not playhead.playing
    uncover(window)
    assert playhead.playing
    playhead.set_length(0.0, 10.0)
    assert not playhead.playing
