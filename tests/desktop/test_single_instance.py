"""One window per data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from desktop.closed_battles import play_a_closed_battle
from PySide6.QtCore import Qt
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.links import Link, link_text
from vlaarena_desktop.single_instance import FrontDoor, knock, to_front

LINK = "vlaarena://battle/019aa36e-aa1f-7000-8000-0123456789ab?turn=2&step=12&camera=front"


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vlaarena_desktop", "--home", str(home), *words]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def ended(qtbot: QtBot, second: subprocess.Popen[str]) -> tuple[str, str]:
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=60_000)
    return second.communicate()


def test_a_second_start_says_so_and_brings_the_first_window_to_the_front(
    qtbot: QtBot, dressed: QApplication, store: Store
) -> None:
    called: list[str] = []
    door = FrontDoor(store.folder, called.append)
    second = start(store.folder)
    told, _ = ended(qtbot, second)
    assert "open already" in told
    assert second.returncode == 0
    assert called == [""]
    door.close()


@pytest.mark.parametrize("words", [(LINK,), ("open", LINK)])
def test_a_second_start_hands_its_link_over(
    qtbot: QtBot, dressed: QApplication, store: Store, words: tuple[str, ...]
) -> None:
    called: list[str] = []
    door = FrontDoor(store.folder, called.append)
    second = start(store.folder, *words)
    ended(qtbot, second)
    assert (second.returncode, called) == (0, [LINK])
    door.close()


def test_a_link_that_is_none_is_refused_before_anything_opens(
    qtbot: QtBot, dressed: QApplication, store: Store
) -> None:
    called: list[str] = []
    door = FrontDoor(store.folder, called.append)
    second = start(store.folder, "open", "vlaarena://battle/1234")
    _, told = ended(qtbot, second)
    assert "names no battle" in told
    assert "A link looks like" in told
    assert second.returncode not in (0, None)
    assert called == []
    door.close()


def test_who_says_nothing_or_too_much_at_the_door_does_no_harm(
    qtbot: QtBot, dressed: QApplication, store: Store
) -> None:
    called: list[str] = []
    door = FrontDoor(store.folder, called.append)
    silent, loud = QLocalSocket(), QLocalSocket()
    for caller in (silent, loud):
        caller.connectToServer(door.name)
    loud.write(b"x" * 5000)
    qtbot.waitUntil(lambda: loud.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert called == []
    silent.abort()
    door.close()


STARTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from vlaarena_desktop import app
from vlaarena_desktop.window import Window

def look():
    windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    review = windows[0].history.review if windows else None
    if review is None or review.evidence is None:
        QTimer.singleShot(50, look)
        return
    print(review.link)
    windows[0].close()

make = app.make_application
def made(*arguments, **named):
    application = make(*arguments, **named)
    QTimer.singleShot(50, look)
    return application
app.make_application = made
sys.exit(app.run(Path(sys.argv[1]), daemon_address=sys.argv[2], link=sys.argv[3]))
"""


def test_the_window_starts_at_a_link(qtbot: QtBot, dressed: QApplication, tmp_path: Path, address: str) -> None:
    with Store.open(tmp_path / "home") as store:
        battle_id = play_a_closed_battle(store, address).battle.battle_id
    link = link_text(Link(battle_id, 1, 3))
    command = [sys.executable, "-c", STARTED, str(tmp_path / "home"), address, link]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    told, wrong = ended(qtbot, subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environment))
    assert told.strip() == link, wrong


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
