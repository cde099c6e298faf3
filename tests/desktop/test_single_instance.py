"""One window per data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.single_instance import FrontDoor, knock, to_front


def start(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vlaarena_desktop", "--home", str(home)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def ended(qtbot: QtBot, second: subprocess.Popen[str]) -> tuple[str, str]:
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=60_000)
    return second.communicate()


def test_a_second_start_says_so_and_brings_the_first_window_to_the_front(
    qtbot: QtBot, dressed: QApplication, store: Store
) -> None:
    called: list[bool] = []
    door = FrontDoor(store.folder, lambda: called.append(True))
    second = start(store.folder)
    told, _ = ended(qtbot, second)
    assert "open already" in told
    assert second.returncode == 0
    assert called == [True]
    door.close()


def test_a_folder_held_by_something_without_a_window_is_an_error(
    qtbot: QtBot, dressed: QApplication, store: Store
) -> None:
    second = start(store.folder)
    _, told = ended(qtbot, second)
    assert "is in use by another program" in told
    assert second.returncode not in (0, None)


def test_nobody_answers_for_a_folder_that_is_not_open(dressed: QApplication, tmp_path: Path) -> None:
    assert not knock(tmp_path)


def test_a_minimised_window_comes_to_the_front(qtbot: QtBot, dressed: QApplication) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    to_front(window)
    assert window.isVisible()
    assert not window.windowState() & Qt.WindowState.WindowMinimized
