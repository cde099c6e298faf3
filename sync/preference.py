"""Preference: Bradley-Terry strengths with Davidson's ties, their intervals and rank ranges; pure.

Of two models with strengths p_i = exp(theta_i) the first is preferred with probability
p_i / (p_i + p_j + nu sqrt(p_i p_j)); a tie has nu sqrt(p_i p_j) over the same sum (R. R. Davidson, 1970,
J. Am. Stat. Assoc. 65, 317-328). "Both bad" says nothing about preference and stays out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from math import exp, lgamma, log, pi, sqrt, tan
from statistics import NormalDist

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings import SCALE, START
from sync.records import Judgement, Vote

PRIOR = 2.0  # [logits] standard deviation of strengths, and of log nu, before any vote
POINTS = SCALE / log(10.0)  # of the rating scale, per logit
LEVEL = 0.95
_DRAWS = 4000  # of the strengths, for rank ranges
_CLOSE, _MOST_STEPS = 1e-10, 100  # of Newton's method
_NORMAL = NormalDist().inv_cdf((1 + LEVEL) / 2)  # standard errors on each side of an interval
_HALVINGS, _NODES = 60, 80  # of the search for a quantile, of Gauss's quadrature

Array = NDArray[np.float64]


class Preference(Struct, frozen=True, kw_only=True):
    """One model's place: its rating with a 95 % interval, and the ranks it may have."""

    model_id: str
    rating: float
    low: float
    high: float
    rank: int  # from 1
    rank_low: int
    rank_high: int


class Fit(Struct, frozen=True):
    """Strengths around their mean, and what is not known about them."""

    strengths: Array  # (k,) [logits]
    covariance: Array  # (k, k) the larger of the Laplace and the battle-clustered one, by its diagonal


def preference_board(votes: Iterable[Vote | Judgement]) -> list[Preference]:
    """The models by their rating, the highest first. The order of the votes does not matter.

    Withdrawn votes, votes without names and those between a model and itself do not count.
    """
    counts = counted(votes)
    models = sorted({model for pair in counts for model in pair[:2]})
    if not models:
        return []
    found = fit(models, counts)
    spread = np.sqrt(np.diag(found.covariance)) * _NORMAL
    low, high = rank_ranges(found)
    order = sorted(range(len(models)), key=lambda k: (-found.strengths[k], models[k]))
    return [
        Preference(
            model_id=models[k],
            rating=START + POINTS * float(found.strengths[k]),
            low=START + POINTS * float(found.strengths[k] - spread[k]),
            high=START + POINTS * float(found.strengths[k] + spread[k]),
            rank=place,
            rank_low=int(low[k]),
            rank_high=int(high[k]),
        )
        for place, k in enumerate(order, 1)
    ]


def counted(votes: Iterable[Vote | Judgement]) -> Counter[tuple[str, str, int]]:
    """How often each pair (smaller id, larger id) ended with 0 the smaller, 1 the larger preferred, 2 a tie."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for vote in votes:
        left, right = vote.left_model_id, vote.right_model_id
        if left is None or right is None or left == right or vote.withdrawn or vote.vote == "both_bad":
            continue
        winner = {"left_better": left, "right_better": right}.get(vote.vote)
        pair = min(left, right), max(left, right)
        counts[(*pair, 2 if winner is None else pair.index(winner))] += 1
    return counts


def fit(models: list[str], counts: Counter[tuple[str, str, int]]) -> Fit:
    """The most probable strengths, by Newton's method, and their covariance.

    The covariance is Laplace's, each standard error raised to that of the battle-clustered sandwich with its t
    quantile (H^-1 M H^-1 n / (n - 1), n battles) where that is larger.
    """
    features, cells = _cells(models, counts)
    place = np.zeros(len(models) + 1)
    for _ in range(_MOST_STEPS):
        gradient, curvature, _ = _slopes(place, features, cells)
        step = np.linalg.solve(curvature, gradient)
        place = place + step / max(1.0, float(np.abs(step).max()))  # at most one logit at a time
        if np.abs(step).max() < _CLOSE:
            break
    _, curvature, residuals = _slopes(place, features, cells)
    laplace = np.linalg.inv(curvature)
    centre = np.eye(len(models)) - 1 / len(models)
    plain = centre @ laplace[:-1, :-1] @ centre
    raised = _raised(plain, centre @ (laplace @ _meat(residuals, cells) @ laplace)[:-1, :-1] @ centre, int(cells.sum()))
    return Fit(place[:-1] - place[:-1].mean(), raised)


def rank_ranges(found: Fit) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and highest rank of each model in the middle 95 % of joint draws of all strengths."""
    generator = np.random.Generator(np.random.PCG64(0))
    values, vectors = np.linalg.eigh(found.covariance)
    noise = generator.standard_normal((_DRAWS, len(values))) * np.sqrt(np.maximum(values, 0.0))
    drawn = found.strengths + noise @ vectors.T
    ranks = 1 + (-drawn).argsort(axis=1).argsort(axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="closest_observation")
    return low.astype(np.int64), high.astype(np.int64)


