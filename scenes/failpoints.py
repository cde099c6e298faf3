"""Named places where a program can be made to die, so that tests can prove what survives.

Nothing happens unless the environment says so: VLAARENA_FAILPOINT=push.after_send ends the process the first time it
gets there, VLAARENA_FAILPOINT=push.after_send:3 the third time.
"""

from __future__ import annotations

import os
from collections import Counter

VARIABLE = "VLAARENA_FAILPOINT"
EXIT_CODE = 77

_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die here, without cleaning up anything, if this is the place and the time that the environment names."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    place, _, time = wanted.partition(":")
    if place != name:
        return
    _reached[name] += 1
    if _reached[name] == int(time or 1):
        os._exit(EXIT_CODE)
