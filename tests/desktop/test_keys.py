"""The keys of the battle page, as the window hears them."""

from __future__ import annotations

import pytest
from desktop.evaluator import PATIENCE, hold, play_a_turn, press
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from scenes.catalog import find_scene
from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.notices import Notice


def test_keys_are_left_to_the_instruction_while_it_is_typed(qtbot: QtBot, room: Room) -> None:
    box = room.window.battle.setting_bar.instruction
    box.setFocus()
    box.clear()
    qtbot.keyClicks(box, "s l n 1 = [")
    assert box.text() == "s l n 1 = ["
    assert room.window.battle.link.linked
    assert not room.window.battle.playhead.loop


def test_down_offers_every_instruction_of_the_scene(qtbot: QtBot, room: Room) -> None:
    box = room.window.battle.setting_bar.instruction
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    completer = box.completer()
    assert completer is not None
    assert completer.completionCount() == len(find_scene("table").tasks)
    popup = completer.popup()
    assert popup is not None
    popup.hide()


def test_the_timeline_answers_its_keys(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    playhead = room.window.battle.playhead
    qtbot.waitUntil(lambda: playhead.playing)
    press(qtbot, room, Qt.Key.Key_Space)
    assert not playhead.playing
    press(qtbot, room, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert playhead.step == 2
    qtbot.keyClick(room.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, room, Qt.Key.Key_Left)
    assert playhead.step == min(12, playhead.steps) - 1
    press(qtbot, room, Qt.Key.Key_End)
    assert playhead.time == playhead.duration
    press(qtbot, room, Qt.Key.Key_Equal, Qt.Key.Key_L, Qt.Key.Key_S, Qt.Key.Key_BracketRight)
    assert (playhead.speed, playhead.loop, room.window.battle.link.linked) == (2.0, True, False)
    assert room.window.battle.viewers[0].view.name != ""
    press(qtbot, room, Qt.Key.Key_Escape)
    assert room.window.battle.viewers[0].view.name == ""


def test_enter_in_the_instruction_leaves_a_vote_its_time_to_be_taken_back(
    qtbot: QtBot, room: Room, store: Store
) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    room.window.battle.setting_bar.instruction.setFocus()
    press(qtbot, room, Qt.Key.Key_Return)
    assert room.arena.state == "voted"
    assert len(store.battles()) == 1


@pytest.mark.parametrize("tabbed", [False, True])
def test_a_held_enter_casts_the_vote_and_tells_no_names(
    qtbot: QtBot, room: Room, store: Store, *, tabbed: bool
) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1)
    if tabbed:
        room.window.battle.vote_bar.confirm.setFocus()
    press(qtbot, room, Qt.Key.Key_Return)
    assert room.arena.state == "voted"
    hold(room, Qt.Key.Key_Return)
    hold(room, Qt.Key.Key_Enter)
    room.window.battle.undo_bar.now.setFocus()
    hold(room, Qt.Key.Key_Return)
    hold(room, Qt.Key.Key_N)
    hold(room, Qt.Key.Key_U)
    assert room.arena.state == "voted"
    assert len(store.battles()) == 1
    press(qtbot, room, Qt.Key.Key_U)
    hold(room, Qt.Key.Key_2)
    assert room.window.battle.vote_bar.chosen is None


def test_a_held_arrow_goes_on_stepping_and_a_held_space_toggles_once(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    playhead = room.window.battle.playhead
    playhead.seek_step(0)
    press(qtbot, room, Qt.Key.Key_Right)
    hold(room, Qt.Key.Key_Right)
    assert playhead.step == 4
    hold(room, Qt.Key.Key_Space)
    assert not playhead.playing


def test_a_held_enter_in_the_instruction_plays_once(qtbot: QtBot, room: Room, store: Store) -> None:
    room.window.battle.setting_bar.instruction.setFocus()
    hold(room, Qt.Key.Key_Return)
    assert store.battles() == []


def test_enough_is_said_with_a_key_that_the_button_and_f1_tell(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    room.window.battle.playhead.pause()
    assert not room.arena.unlocked
    assert room.window.battle.vote_bar.enough.text().endswith("E")
    press(qtbot, room, Qt.Key.Key_F1)
    assert "I have seen enough" in room.window.shortcuts.sheet.text()
    press(qtbot, room, Qt.Key.Key_Escape)
    room.window.battle.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_E)
    assert room.arena.unlocked
    assert not room.window.battle.vote_bar.enough.isVisible()


def test_a_battle_to_vote_on_is_not_left_by_a_key(qtbot: QtBot, room: Room, store: Store) -> None:
    shown: list[Notice] = []
    play_a_turn(qtbot, room)
    room.notices.shown.connect(shown.append)
    press(qtbot, room, Qt.Key.Key_N)
    assert room.arena.state == "watching"
    assert "vote" in shown[-1].text
    assert len(store.battles()) == 1


def test_the_reason_to_skip_is_asked_only_while_there_is_something_to_skip(qtbot: QtBot, room: Room) -> None:
    page = room.window.battle
    asked: list[str] = []

    def press_and_hold_skip() -> None:
        page.viewers[0].setFocus()
        qtbot.keyClick(page.viewers[0], Qt.Key.Key_0)
        if page.judging.skipping:
            asked.append(room.arena.state)
            press(qtbot, room, Qt.Key.Key_Escape)
        hold(room, Qt.Key.Key_0)
        assert not page.judging.skipping

    press_and_hold_skip()
    page.play()
    press_and_hold_skip()
    room.arena.cancel()
    press_and_hold_skip()
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.arena.run_again()
    press_and_hold_skip()
    room.arena.skip("other")
    press_and_hold_skip()
    assert asked == ["waiting", "watching"]
