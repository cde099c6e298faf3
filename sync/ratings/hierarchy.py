"""Ratings per robot and over a declared list of robots, by partial pooling: what a model did on one robot says
something, but not everything, about the others.

theta_{m,r} = theta_m + delta_{m,r} with theta_m ~ N(0, 2 logits) and delta_{m,r} ~ N(0, tau) (A. Gelman and others,
Bayesian Data Analysis, 3rd edition, chapter 5; a tie's log nu belongs to each robot alone). tau is not known: the
posterior is a mixture over a grid of it, each weighed by Laplace's approximation of the marginal likelihood and a
half-normal prior of width 1/2 logit. A model's global rating is the mean of theta_{m,r} over the declared robots, every
robot alike, however many votes each has.
"""

from __future__ import annotations

from math import log as ln

import numpy as np
from msgspec import Struct, structs

from sync.ratings.board import Rating, centring, connected, listed, rate
from sync.ratings.clusters import Uncertainty, uncertainty
from sync.ratings.counting import Array, BothBad, Tally, halved, tally, weighed
from sync.ratings.davidson import PRIOR, Fit, fit, log_likelihood
from sync.ratings.log import VoteLog, compact, picked
from sync.ratings.outcomes import records

_GRID = (0.02, 0.15, 0.3, 0.5, 0.8, 1.2)  # [logits] tau
_HALF_NORMAL = 0.5  # [logits]


class RobotBoards(Struct, frozen=True, kw_only=True):
    """One board over all declared robots, and one of each that has votes."""

    robots: tuple[str, ...]  # as they were declared
    overall: tuple[Rating, ...]
    each: dict[str, tuple[Rating, ...]]
    tau: float  # [logits] posterior mean of how much models differ from robot to robot


def robot_boards(
    log: VoteLog, robots: tuple[str, ...], *, weights: Array | None = None, both_bad: BothBad = "apart"
) -> RobotBoards:
    """The boards over `robots`; votes on others do not count. A robot without votes widens the global intervals."""
    robots = tuple(dict.fromkeys(robots))
    log = _declared(log, robots)
    if not len(log) or not robots:
        return RobotBoards(robots=robots, overall=(), each={}, tau=_HALF_NORMAL)
    counts = tally(weighed(log, weights, robots=True), both_bad)
    fitted = halved(counts) if both_bad == "tie" else counts
    fits = [(tau, *_fitted(fitted, tau)) for tau in _GRID]
    chances = np.exp([score - max(each[2] for each in fits) for _, _, score in fits])
    chances /= chances.sum()
    place, unsure = _mixed(log, counts, [found for _, found, _ in fits], chances, weights, both_bad)
    each = {robot: _of_robot(log, place, unsure, code, weights, both_bad) for code, robot in enumerate(robots)}
    return RobotBoards(
        robots=robots,
        overall=_overall(log, place, unsure, weights, both_bad),
        each={robot: ratings for robot, ratings in each.items() if ratings},
        tau=round(float(chances @ np.array(_GRID)), 6),
    )


def _declared(log: VoteLog, robots: tuple[str, ...]) -> VoteLog:
    """The votes on these robots, coded in their order."""
    codes = np.array([robots.index(name) if name in robots else -1 for name in log.robots], np.int16)
    recoded = structs.replace(log, robots=robots, robot=codes[log.robot])
    return compact(picked(recoded, recoded.robot >= 0))


def _fitted(counts: Tally, tau: float) -> tuple[Fit, float]:
    """The fit at one tau, and tau's log posterior up to a constant."""
    robots, models = counts.wins.shape[:2]
    between = np.full((robots, robots), PRIOR**2) + tau**2 * np.eye(robots)
    precision = np.zeros((robots * (models + 1),) * 2)
    precision[:-robots, :-robots] = np.kron(np.linalg.inv(between), np.eye(models))
    precision[-robots:, -robots:] = np.eye(robots) / PRIOR**2
    found = fit(counts, precision)
    prior = -models / 2 * float(np.linalg.slogdet(between)[1]) - float(found.place @ precision @ found.place) / 2
    volume = -float(np.linalg.slogdet(found.curvature)[1]) / 2
    width = -(tau**2) / (2 * _HALF_NORMAL**2) + ln(_step(tau))
    return found, log_likelihood(counts, found.odds) + prior + volume + width


def _step(tau: float) -> float:
    """[logits] the piece of the line that a point of the grid stands for."""
    edges = np.gradient(np.array(_GRID))
    return float(edges[_GRID.index(tau)])


def _mixed(
    log: VoteLog, counts: Tally, fits: list[Fit], chances: Array, weights: Array | None, both_bad: BothBad
) -> tuple[Array, Uncertainty]:
    """Mean and covariances of the mixture: Laplace's gain what the means differ, sandwiches stand at the likeliest."""
    place: Array = chances @ np.array([found.place for found in fits])
    laplace = sum(
        chance * (np.linalg.inv(found.curvature) + np.outer(found.place - place, found.place - place))
        for chance, found in zip(chances, fits, strict=True)
        if chance > 1e-6
    )
    likeliest = fits[int(chances.argmax())]
    around = uncertainty(log, likeliest, counts, weights, both_bad, robots=True)
    return place, structs.replace(around, laplace=np.asarray(laplace))


def _overall(
    log: VoteLog, place: Array, unsure: Uncertainty, weights: Array | None, both_bad: BothBad
) -> tuple[Rating, ...]:
    models, robots = len(log.models), len(log.robots)
    contrasts = np.tile(centring(models, models), robots) / robots
    contrasts = np.hstack([contrasts, np.zeros((models, robots))])
    rated = rate(log, weights=weights, both_bad=both_bad)
    known, groups = records(log, rated.table, weights, both_bad), connected(rated.counts)
    seen = np.zeros((models, robots), bool)
    seen[log.left, log.robot] = seen[log.right, log.robot] = True
    missing = {name for name, on in zip(log.models, seen, strict=True) if not on.all()}
    ratings = listed(log.models, place, unsure, contrasts, known, groups)
    return tuple(
        structs.replace(each, flags=(*each.flags, "robot_missing")) if each.model_id in missing else each
        for each in ratings
    )


def _of_robot(
    log: VoteLog, place: Array, unsure: Uncertainty, robot: int, weights: Array | None, both_bad: BothBad
) -> tuple[Rating, ...]:
    """The models that played there, around their own mean."""
    own = picked(log, log.robot == robot)
    if not len(own):
        return ()
    present = np.unique(np.concatenate([own.left, own.right]))
    contrasts = np.zeros((len(present), len(place)))
    contrasts[:, robot * len(log.models) + present] = centring(len(present), len(present))
    own = compact(own)
    rated = rate(own, weights=weights, both_bad=both_bad)
    known = records(own, rated.table, weights, both_bad)
    return listed(own.models, place, unsure, contrasts, known, connected(rated.counts))
