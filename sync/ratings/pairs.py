"""Two models beside each other: what their battles said, and by how much one leads."""

from __future__ import annotations

from itertools import combinations

from msgspec import Struct

from sync.ratings.board import Rated
from sync.ratings.clusters import Uncertainty
from sync.ratings.counting import Array
from sync.ratings.davidson import POINTS
from sync.ratings.hierarchy import RobotsRated
from sync.ratings.intervals import NORMAL, Interval
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE
from sync.ratings.ranks import chance_better


class Meetings(Struct, frozen=True, kw_only=True):
    """The votes on one pair, whichever side each stood on."""

    first: str
    second: str
    first_better: int
    second_better: int
    ties: int
    both_bad: int


class Difference(Struct, frozen=True, kw_only=True):
    """By how much the first leads the second, over all votes of all models."""

    points: float
    these: Interval
    general: Interval | None  # None with fewer than three evaluators
    chance_better: float


def meetings(rated: Rated) -> tuple[Meetings, ...]:
    """Of every pair that met, the smaller id first: the cells of the win matrix."""
    sides = rated.table.sum(0)
    found = []
    for one, other in combinations(range(len(rated.log.models)), 2):
        there, back = sides[one, other], sides[other, one]
        if there.any() or back.any():
            found.append(
                Meetings(
                    first=rated.log.models[one],
                    second=rated.log.models[other],
                    first_better=int(there[LEFT] + back[RIGHT]),
                    second_better=int(there[RIGHT] + back[LEFT]),
                    ties=int(there[TIE] + back[TIE]),
                    both_bad=int(there[BOTH_BAD] + back[BOTH_BAD]),
                )
            )
    return tuple(found)


def difference(rated: Rated | RobotsRated, first: str, second: str) -> Difference:
    """Of two models of the log, with 95 % intervals of the difference itself; over robots, of their means."""
    models, place = rated.log.models, rated.fit.place if isinstance(rated, Rated) else rated.place
    contrast = rated.contrasts[models.index(first)] - rated.contrasts[models.index(second)]
    return _difference(rated.uncertainty, contrast[None, :], float(contrast @ place))


def _difference(unsure: Uncertainty, contrast: Array, lead: float) -> Difference:
    these, general = (float(unsure.spread(contrast, general=each)[0]) for each in (False, True))
    return Difference(
        points=POINTS * lead,
        these=_around(lead, these),
        general=_around(lead, general) if unsure.evaluator is not None else None,
        chance_better=chance_better(lead, these),
    )


def _around(lead: float, spread: float) -> Interval:
    return Interval(POINTS * (lead - NORMAL * spread), POINTS * (lead + NORMAL * spread))
