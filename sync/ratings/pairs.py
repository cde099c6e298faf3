"""Two models beside each other: by how much one leads."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.board import Rated
from sync.ratings.clusters import Uncertainty
from sync.ratings.counting import Array
from sync.ratings.davidson import POINTS
from sync.ratings.hierarchy import RobotsRated
from sync.ratings.intervals import NORMAL, Interval
from sync.ratings.ranks import chance_better


class Difference(Struct, frozen=True, kw_only=True):
    """By how much the first leads the second, over all votes of all models."""

    points: float
    these: Interval
    general: Interval | None  # None with fewer than three evaluators
    chance_better: float


def difference(rated: Rated | RobotsRated, first: str, second: str, robot_id: str | None = None) -> Difference:
    """Of two models of the log, with 95 % intervals of the difference itself; over robots, of their means, or on one
    of them."""
    models, place = rated.log.models, rated.fit.place if isinstance(rated, Rated) else rated.place
    one, other = models.index(first), models.index(second)
    contrast = np.zeros(len(place))
    robots = len(rated.log.robots) if isinstance(rated, RobotsRated) else 1
    on = range(robots) if robot_id is None or robots == 1 else (rated.log.robots.index(robot_id),)
    for robot in on:
        contrast[robot * len(models) + one], contrast[robot * len(models) + other] = 1 / len(on), -1 / len(on)
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
