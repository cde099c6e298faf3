"""What is not known about strengths: Laplace's covariance, and sandwiches whose clusters are battles or evaluators.

A sandwich is H^-1 M H^-1 c / (c - 1), M the sum over c clusters of the outer product of each one's score (K.-Y. Liang
and S. L. Zeger, 1986, Biometrika 73, 13-22). It is widened by Student's t with c - 1 degrees of freedom over the normal
quantile, so that one factor serves for all. What votes share, being of one battle or one evaluator, it does not count
as if it were independent.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.battles import Mask, Shared, shared
from sync.ratings.counting import CHUNK, Array, Ballots, BothBad, Counted, Tally, counted, tally, weighed
from sync.ratings.davidson import Fit, Odds, assembled
from sync.ratings.intervals import LEVEL, NORMAL, t_quantile
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, picked

FEWEST_EVALUATORS = 3  # that may speak for evaluators in general
_WHOLE, _DIGITS = 2.0**28, 6
_CELLS = 1 << 19  # of the evaluators whose scores are found at a time


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


class Clusters(Struct, frozen=True):
    """A log's battles: those of one vote counted by pairs, the others one by one."""

    squares: Tally  # of votes alone in their battle: the squares of their weights
    groups: Shared
    battles: int  # that told a preference, of anyone whose votes weigh something
    effective: Array  # (k,) of each model's: (sum of weights)^2 / sum of squares (L. Kish, Survey Sampling, 1965)


def clusters(votes: Counted, weights: Array | None = None, both_bad: BothBad = "apart") -> Clusters:
    """Of all votes of a log."""
    within, groups = shared(votes.log, weights, both_bad, robots=votes.robots)
    once, twice, ones = _lone(votes, within, groups, weights, both_bad)
    sums = [one.votes.sum((0, 2)) for one in (once, twice)]
    battles = round(ones.votes.sum() / 2)
    for part in groups.parts():
        battles += int(part.often[part.weight > 0].sum())
        for power, lone in enumerate(sums, 1):
            met = part.summed(part.weight**power).sum(0)
            lone += met.sum(0) + met.sum(1)
    effective = np.round(sums[0] ** 2 / np.maximum(sums[1], 1e-300), _DIGITS)
    return Clusters(twice, groups, battles, effective)


def _lone(
    votes: Counted, within: Mask, groups: Shared, weights: Array | None, both_bad: BothBad
) -> tuple[Tally, Tally, Tally]:
    """Votes alone in their battle: their weights, their squares, and 1 for whoever counts at all."""
    if weights is None:
        whole = tally(votes.table, both_bad)
        shares = groups.tally()
        lone = Tally(whole.wins - shares.wins, whole.ties - shares.ties)
        return lone, lone, lone
    alone = counted(picked(votes.log, ~within), robots=votes.robots) if len(groups) else votes
    once, twice, ones = (
        tally(weighed(alone, each), both_bad) for each in (weights, weights**2, (weights > 0).astype(np.float64))
    )
    return once, twice, ones


def uncertainty(
    votes: Counted,
    found: Fit,
    apart: Clusters,
    weights: Array | None = None,
    both_bad: BothBad = "apart",
    *,
    general: bool = True,
) -> Uncertainty:
    """Around a fit of these votes, all of them."""
    laplace = np.linalg.inv(found.curvature).astype(np.float64)
    battle = _sandwich(laplace, _battles(apart.squares, apart.groups, found.odds, both_bad), apart.battles)
    scores = _evaluators(votes, found, both_bad) if general else np.zeros((0, len(laplace)))
    if weights is not None and general:
        scores = scores * weights[:, None]
    people = int(scores.any(1).sum())
    evaluator = _sandwich(laplace, scores.T @ scores, people) if people >= FEWEST_EVALUATORS else None
    return Uncertainty(laplace, battle, evaluator)


def _battles(lone: Tally, groups: Shared, odds: Odds, both_bad: BothBad) -> Array:
    """The sum of outer products of every battle's score. `lone`: squared weights of votes alone in their battle."""
    score, tie, wins, losses = odds.score, odds.tie, lone.wins, lone.wins.swapaxes(1, 2)
    drawn = _of_a_tie(both_bad)
    spread = wins * (1 - score) ** 2 + losses * score**2 + lone.ties * (0.5 - score) ** 2
    across = lone.ties * (0.5 - score) * (drawn - tie) - (wins * (1 - score) - losses * score) * tie
    along = (wins + losses) * tie**2 + lone.ties * (drawn - tie) ** 2
    for part in groups.parts():
        added = _together(part, odds, drawn)
        spread, across, along = spread + added[0], across + added[1], along + added[2]
    return assembled(spread, across, along.sum((1, 2)) / 2)


