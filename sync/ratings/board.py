"""The board: every model's rating, intervals, ranks, acceptable rate and what makes it provisional."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from msgspec import Struct

from sync.ratings.clusters import Uncertainty, uncertainty
from sync.ratings.counting import Array, BothBad, Counts, Tally, halved, table, tally, weighed
from sync.ratings.davidson import POINTS, START, Fit, fit, flat_prior
from sync.ratings.intervals import NORMAL, Interval
from sync.ratings.log import VoteLog, compact, vote_log
from sync.ratings.outcomes import Record as Record  # part of a Rating
from sync.ratings.outcomes import records
from sync.ratings.ranks import chance_better, rank_ranges
from sync.records import Judgement, Vote

FEW_BATTLES = 30  # effective ones, below which a rating is provisional
WIDE = 200.0  # [points] of an interval, end to end, above which it is
THESE, GENERAL = "these evaluators", "evaluators in general"  # what the two intervals speak of
_DIGITS = 6  # kept of ratings: beyond them lies the noise of linear algebra

Flag = Literal["few_battles", "wide_interval", "not_connected", "robot_missing"]


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
    evaluators = int((np.bincount(log.evaluator) > 0).sum())
    if not len(log):
        return Board(ratings=(), votes=0, battles=0, evaluators=0, groups=0, both_bad=both_bad)
    rated = rate(log, weights=weights, both_bad=both_bad)
    groups = connected(rated.counts)
    contrasts = centring(len(log.models))
    known = records(log, rated.table, weights, both_bad)
    ratings = listed(log.models, rated.fit.place, rated.uncertainty, contrasts, known, groups)
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
    models: tuple[str, ...], place: Array, unsure: Uncertainty, contrasts: Array, known: list[Record], groups: int
) -> tuple[Rating, ...]:
    """Ratings of the contrasts (m, p) of a place, the highest first."""
    strengths = contrasts @ place
    points = np.round(POINTS * strengths, _DIGITS)
    order = sorted(range(len(models)), key=lambda k: (-points[k], models[k]))
    low, high = rank_ranges(strengths, unsure.covariance(contrasts))
    reach = [POINTS * NORMAL * unsure.spread(contrasts, general=general) for general in (False, True)]
    leads = contrasts[order[:-1]] - contrasts[order[1:]]
    chances = [*map(chance_better, leads @ place, unsure.spread(leads))] if len(order) > 1 else []
    return tuple(
        Rating(
            model_id=models[k],
            rating=START + float(points[k]),
            these=_around(points[k], reach[0][k]),
            general=_around(points[k], reach[1][k]) if unsure.evaluator is not None else None,
            rank=rank,
            rank_low=min(int(low[k]), rank),
            rank_high=max(int(high[k]), rank),
            better_than_next=round(chances[rank - 1], _DIGITS) if rank < len(order) else None,
            flags=flags(known[k], 2 * float(reach[0][k]), groups),
            record=known[k],
        )
        for rank, k in enumerate(order, 1)
    )


def flags(known: Record, width: float, groups: int) -> tuple[Flag, ...]:
    """Why a rating is provisional."""
    few: tuple[Flag, ...] = ("few_battles",) if known.effective_battles < FEW_BATTLES else ()
    wide: tuple[Flag, ...] = ("wide_interval",) if width > WIDE else ()
    apart: tuple[Flag, ...] = ("not_connected",) if groups > 1 else ()
    return few + wide + apart


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
    reach = round(reach, _DIGITS)
    return Interval(START + float(middle - reach), START + float(middle + reach))
