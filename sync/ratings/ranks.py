"""Ranks that the votes leave possible, and how likely one model is better than another."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sync.ratings.counting import Array
from sync.ratings.intervals import LEVEL

_DRAWS = 4000  # of all strengths together
_BLOCK = 500  # draws at a time
_TINY = 1e-9


def rank_ranges(strengths: Array, covariance: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and highest rank of each model in the middle 95 % of joint draws of all strengths.

    The draws are made in the order of the strengths, so that other names for the models draw the same.
    """
    count = len(strengths)
    order = np.lexsort((np.round(np.diag(covariance), 9), -np.round(strengths, 9)))
    root = _root(covariance[np.ix_(order, order)])
    generator = np.random.Generator(np.random.PCG64(0))
    seen = np.zeros((count, count), np.int64)
    for _ in range(0, _DRAWS, _BLOCK):
        drawn = strengths[order] + generator.standard_normal((_BLOCK, count)) @ root.T
        places = (-drawn).argsort(axis=1)
        for rank in range(count):
            seen[rank] += np.bincount(places[:, rank], minlength=count)
    below = np.cumsum(seen, axis=0)
    tail = (1 - LEVEL) / 2
    low, high = np.empty(count, np.int64), np.empty(count, np.int64)
    low[order] = 1 + (below >= tail * _DRAWS).argmax(0)
    high[order] = 1 + (below >= (1 - tail) * _DRAWS).argmax(0)
    return low, high


def chance_better(lead: float, spread: float) -> float:
    """The probability that a lead [logits] with this standard error is above 0."""
    return NormalDist().cdf(lead / max(spread, _TINY))


def _root(covariance: Array) -> Array:
    """Lower triangular L with L L' the covariance; it is singular along the mean of all, hence the small addition."""
    ridge = _TINY * max(float(np.trace(covariance)), _TINY) * np.eye(len(covariance))
    return np.linalg.cholesky(covariance + ridge).astype(np.float64)
