"""Votes counted, before any number becomes a fraction: whole counts do not depend on the order they were made in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog, picked

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
BothBad = Literal["apart", "tie"]  # "tie": as LM Arena has it, for comparison: any tie is half a win for each

CHUNK = 1 << 17  # votes coded at a time: what fits a processor's cache
_CELLS = 1 << 22  # counted at a time: 32 MiB
_OUTCOMES = 4


class Tally(Struct, frozen=True):
    """Who was preferred to whom, how often, on which robot; both directions of a pair."""

    wins: Array  # (r, k, k) how often the first was preferred to the second, weighted
    ties: Array  # (r, k, k) symmetric

    @property
    def votes(self) -> Array:
        """(r, k, k) of each pair."""
        return self.wins + self.wins.swapaxes(1, 2) + self.ties


class Shared(Struct, frozen=True):
    """Battles that several evaluators voted on: each is one cluster."""

    robot: NDArray[np.int64]  # (b,)
    first: NDArray[np.int64]  # (b,)
    second: NDArray[np.int64]  # (b,)
    counts: Array  # (b, 3) weighted: the first preferred, the second preferred, a tie
    weight: Array  # (b,) mean of its votes'


def table(log: VoteLog, *, robots: bool = False) -> Counts:
    """(r, k, k, 4): how often the first stood left of the second and the vote was LEFT, RIGHT, TIE, BOTH_BAD.

    Without `robots` they all count as one.
    """
    model_count = len(log.models)
    spots = (len(log.robots) if robots else 1, model_count, model_count, _OUTCOMES)
    counts = np.zeros(int(np.prod(spots)), np.int64)
    for start in range(0, len(log), CHUNK):
        rows = slice(start, start + CHUNK)
        counts += np.bincount(cells(log, rows, robots), minlength=len(counts))
    return counts.reshape(spots)


def tables(log: VoteLog, *, robots: bool = False) -> Iterator[tuple[slice, Counts]]:
    """The same for each evaluator, (e, r, k, k, 4), some evaluators at a time."""
    model_count, robot_count = len(log.models), len(log.robots) if robots else 1
    each = robot_count * model_count**2 * _OUTCOMES
    some = max(1, _CELLS // max(each, 1))
    for start in range(0, len(log.evaluators), some):
        of = slice(start, min(start + some, len(log.evaluators)))
        counts = np.zeros((of.stop - of.start) * each, np.int64)
        for begin in range(0, len(log), CHUNK):
            rows = slice(begin, begin + CHUNK)
            cell, evaluator = cells(log, rows, robots), log.evaluator[rows].astype(np.int64) - of.start
            if of.start or of.stop < len(log.evaluators):
                inside = (evaluator >= 0) & (evaluator < of.stop - of.start)
                cell, evaluator = cell[inside], evaluator[inside]
            counts += np.bincount(evaluator * each + cell, minlength=len(counts))
        yield of, counts.reshape(-1, robot_count, model_count, model_count, _OUTCOMES)


def tally(counts: Counts | Array, both_bad: BothBad = "apart") -> Tally:
    """Of a table, whichever side each stood on."""
    drawn = counts[..., TIE] + counts[..., BOTH_BAD] if both_bad == "tie" else counts[..., TIE]
    wins = counts[..., LEFT] + counts[..., RIGHT].swapaxes(-1, -2)
    return Tally(wins.astype(np.float64), (drawn + drawn.swapaxes(-1, -2)).astype(np.float64))


def halved(counts: Tally) -> Tally:
    """Every tie as half a win for each: with it Davidson's model is Bradley and Terry's own."""
    return Tally(counts.wins + counts.ties / 2, np.zeros_like(counts.ties))


def weighed(log: VoteLog, weights: Array | None, power: int = 1, *, robots: bool = False) -> Counts | Array:
    """The table in which each vote counts its evaluator's weight to this power."""
    if weights is None:
        return table(log, robots=robots)
    total = np.zeros((len(log.robots) if robots else 1, len(log.models), len(log.models), _OUTCOMES))
    for of, counts in tables(log, robots=robots):
        for weight, own in zip(weights[of] ** power, counts, strict=True):
            total += weight * own
    return total


def split(log: VoteLog, both_bad: BothBad = "apart") -> tuple[VoteLog, VoteLog]:
    """The votes that stand alone in their battle, and those that share one; where votes tell no preference, only the
    others count."""
    if log.single:
        return log, picked(log, np.zeros(0, np.intp))
    telling = picked(log, log.outcome != BOTH_BAD) if both_bad == "apart" else log
    _, place, size = np.unique(telling.battle, return_inverse=True, return_counts=True)
    together = size[place] > 1
    return picked(telling, ~together), picked(telling, together)


def shared(log: VoteLog, weights: Array | None, *, robots: bool = False) -> Shared:
    """What the votes say that share battles: one row a battle."""
    order = np.lexsort((log.outcome, log.evaluator, log.battle))
    log = picked(log, order)
    starts = np.flatnonzero(np.diff(log.battle, prepend=-1))
    first, second = np.minimum(log.left, log.right), np.maximum(log.left, log.right)
    outcome = np.where(log.outcome >= TIE, TIE, np.where(log.left <= log.right, log.outcome, 1 - log.outcome))
    weight = np.ones(len(log)) if weights is None else weights[log.evaluator]
    counts = np.add.reduceat(weight[:, None] * (outcome[:, None] == np.arange(3)), starts) if len(log) else None
    sizes = np.diff(starts, append=len(log))
    return Shared(
        robot=(log.robot[starts] if robots else np.zeros(len(starts))).astype(np.int64),
        first=first[starts].astype(np.int64),
        second=second[starts].astype(np.int64),
        counts=np.zeros((0, 3)) if counts is None else counts,
        weight=np.zeros(0) if counts is None else counts.sum(1) / sizes,
    )


def cells(log: VoteLog, rows: slice, robots: bool) -> Counts:
    """Each vote's place in the flat `table`."""
    model_count = len(log.models)
    cell = log.left[rows].astype(np.int64)
    if robots:
        cell += log.robot[rows].astype(np.int64) * model_count
    cell *= model_count
    cell += log.right[rows]
    cell *= _OUTCOMES
    cell += log.outcome[rows]
    return cell
