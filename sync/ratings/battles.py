"""Votes that share a battle: they say the same thing several times, and count as one cluster. Nothing is sorted where
codes of battles are small numbers, as those of a log are, and ten million votes take less room than they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.counting import CHUNK, Array, BothBad, Counts, Tally
from sync.ratings.log import BOTH_BAD, TIE, VoteLog, dense

Mask = NDArray[np.bool_]


class Shared(Struct, frozen=True):
    """Battles that several evaluators voted on: each is one cluster."""

    robot: NDArray[np.integer[Any]]  # (b,)
    first: NDArray[np.integer[Any]]  # (b,) the smaller code of the pair
    second: NDArray[np.integer[Any]]  # (b,)
    counts: NDArray[Any]  # (b, 3) weighted: the first preferred, the second preferred, a tie
    size: NDArray[np.int32]  # (b,) its votes

    def __len__(self) -> int:
        return len(self.size)

    @property
    def weight(self) -> Array:
        """(b,) the mean of its votes' weights."""
        found: Array = self.counts.sum(1) / self.size
        return found

    def parts(self) -> Iterator[Shared]:
        """The same, some battles at a time."""
        for start in range(0, len(self), CHUNK):
            rows = slice(start, start + CHUNK)
            yield Shared(*(getattr(self, name)[rows] for name in self.__struct_fields__))

    def summed(self, values: Array, shape: tuple[int, ...]) -> Array:
        """(r, k, k) values of these battles, at the first and second of their pairs."""
        here = self.robot.astype(np.intp), self.first.astype(np.intp), self.second.astype(np.intp)
        spots = np.ravel_multi_index(here, shape)
        return np.bincount(spots, values, int(np.prod(shape))).astype(np.float64).reshape(shape)

    def tally(self, shape: tuple[int, ...]) -> Tally:
        """Of their votes."""
        wins, ties = np.zeros(shape), np.zeros(shape)
        for part in self.parts():
            won, lost, tied = (part.summed(part.counts[:, code], shape) for code in range(3))
            wins += won + lost.swapaxes(1, 2)
            ties += tied + tied.swapaxes(1, 2)
        return Tally(wins, ties)


def shared(
    log: VoteLog, weights: Array | None = None, both_bad: BothBad = "apart", *, robots: bool = False
) -> tuple[Mask, Shared]:
    """(n,) which votes share their battle with another, and what those say: one row a battle. Votes that tell no
    preference share none."""
    battle, size = _sizes(log, both_bad)
    within, several = np.zeros(len(log), np.bool_), size > 1
    for start in range(0, len(log) if several.any() else 0, CHUNK):
        rows = slice(start, start + CHUNK)
        within[rows] = several[battle[rows]] & _telling(log, rows, both_bad)
    place, size = np.cumsum(several, dtype=np.int32) - np.int32(1), size[several]
    kind = np.float64 if weights is not None else np.uint16 if size.max(initial=0) < 1 << 16 else np.int32
    robot, first, second = np.zeros((3, len(size)), np.int16)
    found = Shared(robot, first, second, np.zeros((len(size), 3), kind), size)
    for some in _rows(log, within, ordered=weights is not None):
        _add(found, log, some, place[battle[some]], weights)
        if robots:
            robot[place[battle[some]]] = log.robot[some]
    return within, found


def _add(found: Shared, log: VoteLog, rows: NDArray[np.intp], here: NDArray[np.int32], weights: Array | None) -> None:
    """These votes, each to its battle."""
    left, right, outcome = log.left[rows], log.right[rows], log.outcome[rows]
    found.first[here], found.second[here] = np.minimum(left, right), np.maximum(left, right)
    told = np.where(outcome >= TIE, TIE, np.where(left <= right, outcome, 1 - outcome))
    each = found.counts.dtype.type(1) if weights is None else weights[log.evaluator[rows]]
    np.add.at(found.counts.reshape(-1), here.astype(np.intp) * 3 + told, each)


def battle_counts(log: VoteLog) -> tuple[int, Counts]:
    """How many battles, and (k,) how many of each model."""
    battle, size = _sizes(log, "tie")
    met = np.zeros((2, len(size)), np.int16)
    for start in range(0, len(log), CHUNK):
        rows = slice(start, start + CHUNK)
        met[:, battle[rows]] = log.left[rows], log.right[rows]
    there, found = size > 0, np.zeros(len(log.models), np.int64)
    for start in range(0, len(size), CHUNK):
        rows = slice(start, start + CHUNK)
        found += np.bincount(met[:, rows][:, there[rows]].ravel(), minlength=len(found))
    return int(there.sum()), found


def _sizes(log: VoteLog, both_bad: BothBad) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(n,) each vote's battle, and (b,) how many votes that count each has."""
    if log.single:
        nothing = np.zeros(0, np.int32)
        return nothing, nothing
    battle, count = dense(log.battle)
    size = np.zeros(count, np.int32)
    for start in range(0, len(log), CHUNK):
        rows = slice(start, start + CHUNK)
        np.add.at(size, battle[rows][_telling(log, rows, both_bad)], np.int32(1))
    return battle, size


def _telling(log: VoteLog, rows: slice, both_bad: BothBad) -> Mask:
    outcome = log.outcome[rows]
    return np.asarray(outcome != BOTH_BAD) if both_bad == "apart" else np.ones(len(outcome), np.bool_)


def _rows(log: VoteLog, within: Mask, *, ordered: bool) -> Iterator[NDArray[np.intp]]:
    """Those within, some at a time; in the order of evaluators where fractions are summed, for any order of the log."""
    if ordered:
        order = np.flatnonzero(within)
        order = order[np.lexsort((log.outcome[order], log.evaluator[order]))]
        yield from (order[start : start + CHUNK] for start in range(0, len(order), CHUNK))
        return
    for start in range(0, len(within), CHUNK):
        yield start + np.flatnonzero(within[start : start + CHUNK])
