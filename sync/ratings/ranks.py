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

Ranks = NDArray[np.int64]


def rank_ranges(strengths: Array, covariance: Array, held: Array | None = None) -> tuple[Ranks, Ranks]:
    """The lowest and highest rank of each model in the middle 95 % of joint draws of all strengths.

    `held`: where a number stands for a model whose rating is provisional, the others meet it there and not in its
    draws, so that a newcomer of whom nothing is known does not widen what is known of them; its own ranks are those of
    its draws. The draws are made in the order of the strengths, so that other names for the models draw the same.
    """
    order = np.lexsort((np.round(np.diag(covariance), 9), -np.round(strengths, 9)))
    root = _root(covariance[np.ix_(order, order)])
    fixed = np.full(len(order), np.nan) if held is None else held[order]
    provisional = ~np.isnan(fixed)
    generator = np.random.Generator(np.random.PCG64(0))
    free, met = (np.zeros((len(order),) * 2, np.int64) for _ in range(2))
    for _ in range(0, _DRAWS, _BLOCK):
        drawn = strengths[order] + generator.standard_normal((_BLOCK, len(order))) @ root.T
        _count(drawn, free)
        if provisional.any() and not provisional.all():
            _count(np.where(provisional, fixed, drawn), met)
    seen = np.where(provisional | (not met.any()), free, met)
    low, high = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    low[order], high[order] = _middle(np.cumsum(seen, axis=0))
    return low, high


def chance_better(lead: float, spread: float) -> float:
    """The probability that a lead [logits] with this standard error is above 0."""
    return NormalDist().cdf(lead / max(spread, _TINY))


def _count(drawn: Array, seen: Ranks) -> None:
    """Add to (ranks, models) who came where in each of these draws."""
    places = (-drawn).argsort(axis=1)
    models = len(seen)
    seen += np.bincount((places + models * np.arange(models)).ravel(), minlength=models**2).reshape(models, models)


def _middle(below: Ranks) -> tuple[Ranks, Ranks]:
    """Of (ranks, models) draws at or below each rank: the first and the last of the middle 95 %."""
    tail = (1 - LEVEL) / 2
    low, high = (1 + (below >= share * _DRAWS).argmax(0) for share in (tail, 1 - tail))
    return low.astype(np.int64), high.astype(np.int64)


def _root(covariance: Array) -> Array:
    """Lower triangular L with L L' the covariance; it is singular along the mean of all, hence the small addition."""
    ridge = _TINY * max(float(np.trace(covariance)), _TINY) * np.eye(len(covariance))
    return np.linalg.cholesky(covariance + ridge).astype(np.float64)
