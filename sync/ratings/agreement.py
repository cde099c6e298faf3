"""How far evaluators agree, and whether they lean to a side."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.counting import Array, table
from sync.ratings.davidson import Fit
from sync.ratings.intervals import LEVEL, Interval, Share, share
from sync.ratings.log import LEFT, RIGHT, VoteLog

_RESAMPLES = 1000
_OUTCOMES = 4


class Agreement(Struct, frozen=True):
    """Krippendorff's alpha: 1 all agree, 0 as chance would have it. None where no battle has two votes."""

    alpha: float | None
    interval: Interval | None
    battles: int  # with two votes or more


class SideBias(Struct, frozen=True):
    """How often the left side was preferred where one was; 1/2 is no bias, where sides are balanced."""

    left: Share
    expected: float  # what the strengths of those who stood left let expect

    @property
    def leans(self) -> bool:
        """Whether the interval leaves out what is expected."""
        return not self.left.low <= self.expected <= self.left.high


def agreement(log: VoteLog, seed: int = 0) -> Agreement:
    """Nominal alpha over battles with several votes, with a bootstrap interval over battles.

    alpha = 1 - D_o / D_e (K. Krippendorff, Content Analysis, 2004, chapter 11). Equal battles are drawn together, as
    a multinomial of their kinds, so that the interval does not depend on the order of the votes. A vote's outcome is
    told from its own battle's left and right: the same picture for all.
    """
    battles, place = np.unique(log.battle, return_inverse=True)
    counts = np.bincount(place * _OUTCOMES + log.outcome, minlength=len(battles) * _OUTCOMES).reshape(-1, _OUTCOMES)
    counts = counts[counts.sum(1) >= 2]
    if not len(counts):
        return Agreement(None, None, 0)
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.multinomial(len(counts), often / len(counts), _RESAMPLES)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(_alphas(kinds, drawn), [tail, 1 - tail])
    return Agreement(float(_alphas(kinds, often[None])[0]), Interval(float(low), float(high)), len(counts))


def side_bias(log: VoteLog, found: Fit | None = None) -> SideBias:
    """How often left was preferred, with Wilson's interval. `found`: a fit of the same models; else all are alike."""
    sides = table(log).sum(0)
    left, right = sides[..., LEFT], sides[..., RIGHT]
    decided = left + right
    expected = 0.5
    if found is not None and decided.sum():
        odds = found.odds.win.mean(0)
        expected = float((decided * odds / (odds + odds.T)).sum() / decided.sum())
    return SideBias(share(int(left.sum()), int(decided.sum())), expected)


def _alphas(kinds: NDArray[np.int64], often: NDArray[np.int64]) -> Array:
    """(s,) for s samples, `often` (s, u) of each kind of battle (u, 4). Where all votes are alike: 1."""
    votes = kinds.sum(1)
    apart = (votes**2 - (kinds**2).sum(1)) / (votes - 1)
    values = often @ kinds
    total = values.sum(1)
    observed = (often @ apart) / total
    expected = (total**2 - (values**2).sum(1)) / (total * (total - 1))
    found: Array = np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1.0), 1.0)
    return found
