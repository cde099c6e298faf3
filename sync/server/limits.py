"""How often somebody may ask: token buckets in this process. Several processes each allow this much."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST = 10_000  # buckets remembered; the longest unused is forgotten first


class RateLimit:
    """So many requests a second for each name in the long run, and a burst of more after a rest."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # level, when

    def wait(self, name: str) -> int:
        """0, and one request is counted; else how many whole seconds the next one has to wait."""
        now = self._clock()
        level, then = self._buckets.pop(name, (float(self._burst), now))
        level = min(float(self._burst), level + (now - then) * self._rate)
        allowed = level >= 1
        self._buckets[name] = (level - allowed, now)
        while len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - level) / self._rate)
