"""What is not known about strengths: Laplace's covariance, and sandwiches whose clusters are battles or evaluators.

A sandwich is H^-1 M H^-1 c / (c - 1), M the sum over c clusters of the outer product of each one's score (K.-Y. Liang
and S. L. Zeger, 1986, Biometrika 73, 13-22). It is widened by Student's t with c - 1 degrees of freedom over the normal
quantile, so that one factor serves for all. What votes share, being of one battle or one evaluator, it does not count
as if it were independent.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.counting import CHUNK, Array, BothBad, Shared, Tally, cells, shared, split, tally, weighed
from sync.ratings.davidson import Fit, Odds, assembled
from sync.ratings.intervals import LEVEL, NORMAL, t_quantile
from sync.ratings.log import BOTH_BAD, VoteLog

FEWEST_EVALUATORS = 3  # that may speak for evaluators in general
_WHOLE = 2.0**28


class Uncertainty(Struct, frozen=True):
    """Covariances (p, p) in logits, each widened so that 1.96 standard errors make its 95 % interval."""

    laplace: Array
    battle: Array | None  # None with fewer than two battles
    evaluator: Array | None  # None with fewer than three evaluators

    def spread(self, contrasts: Array, *, general: bool = False) -> Array:
        """(m,) standard errors of contrasts (m, p): the largest there is, `general` with that of evaluators."""
        known = [self.laplace, self.battle] + ([self.evaluator] if general else [])
        variances = [_quadratic(contrasts, each) for each in known if each is not None]
        largest: Array = np.sqrt(np.maximum(np.max(variances, axis=0), 0.0))
        return largest

    def covariance(self, contrasts: Array) -> Array:
        """(m, m) Laplace's, stretched until its standard errors are those of `spread`."""
        plain = contrasts @ self.laplace @ contrasts.T
        own = np.sqrt(np.maximum(np.diag(plain), 1e-300))
        stretch = np.maximum(1.0, self.spread(contrasts) / own)
        stretched: Array = plain * np.outer(stretch, stretch)
        return stretched


def uncertainty(
    log: VoteLog,
    found: Fit,
    counts: Tally,
    weights: Array | None = None,
    both_bad: BothBad = "apart",
    *,
    robots: bool = False,
    general: bool = True,
) -> Uncertainty:
    """Around a fit of the counts of this log's votes, all of them."""
    laplace = np.linalg.inv(found.curvature).astype(np.float64)
    alone, together = split(log, both_bad)
    plain = log.single and weights is None
    lone = counts if plain else tally(weighed(alone, weights, 2, robots=robots), both_bad)
    groups = shared(together, weights, robots=robots)
    lone_battles = lone if weights is None else tally(weighed(alone, _counting(weights), robots=robots), both_bad)
    battles = round(lone_battles.votes.sum() / 2) + int((groups.weight > 0).sum())
    battle = _sandwich(laplace, _battles(lone, groups, found.odds), battles)
    evaluator = _of_evaluators(laplace, log, found, weights, both_bad, robots=robots) if general else None
    return Uncertainty(laplace, battle, evaluator)


def _of_evaluators(
    laplace: Array, log: VoteLog, found: Fit, weights: Array | None, both_bad: BothBad, *, robots: bool
) -> Array | None:
    scores = _evaluators(log, found, weights, both_bad, robots=robots)
    evaluators = int(scores.any(1).sum())
    return _sandwich(laplace, scores.T @ scores, evaluators) if evaluators >= FEWEST_EVALUATORS else None


def _battles(lone: Tally, groups: Shared, odds: Odds) -> Array:
    """The sum of outer products of every battle's score. `lone`: squared weights of votes alone in their battle."""
    score, tie, wins, losses = odds.score, odds.tie, lone.wins, lone.wins.swapaxes(1, 2)
    spread = wins * (1 - score) ** 2 + losses * score**2 + lone.ties * (0.5 - score) ** 2
    across = lone.ties * (0.5 - score) * (1 - tie) - (wins * (1 - score) - losses * score) * tie
    along = (wins + losses) * tie**2 + lone.ties * (1 - tie) ** 2
    if len(groups.robot):
        added = _together(groups, odds, spread.shape)
        spread, across, along = spread + added[0], across + added[1], along + added[2]
    return assembled(spread, across, along.sum((1, 2)) / 2)


def _together(groups: Shared, odds: Odds, shape: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """What battles with several votes add, each as one cluster: to spread, across and along of their pairs."""
    here = groups.robot, groups.first, groups.second
    wins, losses, ties = groups.counts.T
    score, tie = odds.score[here], odds.tie[here]
    lead = wins * (1 - score) - losses * score + ties * (0.5 - score)
    tied = ties - (wins + losses + ties) * tie
    spots = np.ravel_multi_index(here, shape)

    def summed(values: Array) -> Array:
        return np.bincount(spots, values, int(np.prod(shape))).astype(np.float64).reshape(shape)

    spread, across, along = summed(lead * lead), summed(lead * tied), summed(tied * tied)
    return spread + spread.swapaxes(1, 2), across - across.swapaxes(1, 2), along + along.swapaxes(1, 2)


def _evaluators(log: VoteLog, found: Fit, weights: Array | None, both_bad: BothBad, *, robots: bool) -> Array:
    """(e, p) each evaluator's score: what her votes say beyond what the strengths expect of them.

    Each vote's part is a whole number of 2^-28 logits: sums of those are exact in any order, for 33 million votes.
    """
    people, strengths = len(log.evaluators), found.strengths.size
    if people < FEWEST_EVALUATORS:
        return np.zeros((people, len(found.place)))
    lead, tied = (np.round(part * _WHOLE).ravel() for part in _parts(found.odds, both_bad))
    scores, ties = np.zeros(people * strengths), np.zeros(people * found.robots)
    for start in range(0, len(log), CHUNK):
        rows = slice(start, start + CHUNK)
        cell, person = cells(log, rows, robots), log.evaluator[rows].astype(np.int64)
        robot = log.robot[rows] if robots else np.int64(0)
        own, block = lead[cell], person * strengths + robot * np.int64(len(log.models))
        scores += np.bincount(block + log.left[rows], own, len(scores))
        scores -= np.bincount(block + log.right[rows], own, len(scores))
        ties += np.bincount(person * found.robots + robot, tied[cell], len(ties))
    whole = np.hstack([scores.reshape(people, -1), ties.reshape(people, -1)]) / _WHOLE
    return whole if weights is None else whole * weights[:, None]


def _parts(odds: Odds, both_bad: BothBad) -> tuple[Array, Array]:
    """(r, k, k, 4) what each outcome says for the left one's strength, and for log nu; both bad alone says nothing."""
    score, tie = odds.score, odds.tie
    lead = np.stack([1 - score, -score, 0.5 - score, 0.5 - score], axis=-1)
    tied = np.stack([-tie, -tie, 1 - tie, 1 - tie], axis=-1)
    if both_bad == "apart":
        lead[..., BOTH_BAD] = tied[..., BOTH_BAD] = 0.0
    return lead, tied


def _sandwich(laplace: Array, meat: Array, clusters: int) -> Array | None:
    if clusters < 2:
        return None
    factor = clusters / (clusters - 1) * (t_quantile((1 + LEVEL) / 2, clusters - 1) / NORMAL) ** 2
    widened: Array = factor * (laplace @ meat @ laplace)
    return widened


def _quadratic(contrasts: Array, covariance: Array) -> Array:
    found: Array = ((contrasts @ covariance) * contrasts).sum(1)
    return found


def _counting(weights: Array) -> Array:
    """1 for whoever counts at all."""
    return (weights > 0).astype(np.float64)
