"""Strengths: Bradley-Terry with Davidson's ties, the most probable ones under a prior, by Newton's method.

Of two models with strengths p_i = exp(theta_i) the first is preferred with probability
p_i / (p_i + p_j + nu sqrt(p_i p_j)); a tie has nu sqrt(p_i p_j) over the same sum (R. R. Davidson, 1970,
J. Am. Stat. Assoc. 65, 317-328). "Both bad" says nothing about preference and stays out.
Places: the strengths of robot 0, of robot 1, ..., then log nu of each robot; with one robot, k strengths and log nu.
"""

from __future__ import annotations

from math import log

import numpy as np
from msgspec import Struct

from sync.ratings.counting import Array, Tally

START = 1500.0
SCALE = 400.0  # a lead of 400 means odds of 10 to 1
POINTS = SCALE / log(10.0)  # of the rating scale, per logit
PRIOR = 2.0  # [logits] standard deviation of strengths, and of log nu, before any vote
_CLOSE, _MOST_STEPS = 1e-5, 100  # of Newton's method: its error is squared at each step


class Odds(Struct, frozen=True):
    """What strengths expect of each pair of each robot, (r, k, k)."""

    win: Array  # probability that the first is preferred to the second
    tie: Array

    @property
    def score(self) -> Array:
        """The first's expected score: a win is 1, a tie 1/2."""
        expected: Array = self.win + self.tie / 2
        return expected


class Fit(Struct, frozen=True):
    """The most probable place and how sharply the posterior peaks there."""

    place: Array  # (p,) [logits] strengths, then log nu
    curvature: Array  # (p, p) negative second derivative of the log posterior
    odds: Odds
    robots: int

    @property
    def strengths(self) -> Array:
        """(r, k) [logits]"""
        return self.place[: -self.robots].reshape(self.robots, -1)


def flat_prior(models: int, width: float = PRIOR) -> Array:
    """The precision of independent strengths and log nu on one robot, (k + 1, k + 1)."""
    return np.eye(models + 1) / width**2


def fit(counts: Tally, precision: Array, start: Array | None = None) -> Fit:
    """The most probable strengths given the votes and a normal prior around 0 of this precision (p, p).

    The log posterior is concave; a step is cut to one logit, so that the first ones do not leap over the peak.
    """
    robots = len(counts.wins)
    place = _guess(counts, len(precision)) if start is None else start
    for _ in range(_MOST_STEPS):
        odds = odds_at(place, robots)
        gradient, curvature = slopes(counts, odds)
        curvature += precision
        step = np.linalg.solve(curvature, gradient - precision @ place)
        place = place + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < _CLOSE:
            break
    odds = odds_at(place, robots)
    return Fit(place, slopes(counts, odds)[1] + precision, odds, robots)


def _guess(counts: Tally, size: int) -> Array:
    """Where to start: each strength as its mean score would have it against an average opponent."""
    scored, votes = (counts.wins + counts.ties / 2).sum(2), counts.votes.sum(2)
    rate = (scored + 1) / (votes + 2)
    return np.concatenate([np.log(rate / (1 - rate)).ravel(), np.zeros(size - rate.size)])


def odds_at(place: Array, robots: int) -> Odds:
    """The probabilities of Davidson's model."""
    strengths = place[:-robots].reshape(robots, -1)
    half = np.exp((strengths[:, None, :] - strengths[:, :, None]) / 2)  # sqrt(p_j / p_i)
    tied = np.exp(place[-robots:])[:, None, None] * half
    win = 1 / (1 + half * half + tied)
    return Odds(win, tied * win)


def slopes(counts: Tally, odds: Odds) -> tuple[Array, Array]:
    """Gradient and negative second derivative of the log likelihood."""
    votes, score = counts.votes, odds.score
    seen = (counts.wins + counts.ties / 2 - votes * score).sum(2)
    ties = (counts.ties - votes * odds.tie).sum((1, 2)) / 2
    spread = votes * (odds.win + odds.tie / 4 - score * score)
    across = votes * odds.tie * (0.5 - score)
    along = (votes * odds.tie * (1 - odds.tie)).sum((1, 2)) / 2
    return np.concatenate([seen.ravel(), ties]), assembled(spread, across, along)


def assembled(spread: Array, across: Array, along: Array) -> Array:
    """The (p, p) matrix of what each pair adds: to its strengths' difference (r, k, k), to the product of that and
    log nu (r, k, k), and to log nu (r,)."""
    robots, models = spread.shape[:2]
    whole = np.zeros((robots * models + robots,) * 2)
    for robot in range(robots):
        own, nu = slice(robot * models, (robot + 1) * models), robots * models + robot
        whole[own, own] = np.diag(spread[robot].sum(1)) - spread[robot]
        whole[own, nu] = whole[nu, own] = across[robot].sum(1)
        whole[nu, nu] = along[robot]
    return whole


def log_likelihood(counts: Tally, odds: Odds) -> float:
    """Of the votes at these odds."""
    with_care = np.maximum(odds.win, 1e-300), np.maximum(odds.tie, 1e-300)
    return float((counts.wins * np.log(with_care[0])).sum() + (counts.ties * np.log(with_care[1])).sum() / 2)
