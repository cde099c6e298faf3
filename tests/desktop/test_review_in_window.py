"""What was voted on is found again, looked into and tried further, with keys alone, in the real window."""

from __future__ import annotations

from pathlib import Path

from desktop.closed_battles import STEPS, play_a_closed_battle
from desktop.evaluator import PATIENCE
from desktop.resting import resting_room
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sync.records import new_id
from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.links import Link, link_text, read_link
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


def test_a_room_keeps_its_speed_and_cameras_when_another_battle_is_opened(
    room: Room, store: Store, address: str
) -> None:
    first, second = (play_a_closed_battle(store, address).battle.battle_id for _ in range(2))
    room.live.change_together({"speed": 0.5, "linked_cameras": False})
    history, battle = room.window.history, room.window.battle
    battle.playhead.set_speed(2.0)
    assert history.open_battle(first)
    review = history.review
    assert review is not None
    assert (review.room.playhead.speed, review.room.link.linked) == (0.5, False)
    assert battle.playhead.speed == 2.0
    review.room.playhead.set_speed(0.25)
    review.room.link.set_linked(True)
    assert history.open_battle(second)
    assert (review.room.playhead.speed, review.room.link.linked) == (0.25, True)


def test_esc_in_a_choice_of_the_branch_form_closes_the_form(
    qtbot: QtBot, room: Room, store: Store, address: str
) -> None:
    evidence = play_a_closed_battle(store, address)
    room.window.show_page(2)
    assert room.window.history.open_battle(evidence.battle.battle_id)
    review = room.window.history.review
    assert review is not None
    qtbot.keyClick(focused(room), Qt.Key.Key_B)
    review.bench.models.setFocus()
    qtbot.keyClick(review.bench.models, Qt.Key.Key_Escape)
    assert review.bench.shown == "offers"


def test_a_link_from_outside_opens_in_the_window_that_is_there(room: Room, store: Store, address: str) -> None:
    evidence = play_a_closed_battle(store, address)
    room.window.show_tour()
    assert room.window.open_link(link_text(Link(evidence.battle.battle_id, 1, 2)))
    history = room.window.history
    assert history.isVisible()
    assert history.reviewing
    assert not room.window.tour.isVisible()
    assert history.review is not None
    assert (history.review.room.playhead.step, history.review.room.playhead.playing) == (2, False)
    assert not room.window.open_link(link_text(Link(new_id())))
    assert "no battle" in room.window.banner.text.text()


def test_the_folder_of_saved_pictures_is_that_of_both_pages_and_of_the_next_start(
    dressed: QApplication, tmp_path: Path
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    with resting_room(tmp_path / "home", state) as room:
        place = room.window.battle.saving.place
        place.folder.setText(str(films))
        place.remember()
        assert not room.window.open_link("nonsense")
        review = room.window.history.review
        assert review is not None
        assert review.saving.place.folder.text() == str(films)
    with resting_room(tmp_path / "home", state) as room:
        assert room.window.battle.saving.place.folder.text() == str(films)
