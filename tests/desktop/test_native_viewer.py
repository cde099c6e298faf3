from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("native_child.py")


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual X server of our own; its absence fails the test."""
    ready, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(ready) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(timeout=10)


def child(display: str, what: str, **changed: str) -> tuple[list[dict[str, Any]], str]:
    """What the child printed, line by line, and its complaints."""
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} | changed
    done = subprocess.run(
        [sys.executable, str(CHILD), what],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    printed = [line for line in done.stdout.splitlines() if line.startswith("{")]  # Mesa talks there too
    return [json.loads(line) for line in printed], done.stderr


def test_mujoco_draws_into_the_window_itself_and_survives_a_move(display: str) -> None:
    drawn, _ = child(display, "move")
    assert [each["native"] for each in drawn] == [True, True]
    for each in drawn:
        assert each["before"] > 20
        assert each["after"] > 20
        assert each["frames"] >= 2


def test_a_window_whose_opengl_is_unusable_shows_pictures_drawn_off_screen(display: str) -> None:
    (fallen,), complaints = child(display, "core")
    assert not fallen["native"]
    assert fallen["screen"] > 20
    assert fallen["frames"] >= 1
    assert fallen["said"] == []
    assert "make context current" not in complaints  # the window's own OpenGL goes on beside MuJoCo's


def test_a_window_to_which_qt_gives_no_opengl_shows_pictures_drawn_off_screen(display: str) -> None:
    (fallen,), complaints = child(display, "none")
    assert "Failed to create context" in complaints
    assert (fallen["native"], fallen["fell"], fallen["said"]) == (False, 1, [])
    assert fallen["frames"] >= 1
    assert fallen["screen"] > 20


def test_a_display_without_opengl_shows_pictures_from_the_start(display: str) -> None:
    (shown,), _ = child(display, "asked", QT_XCB_GL_INTEGRATION="none")
    assert (shown["native"], shown["fell"], shown["said"]) == (False, 0, [])
    assert shown["screen"] > 20


def test_where_mujoco_can_draw_nowhere_it_is_said_once(display: str) -> None:
    (silent,), _ = child(display, "given", MESA_EXTENSION_OVERRIDE="-GL_ARB_vertex_buffer_object")
    assert not silent["native"]
    assert silent["frames"] == 0
    assert len(silent["said"]) == 1
    assert "MuJoCo cannot draw" in silent["said"][0]
