"""On a display with native OpenGL a video is drawn off screen, on its own thread, beside the viewers that play."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from desktop.saved import difference, frames_of
from desktop.test_native_viewer import display

__all__ = ["display"]

CHILD = Path(__file__).with_name("saving_child.py")
TESTS = Path(__file__).parents[1]


def test_a_video_is_saved_while_native_viewers_go_on_playing(display: str, tmp_path: Path) -> None:
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(TESTS)}
    child = subprocess.run(
        [sys.executable, str(CHILD), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)
    assert told["native"] == [True, True]
    assert told["during"] > 2
    assert told["after"] >= 4
    (path,) = told["saved"]
    frames = frames_of(Path(path))
    assert len(frames) == 19
    assert difference(frames[0][:96, :128], frames[9][:96, :128]) > 2
    assert "Traceback" not in child.stderr
