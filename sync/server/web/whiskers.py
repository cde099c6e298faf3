"""Where an interval lies on the common scale of a board: numbers for drawings of 240 x 24."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from msgspec import Struct

WIDTH, MARGIN = 240.0, 10.0
_STEPS = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000)  # [points] between ticks
_MOST_TICKS = 5
_NARROWEST = 40.0  # [points] of a scale
_BEYOND = 200.0  # [points] that an interval may reach beyond all ratings


class Tick(Struct, frozen=True):
    """A round rating and where it lies."""

    rating: int
    x: float


class Whisker(Struct, frozen=True):
    """Both ends of an interval and its middle, and which ends lie beyond the scale."""

    low: float
    middle: float
    high: float
    low_cut: bool
    high_cut: bool


class Scale(Struct, frozen=True):
    """From ratings to places."""

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()

    def place(self, rating: float) -> float:
        """Where a rating lies, from the left; beyond the ends, at the end."""
        share = (min(max(rating, self.low), self.high) - self.low) / (self.high - self.low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    def whisker(self, low: float, middle: float, high: float) -> Whisker:
        """An interval's places."""
        places = self.place(low), self.place(middle), self.place(high)
        return Whisker(*places, low < self.low, high > self.high)


def scale_for(rows: Sequence[tuple[float, float, float]]) -> Scale:
    """A scale for rows of low, rating, high, with at most five round ticks.

    It holds every rating, and every interval up to 200 points beyond the ratings: one model that was judged once does
    not press all others together.
    """
    lowest, highest = min((row[1] for row in rows), default=1480.0), max((row[1] for row in rows), default=1520.0)
    low = max(lowest - _BEYOND, min((row[0] for row in rows), default=lowest))
    high = min(highest + _BEYOND, max((row[2] for row in rows), default=highest))
    if (missing := _NARROWEST - (high - low)) > 0:
        low, high = low - missing / 2, high + missing / 2
    plain = Scale(low, high)
    step = next((step for step in _STEPS if (high - low) / step < _MOST_TICKS), ceil((high - low) / _MOST_TICKS))
    ratings = range(ceil(low / step) * step, floor(high) + 1, step)
    return Scale(low, high, tuple(Tick(rating, plain.place(rating)) for rating in ratings))
