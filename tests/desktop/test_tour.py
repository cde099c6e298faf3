"""The tour: once per data folder, past the real widgets, left at any time."""

from __future__ import annotations

from pathlib import Path

import pytest
from desktop.evaluator import PATIENCE
from desktop.resting import resting_room
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room
from vlaarena_desktop.window_commands import tour_stops


@pytest.fixture
def state(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_the_tour_is_shown_once_and_again_when_asked_for(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path, state: QSettings
) -> None:
    with resting_room(tmp_path / "home", state) as room:
        tour = room.window.tour
        room.window.begin_first_time()
        qtbot.waitUntil(tour.isVisible)
        qtbot.keyClick(tour.next, Qt.Key.Key_Escape)
        assert not tour.isVisible()
        assert QApplication.focusWidget() is room.window.battle.setting_bar.instruction
        room.window.begin_first_time()
        dressed.processEvents()
        assert not tour.isVisible()
        room.window.show_tour()
        assert tour.isVisible()
        tour.finish()


def test_the_tour_leads_past_four_real_widgets_and_offers_a_practice_battle(qtbot: QtBot, room: Room) -> None:
    window, tour = room.window, room.window.tour
    window.show_tour()
    stops = tour_stops(window)
    assert len(stops) == 4
    for place, stop in enumerate(stops):
        assert stop.widget.isVisible()
        assert stop.title in tour.card.accessibleName()
        assert window.rect().contains(tour.card.geometry())
        assert tour.practice.isVisible() is (place == 3)
        if place < 3:
            qtbot.keyClick(tour.next, Qt.Key.Key_Return)
    qtbot.keyClick(tour.next, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is tour.practice
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        qtbot.keyClick(tour.practice, Qt.Key.Key_Return)
    assert room.arena.practising
    assert not tour.isVisible()


def test_a_practice_battle_waits_for_the_daemon_and_says_so(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path
) -> None:
    with resting_room(tmp_path / "home") as room:
        window, tour = room.window, room.window.tour
        window.show_tour()
        for _ in range(3):
            tour.go_on()
        for state, why in (("starting", "one moment"), ("offline", "No daemon")):
            room.daemon.changed.emit(state)
            assert not tour.practice.isEnabled()
            assert why in tour.reason.text()
            assert tour.reason.isVisible()
            assert tour.practice.accessibleDescription() == tour.reason.text()
            assert window.rect().contains(tour.card.geometry())
        room.daemon.changed.emit("idle")
        assert tour.practice.isEnabled()
        assert not tour.reason.isVisible()
        tour.finish()


def test_no_key_means_anything_else_during_the_tour(qtbot: QtBot, dressed: QApplication, tmp_path: Path) -> None:
    with resting_room(tmp_path / "home") as room:
        window = room.window
        window.show_tour()
        for key in (Qt.Key.Key_L, Qt.Key.Key_F1):
            qtbot.keyClick(QApplication.focusWidget(), key)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        assert window.tour.isVisible()
        assert not window.battle.playhead.loop
        assert not window.finder.isVisible()
        assert not window.shortcuts.isVisible()
        window.tour.finish()
