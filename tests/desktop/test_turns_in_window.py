"""Turns of a battle: played again, continued, left; and the daemon that plays them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from desktop.evaluator import MAX_STEPS, PATIENCE, play_a_turn, press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scenes.errors import ArenaError
from sync.store import Store
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.local_daemon import LocalDaemon


def test_a_cancelled_turn_counts_for_neither_side_and_may_run_again(qtbot: QtBot, room: Room, store: Store) -> None:
    press(qtbot, room, Qt.Key.Key_Return)
    assert room.arena.state == "playing"
    room.arena.cancel()
    assert room.arena.state == "waiting"
    assert room.arena.battle is not None
    assert store.turns(room.arena.battle.battle_id) == []
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.arena.run_again()
    assert len(store.turns(room.arena.battle.battle_id)) == 1


def test_a_next_turn_continues_from_where_each_side_stopped(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.arena.next_turn("push the green cube to the left", "continue")
    first, second = room.arena.turns
    for before, after in ((first.left, second.left), (first.right, second.right)):
        assert (before.component("qpos")[-1] == after.component("qpos")[0]).all()


def test_the_instruction_is_checked_before_anything_begins(qtbot: QtBot, room: Room, store: Store) -> None:
    room.window.battle.setting_bar.instruction.setText("   ")
    press(qtbot, room, Qt.Key.Key_Return)
    assert room.arena.state == "idle"
    assert store.battles() == []
    assert room.window.banner.isVisible()


def test_a_missing_daemon_is_said_in_the_banner_and_the_pill(
    qtbot: QtBot, store: Store, tmp_path: Path, dressed: QApplication
) -> None:
    room = make_room(store, daemon_address=f"ipc://{tmp_path}/nobody", tier="plain")
    room.window.show()
    with qtbot.waitSignal(room.notices.shown, timeout=PATIENCE) as shown:
        room.daemon.connect_now()
    assert shown.args[0].kind == "error"
    assert room.daemon.state == "offline"
    assert room.window.banner.isVisible()
    assert not room.window.battle.setting_bar.play.isEnabled()
    room.window.battle.play()
    assert store.battles() == []
    room.window.close()


def test_a_daemon_that_dies_voids_the_turn_for_both_sides_and_may_be_started_again(
    qtbot: QtBot, store: Store, tmp_path: Path, dressed: QApplication
) -> None:
    local = LocalDaemon(tmp_path / "daemon", 2)
    room = make_room(store, local=local, max_steps=MAX_STEPS, tier="plain")
    room.window.show()
    try:
        room.daemon.connect_now()
        qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=PATIENCE)
        room.window.battle.play()
        assert local.pid is not None
        os.kill(local.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: room.arena.state == "waiting", timeout=PATIENCE)
        assert "neither side" in room.window.banner.text.text()
        room.window.pill.click()
        qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=PATIENCE)
        with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
            room.window.banner.act.click()
    finally:
        room.window.close()
        local.stop()


def test_a_battle_whose_turn_was_not_played_may_be_left_for_a_new_one(qtbot: QtBot, room: Room, store: Store) -> None:
    way_out = room.window.battle.welcome.new_battle
    assert not way_out.isVisible()
    left: list[str] = []
    for leave in (way_out.click, lambda: press(qtbot, room, Qt.Key.Key_N)):
        room.window.battle.play()
        assert room.arena.battle is not None
        left.append(room.arena.battle.battle_id)
        room.arena.cancel()
        assert way_out.isVisible()
        room.window.battle.viewers[0].setFocus()
        leave()
        assert room.arena.state == "playing"
        assert store.battle(left[-1]).status == "abandoned"
        room.arena.cancel()
    assert len({battle.battle_id for battle in store.battles()}) == 3


def test_a_turn_that_begins_takes_the_notice_of_the_one_before_away(qtbot: QtBot, room: Room) -> None:
    room.window.battle.play()
    room.arena.cancel()
    room.notices.show_void_turn(ArenaError("It broke."))
    assert room.window.banner.act.isVisible()
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.window.battle.new_battle()
    assert not room.window.banner.isVisible()


def test_a_turn_that_was_played_is_not_run_again(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    assert not room.arena.run_again()
    assert room.arena.state == "watching"
