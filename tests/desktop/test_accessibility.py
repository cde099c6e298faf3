"""Every page by keyboard and by name, at the least size and at every scale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop.resting import cut_off, resting_room
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from vlaarena_desktop.app import Room

PAGES = range(4)
SCALES = ("1.5", "2", "3")  # and 1 in this process
WITHOUT_NAME = (  # Qt's own, inside what has one
    "QComboBoxListView",
    "QComboBoxPrivateContainer",
    "QHeaderView",
    "QLineEditIconButton",
    "QTableCornerButton",
)


@pytest.fixture(scope="module")
def resting(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with resting_room(tmp_path_factory.mktemp("accessibility") / "home") as room:
        yield room


def focusable(widget: QWidget) -> bool:
    return widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and not isinstance(widget, QLabel)


def named(widget: QWidget) -> bool:
    """A button's text is its name unless it has another."""
    return bool(widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))


def test_every_widget_that_takes_the_focus_has_a_name(resting: Room) -> None:
    unnamed = [
        (widget.metaObject().className(), widget.objectName())
        for widget in resting.window.findChildren(QWidget)
        if focusable(widget)
        and not named(widget)
        and widget.objectName() not in ("qt_scrollarea_viewport", "qt_spinbox_lineedit")
        and widget.metaObject().className() not in WITHOUT_NAME
    ]
    assert unnamed == []


def test_every_button_has_a_name(resting: Room) -> None:
    buttons = resting.window.findChildren(QAbstractButton)
    assert len(buttons) > 20
    nameless = [(button.metaObject().className(), button.objectName()) for button in buttons if not named(button)]
    assert [each for each in nameless if each[0] not in WITHOUT_NAME] == []


@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_everything_on_a_page(qtbot: QtBot, resting: Room, page: int) -> None:
    window = resting.window
    window.show_page(page)
    tabbed = Qt.FocusPolicy.TabFocus.value
    wanted = {
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy().value & tabbed
        if widget.focusProxy() is None and not isinstance(widget, QLabel)
    }
    reached: set[QWidget] = set()
    window.top_bar.menu_button.setFocus()
    for _ in range(2 * len(wanted) + 10):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.add(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    inside_a_field = {widget for widget in wanted if widget.parentWidget() in reached}
    assert [(each.metaObject().className(), each.accessibleName()) for each in wanted - reached - inside_a_field] == []


def test_a_text_without_room_counts_as_cut_off(qtbot: QtBot, dressed: QApplication) -> None:
    box, label = QWidget(), QLabel("much too long for so little room")
    qtbot.addWidget(box)
    label.setParent(box)
    label.setFixedWidth(40)
    box.show()
    assert len(cut_off(box)) == 1


@pytest.mark.parametrize("page", PAGES)
def test_no_text_is_cut_off_at_the_least_size(qtbot: QtBot, resting: Room, page: int) -> None:
    resting.window.show_page(page)
    qtbot.wait(1)
    assert (resting.window.width(), resting.window.height()) == (1024, 700)
    assert cut_off(resting.window) == []


def test_no_text_is_cut_off_at_any_scale(tmp_path: Path) -> None:
    """Qt reads the scale when the application is made: a process for each, side by side."""
    child = Path(__file__).with_name("scale_child.py")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(child.parents[1])}
    processes = {
        scale: subprocess.Popen(
            [sys.executable, str(child), str(tmp_path / scale)],
            env=environment | {"QT_SCALE_FACTOR": scale},
            stdout=subprocess.PIPE,
            text=True,
        )
        for scale in SCALES
    }
    for scale, process in processes.items():
        told, _ = process.communicate(timeout=120)
        assert json.loads(told) == {"ratio": float(scale), "size": [1024, 700], "cut": []}
