"""Intervals and the quantiles they need; without SciPy, which takes a second to import, for a window shows boards."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, pi, sqrt, tan
from statistics import NormalDist

import numpy as np
from msgspec import Struct

LEVEL = 0.95
NORMAL = NormalDist().inv_cdf((1 + LEVEL) / 2)  # standard errors on each side of an interval
_HALVINGS, _NODES = 60, 80  # of the search for a quantile, of Gauss's quadrature
_MANY = 200  # degrees of freedom from which a series is exact to 1e-10


class Interval(Struct, frozen=True):
    """What 95 % of repetitions would hold between."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low


class Share(Struct, frozen=True, kw_only=True):
    """How many of how many, and Wilson's interval around it."""

    rate: float  # the middle of the interval where there are none
    low: float
    high: float
    count: int
    of: int


def share(count: int, of: int) -> Share:
    """A share with the score interval of E. B. Wilson (1927, J. Am. Stat. Assoc. 22, 209-212); 0 of 0: 0 to 1."""
    if of == 0:
        return Share(rate=0.5, low=0.0, high=1.0, count=0, of=0)
    rate, z2 = count / of, NORMAL * NORMAL
    middle = (rate + z2 / (2 * of)) / (1 + z2 / of)
    reach = NORMAL / (1 + z2 / of) * sqrt(rate * (1 - rate) / of + z2 / (4 * of * of))
    low = 0.0 if count == 0 else max(0.0, middle - reach)
    high = 1.0 if count == of else min(1.0, middle + reach)
    return Share(rate=rate, low=low, high=high, count=count, of=of)


@lru_cache(maxsize=1024)
def t_quantile(probability: float, freedom: int) -> float:
    """Where Student's t distribution with so many degrees of freedom has this probability (> 0.5) below.

    With t = sqrt(n) tan(angle) the density is proportional to cos(angle)^(n - 1), which a quadrature integrates to the
    last digits; from 200 degrees of freedom on the series of Abramowitz and Stegun (1964), 26.7.5.
    """
    if freedom >= _MANY:
        return _series(NormalDist().inv_cdf(probability), freedom)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    factor = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(pi)
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        inside = np.cos(angle / 2 * (nodes + 1)) ** (freedom - 1)
        below = 0.5 + factor * angle / 2 * float(weights @ inside)
        low, high = (angle, high) if below < probability else (low, angle)
    return sqrt(freedom) * tan(angle)


def _series(z: float, freedom: int) -> float:
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))
