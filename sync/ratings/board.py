"""The board: every model's rating, intervals, ranks, acceptable rate and what makes it provisional."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from msgspec import Struct

from sync.ratings.clusters import Uncertainty, uncertainty
from sync.ratings.counting import Array, BothBad, Counts, Tally, halved, shared, split, table, tally, weighed
from sync.ratings.davidson import POINTS, START, Fit, fit, flat_prior
from sync.ratings.intervals import NORMAL, Interval, Share, share
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog, compact, picked, vote_log
from sync.ratings.ranks import chance_better, rank_ranges
from sync.records import Judgement, Vote

FEW_BATTLES = 30  # effective ones, below which a rating is provisional
WIDE = 200.0  # [points] of an interval, end to end, above which it is
THESE, GENERAL = "these evaluators", "evaluators in general"  # what the two intervals speak of
_DIGITS = 6  # kept of ratings: beyond them lies the noise of linear algebra

Flag = Literal["few_battles", "wide_interval", "not_connected", "robot_missing"]


class Record(Struct, frozen=True, kw_only=True):
    """What happened to one model, counted."""

    votes: int
    battles: int
    evaluators: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    effective_battles: float  # with a preference: (sum of weights)^2 / sum of squares (L. Kish, Survey Sampling, 1965)
    acceptable: Share  # votes that were not both bad


class Rating(Struct, frozen=True, kw_only=True):
    """One model's place."""

    model_id: str
    rating: float
    these: Interval  # 95 %: the larger of Laplace and battle-clustered t
    general: Interval | None  # also of evaluator-clustered t; None with fewer than three evaluators
    rank: int  # from 1
    rank_low: int
    rank_high: int
    better_than_next: float | None  # probability; None for the last
    flags: tuple[Flag, ...]  # any makes it provisional
    record: Record


class Board(Struct, frozen=True, kw_only=True):
    """The models by their rating, the highest first."""

    ratings: tuple[Rating, ...]
    votes: int
    battles: int
    evaluators: int
    groups: int  # of models that no chain of preferences connects; 1 is what a board needs
    both_bad: BothBad


class Rated(Struct, frozen=True):
    """Strengths of a log's models and what is not known about them."""

    log: VoteLog
    table: Counts
    counts: Tally
    fit: Fit
    uncertainty: Uncertainty


def rate(log: VoteLog, *, weights: Array | None = None, both_bad: BothBad = "apart", general: bool = True) -> Rated:
    """Ratings and intervals alone. `weights`: (e,) of each evaluator's votes, 1 where None; `general`: whether with
    that of evaluators in general, too."""
    plain = table(log)
    counts = tally(plain if weights is None else weighed(log, weights), both_bad)
    fitted = halved(counts) if both_bad == "tie" else counts
    found = fit(fitted, flat_prior(len(log.models)))
    unsure = uncertainty(log, found, counts, weights, both_bad, general=general)
    return Rated(log, plain, fitted, found, unsure)


def board(log: VoteLog, *, weights: Array | None = None, both_bad: BothBad = "apart") -> Board:
    """Everything the leaderboard tells of these votes."""
    log = compact(log)
    battles = len(log) if log.single else len(np.unique(log.battle))
    evaluators = len(np.unique(log.evaluator))
    if not len(log):
        return Board(ratings=(), votes=0, battles=0, evaluators=0, groups=0, both_bad=both_bad)
    rated = rate(log, weights=weights, both_bad=both_bad)
    groups = connected(rated.counts)
    contrasts = centring(len(log.models))
    ratings = listed(
        log.models, rated.fit.place, rated.uncertainty, contrasts, records(rated, weights, both_bad), groups
    )
    return Board(
        ratings=ratings, votes=len(log), battles=battles, evaluators=evaluators, groups=groups, both_bad=both_bad
    )


def board_of(votes: Iterable[Vote | Judgement]) -> Board:
    """The board of the live votes among these."""
    return board(vote_log(votes))


def centring(models: int, parameters: int | None = None) -> Array:
    """(k, p): each strength's distance from the mean of all."""
    whole = np.zeros((models, parameters or models + 1))
    whole[:, :models] = np.eye(models) - 1 / models
    return whole


