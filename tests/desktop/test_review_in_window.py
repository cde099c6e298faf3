"""What was voted on is found again, looked into and tried further, with keys alone, in the real window."""

from __future__ import annotations

from desktop.closed_battles import STEPS, play_a_closed_battle
from desktop.evaluator import PATIENCE
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.links import Link, read_link
from vlaarena_desktop.pages.review import ReviewPage

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def focused(room: Room) -> QWidget:
    return QApplication.focusWidget() or room.window


def find_and_open(qtbot: QtBot, room: Room, words: str) -> ReviewPage:
    room.window.show_page(2)
    qtbot.keyClick(focused(room), Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(focused(room), words)
    qtbot.keyClick(focused(room), Qt.Key.Key_Return)
    assert focused(room) is room.window.history.view
    with qtbot.waitSignal(room.window.history.opened):
        qtbot.keyClick(focused(room), Qt.Key.Key_Return)
    review = room.window.history.review
    assert review is not None
    qtbot.waitUntil(lambda: review.room.playhead.playing, timeout=PATIENCE)
    return review


def test_a_past_battle_is_found_and_branched_with_keys_alone(
    qtbot: QtBot, room: Room, store: Store, address: str
) -> None:
    evidence = play_a_closed_battle(store, address)
    vote = store.live_vote(evidence.battle.battle_id)
    review = find_and_open(qtbot, room, "straight")
    qtbot.keyClick(focused(room), Qt.Key.Key_Home)
    qtbot.keyClick(focused(room), Qt.Key.Key_Right)
    qtbot.keyClick(focused(room), Qt.Key.Key_B)
    assert focused(room) is review.bench.instruction
    qtbot.keyClicks(focused(room), "lift the green cube")
    with qtbot.waitSignal(room.experiments.branched, timeout=PATIENCE):
        qtbot.keyClick(focused(room), Qt.Key.Key_Return)
    (branch,) = store.branches(evidence.battle.battle_id)
    assert (branch.step, branch.instruction) == (1, "lift the green cube")
    assert review.room.shown is not None
    assert review.room.shown.turn.turn_id == branch.branch_id
    qtbot.keyClick(focused(room), Qt.Key.Key_T)
    assert review.room.shown.turn.turn_id == evidence.turns[0].turn.turn_id
    assert store.live_vote(evidence.battle.battle_id) == vote


def test_a_moment_is_linked_and_left_with_keys_alone(qtbot: QtBot, room: Room, store: Store, address: str) -> None:
    evidence = play_a_closed_battle(store, address)
    find_and_open(qtbot, room, "cube")
    qtbot.keyClick(focused(room), Qt.Key.Key_Home)
    qtbot.keyClick(focused(room), Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(focused(room), Qt.Key.Key_C, CONTROL | SHIFT)
    assert read_link(QApplication.clipboard().text()) == Link(evidence.battle.battle_id, 1, STEPS)
    qtbot.keyClick(focused(room), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not room.window.history.reviewing
    qtbot.keyClick(focused(room), Qt.Key.Key_V, CONTROL | SHIFT)
    assert room.window.history.reviewing


def test_escape_leaves_the_instruction_of_a_branch(qtbot: QtBot, room: Room, store: Store, address: str) -> None:
    evidence = play_a_closed_battle(store, address)
    room.window.show_page(2)
    assert room.window.history.open_battle(evidence.battle.battle_id)
    review = room.window.history.review
    assert review is not None
    qtbot.keyClick(focused(room), Qt.Key.Key_B)
    assert review.bench.shown == "form"
    qtbot.keyClick(focused(room), Qt.Key.Key_Escape)
    assert review.bench.shown == "offers"
    assert focused(room) is review.room.viewers[0]
