"""Whole battles of models that are named by unique random strings: nothing names them before the reveal.

The only exception is the question to the daemon, which must say whom to play."""

from __future__ import annotations

import random
from collections.abc import Callable

from blindness.canaries import naming, place
from blindness.sitting import Sitting
from desktop.evaluator import PATIENCE, press, watch_everything
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

OPENERS = ("go.leaderboard", "go.history", "go.settings", "go.battle", "help.find", "help.keys", "help.diagnostics")
TINY = 96  # pixels: a picture that is quick to draw
TOLD_IN = ("QLabel", "painted", "said to the person", "arena.sqlite3")


def run(seat: Sitting, command_id: str) -> None:
    """What the palette would do."""
    (command,) = [each for each in seat.room.window.commands() if each.id == command_id]
    command.act()


def look_around(qtbot: QtBot, seat: Sitting) -> None:
    """Open what can be opened, copy what can be copied, and save a picture below the data folder."""
    for command_id in OPENERS:
        run(seat, command_id)
    seat.room.window.sheet.copy.click()
    run(seat, "replay.save")
    dialog, folder = seat.room.window.battle.saving, seat.home / "pictures"
    folder.mkdir(exist_ok=True)
    dialog.place.folder.setText(str(folder))
    dialog.fields.size_choice.insertItem(0, "tiny", TINY)
    dialog.fields.size_choice.setCurrentIndex(0)
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE):
        dialog.start()
    dialog.close()
    seat.room.window.activateWindow()


def play_first(qtbot: QtBot, seat: Sitting) -> list[str]:
    """Play the first turn; what named its pair while both robots were at work."""
    found: list[str] = []
    seat.room.arena.progressed.connect(
        lambda _: found.extend(seat.naming(*seat.pair)), Qt.ConnectionType.SingleShotConnection
    )
    with qtbot.waitSignal(seat.room.arena.turn_added, timeout=PATIENCE):
        seat.room.window.battle.play()
    return found


def play_second(qtbot: QtBot, seat: Sitting) -> None:
    with qtbot.waitSignal(seat.room.arena.turn_added, timeout=PATIENCE):
        seat.room.arena.next_turn("reach the bowl", "continue")


def vote(qtbot: QtBot, seat: Sitting) -> None:
    seat.room.window.battle.viewers[0].setFocus()
    press(qtbot, seat.room, Qt.Key.Key_2, Qt.Key.Key_Return)
    assert seat.room.arena.state == "voted"


def test_nothing_names_the_pair_before_the_reveal_and_then_window_and_database_do(
    qtbot: QtBot, seat: Sitting, repeats: Callable[[int, int], int]
) -> None:
    dice = random.Random(4)
    for number in range(repeats(2, 50)):
        seat.offer(qtbot, place(seat.home))
        assert play_first(qtbot, seat) == []
        if number % 2:
            play_second(qtbot, seat)
        pair = seat.pair
        if dice.random() < 0.5:
            watch_everything(qtbot, seat.room)
        look_around(qtbot, seat)
        assert seat.naming(*pair) == []
        seat.room.arena.see_enough()
        vote(qtbot, seat)
        assert seat.naming(*pair) == []
        press(qtbot, seat.room, Qt.Key.Key_Return)
        assert seat.room.arena.state == "revealed"
        told = seat.readable()
        for model in pair:
            assert seat.asking(model)  # so a name on the wire would have been found
            seen = naming([model], seat.models.values(), told)
            assert all(any(place in source for source in seen) for place in TOLD_IN), seen
