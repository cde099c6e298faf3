"""Votes counted, before any number becomes a fraction: whole counts do not depend on the order they were made in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Ballots = NDArray[np.uint16] | NDArray[np.int32]  # the smaller where no count is beyond it: caches hold more of them
BothBad = Literal["apart", "tie"]  # "tie": as LM Arena has it, for comparison: any tie is half a win for each

CHUNK = 1 << 17  # votes coded at a time: what fits a processor's cache
OUTCOMES = 4
_CELLS = 1 << 23  # counted at a time: 32 MiB
_SPARE = 1 << 18  # cells that are always worth having


class Tally(Struct, frozen=True):
    """Who was preferred to whom, how often, on which robot; both directions of a pair."""

    wins: Array  # (r, k, k) how often the first was preferred to the second, weighted
    ties: Array  # (r, k, k) symmetric

    @property
    def votes(self) -> Array:
        """(r, k, k) of each pair."""
        return self.wins + self.wins.swapaxes(-1, -2) + self.ties


class Counted(Struct, frozen=True):
    """A log's votes, counted in one pass."""

    log: VoteLog
    robots: bool  # whether each robot's apart
    cells: Counts  # (r, 4, k, k) by outcome, left and right
    each: Ballots | None  # (e, r, 4, k, k) by evaluator; None where that has far more cells than votes

    @property
    def table(self) -> Counts:
        """(r, k, k, 4): how often the first stood left of the second and the vote was LEFT, RIGHT, TIE, BOTH_BAD."""
        return np.moveaxis(self.cells, 1, -1)


def counted(log: VoteLog, *, robots: bool = False, evaluators: bool = True) -> Counted:
    """Count a log. Without `robots` they all count as one; `evaluators`: whether each one's, too."""
    people, shape = len(log.evaluators), _shape(log, robots)
    size = people * int(np.prod(shape))
    if not evaluators or not people or size > min(_CELLS, 2 * len(log) + _SPARE):
        return Counted(log, robots, _filled(log, robots, np.zeros(shape, np.int64)), None)
    each = _filled(log, robots, np.zeros((people, *shape), np.uint16))
    cells = each.sum(0, dtype=np.int32).astype(np.int64)
    if cells.sum() == len(log):  # a count beyond 65535 would have lost 65536
        return Counted(log, robots, cells, each)
    each = _filled(log, robots, np.zeros((people, *shape), np.int32))
    return Counted(log, robots, each.sum(0, dtype=np.int64), each)


def table(log: VoteLog, *, robots: bool = False) -> Counts:
    """`Counted.table`, (r, k, k, 4), of a log that is counted for nothing else."""
    return counted(log, robots=robots, evaluators=False).table


def by_evaluator(votes: Counted) -> Iterator[tuple[slice, Ballots]]:
    """(e, r, 4, k, k) of some evaluators at a time."""
    log, shape = votes.log, _shape(votes.log, votes.robots)
    people = len(log.evaluators)
    if votes.each is not None:
        yield slice(0, people), votes.each
        return
    some = max(1, _CELLS // max(int(np.prod(shape)), 1))
    for start in range(0, people, some):
        of = slice(start, min(start + some, people))
        yield of, _filled(log, votes.robots, np.zeros((of.stop - of.start, *shape), np.int32), start)


def tally(counts: Counts | Array, both_bad: BothBad = "apart") -> Tally:
    """Of a table, whichever side each stood on."""
    drawn = counts[..., TIE] + counts[..., BOTH_BAD] if both_bad == "tie" else counts[..., TIE]
    wins = counts[..., LEFT] + counts[..., RIGHT].swapaxes(-1, -2)
    return Tally(wins.astype(np.float64), (drawn + drawn.swapaxes(-1, -2)).astype(np.float64))


def halved(counts: Tally) -> Tally:
    """Every tie as half a win for each: with it Davidson's model is Bradley and Terry's own."""
    return Tally(counts.wins + counts.ties / 2, np.zeros_like(counts.ties))


def weighed(votes: Counted, weights: Array | None) -> Counts | Array:
    """The table in which each vote counts its evaluator's weight."""
    if weights is None:
        return votes.table
    total = np.zeros(votes.cells.shape)
    for of, counts in by_evaluator(votes):
        for weight, own in zip(weights[of], counts, strict=True):
            if weight:
                total += weight * own
    return np.moveaxis(total, 1, -1)


def _shape(log: VoteLog, robots: bool) -> tuple[int, int, int, int]:
    return (len(log.robots) if robots else 1, OUTCOMES, len(log.models), len(log.models))


def _filled(log: VoteLog, robots: bool, cells: NDArray[Any], start: int = 0) -> NDArray[Any]:
    """The cells, with every vote in its own; with five axes they begin at evaluator `start`."""
    flat, one = cells.reshape(-1), cells.dtype.type(1)
    for begin in range(0, len(log), CHUNK):
        rows = slice(begin, begin + CHUNK)
        code = _codes(log, rows, robots, start if cells.ndim == 5 else None)
        if start or (cells.ndim == 5 and len(cells) < len(log.evaluators)):
            code = code[(code >= 0) & (code < len(flat))]
        np.add.at(flat, code, one)
    return cells


def _codes(log: VoteLog, rows: slice, robots: bool, start: int | None) -> NDArray[np.intp]:
    """Each vote's place in the flat cells."""
    large = len(log.evaluators) * int(np.prod(_shape(log, robots))) >= 1 << 31
    code: NDArray[Any] = log.evaluator[rows].astype(np.int64 if large else np.int32)
    code -= code if start is None else start
    if robots:
        code *= len(log.robots)
        code += log.robot[rows]
    for size, column in ((OUTCOMES, log.outcome), (len(log.models), log.left), (len(log.models), log.right)):
        code *= size
        code += column[rows]
    return code.astype(np.intp)
