"""Which pair's next battle would say most: weights for the draw, computed where the votes are, usable offline.

Of strengths with posterior covariance S one more battle of i and j that tells a preference with probability q adds the
information w = q Var(score of i) along c = e_i - e_j. For any difference d = e_a - e_b its variance V_ab = d'Sd falls
by (d'Sc)^2 / (1/w + c'Sc) (a rank-one update: J. Sherman and W. J. Morrison, 1950, Ann. Math. Statist. 21, 124-127). A
pair is worth the sum over all differences of that fall, as a share of V_ab, times 4 P(1 - P), P the probability that a
is better than b: 1 where they stand level, 0 where their order is known. A pair's weight goes with the square of its
worth, which decides an order sooner (tests/sync/test_pairing.py has the figures).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import erf, sqrt

import numpy as np

from sync.ratings.board import rate
from sync.ratings.counting import Array
from sync.ratings.davidson import Fit
from sync.ratings.log import BOTH_BAD, VoteLog, among

INFORMED = 0.8  # of the draw; the rest is uniform
_LEAST = 1e-300

Pair = tuple[str, str]  # the smaller id, the larger id


def pair_weights(log: VoteLog, models: Sequence[str]) -> dict[Pair, float]:
    """Of every pair of these models, with votes or without; for `matchmaking.draw`. They sum to 1."""
    log = among(log, models)
    squares = information(log) ** 2
    pairs = list(combinations(range(len(log.models)), 2))
    total = sum(float(squares[pair]) for pair in pairs)
    return {
        (log.models[i], log.models[j]): float(squares[i, j]) / total if total > 0 else 1 / len(pairs) for i, j in pairs
    }


def information(log: VoteLog) -> Array:
    """(k, k) what one more battle of each pair would say."""
    rated = rate(log)
    count = len(log.models)
    telling = _telling(rated.table.sum(0))
    odds = rated.fit.odds
    variance = telling * (odds.win + odds.tie / 4 - odds.score**2)[0]
    return gains(rated.fit, rated.uncertainty.laplace[:count, :count], variance)


def gains(found: Fit, covariance: Array, variance: Array) -> Array:
    """(k, k) the worth of each pair: the sum in this file's first words. `variance`: w of each pair, (k, k)."""
    strengths = found.strengths[0]
    count = len(strengths)
    spread = np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance
    np.fill_diagonal(spread, 1.0)
    better = _normal((strengths[:, None] - strengths[None, :]) / np.sqrt(np.maximum(spread, _LEAST)))
    matter = 4 * better * (1 - better) / np.maximum(spread, _LEAST)
    np.fill_diagonal(matter, 0.0)
    worth = np.zeros((count, count))
    for i, j in combinations(range(count), 2):
        along = covariance[:, i] - covariance[:, j]
        falls = (along[:, None] - along[None, :]) ** 2
        worth[i, j] = worth[j, i] = (matter * falls).sum() / 2 / (1 / max(variance[i, j], 1e-9) + spread[i, j])
    return worth


def mixed(pairs: Sequence[Pair], weights: Mapping[Pair, float] | None) -> Array:
    """(n,) the probability of each of these pairs: 80 % by weight, 20 % alike. Pairs without a weight, of models that
    are new, get the largest that is known."""
    alike = np.full(len(pairs), 1 / len(pairs))
    known = [weights[pair] for pair in pairs if pair in weights] if weights else []
    if not known or not weights:
        return alike
    informed = np.array([weights.get(pair, max(known)) for pair in pairs])
    if not np.isfinite(informed).all() or (informed < 0).any() or informed.sum() <= 0:
        return alike
    drawn: Array = INFORMED * informed / informed.sum() + (1 - INFORMED) * alike
    return drawn


def pairs_of(models: Iterable[str]) -> list[Pair]:
    """Every pair of these, the smaller id first."""
    return list(combinations(sorted(set(models)), 2))


def _telling(sides: Array) -> float:
    """The probability that a battle tells a preference; as if one more had and half a one had not."""
    total, bad = float(sides.sum()), float(sides[..., BOTH_BAD].sum())
    return (total - bad + 1) / (total + 1.5)


_normal = np.vectorize(lambda z: (1 + erf(z / sqrt(2))) / 2, otypes=[np.float64])
