"""The settings page and what each setting does at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop.resting import resting_room
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from vlaarena_desktop import theme
from vlaarena_desktop.app import Room
from vlaarena_desktop.notices import Notice
from vlaarena_desktop.pages.setting_row import SettingRow
from vlaarena_desktop.settings import DesktopSettings
from vlaarena_desktop.settings_file import read_file, write_file


@pytest.fixture(scope="module")
def shared(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with resting_room(tmp_path_factory.mktemp("settings") / "home") as room:
        room.window.show_page(3)
        yield room


@pytest.fixture
def resting(dressed: QApplication, shared: Room) -> Iterator[Room]:
    yield shared
    shared.live.path.unlink(missing_ok=True)
    shared.live.read_again()
    dressed.processEvents()
    for timer in shared.live.findChildren(QTimer):
        timer.stop()


def row(room: Room, name: str) -> SettingRow:
    return room.window.settings.rows[name]


def pick(qtbot: QtBot, field: QWidget, value: object) -> None:
    """Choose with the keyboard."""
    assert isinstance(field, QComboBox)
    field.setFocus()
    for _ in range(field.count()):
        if field.currentData() == value:
            return
        qtbot.keyClick(field, Qt.Key.Key_Down)
        if field.currentIndex() == field.count() - 1 and field.currentData() != value:
            field.setCurrentIndex(-1)


def settled(qtbot: QtBot, room: Room, wanted: DesktopSettings) -> None:
    qtbot.waitUntil(lambda: room.live.now == wanted, timeout=5000)


def test_there_is_a_row_for_every_setting(resting: Room) -> None:
    assert set(resting.window.settings.rows) == set(DesktopSettings.__struct_fields__)


def test_a_chosen_scheme_is_worn_at_once_and_kept(qtbot: QtBot, dressed: QApplication, resting: Room) -> None:
    pick(qtbot, row(resting, "colors").field, "dark")
    assert theme.colors_of(dressed) is theme.DARK
    assert read_file(resting.arena.store.folder).colors == "dark"
    resting.window.set_look("light")
    assert theme.colors_of(dressed) is theme.LIGHT
    assert row(resting, "colors").field.currentData() == "light"  # type: ignore[union-attr]


def test_a_number_counts_for_the_next_episode(qtbot: QtBot, resting: Room) -> None:
    field = row(resting, "max_steps").field
    assert isinstance(field, QSpinBox)
    field.selectAll()
    qtbot.keyClicks(field, "120")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert resting.arena.max_steps == 120
    assert read_file(resting.arena.store.folder).max_steps == 120


def test_replays_follow_speed_cameras_and_quality(qtbot: QtBot, resting: Room) -> None:
    resting.live.change_together({"speed": 0.5, "linked_cameras": False, "quality": "soft"})
    battle = resting.window.battle
    assert (battle.playhead.speed, battle.link.linked) == (0.5, False)
    assert all(viewer.stage is not None and viewer.stage.model.vis.quality.shadowsize for viewer in battle.viewers)


def test_an_evaluator_sits_down_and_brings_her_group(qtbot: QtBot, resting: Room) -> None:
    store, field = resting.arena.store, row(resting, "evaluator").field
    store.sit("Ann", "Lab 3")
    store.sit("Bob", "")
    resting.window.settings.refresh()
    assert isinstance(field, QComboBox)
    assert {field.itemText(index) for index in range(field.count())} >= {"Ann", "Bob"}
    field.setEditText("ann")
    qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert (store.evaluator().name, store.evaluator().group) == ("Ann", "Lab 3")
    assert row(resting, "group").field.text() == "Lab 3"  # type: ignore[union-attr]
    group = row(resting, "group").field
    assert isinstance(group, QLineEdit)
    group.setText("Lab 4")
    qtbot.keyClick(group, Qt.Key.Key_Return)
    assert store.evaluator().group == "Lab 4"


def test_what_is_being_typed_outlives_a_page_that_is_read_anew(qtbot: QtBot, resting: Room) -> None:
    page, name, group = resting.window.settings, row(resting, "evaluator").field, row(resting, "group").field
    assert isinstance(name, QComboBox)
    assert isinstance(group, QLineEdit)
    name.setFocus()
    qtbot.keyClicks(name, "Cle")
    page.refresh()
    resting.live.change("speed", 2.0)
    qtbot.keyClicks(name, "o")
    assert name.currentText().endswith("Cleo")
    group.setFocus()
    qtbot.keyClicks(group, "Lab")
    page.refresh()
    resting.live.change("speed", 0.5)
    assert group.text().endswith("Lab")
    qtbot.keyClick(group, Qt.Key.Key_Return)
    assert read_file(resting.arena.store.folder).group.endswith("Lab")
    resting.live.change("group", "Lab 7")
    assert group.text() == "Lab 7"


def test_a_value_that_is_none_is_refused_beside_its_field(qtbot: QtBot, resting: Room) -> None:
    field = row(resting, "daemon").field
    assert isinstance(field, QLineEdit)
    field.setText("tcp://far.away:5799")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "is not an address" in row(resting, "daemon").said.text()
    assert "127.0.0.1" in row(resting, "daemon").said.text()
    assert field.accessibleDescription() == row(resting, "daemon").said.text()
    assert resting.live.now == DesktopSettings()
    field.setText("")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "address" not in row(resting, "daemon").said.text()


def test_another_daemon_is_looked_for_at_once(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path, address: str
) -> None:
    with resting_room(tmp_path / "home") as room:
        assert room.daemon.state == "offline"
        room.live.change("daemon", address)
        qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=20_000)
        assert room.daemon.require_address() == address


def test_a_change_by_hand_is_taken_over(qtbot: QtBot, resting: Room) -> None:
    home = resting.arena.store.folder
    (home / "settings.toml").write_text("max_steps = 5\n")
    settled(qtbot, resting, DesktopSettings(max_steps=5))
    assert row(resting, "max_steps").field.value() == 5  # type: ignore[union-attr]
    (home / "settings.toml").write_text("max_steps = 6 # in place\n")
    settled(qtbot, resting, DesktopSettings(max_steps=6))
    write_file(home, DesktopSettings(max_steps=7))
    settled(qtbot, resting, DesktopSettings(max_steps=7))
    (home / "settings.toml").unlink()
    settled(qtbot, resting, DesktopSettings())


def test_a_wrong_file_is_told_and_changes_nothing_nor_is_it_written_over(qtbot: QtBot, resting: Room) -> None:
    path = resting.arena.store.folder / "settings.toml"
    told: list[Notice] = []
    resting.notices.shown.connect(told.append)
    path.write_text("max_steps = 4000\n")
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert "not taken over" in told[0].text
    assert "a whole number from 0 to 1000" in told[0].hint
    assert resting.live.now == DesktopSettings()
    resting.live.read_again()
    assert len(told) == 1
    pick(qtbot, row(resting, "speed").field, 2.0)
    assert "max_steps" in row(resting, "speed").said.text()
    assert path.read_text() == "max_steps = 4000\n"


def test_the_page_says_what_overrides_the_file(
    monkeypatch: pytest.MonkeyPatch, dressed: QApplication, tmp_path: Path
) -> None:
    monkeypatch.setenv("VLAARENA_WORKERS", "9")
    with resting_room(tmp_path / "home") as room:
        field = row(room, "workers").field
        assert isinstance(field, QSpinBox)
        assert (field.value(), field.isEnabled()) == (9, False)
        assert "VLAARENA_WORKERS" in row(room, "workers").said.text()
        room.live.change("max_steps", 60)
        assert read_file(room.arena.store.folder).workers == 2
