"""The same two episodes on exchanged sides: the window says and paints the same, but for the two replays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from blindness import surroundings
from blindness.synthetic import Pair, begin, keep_scene, played_pairs
from desktop.evaluator import press
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.app import Room, make_room

_MOMENT = re.compile(r"[\d-]*\d\d-\d\d \d\d:\d\d\S*")  # when a battle was begun
Told = tuple[list[str], list[bytes]]


@pytest.fixture(scope="module")
def pairs(repeats: Callable[[int, int], int]) -> list[Pair]:
    return played_pairs(repeats(1, 12))


@contextmanager
def waiting_for_a_vote(qtbot: QtBot, folder: Path, pair: Pair, *, fast_left: bool) -> Iterator[Room]:
    """A window that goes on with a battle of this pair, paused before its first frame has passed."""
    with Store.open(folder) as store:
        keep_scene(store)
        begin(store, pair, fast_left=fast_left)
        room = make_room(store, tier="plain")
        room.window.resize(1024, 700)
        room.window.show()
        playhead = room.window.battle.playhead
        playhead.playing_changed.connect(lambda *_: playhead.pause(), Qt.ConnectionType.SingleShotConnection)
        with qtbot.waitSignal(playhead.playing_changed):
            room.window.battle.resume()
        try:
            yield room
        finally:
            room.window.close()
            room.window.deleteLater()


def told(room: Room) -> Told:
    """All words and numbers of the window, but its data folder and the day; what is painted around the replays."""
    page, home = room.window.battle, str(room.arena.store.folder)
    said = [_MOMENT.sub("then", text.replace(home, "home")) for text in surroundings.words()]
    parts = (room.window.top_bar, page.setting_bar, page.transport, page.judging)
    return said, [surroundings.painted(part) for part in parts]


def moments(qtbot: QtBot, room: Room, stride: int) -> Iterator[Told]:
    """What is told while a battle is watched, judged and found in History; the last time after the reveal."""
    page = room.window.battle
    for step in range(0, page.playhead.steps + 1, stride):
        page.playhead.seek_step(step)
        for viewer in page.viewers:
            viewer.canvas.repaint()
        if step % 8 == 0:
            yield told(room)
    room.arena.see_enough()
    room.window.show_page(2)
    yield told(room)
    room.window.show_page(0)
    page.judging.open_ballot()
    yield told(room)
    page.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_3, Qt.Key.Key_Return)
    assert room.arena.state == "voted"
    room.arena.voting.settle()  # the countdown stands still
    yield told(room)
    room.arena.reveal()
    yield told(room)


def test_the_window_tells_the_same_whichever_side_is_fast_until_the_reveal(
    qtbot: QtBot, tmp_path: Path, pairs: list[Pair], repeats: Callable[[int, int], int]
) -> None:
    stride = repeats(8, 1)  # of the control steps that are watched
    for number, pair in enumerate(pairs):
        with waiting_for_a_vote(qtbot, tmp_path / f"{number}-left", pair, fast_left=True) as room:
            *of_left, left_revealed = moments(qtbot, room, stride)
        with waiting_for_a_vote(qtbot, tmp_path / f"{number}-right", pair, fast_left=False) as room:
            *of_right, right_revealed = moments(qtbot, room, stride)
        assert len(of_left) == len(of_right) == 7
        for left, right in zip(of_left, of_right, strict=True):
            assert left[0] == right[0]
            assert left[1] == right[1]
        assert left_revealed[0] != right_revealed[0]
        assert left_revealed[1] != right_revealed[1]
