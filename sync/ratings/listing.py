"""Who is listed where: what makes a rating provisional, where such a model stands, and from whom ratings are told.

A rating is provisional, which is a badge of that model and says nothing about the others, where it has fewer than 30
effective battles, an interval wider than 200 points, or no chain of preferences to the group of models with the most
votes. The list is by rating, but a model whose rating is provisional stands where the low end of its interval would
stand: it comes above measured ones only if even that is higher. A newcomer who won its one battle is thus not first,
and one who won forty of forty, of whom only the distance is unknown, is.
Ratings are distances from a mean in which each model of that group counts as its effective battles do, thirty or more
fully. A mean over all alike would lend a newcomer's uncertainty to everybody.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.battles import Mask
from sync.ratings.counting import Array, Tally
from sync.ratings.davidson import POINTS
from sync.ratings.intervals import NORMAL

FEW_BATTLES = 30  # effective ones, below which a rating is provisional
WIDE = 200.0  # [points] of an interval, end to end, above which it is
_DIGITS = 6  # kept of ratings: beyond them lies the noise of linear algebra

Flag = Literal["few_battles", "wide_interval", "not_connected", "robot_missing"]


class Listing(Struct, frozen=True):
    """Models (k,) as they stand, in points; `order` holds their codes, the first first."""

    models: tuple[str, ...]
    points: Array  # above the reference
    these: Array  # [points] half a 95 % interval of these evaluators
    flags: tuple[tuple[Flag, ...], ...]
    order: tuple[int, ...]

    @property
    def held(self) -> Array:
        """(k,) [logits] the low end of provisional ratings; not a number where a rating is none."""
        return np.where([bool(each) for each in self.flags], self.points - self.these, np.nan) / POINTS


def listing(
    models: tuple[str, ...],
    strengths: Array,
    spread: Array,
    effective: Array,
    apart: Mask,
    missing: Mask | None = None,
) -> Listing:
    """Of strengths (k,) and their standard errors [logits]. `missing`: who has no votes on some declared robot."""
    points, these = np.round(POINTS * strengths, _DIGITS), np.round(POINTS * NORMAL * spread, _DIGITS)
    found = tuple(
        flags(float(effective[k]), 2 * float(these[k]), bool(apart[k]), missing is not None and bool(missing[k]))
        for k in range(len(models))
    )
    stands = points - these * [bool(each) for each in found]
    order = sorted(range(len(models)), key=lambda k: (-stands[k], -points[k], models[k]))
    return Listing(models, points, these, found, tuple(order))


def flags(effective: float, width: float, apart: bool, missing: bool) -> tuple[Flag, ...]:
    """Why a rating is provisional; none: it is not."""
    reasons: dict[Flag, bool] = {
        "few_battles": effective < FEW_BATTLES,
        "wide_interval": width > WIDE,
        "not_connected": apart,
        "robot_missing": missing,
    }
    return tuple(flag for flag, holds in reasons.items() if holds)


def reference(effective: Array, apart: Mask) -> Array:
    """(k,) what each model weighs in the mean that ratings are told from."""
    full = np.minimum(effective, FEW_BATTLES)
    weights = full if apart.all() else np.where(apart, 0.0, full)
    total = float(weights.sum())
    found: Array = weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1))
    return found


def contrasts(weights: Array, parameters: int) -> Array:
    """(k, p): each strength's distance from the weighted mean."""
    whole = np.zeros((len(weights), parameters))
    whole[:, : len(weights)] = np.eye(len(weights)) - weights
    return whole


def groups(counts: Tally) -> NDArray[np.int64]:
    """(k,) the number, from 0, of the group that a chain of preferences or ties connects each model with."""
    met = (counts.votes.sum(0) > 0) | np.eye(counts.wins.shape[1], dtype=bool)
    found = np.full(len(met), -1, np.int64)
    while (found < 0).any():
        reached = np.zeros(len(met), bool)
        reached[(found < 0).argmax()] = True
        while (further := met[reached].any(0)).sum() > reached.sum():
            reached = further
        found[reached] = found.max() + 1
    return found


def outside(counts: Tally, group: NDArray[np.int64]) -> Mask:
    """(k,) whether a model is not of the group with the most votes; of several such groups each is outside."""
    votes = np.bincount(group, counts.votes.sum((0, 2)))
    most = votes == votes.max(initial=0.0)
    return np.asarray(~most[group] | (most.sum() > 1))
