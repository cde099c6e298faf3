"""The board: every model's rating, intervals, ranks, acceptable rate and what makes it provisional."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.battles import Mask, battle_counts
from sync.ratings.clusters import Clusters, Uncertainty, clusters, uncertainty
from sync.ratings.counting import Array, BothBad, Counted, Counts, Tally, counted, halved, tally, weighed
from sync.ratings.davidson import POINTS, START, Fit, fit, flat_prior
from sync.ratings.intervals import NORMAL, Interval
from sync.ratings.listing import FEW_BATTLES as FEW_BATTLES  # part of what a Rating says
from sync.ratings.listing import WIDE as WIDE
from sync.ratings.listing import Flag as Flag
from sync.ratings.listing import Listing, contrasts, groups, listing, outside, reference
from sync.ratings.log import VoteLog, compact
from sync.ratings.outcomes import Record as Record  # part of a Rating
from sync.ratings.outcomes import records
from sync.ratings.ranks import chance_better, rank_ranges

THESE, GENERAL = "these evaluators", "evaluators in general"  # what the two intervals speak of
_DIGITS = 6


class Rating(Struct, frozen=True, kw_only=True):
    """One model's place."""

    model_id: str
    rating: float
    these: Interval  # 95 %: the larger of Laplace and battle-clustered t
    general: Interval | None  # also of evaluator-clustered t; None with fewer than three evaluators
    rank: int  # from 1: its place in the list (`listing`)
    rank_low: int  # those it may have: of a measured model, provisional ones being where they are listed
    rank_high: int
    better_than_next: float | None  # probability; None for the last
    flags: tuple[Flag, ...]  # any makes it provisional
    record: Record

    @property
    def provisional(self) -> bool:
        """Whether it stands by the low end of its interval, and nobody should act on its rank."""
        return bool(self.flags)


class Board(Struct, frozen=True, kw_only=True):
    """The models as they are listed: by rating, those whose rating is provisional by the low end of its interval."""

    ratings: tuple[Rating, ...]
    votes: int
    battles: int
    evaluators: int
    groups: int  # of models that no chain of preferences connects; 1 is what a board needs
    both_bad: BothBad


class Rated(Struct, frozen=True):
    """Strengths of a log's models and what is not known about them."""

    votes: Counted
    clusters: Clusters
    counts: Tally
    fit: Fit
    uncertainty: Uncertainty

    @property
    def log(self) -> VoteLog:
        """The votes."""
        return self.votes.log

    @property
    def table(self) -> Counts:
        """(1, k, k, 4) of them."""
        return self.votes.table

    @property
    def apart(self) -> Mask:
        """(k,) whether a model is not of the group with the most votes."""
        return outside(self.counts, groups(self.counts))

    @property
    def contrasts(self) -> Array:
        """(k, p): each strength's distance from the mean that ratings are told from."""
        return contrasts(reference(self.clusters.effective, self.apart), len(self.fit.place))

    @property
    def listing(self) -> Listing:
        """The models as they stand."""
        strengths, spread = self.contrasts @ self.fit.place, self.uncertainty.spread(self.contrasts)
        return listing(self.log.models, strengths, spread, self.clusters.effective, self.apart)


def rate(log: VoteLog, *, weights: Array | None = None, both_bad: BothBad = "apart", general: bool = True) -> Rated:
    """Ratings and intervals alone. `weights`: (e,) of each evaluator's votes, 1 where None; `general`: whether with
    that of evaluators in general, too."""
    return rated(counted(log, evaluators=general or weights is not None), weights, both_bad, general=general)


def rated(votes: Counted, weights: Array | None, both_bad: BothBad, *, general: bool = True) -> Rated:
    """The same of votes that are counted already."""
    apart = clusters(votes, weights, both_bad)
    counts = tally(weighed(votes, weights), both_bad)
    fitted = halved(counts) if both_bad == "tie" else counts
    found = fit(fitted, flat_prior(len(votes.log.models)))
    return Rated(votes, apart, fitted, found, uncertainty(votes, found, apart, weights, both_bad, general=general))


def board(log: VoteLog, *, weights: Array | None = None, both_bad: BothBad = "apart") -> Board:
    """Everything the leaderboard tells of these votes."""
    votes = counted_models(log)
    if not len(log):
        return Board(ratings=(), votes=0, battles=0, evaluators=0, groups=0, both_bad=both_bad)
    found = rated(votes, weights, both_bad)
    known = records(votes, found.clusters.effective)
    ratings = listed(found.listing, found.fit.place, found.uncertainty, found.contrasts, known)
    return Board(
        ratings=ratings,
        votes=len(log),
        battles=len(log) if log.single else battle_counts(log)[0],
        evaluators=judges(votes),
        groups=int(groups(found.counts).max()) + 1,
        both_bad=both_bad,
    )


def counted_models(log: VoteLog, *, robots: bool = False) -> Counted:
    """A log counted, among the models that have votes."""
    votes = counted(log, robots=robots)
    met = votes.cells.sum((0, 1))
    present = met.any(0) | met.any(1)
    return votes if present.all() else counted(compact(log), robots=robots)


def judges(votes: Counted) -> int:
    """How many evaluators voted."""
    if votes.each is not None:
        return int(votes.each.any((1, 2, 3, 4)).sum())
    return int((np.bincount(votes.log.evaluator, minlength=1) > 0).sum())


def listed(found: Listing, place: Array, unsure: Uncertainty, whole: Array, known: list[Record]) -> tuple[Rating, ...]:
    """Ratings of the contrasts `whole` (k, p) of a place, in their order."""
    low, high = rank_ranges(whole @ place, unsure.covariance(whole), found.held)
    general = np.round(POINTS * NORMAL * unsure.spread(whole, general=True), _DIGITS)
    chances = _chances(place, unsure, whole[list(found.order)])
    return tuple(
        Rating(
            model_id=found.models[k],
            rating=START + float(found.points[k]),
            these=_around(found.points[k], found.these[k]),
            general=None if unsure.evaluator is None else _around(found.points[k], general[k]),
            rank=rank,
            rank_low=min(int(low[k]), rank),
            rank_high=max(int(high[k]), rank),
            better_than_next=chances[rank - 1],
            flags=found.flags[k],
            record=known[k],
        )
        for rank, k in enumerate(found.order, 1)
    )


def _chances(place: Array, unsure: Uncertainty, listed: Array) -> list[float | None]:
    """How likely each of these contrasts (k, p) is above the next; None for the last."""
    leads = listed[:-1] - listed[1:]
    found = map(chance_better, leads @ place, unsure.spread(leads)) if len(leads) else ()
    return [*(round(each, _DIGITS) for each in found), None]


def _around(middle: float, reach: float) -> Interval:
    return Interval(START + float(middle - reach), START + float(middle + reach))
