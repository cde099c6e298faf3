"""What can be done, and the three ways to it: keys, the palette, the menu."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desktop.resting import resting_room
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room
from vlaarena_desktop.commands import Command, by_group, clashes, matching

PAGES = range(4)


def said(*titles: str) -> list[Command]:
    return [Command(f"id{index}", title, (), lambda: None) for index, title in enumerate(titles)]


@pytest.fixture(scope="module")
def resting(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with resting_room(tmp_path_factory.mktemp("commands") / "home") as room:
        yield room


@pytest.fixture(autouse=True)
def at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "resting" in request.fixturenames:
        window = request.getfixturevalue("resting").window
        window.show_page(0)
        window.battle.setting_bar.instruction.setFocus()


def test_the_letters_of_a_name_find_it_and_the_closest_comes_first() -> None:
    found = matching(said("Play or pause", "Go to History", "Previous camera", "Hide"), "hi")
    assert [each.title for each in found] == ["Hide", "Go to History"]
    assert [each.title for each in matching(said("Free camera", "Full screen"), "fs")] == ["Full screen"]
    assert len(matching(said("Tie", "Loop"), " ")) == 2
    assert matching(said("Tie"), "xyz") == []


def test_one_key_for_two_commands_is_a_clash() -> None:
    left, right = Command("a", "A", ("Ctrl+K",), print), Command("b", "B", ("ctrl+k",), print)
    assert clashes([left, right]) == ["key ctrl+k: a and b"]
    assert clashes([left]) == []


@pytest.mark.parametrize("page", PAGES)
def test_no_key_of_a_page_is_ambiguous(resting: Room, page: int) -> None:
    window = resting.window
    window.show_page(page)
    assert clashes(window.commands()) == []
    for command in window.commands():
        assert command.title
        assert command.group
        assert all(QKeySequence(keys).toString() for keys in command.keys)
    own = Qt.ShortcutContext.WidgetShortcut
    shortcuts = [each.key() for each in window.findChildren(QShortcut) if each.context() is not own]
    actions = [each for each in window.findChildren(QAction) if each.shortcutContext() is not own]
    shortcuts += [each.shortcut() for each in actions if not each.shortcut().isEmpty()]
    assert shortcuts == [], "keys belong to commands alone"


def test_a_page_is_reached_by_its_key_even_while_an_instruction_is_typed(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    assert QApplication.focusWidget() is window.battle.setting_bar.instruction
    qtbot.keyClick(window.battle.setting_bar.instruction, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.leaderboard.isVisible()


def test_keys_of_the_battle_page_rest_while_another_is_shown(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    window.show_page(3)
    window.settings.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.battle.link.linked


def test_the_palette_goes_to_a_page_by_a_few_letters(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.finder.isVisible()
    qtbot.keyClicks(QApplication.focusWidget(), "board")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(window.leaderboard.isVisible)
    assert not window.finder.isVisible()


def test_arrows_choose_in_the_palette_and_esc_leaves_everything_as_it_was(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    box = window.battle.setting_bar.instruction
    before = box.text()
    window.open_palette()
    search = window.finder.search
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert window.finder.list.currentRow() == 1
    qtbot.keyClick(search, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is search
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not window.finder.isVisible()
    assert QApplication.focusWidget() is box
    assert (box.text(), resting.arena.state) == (before, "idle")


def test_a_name_nobody_has_runs_nothing(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    window.open_palette()
    qtbot.keyClicks(window.finder.search, "zzzz")
    qtbot.keyClick(window.finder.search, Qt.Key.Key_Return)
    assert window.finder.isVisible()
    qtbot.keyClick(window.finder.search, Qt.Key.Key_Escape)


def test_f1_lists_every_key_and_can_be_searched(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    qtbot.keyClick(window, Qt.Key.Key_F1)
    overlay = window.shortcuts
    assert overlay.isVisible()
    for command in window.commands():
        assert not command.keys or command.title in overlay.sheet.text()
    qtbot.keyClicks(QApplication.focusWidget(), "full screen")
    assert "F11" in overlay.sheet.text()
    assert "Leaderboard" not in overlay.sheet.text()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert not overlay.isVisible()


def test_no_key_reaches_the_page_behind_the_palette(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    window.battle.viewers[0].setFocus()
    window.open_palette()
    qtbot.keyClick(window.finder.search, Qt.Key.Key_L)
    assert window.finder.search.text() == "l"
    assert not window.battle.playhead.loop
    window.open_palette()
    assert not window.finder.isVisible()


def test_the_menu_offers_what_the_commands_are(resting: Room) -> None:
    window = resting.window
    window.top_bar.menu_opened.emit()
    menu = window.top_bar.menu
    submenus = [action.text() for action in menu.actions() if action.menu() is not None]
    assert submenus == list(by_group(window.page_commands()))
    titles = [action.text().split("\t")[0] for action in menu.actions() if action.text() and action.menu() is None]
    assert titles == [command.title for command in window.window_commands()]


def test_f11_fills_the_screen_and_leaves_it_again(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
