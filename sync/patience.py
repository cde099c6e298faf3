"""When to ask again, and for how much at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Generator

from scenes.progress import Progress

LONGEST_PAUSE = 300.0  # [s]
_FIRST_PAUSE = 0.5
_SLICE = 0.05
_QUICK, _SLOW = 1.0, 5.0  # [s] of an answer


def jitter(failures: int, retry_after: float = 0.0) -> float:
    """Seconds to wait after so many failures in a row: full jitter up to 5 min, never less than was asked for.

    As in M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015: uniform in [0, min(cap, base 2^n)].
    """
    ceiling = min(LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures, 20))
    return max(retry_after, random.uniform(0.0, ceiling))


def pause(seconds: float, text: str) -> Generator[Progress, None, None]:
    """Wait within a job; it can be cancelled meanwhile."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        yield Progress(0, 0, text)
        time.sleep(min(_SLICE, left))


class Portion:
    """How much to send at once: more while answers come quickly, less when they do not."""

    def __init__(self, size: int, largest: int) -> None:
        self.size, self._largest = size, largest

    def answered(self, seconds: float) -> None:
        """An answer took so long."""
        if seconds < _QUICK:
            self.size = min(self._largest, self.size * 2)
        elif seconds > _SLOW:
            self.size = max(1, self.size // 2)

    def shrink(self) -> bool:
        """It was too much; False if it cannot be less."""
        before, self.size = self.size, max(1, self.size // 2)
        return self.size < before
