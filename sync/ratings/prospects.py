"""What further votes would change: how many would turn the first rank, and how many would tell two models apart."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np
from msgspec import Struct

from sync.ratings.board import Rated
from sync.ratings.counting import Tally
from sync.ratings.davidson import Fit, fit, flat_prior
from sync.ratings.intervals import NORMAL
from sync.ratings.log import BOTH_BAD

MOST = 1_000_000  # beyond which "about N more" means nothing
_CHALLENGERS = 5
_PATHS, _LOOKS, _GROWN = 1000, 160, 1000.0  # of what further votes may show: how many, looked at how often, how far


class Flip(Struct, frozen=True):
    """How few further votes, all for the challenger and against the first, would change who is first."""

    challenger: str
    votes: int


def votes_to_flip(rated: Rated) -> Flip | None:
    """The fewest over the five that are listed after the first; None: there is no other, or more than a million are
    needed. Only measured models are challengers, where there are any."""
    found = rated.listing
    measured = [k for k in found.order[1:] if not found.flags[k]]
    order = [*found.order[:1], *(measured or found.order[1:])]
    flips = [
        Flip(rated.log.models[other], votes)
        for other in order[1 : 1 + _CHALLENGERS]
        if (votes := _needed(rated, int(order[0]), int(other))) is not None
    ]
    return min(flips, key=lambda flip: (flip.votes, flip.challenger), default=None)


def battles_to_separate(rated: Rated, first: str, second: str) -> int | None:
    """About how many more battles of these two until the interval of their difference leaves out 0: in half of all
    cases it has done so by then, seen after every battle; 0 if it does now.

    1/V grows by i a battle: V the variance of their difference, i = Var(score) under Davidson's model, the share of
    both-bad votes taken off, and by as much as the reported variance exceeds Laplace's. By how much 1/V must grow:
    `_growth`. That the strengths are as they seem is not assumed: two that seem level are rarely quite so.
    None: more than a million.
    """
    one, other = rated.log.models.index(first), rated.log.models.index(second)
    contrast = np.zeros((1, len(rated.fit.place)))
    contrast[0, one], contrast[0, other] = 1.0, -1.0
    lead = abs(float((contrast @ rated.fit.place)[0]))
    spread = float(rated.uncertainty.spread(contrast)[0])
    if lead > NORMAL * spread:
        return 0
    laplace = float((contrast @ rated.uncertainty.laplace @ contrast.T)[0, 0])
    telling = 1 - float(rated.table[..., BOTH_BAD].sum()) / max(int(rated.table.sum()), 1)
    each = pair_information(rated.fit, one, other) * telling * laplace / spread**2
    more = (_growth(round(20 * lead / spread)) - 1) / spread**2
    return max(1, ceil(more / each)) if more < each * MOST else None


@lru_cache(maxsize=256)
def _growth(twentieths: int) -> float:
    """The median of I(t) / I(0) at which a lead of now so many twentieths of a standard error is first 1.96 or more.

    Given today's lead, the lead L(t) that will be seen at information I is a martingale from L(0) with variance
    1/I(0) - 1/I (Bayes: what is not known of the lead shrinks from 1/I(0) to 1/I). It is followed in many drawn paths.
    """
    generator = np.random.Generator(np.random.PCG64(0))
    grown = np.geomspace(1.0, _GROWN, _LOOKS + 1)
    steps = np.sqrt(np.diff(1 - 1 / grown)) * generator.standard_normal((_PATHS, _LOOKS))
    apart = np.abs(twentieths / 20 + np.cumsum(steps, axis=1)) > NORMAL / np.sqrt(grown[1:])
    return float(np.median(np.where(apart.any(1), grown[1:][apart.argmax(1)], _GROWN)))


def pair_information(found: Fit, one: int, other: int, robot: int = 0) -> float:
    """[1 / logit^2] what one vote that tells a preference says of their difference: the variance of its score."""
    win, tie = float(found.odds.win[robot, one, other]), float(found.odds.tie[robot, one, other])
    return win + tie / 4 - (win + tie / 2) ** 2


def _needed(rated: Rated, leader: int, challenger: int) -> int | None:
    """By doubling, then by halving; each time all strengths are found anew."""
    few, many = 0, 1
    while not _flips(rated, leader, challenger, many):
        few, many = many, many * 2
        if many > MOST:
            return None
    while many - few > 1:
        between = (few + many) // 2
        few, many = (few, between) if _flips(rated, leader, challenger, between) else (between, many)
    return many


def _flips(rated: Rated, leader: int, challenger: int, votes: int) -> bool:
    wins = rated.counts.wins.copy()
    wins[0, challenger, leader] += votes
    found = fit(Tally(wins, rated.counts.ties), flat_prior(wins.shape[1]), rated.fit.place)
    return bool(found.strengths[0][challenger] > found.strengths[0][leader])
