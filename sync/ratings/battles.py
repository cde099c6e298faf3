"""Votes that share a battle: they say the same thing several times, and count as one cluster."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.counting import Array, BothBad, Counts
from sync.ratings.log import BOTH_BAD, TIE, VoteLog, picked

_DENSE = 4  # times as many battle codes as votes, up to which they are counted without sorting


class Shared(Struct, frozen=True):
    """Battles that several evaluators voted on: each is one cluster."""

    robot: NDArray[np.int64]  # (b,)
    first: NDArray[np.int64]  # (b,) the smaller code of the pair
    second: NDArray[np.int64]  # (b,)
    counts: Array  # (b, 3) weighted: the first preferred, the second preferred, a tie
    weight: Array  # (b,) mean of its votes'


def sharing(log: VoteLog, both_bad: BothBad = "apart") -> NDArray[np.bool_]:
    """(n,) whether a vote shares its battle with another. Votes that tell no preference do not."""
    telling = log.outcome != BOTH_BAD if both_bad == "apart" else np.ones(len(log), bool)
    place, battles = places(log)
    return telling & (np.bincount(place, telling, battles)[place] > 1)


def places(log: VoteLog) -> tuple[NDArray[np.intp], int]:
    """(n,) a number from 0 for each vote's battle, and where these numbers end."""
    most = int(log.battle.max(initial=-1)) + 1
    if log.battle.min(initial=0) >= 0 and most <= _DENSE * len(log):
        return log.battle.astype(np.intp), most
    known, place = np.unique(log.battle, return_inverse=True)
    return place.astype(np.intp), len(known)


def shared(log: VoteLog, weights: Array | None, *, robots: bool = False) -> Shared:
    """What votes say that share battles: one row a battle."""
    if not len(log):
        nobody = np.zeros(0, np.int64)
        return Shared(nobody, nobody, nobody, np.zeros((0, 3)), np.zeros(0))
    if weights is not None:  # sums of fractions are the same in the order of evaluators alone
        log = picked(log, np.lexsort((log.outcome, log.evaluator)))
    place, size = places(log)
    each = np.bincount(place, minlength=size)
    outcome = np.where(log.outcome >= TIE, TIE, np.where(log.left <= log.right, log.outcome, 1 - log.outcome))
    weight = None if weights is None else weights[log.evaluator]
    counts = np.bincount(place * 3 + outcome, weight, 3 * size).reshape(size, 3).astype(np.float64)
    robot, first, second = np.zeros((3, size), np.int64)
    robot[place] = log.robot if robots else 0
    first[place], second[place] = np.minimum(log.left, log.right), np.maximum(log.left, log.right)
    some = np.flatnonzero(each)
    return Shared(robot[some], first[some], second[some], counts[some], counts[some].sum(1) / each[some])


def battle_counts(log: VoteLog) -> tuple[int, Counts]:
    """How many battles, and (k,) how many of each model."""
    count = len(log.models)
    if log.single:
        first = log
    else:
        place, size = places(log)
        row = np.full(size, -1, np.intp)
        row[place] = np.arange(len(log))
        first = picked(log, row[row >= 0])
    found: Counts = np.bincount(first.left, minlength=count) + np.bincount(first.right, minlength=count)
    return len(first), found
