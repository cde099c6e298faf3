"""Ratings per robot and over a declared list of robots, by partial pooling: what a model did on one robot says
something, but not everything, about the others.

theta_{m,r} = theta_m + delta_{m,r} with theta_m ~ N(0, 2 logits) and delta_{m,r} ~ N(0, tau) (A. Gelman and others,
Bayesian Data Analysis, 3rd edition, chapter 5; a tie's log nu belongs to each robot alone). tau is not known: the
posterior is a mixture over a grid of it, each weighed by Laplace's approximation of the marginal likelihood and a
half-normal prior of width 1/2 logit. A model's global rating is the mean of theta_{m,r} over the declared robots, every
robot alike, however many votes each has.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log as ln

import numpy as np
from msgspec import Struct, structs

from sync.ratings.battles import Mask, battle_counts
from sync.ratings.board import Board, Rating, board, counted_models, judges, listed
from sync.ratings.clusters import Clusters, Uncertainty, clusters, uncertainty
from sync.ratings.counting import Array, BothBad, Counted, Tally, counted, halved, tally, weighed
from sync.ratings.davidson import PRIOR, Fit, fit, log_likelihood
from sync.ratings.listing import contrasts, groups, listing, outside, reference
from sync.ratings.log import BOTH_BAD, VoteLog, compact, picked
from sync.ratings.outcomes import Record, records

_GRID = (0.02, 0.15, 0.3, 0.5, 0.8, 1.2)  # [logits] tau
_HALF_NORMAL = 0.5  # [logits]


class RobotBoards(Struct, frozen=True, kw_only=True):
    """One board over all declared robots, and one of each that has votes."""

    robots: tuple[str, ...]  # as they were declared
    overall: tuple[Rating, ...]
    each: dict[str, tuple[Rating, ...]]
    tau: float  # [logits] posterior mean of how much models differ from robot to robot
    votes: int = 0  # on declared robots
    battles: int = 0
    evaluators: int = 0
    groups: int = 0  # of models that no chain of preferences connects, on whatever robot
    both_bad: BothBad = "apart"

    @property
    def board(self) -> Board:
        """The one over all declared robots."""
        return Board(
            ratings=self.overall,
            votes=self.votes,
            battles=self.battles,
            evaluators=self.evaluators,
            groups=self.groups,
            both_bad=self.both_bad,
        )

    def columns(self) -> dict[str, tuple[Rating | None, ...]]:
        """Each model's rating on every declared robot, in their order; None where it has no votes."""
        found = {robot: {each.model_id: each for each in ratings} for robot, ratings in self.each.items()}
        return {
            each.model_id: tuple(found.get(robot, {}).get(each.model_id) for robot in self.robots)
            for each in self.overall
        }


class RobotsRated(Struct, frozen=True):
    """Strengths on every declared robot, and what is not known about them."""

    votes: Counted  # of each robot, in the order they were declared
    clusters: Clusters
    counts: Tally
    place: Array  # (p,) as in a Fit
    uncertainty: Uncertainty
    tau: float

    @property
    def log(self) -> VoteLog:
        """The votes on declared robots."""
        return self.votes.log

    @property
    def apart(self) -> Mask:
        """(k,) whether a model is not of the group with the most votes, on whatever robot."""
        return outside(self.counts, groups(self.counts))

    @property
    def contrasts(self) -> Array:
        """(k, p): each model's distance from the mean that ratings are told from, as the mean over robots."""
        robots, weights = len(self.log.robots), reference(self.clusters.effective, self.apart)
        own = contrasts(weights, len(weights)) / robots
        return np.hstack([np.tile(own, robots), np.zeros((len(own), robots))])


