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
Rows = slice | NDArray[np.intp]
_SPARE = 1 << 16  # kinds of battles that are always worth counting


class Shared(Struct, frozen=True):
    """Battles that several evaluators voted on: each is one cluster. Equal ones may stand together."""

    shape: tuple[int, int, int]  # (r, k, k)
    pair: NDArray[np.int32]  # (b,) the place of robot, first and second model, the smaller code first, in that shape
    counts: NDArray[Any]  # (b, 3) weighted: the first preferred, the second preferred, a tie
    weight: Array  # (b,) the mean of its votes'
    often: NDArray[np.int64]  # (b,) how many such battles

    def __len__(self) -> int:
        return len(self.pair)

    def parts(self) -> Iterator[Shared]:
        """The same, some battles at a time, counts as fractions."""
        for start in range(0, len(self), CHUNK):
            rows = slice(start, start + CHUNK)
            counts = self.counts[rows].astype(np.float64)
            yield Shared(self.shape, self.pair[rows], counts, self.weight[rows], self.often[rows])

    def summed(self, values: Array) -> Array:
        """(r, k, k) values of these battles, at the first and second of their pairs."""
        size = int(np.prod(self.shape))
        return np.bincount(self.pair, values * self.often, size).astype(np.float64).reshape(self.shape)

    def tally(self) -> Tally:
        """Of their votes."""
        wins, ties = np.zeros(self.shape), np.zeros(self.shape)
        for part in self.parts():
            won, lost, tied = (part.summed(each) for each in part.counts.T)
            wins += won + lost.swapaxes(1, 2)
            ties += tied + tied.swapaxes(1, 2)
        return Tally(wins, ties)


def shared(
    log: VoteLog, weights: Array | None = None, both_bad: BothBad = "apart", *, robots: bool = False
) -> tuple[Mask, Shared]:
    """(n,) which votes share their battle with another, and what those say. A vote without a preference shares none."""
    battle, size = _sizes(log, both_bad)
    within, several = np.zeros(len(log), np.bool_), size > 1
    for start in range(0, len(log) if several.any() else 0, CHUNK):
        rows = slice(start, start + CHUNK)
        within[rows] = several[battle[rows]] & _telling(log, rows, both_bad)
    place, size = np.cumsum(several, dtype=np.int32) - np.int32(1), size[several]
    kind = np.float64 if weights is not None else np.uint16 if size.max(initial=0) < 1 << 16 else np.int32
    pair, counts = np.zeros(len(size), np.int32), np.zeros((len(size), 3), kind)
    for some in _rows(log, within, ordered=weights is not None):
        here, (at, told) = place[battle[some]], _paired(log, some, robots)
        pair[here] = at
        each = kind(1) if weights is None else weights[log.evaluator[some]]
        np.add.at(counts.reshape(-1), here.astype(np.intp) * 3 + told, each)
    shape = (len(log.robots) if robots else 1, len(log.models), len(log.models))
    if weights is not None:
        return within, Shared(shape, pair, counts, counts.sum(1) / size, np.ones(len(size), np.int64))
    return within, _kinds(shape, pair, counts, int(size.max(initial=0)))


def _paired(log: VoteLog, rows: Rows, robots: bool) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Each vote's pair, and who of it was preferred: 0 the smaller code, 1 the larger, 2 a tie."""
    left, right, outcome = log.left[rows], log.right[rows], log.outcome[rows]
    at = np.minimum(left, right).astype(np.int32)
    if robots:
        at += log.robot[rows] * np.int32(len(log.models))
    at *= np.int32(len(log.models))
    at += np.maximum(left, right)
    return at, np.minimum(outcome ^ (left > right), TIE).astype(np.int8)  # tie and both bad, 2 and 3, stay above 1


def _kinds(shape: tuple[int, int, int], pair: NDArray[np.int32], counts: NDArray[Any], most: int) -> Shared:
    """Battles of the same pair and counts, none above `most`, as one row; where there are few such kinds."""
    whole = (int(np.prod(shape)), most + 1, most + 1, most + 1)
    if int(np.prod([float(each) for each in whole])) > 2 * len(pair) + _SPARE:
        return Shared(shape, pair, counts, np.ones(len(pair)), np.ones(len(pair), np.int64))
    often = np.zeros(int(np.prod(whole)), np.int64)
    for start in range(0, len(pair), CHUNK):
        rows = slice(start, start + CHUNK)
        code = pair[rows].astype(np.intp)
        for column in range(3):
            code *= most + 1
            code += counts[rows, column]
        np.add.at(often, code, 1)
    some = np.flatnonzero(often)
    at, *each = np.unravel_index(some, whole)
    return Shared(shape, at.astype(np.int32), np.stack(each, axis=1), np.ones(len(some)), often[some])


def battle_counts(log: VoteLog) -> tuple[int, Counts]:
    """How many battles, and (k,) how many of each model."""
    battle, size = _sizes(log, "tie")
    there, found = size > 0, np.zeros(len(log.models), np.int64)
    for side in (log.left, log.right):
        met = np.zeros(len(size), np.int16)
        for start in range(0, len(log), CHUNK):
            rows = slice(start, start + CHUNK)
            met[battle[rows]] = side[rows]
        for start in range(0, len(size), CHUNK):
            rows = slice(start, start + CHUNK)
            found += np.bincount(met[rows][there[rows]], minlength=len(found))
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


def _rows(log: VoteLog, within: Mask, *, ordered: bool) -> Iterator[Rows]:
    """Those within, some at a time; in the order of evaluators where fractions are summed, for any order of the log."""
    if ordered:
        order = np.flatnonzero(within)
        order = order[np.lexsort((log.outcome[order], log.evaluator[order]))]
        yield from (order[start : start + CHUNK] for start in range(0, len(order), CHUNK))
        return
    for start in range(0, len(within), CHUNK):
        rows = slice(start, start + CHUNK)
        yield rows if within[rows].all() else start + np.flatnonzero(within[rows])