def _together(groups: Shared, odds: Odds, drawn: float) -> tuple[Array, Array, Array]:
    """What battles with several votes add, each as one cluster: to spread, across and along of their pairs."""
    wins, losses, ties = groups.counts.T
    score, tie = odds.score.ravel()[groups.pair], odds.tie.ravel()[groups.pair]
    lead = wins * (1 - score) - losses * score + ties * (0.5 - score)
    tied = drawn * ties - (wins + losses + ties) * tie
    spread, across, along = (groups.summed(each) for each in (lead * lead, lead * tied, tied * tied))
    return spread + spread.swapaxes(1, 2), across - across.swapaxes(1, 2), along + along.swapaxes(1, 2)


def _evaluators(votes: Counted, found: Fit, both_bad: BothBad) -> Array:
    """(e, p) each evaluator's score: what her votes say beyond what the strengths expect of them."""
    people, robots, models = len(votes.log.evaluators), found.robots, found.strengths.shape[1]
    if people < FEWEST_EVALUATORS:
        return np.zeros((people, len(found.place)))
    if votes.each is None:
        return _vote_by_vote(votes, found, both_bad)
    scores, ties = np.zeros((people, robots, models)), np.zeros((people, robots))
    some = max(1, _CELLS // max(votes.cells.size, 1))
    for start in range(0, people, some):
        of = slice(start, start + some)
        scores[of], ties[of] = _beyond(votes.each[of], found.odds, both_bad)
    return np.hstack([scores.reshape(people, -1), ties])


def _beyond(counts: Ballots, odds: Odds, both_bad: BothBad) -> tuple[Array, Array]:
    """(e, r, k) and (e, r): what these counts (e, r, 4, k, k) exceed what is to be expected by."""
    won, lost, tied = (counts[:, :, code].astype(np.float64) for code in (LEFT, RIGHT, TIE))
    if both_bad == "tie":
        tied += counts[:, :, BOTH_BAD]
    once, one = won + lost + tied, np.ones(counts.shape[-1])  # sums of whole numbers are exact
    ties = tied @ one
    seen = won @ one + one @ lost + (ties + one @ tied) / 2
    score = seen - np.einsum("erij,rij->eri", once + once.swapaxes(-1, -2), odds.score)
    return score, _of_a_tie(both_bad) * ties.sum(-1) - np.einsum("erij,rij->er", once, odds.tie)


def _vote_by_vote(votes: Counted, found: Fit, both_bad: BothBad) -> Array:
    """The same where there are far more cells than votes.

    Each vote's part is a whole number of 2^-28 logits: sums of those are exact in any order, for 33 million votes.
    """
    log, people, strengths = votes.log, len(votes.log.evaluators), found.strengths.size
    lead, tied = (np.round(part * _WHOLE) for part in _parts(found.odds, both_bad))
    scores, ties = np.zeros(people * strengths), np.zeros(people * found.robots)
    for start in range(0, len(log), CHUNK):
        rows = slice(start, start + CHUNK)
        robot = log.robot[rows] if votes.robots else np.zeros(1, np.int16)
        cell, person = (robot, log.left[rows], log.right[rows], log.outcome[rows]), log.evaluator[rows].astype(np.int64)
        own, block = lead[cell], person * strengths + robot * np.int64(len(log.models))
        scores += np.bincount(block + log.left[rows], own, len(scores))
        scores -= np.bincount(block + log.right[rows], own, len(scores))
        ties += np.bincount(person * found.robots + robot, tied[cell], len(ties))
    return np.hstack([scores.reshape(people, -1), ties.reshape(people, -1)]) / _WHOLE


def _parts(odds: Odds, both_bad: BothBad) -> tuple[Array, Array]:
    """(r, k, k, 4) what each outcome says for the left one's strength, and for log nu; both bad alone says nothing."""
    score, tie, drawn = odds.score, odds.tie, _of_a_tie(both_bad)
    lead = np.stack([1 - score, -score, 0.5 - score, 0.5 - score], axis=-1)
    tied = np.stack([-tie, -tie, drawn - tie, drawn - tie], axis=-1)
    if both_bad == "apart":
        lead[..., BOTH_BAD] = tied[..., BOTH_BAD] = 0.0
    return lead, tied


def _of_a_tie(both_bad: BothBad) -> float:
    """What a tie says for log nu beyond what was to be expected: one tie, or nothing where it was fitted as half a win
    for each (`halved`); for strengths both say the same."""
    return 1.0 if both_bad == "apart" else 0.0


def _sandwich(laplace: Array, meat: Array, clusters: int) -> Array | None:
    if clusters < 2:
        return None
    factor = clusters / (clusters - 1) * (t_quantile((1 + LEVEL) / 2, clusters - 1) / NORMAL) ** 2
    widened: Array = factor * (laplace @ meat @ laplace)
    return widened


def _quadratic(contrasts: Array, covariance: Array) -> Array:
    found: Array = ((contrasts @ covariance) * contrasts).sum(1)
    return found
