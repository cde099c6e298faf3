"""Keys where one types, and keys as other keyboards have them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desktop.resting import resting_room
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room
from vlaarena_desktop.commands import Command
from vlaarena_desktop.keys import Keys

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture(scope="module")
def resting(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with resting_room(tmp_path_factory.mktemp("typing") / "home") as room:
        yield room


def pressed(widget: QWidget, key: Qt.Key, text: str, modifiers: Qt.KeyboardModifier = SHIFT) -> None:
    """What a layout sends on which this sign stands above another one."""
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))


def test_every_key_of_a_page_is_the_text_field_s_while_one_types(qtbot: QtBot, dressed: QApplication) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = QLineEdit(window)
    done: list[str] = []
    keys = ("Ctrl+Left", "Ctrl+Right", "Ctrl+Shift+Left", "Ctrl+Backspace", "Ctrl+Delete", "Ctrl+Home", "Alt+Left")
    here = tuple(Command(key, key, (key,), lambda key=key: done.append(key)) for key in keys)
    anywhere = Command("help", "Help", ("F1",), lambda: done.append("help"))
    Keys(window, lambda: (anywhere,), lambda: here, lambda: False)
    window.show()
    window.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    box.setText("push the red cube")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(box, key, CONTROL)
    qtbot.keyClick(box, Qt.Key.Key_Left, ALT)
    qtbot.keyClick(box, Qt.Key.Key_Left, CONTROL | SHIFT)
    assert box.selectedText() == "cube"
    qtbot.keyClick(box, Qt.Key.Key_End)
    qtbot.keyClick(box, Qt.Key.Key_Backspace, CONTROL)
    assert box.text() == "push the red "
    assert done == []
    qtbot.keyClick(box, Qt.Key.Key_F1)
    assert done == ["help"]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox, QComboBox])
def test_what_ctrl_means_on_a_page_it_means_while_one_types_unless_it_edits(
    qtbot: QtBot, dressed: QApplication, kind: type[QWidget]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = kind(window)
    if isinstance(box, QComboBox):
        box.setEditable(True)
    done: list[str] = []
    keys = ("Ctrl+S", "Ctrl+Shift+C", "Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "S", "Alt+S", "Ctrl+Alt+S")
    here = tuple(Command(key, key, (key,), lambda key=key: done.append(key)) for key in keys)
    covered: list[bool] = []
    Keys(window, tuple, lambda: here, lambda: bool(covered))
    window.show()
    window.activateWindow()
    box.setFocus()
    qtbot.waitUntil(lambda: window.focusWidget() is not None and box.hasFocus())
    typed_into = QApplication.focusWidget() or box
    for key in (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z):
        qtbot.keyClick(typed_into, key, CONTROL)
    for modifiers in (Qt.KeyboardModifier.NoModifier, ALT, CONTROL | ALT):
        qtbot.keyClick(typed_into, Qt.Key.Key_S, modifiers)
    assert done == []
    qtbot.keyClick(typed_into, Qt.Key.Key_S, CONTROL)
    qtbot.keyClick(typed_into, Qt.Key.Key_C, CONTROL | SHIFT)
    assert done == ["Ctrl+S", "Ctrl+Shift+C"]
    covered.append(True)
    qtbot.keyClick(typed_into, Qt.Key.Key_S, CONTROL)
    assert len(done) == 2


def test_ctrl_s_in_the_instruction_asks_to_save_and_leaves_it_as_it_was(qtbot: QtBot, resting: Room) -> None:
    box, told = resting.window.battle.setting_bar.instruction, resting.window.banner.text
    box.setFocus()
    box.setText("push the red cube")
    qtbot.keyClick(box, Qt.Key.Key_S, CONTROL)
    assert told.text() == "There is no replay on the stage to save."
    assert box.text() == "push the red cube"
    resting.window.banner.hide()


def test_deleting_a_word_in_the_search_of_history_keeps_the_filters(qtbot: QtBot, resting: Room) -> None:
    window, filters = resting.window, resting.window.history.filters
    window.show_page(2)
    filters.vote.setCurrentIndex(1)
    filters.search.setFocus()
    filters.search.setText("red cube")
    qtbot.keyClick(filters.search, Qt.Key.Key_Backspace, CONTROL)
    assert filters.search.text() == "red "
    assert filters.vote.currentIndex() == 1
    filters.clear_all.setFocus()
    qtbot.keyClick(filters.clear_all, Qt.Key.Key_Backspace, CONTROL)
    assert not filters.narrowed
    window.show_page(0)


@pytest.mark.parametrize(
    ("key", "text", "speed"),
    [(Qt.Key.Key_Plus, "+", 2.0), (Qt.Key.Key_Equal, "=", 2.0), (Qt.Key.Key_Minus, "-", 0.5)],
)
def test_a_sign_that_needs_shift_is_that_sign(resting: Room, key: Qt.Key, text: str, speed: float) -> None:
    battle = resting.window.battle
    battle.playhead.set_speed(1.0)
    battle.viewers[0].setFocus()
    pressed(battle.viewers[0], key, text)
    assert battle.playhead.speed == speed


def test_digits_above_a_french_row_of_signs_choose(dressed: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    done: list[str] = []
    here = tuple(Command(key, key, (key,), lambda key=key: done.append(key)) for key in ("1", "T", "Shift+T", "!"))
    Keys(window, tuple, lambda: here, lambda: False)
    window.show()
    pressed(window, Qt.Key.Key_1, "1")
    pressed(window, Qt.Key.Key_Exclam, "!")
    pressed(window, Qt.Key.Key_T, "T")
    pressed(window, Qt.Key.Key_T, "t", Qt.KeyboardModifier.NoModifier)
    assert done == ["1", "!", "Shift+T", "T"]
