from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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


def test_mujoco_draws_into_the_window_itself_and_survives_a_move(display: str) -> None:
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    child = subprocess.run(
        [sys.executable, str(CHILD)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    drawn = [json.loads(line) for line in child.stdout.splitlines()]
    assert [each["native"] for each in drawn] == [True, True]
    for each in drawn:
        assert each["before"] > 20
        assert each["after"] > 20
        assert each["frames"] >= 2
    assert "Traceback" not in child.stderr
