"""Whole battles in the real window, on a real store and a real daemon process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from scenes.catalog import find_scene
from sync.records import CHOICES
from sync.store import Store
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.local_daemon import LocalDaemon, daemon_at
from vlaarena_desktop.notices import Notice

PATIENCE = 60_000  # [ms]
MAX_STEPS = 8


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with daemon_at("", tmp_path_factory.mktemp("daemon")) as address:
        yield address


@pytest.fixture
def room(qtbot: QtBot, store: Store, address: str) -> Iterator[Room]:
    made = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain")
    made.window.resize(1024, 700)
    made.daemon.connect_now()
    made.window.show()
    qtbot.waitUntil(lambda: made.daemon.state == "idle", timeout=PATIENCE)
    yield made
    made.window.close()
    made.window.deleteLater()


def press(qtbot: QtBot, room: Room, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or room.window, key)


def play_a_turn(qtbot: QtBot, room: Room) -> None:
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        press(qtbot, room, Qt.Key.Key_Return)
    room.window.battle.viewers[0].setFocus()


def watch_everything(qtbot: QtBot, room: Room) -> None:
    playhead = room.window.battle.playhead
    qtbot.waitUntil(lambda: playhead.playing)
    playhead.pause()
    for step in range(playhead.steps + 1):
        playhead.seek_step(step)
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


def test_a_battle_is_played_watched_and_voted_with_keys_alone(qtbot: QtBot, room: Room, store: Store) -> None:
    box = room.window.battle.setting_bar.instruction
    box.setFocus()
    box.clear()
    qtbot.keyClicks(box, "lift the red cube")
    play_a_turn(qtbot, room)
    watch_everything(qtbot, room)
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_Return)
    assert room.arena.state == "voted"
    with qtbot.waitSignal(room.arena.revealed):
        press(qtbot, room, Qt.Key.Key_Return)
    assert [vote.vote for vote in store.votes()] == ["tie"]
    assert room.window.leaderboard.table.rowCount() == 2
    assert room.window.history.table.rowCount() == 1
    names = {panel.name.text() for panel in room.window.battle.reveal_panel.sides}
    assert names <= {card.name for card in room.daemon.cards}


def test_a_vote_stays_locked_until_both_replays_were_watched(qtbot: QtBot, room: Room, store: Store) -> None:
    shown: list[Notice] = []
    room.notices.shown.connect(shown.append)
    play_a_turn(qtbot, room)
    room.window.battle.playhead.pause()
    missing = room.arena.missing_percent
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert room.arena.state == "watching"
    assert f"{missing} %" in shown[-1].text
    watch_everything(qtbot, room)
    assert room.arena.unlocked
    for index, choice in enumerate(CHOICES):
        press(qtbot, room, Qt.Key(Qt.Key.Key_1.value + index))
        assert room.window.battle.vote_bar.chosen == choice
    assert store.live_vote(room.arena.battle.battle_id if room.arena.battle else "") is None


def test_a_vote_is_taken_back_and_cast_anew_before_the_names_are_told(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert room.arena.battle is not None
    battle_id = room.arena.battle.battle_id
    vote = store.live_vote(battle_id)
    assert vote is not None
    assert (vote.vote, vote.watched.seen_enough) == ("left_better", True)
    press(qtbot, room, Qt.Key.Key_U)
    assert store.live_vote(battle_id) is None
    press(qtbot, room, Qt.Key.Key_2, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert [vote.vote for vote in store.votes()] == ["right_better"]


def test_before_the_vote_no_widget_names_a_model(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_4, Qt.Key.Key_Return)
    words = visible_words(room.window)
    for card in room.daemon.cards:
        assert card.id not in words
        assert card.name not in words


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


def test_skipping_ends_the_battle_without_a_vote(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    with qtbot.waitSignal(room.arena.revealed):
        room.arena.skip("scene_broken")
    assert store.votes() == []
    assert room.arena.battle is not None
    assert store.battle(room.arena.battle.battle_id).status == "void"


def test_the_instruction_is_checked_before_anything_begins(qtbot: QtBot, room: Room, store: Store) -> None:
    room.window.battle.setting_bar.instruction.setText("   ")
    press(qtbot, room, Qt.Key.Key_Return)
    assert room.arena.state == "idle"
    assert store.battles() == []
    assert room.window.banner.isVisible()


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


def test_closing_the_window_keeps_a_vote_that_could_still_be_taken_back(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    room.arena.vote("left_better")
    room.window.close()
    assert [vote.vote for vote in store.votes()] == ["left_better"]


def test_the_names_are_told_when_the_time_to_undo_is_over(qtbot: QtBot, store: Store, address: str) -> None:
    room = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain", undo_seconds=0.5)
    room.window.show()
    room.daemon.connect_now()
    qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=PATIENCE)
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    left: list[float] = []
    room.arena.undo_ticked.connect(left.append)
    with qtbot.waitSignal(room.arena.revealed):
        room.arena.vote("both_bad")
    assert left[0] == 0.5
    assert left == sorted(left, reverse=True)
    room.window.close()


def test_every_focusable_widget_has_an_accessible_name(qtbot: QtBot, room: Room) -> None:
    unnamed = [
        widget
        for widget in room.window.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not isinstance(widget, QLabel)
        and widget.objectName() not in ("qt_scrollarea_viewport",)
        and widget.metaObject().className() not in ("QComboBoxListView", "QComboBoxPrivateContainer", "QHeaderView")
    ]
    assert unnamed == []


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