def robot_boards(
    log: VoteLog, robots: tuple[str, ...], *, weights: Array | None = None, both_bad: BothBad = "apart"
) -> RobotBoards:
    """The boards over `robots`; votes on others do not count. A robot without votes widens the global intervals. Of one
    robot alone both are its `board`."""
    robots = tuple(dict.fromkeys(robots))
    log = _declared(log, robots)
    if not len(log):
        return RobotBoards(robots=robots, overall=(), each={}, tau=_HALF_NORMAL, both_bad=both_bad)
    if len(robots) == 1:
        return _of_one(board(log, weights=weights, both_bad=both_bad), robots)
    found = rate_robots(log, robots, weights=weights, both_bad=both_bad)
    each = {robot: _on_robot(found, code, weights, both_bad) for code, robot in enumerate(robots)}
    return RobotBoards(
        robots=robots,
        overall=_overall(found),
        each={robot: ratings for robot, ratings in each.items() if ratings},
        tau=round(found.tau, 6),
        votes=len(log),
        battles=len(log) if log.single else battle_counts(log)[0],
        evaluators=judges(found.votes),
        groups=int(groups(found.counts).max()) + 1,
        both_bad=both_bad,
    )


def boards_of(
    log: VoteLog, declared: Iterable[str] = (), *, weights: Array | None = None, both_bad: BothBad = "apart"
) -> RobotBoards:
    """The one way from votes to boards, on a workstation and at the service: over the declared robots, or where none
    is declared over all that have votes. Of a model of which nobody has yet said more than that both were bad there is
    no rating. Records count every vote."""
    robots = tuple(dict.fromkeys(declared)) or tuple(log.robots[code] for code in np.unique(log.robot))
    log = _declared(log, robots)
    told = log if both_bad == "tie" else picked(log, log.outcome != BOTH_BAD)
    found = robot_boards(told, robots, weights=weights, both_bad=both_bad)
    there = {name: picked(log, log.robot == code) for code, name in enumerate(robots) if name in found.each}
    return structs.replace(
        found,
        overall=_recorded(found.overall, log),
        each={name: _recorded(ratings, there[name]) for name, ratings in found.each.items()},
        votes=len(log),
        battles=len(log) if log.single else battle_counts(log)[0],
        evaluators=len(np.unique(log.evaluator)),
    )


def records_of(log: VoteLog) -> dict[str, Record]:
    """What happened to each model that has a vote, none of them weighed."""
    votes = counted_models(log)
    return dict(zip(votes.log.models, records(votes, clusters(votes).effective), strict=True)) if len(log) else {}


def _recorded(ratings: tuple[Rating, ...], log: VoteLog) -> tuple[Rating, ...]:
    """The ratings with records of all these votes; how many battles they are worth stays what was rated."""
    known = records_of(log)
    return tuple(
        structs.replace(
            each, record=structs.replace(known[each.model_id], effective_battles=each.record.effective_battles)
        )
        for each in ratings
    )


def rate_robots(
    log: VoteLog, robots: tuple[str, ...], *, weights: Array | None = None, both_bad: BothBad = "apart"
) -> RobotsRated:
    """Strengths and intervals alone, of a log with votes on some of these robots."""
    votes = counted_models(_declared(log, robots), robots=True)
    apart, counts = clusters(votes, weights, both_bad), tally(weighed(votes, weights), both_bad)
    fitted = halved(counts) if both_bad == "tie" else counts
    fits, scores = _fits(fitted)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    place: Array = chances @ np.array([found.place for found in fits])
    unsure = uncertainty(votes, fits[int(chances.argmax())], apart, weights, both_bad)
    unsure = structs.replace(unsure, laplace=_laplace(fits, chances, place))
    return RobotsRated(votes, apart, fitted, place, unsure, float(chances @ np.array(_GRID)))


def _of_one(found: Board, robots: tuple[str, ...]) -> RobotBoards:
    return RobotBoards(
        robots=robots,
        overall=found.ratings,
        each={robots[0]: found.ratings},
        tau=_HALF_NORMAL,
        votes=found.votes,
        battles=found.battles,
        evaluators=found.evaluators,
        groups=found.groups,
        both_bad=found.both_bad,
    )


