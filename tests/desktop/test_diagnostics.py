"""Diagnostics may be shown to strangers, and before the vote."""

from __future__ import annotations

import getpass
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desktop.evaluator import play_a_turn
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop import logs
from vlaarena_desktop.app import Room
from vlaarena_desktop.diagnostics import Situation, diagnostics
from vlaarena_desktop.settings import DesktopSettings

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


def situation(home: Path, open_since: str | None = None) -> Situation:
    settings = DesktopSettings(evaluator="Ann Onym", group="Lab 3", daemon="ipc:///home/ann/door")
    return Situation(
        home=home,
        settings=settings,
        renderer="llvmpipe",
        platform="xcb",
        daemon="idle",
        battle="watching",
        cards=(),
        open_since=open_since,
        evaluators=("Ann Onym",),
    )


def log(home: Path, *lines: str) -> None:
    logs.log_path(home).parent.mkdir(parents=True)
    logs.log_path(home).write_text("\n".join(lines) + "\n")


def line(text: str, hours: float = 0) -> str:
    moment = (NOW + timedelta(hours=hours)).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S},123 INFO vlaarena: {text}"


def test_people_folders_ids_and_keys_are_left_out(tmp_path: Path) -> None:
    secret = "3f" * 32
    log(
        tmp_path,
        line(f"{tmp_path}/bundles and {Path.home()}/x and /home/ann/y and C:\\Users\\Bob\\z"),
        line(f"{getpass.getuser()} and ann onym, battle 01890a5d-ac96-774b-bcce-b302099a8057, key {secret}"),
    )
    text = diagnostics(situation(tmp_path))
    for private in (str(tmp_path), "/home/ann", "Users\\Bob", "nn onym", "Onym", "Lab 3", "01890a5d", secret, "door"):
        assert private not in text
    assert f" {getpass.getuser()} " not in text
    assert "<data folder>/bundles" in text
    assert "evaluator: set" in text


def test_versions_graphics_daemon_and_settings_are_told(tmp_path: Path) -> None:
    text = diagnostics(situation(tmp_path))
    for told in (
        "mujoco: ",
        "PySide6_Essentials: ",
        "renderer: llvmpipe",
        "state: idle",
        "workers: 2",
        "could not be read",
    ):
        assert told in text


def test_of_an_open_battle_nothing_is_told_but_that_it_is_open(tmp_path: Path) -> None:
    log(tmp_path, line("long before", -2), line("a turn failed on one side"), "  a traceback", line("later", 1))
    text = diagnostics(situation(tmp_path, open_since=NOW.isoformat()))
    assert "long before" in text
    assert "failed" not in text
    assert "traceback" not in text
    assert "later" not in text
    assert "state: watching" in text


def test_the_preview_names_no_model_and_is_copied_only_when_asked(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    logging.getLogger("vlaarena").warning("said during the battle")
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    room.window.show_diagnostics()
    sheet = room.window.sheet
    text = sheet.text.toPlainText()
    assert room.arena.battle is not None
    for private in (
        room.arena.battle.battle_id,
        *(name for card in room.daemon.cards for name in (card.id, card.name)),
    ):
        assert private not in text
    assert "state: watching" in text
    assert clipboard.text() == "before"
    qtbot.keyClick(sheet.copy, Qt.Key.Key_Return)
    qtbot.keyClick(sheet.copy, Qt.Key.Key_Space)
    assert clipboard.text() == text
    assert not sheet.isVisible()


@pytest.mark.parametrize("cut", [0, 1])
def test_an_end_of_the_log_without_a_time_is_left_out_while_a_battle_is_open(tmp_path: Path, cut: int) -> None:
    log(tmp_path, *[line("early", -1)][:cut], "a bare line")
    text = diagnostics(situation(tmp_path, open_since=NOW.isoformat()))
    assert ("a bare line" in text) is bool(cut)