def t_quantile(probability: float, freedom: int) -> float:
    """Where Student's t distribution with so many degrees of freedom has this probability (> 0.5) below.

    With t = sqrt(n) tan(angle) the density is proportional to cos(angle)^(n - 1), which a quadrature integrates to the
    last digits. SciPy has the same function, but takes a second to import, and boards are shown in a window.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    factor = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(pi)
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        inside = np.cos(angle / 2 * (nodes + 1)) ** (freedom - 1)
        below = 0.5 + factor * angle / 2 * float(weights @ inside)
        low, high = (angle, high) if below < probability else (low, angle)
    return sqrt(freedom) * tan(angle)


def _cells(models: list[str], counts: Counter[tuple[str, str, int]]) -> tuple[Array, Array]:
    """Per pair and outcome: what it adds to the logit, (p, 3, k + 1), and how often it was, (p, 3)."""
    pairs = [
        pair for pair in combinations(range(len(models)), 2) if any(counts[(*_ids(models, pair), k)] for k in range(3))
    ]
    features = np.zeros((len(pairs), 3, len(models) + 1))
    cells = np.array([[counts[(*_ids(models, pair), k)] for k in range(3)] for pair in pairs], float).reshape(-1, 3)
    for row, (first, second) in enumerate(pairs):
        features[row, 0, first] = features[row, 1, second] = features[row, 2, -1] = 1.0
        features[row, 2, first] = features[row, 2, second] = 0.5
    return features, cells


def _ids(models: list[str], pair: tuple[int, int]) -> tuple[str, str]:
    return models[pair[0]], models[pair[1]]


def _slopes(place: Array, features: Array, cells: Array) -> tuple[Array, Array, Array]:
    """Gradient and negative second derivative of the log posterior, and each outcome's own gradient."""
    logits = features @ place
    odds = np.exp(logits - logits.max(1, keepdims=True))
    odds /= odds.sum(1, keepdims=True)
    residuals = features - (odds[:, :, None] * features).sum(1, keepdims=True)
    gradient = (cells[:, :, None] * residuals).sum((0, 1)) - place / PRIOR**2
    weights = odds * cells.sum(1, keepdims=True)
    flat = residuals.reshape(-1, residuals.shape[2])
    curvature = flat.T @ (weights.reshape(-1, 1) * flat) + np.eye(len(place)) / PRIOR**2
    return gradient, curvature, residuals


def _meat(residuals: Array, cells: Array) -> Array:
    flat = residuals.reshape(-1, residuals.shape[2])
    meat: Array = flat.T @ (cells.reshape(-1, 1) * flat)
    return meat


def _raised(plain: Array, clustered: Array, battles: int) -> Array:
    """The first covariance, its standard errors raised where those of the second with its t quantile are larger."""
    if battles < 2:
        return plain
    factor = battles / (battles - 1) * (t_quantile((1 + LEVEL) / 2, battles - 1) / _NORMAL) ** 2
    own, other = np.diag(plain), np.diag(clustered) * factor
    stretch = np.sqrt(np.maximum(1.0, other / np.maximum(own, 1e-300)))
    raised: Array = plain * np.outer(stretch, stretch)
    return raised
