"""A program dies where the environment says, and nowhere else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scenes.failpoints import EXIT_CODE, VARIABLE

PROGRAM = """
from scenes.failpoints import reach
for number in range(3):
    reach("push.after_send")
    reach("push.before_send")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("named", "code", "printed"),
    [
        ("", 0, "0\n1\n2\n"),
        ("another", 0, "0\n1\n2\n"),
        ("push.before_send", EXIT_CODE, ""),
        ("push.before_send:1", EXIT_CODE, ""),
        ("push.after_send:3", EXIT_CODE, "0\n1\n"),
        ("push.after_send:4", 0, "0\n1\n2\n"),
    ],
)
def test_a_program_dies_at_the_named_place_and_time(named, code, printed) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={VARIABLE: named}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (code, printed)


def test_a_running_program_is_told_by_a_file(tmp_path) -> None:
    told, program = tmp_path / "failpoint", f"import pathlib, sys\nreached = pathlib.Path(sys.argv[1])\n{PROGRAM}"
    words = [sys.executable, "-c", program + '    reached.write_text("push.before_send")\n', str(told)]
    ran = subprocess.run(words, env={VARIABLE: f"@{told}"}, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (EXIT_CODE, "0\n")