def listed(
    models: tuple[str, ...],
    place: Array,
    unsure: Uncertainty,
    contrasts: Array,
    known: list[Record],
    groups: int,
) -> tuple[Rating, ...]:
    """Ratings of the contrasts (m, p) of a place, the highest first."""
    strengths = contrasts @ place
    points = np.round(POINTS * strengths, _DIGITS)
    order = sorted(range(len(models)), key=lambda k: (-points[k], models[k]))
    low, high = rank_ranges(strengths, unsure.covariance(contrasts))
    these = np.round(POINTS * NORMAL * unsure.spread(contrasts), _DIGITS)
    general = np.round(POINTS * NORMAL * unsure.spread(contrasts, general=True), _DIGITS)
    leads = contrasts[order[:-1]] - contrasts[order[1:]]
    chances = [*map(chance_better, leads @ place, unsure.spread(leads)), None] if len(order) > 1 else [None]
    return tuple(
        Rating(
            model_id=models[k],
            rating=START + float(points[k]),
            these=_around(points[k], these[k]),
            general=_around(points[k], general[k]) if unsure.evaluator is not None else None,
            rank=rank,
            rank_low=min(int(low[k]), rank),
            rank_high=max(int(high[k]), rank),
            better_than_next=None if chance is None else round(float(chance), _DIGITS),
            flags=flags(known[k], 2 * float(these[k]), groups),
            record=known[k],
        )
        for rank, (k, chance) in enumerate(zip(order, chances, strict=True), 1)
    )


def flags(known: Record, width: float, groups: int) -> tuple[Flag, ...]:
    """Why a rating is provisional."""
    few: tuple[Flag, ...] = ("few_battles",) if known.effective_battles < FEW_BATTLES else ()
    wide: tuple[Flag, ...] = ("wide_interval",) if width > WIDE else ()
    apart: tuple[Flag, ...] = ("not_connected",) if groups > 1 else ()
    return few + wide + apart


def records(rated: Rated, weights: Array | None = None, both_bad: BothBad = "apart") -> list[Record]:
    """What happened to each model of the log."""
    log, count = rated.log, len(rated.log.models)
    sides = rated.table.sum(0)
    out_of = sides.sum((1, 2)) + sides.sum((0, 2))
    wins = sides[:, :, LEFT].sum(1) + sides[:, :, RIGHT].sum(0)
    losses = sides[:, :, RIGHT].sum(1) + sides[:, :, LEFT].sum(0)
    ties, bad = (sides[:, :, code].sum(1) + sides[:, :, code].sum(0) for code in (TIE, BOTH_BAD))
    first = log if log.single else picked(log, np.unique(log.battle, return_index=True)[1])
    battles = np.bincount(first.left, minlength=count) + np.bincount(first.right, minlength=count)
    judges = np.zeros((len(log.evaluators), count), bool)
    judges[log.evaluator, log.left] = judges[log.evaluator, log.right] = True
    effective = effective_battles(log, weights, both_bad)
    return [
        Record(
            votes=int(out_of[k]),
            battles=int(battles[k]),
            evaluators=int(judges[:, k].sum()),
            wins=int(wins[k]),
            losses=int(losses[k]),
            ties=int(ties[k]),
            both_bad=int(bad[k]),
            effective_battles=round(float(effective[k]), _DIGITS),
            acceptable=share(int(out_of[k] - bad[k]), int(out_of[k])),
        )
        for k in range(count)
    ]


def effective_battles(log: VoteLog, weights: Array | None, both_bad: BothBad) -> Array:
    """(k,) Kish's effective number of each model's battles that told a preference."""
    alone, together = split(log, both_bad)
    groups = shared(together, weights)
    sums = []
    for power in (1, 2):
        lone = tally(weighed(alone, weights, power), both_bad).votes[0].sum(1)
        for side in (groups.first, groups.second):
            lone = lone + np.bincount(side, groups.weight**power, len(lone))
        sums.append(lone)
    found: Array = sums[0] ** 2 / np.maximum(sums[1], 1e-300)
    return found


def connected(counts: Tally) -> int:
    """How many groups of models no chain of preferences or ties connects."""
    met = (counts.votes.sum(0) > 0) | np.eye(counts.wins.shape[1], dtype=bool)
    unseen, groups = np.ones(len(met), bool), 0
    while unseen.any():
        reached = np.zeros(len(met), bool)
        reached[unseen.argmax()] = True
        while (further := met[reached].any(0)).sum() > reached.sum():
            reached = further
        unseen &= ~reached
        groups += 1
    return groups


def _around(middle: float, reach: float) -> Interval:
    return Interval(START + float(middle - reach), START + float(middle + reach))