def _declared(log: VoteLog, robots: tuple[str, ...]) -> VoteLog:
    """The votes on these robots, coded in their order."""
    if robots == log.robots:
        return log
    codes = np.array([robots.index(name) if name in robots else -1 for name in log.robots], np.int16)
    recoded = structs.replace(log, robots=robots, robot=codes[log.robot])
    return recoded if codes.min(initial=0) >= 0 else picked(recoded, recoded.robot >= 0)


def _fits(counts: Tally) -> tuple[list[Fit], Array]:
    """The fit at each tau of the grid, begun where that before ended, and their log posteriors up to a constant."""
    fits: list[Fit] = []
    scores = []
    for tau in _GRID:
        found, score = _fitted(counts, tau, fits[-1].place if fits else None)
        fits.append(found)
        scores.append(score)
    return fits, np.array(scores)


def _fitted(counts: Tally, tau: float, start: Array | None) -> tuple[Fit, float]:
    robots, models = counts.wins.shape[:2]
    between = np.full((robots, robots), PRIOR**2) + tau**2 * np.eye(robots)
    precision = np.zeros((robots * (models + 1),) * 2)
    precision[:-robots, :-robots] = np.kron(np.linalg.inv(between), np.eye(models))
    precision[-robots:, -robots:] = np.eye(robots) / PRIOR**2
    found = fit(counts, precision, start)
    prior = -models / 2 * float(np.linalg.slogdet(between)[1]) - float(found.place @ precision @ found.place) / 2
    volume = -float(np.linalg.slogdet(found.curvature)[1]) / 2
    width = -(tau**2) / (2 * _HALF_NORMAL**2) + ln(_step(tau))
    return found, log_likelihood(counts, found.odds) + prior + volume + width


def _step(tau: float) -> float:
    """[logits] the piece of the line that a point of the grid stands for."""
    edges = np.gradient(np.array(_GRID))
    return float(edges[_GRID.index(tau)])


def _laplace(fits: list[Fit], chances: Array, place: Array) -> Array:
    """The mixture's covariance: Laplace's gain what the means differ. Sandwiches stand at the likeliest tau."""
    found = np.zeros((len(place),) * 2)
    for chance, each in zip(chances, fits, strict=True):
        if chance > 1e-6:
            found += chance * (np.linalg.inv(each.curvature) + np.outer(each.place - place, each.place - place))
    return found


def _overall(found: RobotsRated) -> tuple[Rating, ...]:
    log = found.log
    seen, known = found.votes.cells.sum(1), records(found.votes, found.clusters.effective)  # (r, k, k)
    missing = ~(seen.any(1) | seen.any(2)).all(0)
    strengths, spread = found.contrasts @ found.place, found.uncertainty.spread(found.contrasts)
    order = listing(log.models, strengths, spread, found.clusters.effective, found.apart, missing)
    return listed(order, found.place, found.uncertainty, found.contrasts, known)


def _on_robot(found: RobotsRated, robot: int, weights: Array | None, both_bad: BothBad) -> tuple[Rating, ...]:
    """The models that played there, around their own mean."""
    log = found.log
    own = picked(log, log.robot == robot)
    if not len(own):
        return ()
    present = np.unique(np.concatenate([own.left, own.right]))
    own = compact(own)
    votes = counted(own, evaluators=weights is not None)
    there = clusters(votes, weights, both_bad)
    counts = tally(weighed(votes, weights), both_bad)
    apart = outside(counts, groups(counts))
    whole = np.zeros((len(present), len(found.place)))
    whole[:, robot * len(log.models) + present] = contrasts(reference(there.effective, apart), len(present))
    spread = found.uncertainty.spread(whole)
    order = listing(own.models, whole @ found.place, spread, there.effective, apart)
    return listed(order, found.place, found.uncertainty, whole, records(votes, there.effective))
