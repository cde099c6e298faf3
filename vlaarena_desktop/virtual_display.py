"""A display for the window on a machine without one: Xvfb on a free number, ended by its pid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TRIAL = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_SCREEN = "1280x800x24"


def has_display() -> bool:
    """Whether this session can show a window: it is tried, for a DISPLAY may be set and dead."""
    if sys.platform in ("darwin", "win32"):
        return True
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(named) and subprocess.run([sys.executable, "-c", _TRIAL], stderr=subprocess.DEVNULL).returncode == 0


@contextmanager
def virtual_display() -> Iterator[str]:
    """Point Qt at an Xvfb of our own; without Xvfb, at its offscreen platform. The result says which."""
    server = _start_xvfb()
    if server is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "no display: pictures drawn off screen"
        return
    process, number = server
    os.environ.update(DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb")
    try:
        yield f"virtual display :{number}"
    finally:
        process.terminate()
        process.wait()


def _start_xvfb() -> tuple[subprocess.Popen[bytes], str] | None:
    """The server and its display number, which it chooses and writes once it is ready."""
    program = shutil.which("Xvfb")
    if program is None:
        return None
    reader, writer = os.pipe()
    command = [program, "-displayfd", str(writer), "-screen", "0", _SCREEN, "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    if not number:
        process.wait()
        return None
    return process, number
