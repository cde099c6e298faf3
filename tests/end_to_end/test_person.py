"""A person sits down at the real window on a virtual display, and has only a keyboard.

`make test` plays the short form: one turn, and what is quick after the vote. The soak plays everything: three turns,
a branch, a reproduction, a video.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("person_child.py")
PATIENCE_SECONDS = 1500


def sit_down(folder: Path, form: str, size: str) -> dict[str, Any]:
    """What came of a sitting. What the person misses on the screen fails it."""
    home, pictures = folder / "home", folder / "pictures"
    pictures.mkdir()
    done = subprocess.run(
        [sys.executable, str(CHILD), str(home), str(pictures), form, size],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    assert "Traceback" not in done.stderr
    told: dict[str, Any] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return told


def test_a_person_plays_judges_and_looks_again_with_keys_alone(
    tmp_path: Path, repeats: Callable[[int, int], int]
) -> None:
    form, size, pictures = (("short", "1024x700", 14), ("whole", "1280x800", 23))[repeats(0, 1)]
    told = sit_down(tmp_path, form, size)
    assert told["native"] == [True, True]
    assert told["keys_per_vote"] <= 3
    assert len(told["pictures"]) >= pictures
    assert {path.name for path in (tmp_path / "pictures").glob("*.png")} == set(told["pictures"])
