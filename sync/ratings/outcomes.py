"""What happened to each model, counted: no strengths yet."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.counting import Array, BothBad, Counts, shared, split, tally, weighed
from sync.ratings.intervals import Share, share
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog, picked

_DIGITS = 6


class Record(Struct, frozen=True, kw_only=True):
    """What happened to one model, counted."""

    votes: int
    battles: int
    evaluators: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    effective_battles: float  # with a preference: (sum of weights)^2 / sum of squares (L. Kish, Survey Sampling, 1965)
    acceptable: Share  # votes that were not both bad


def records(log: VoteLog, counts: Counts, weights: Array | None = None, both_bad: BothBad = "apart") -> list[Record]:
    """What happened to each model of the log; `counts`: its table."""
    count, sides = len(log.models), counts.sum(0)
    out_of = sides.sum((1, 2)) + sides.sum((0, 2))
    wins = sides[:, :, LEFT].sum(1) + sides[:, :, RIGHT].sum(0)
    losses = sides[:, :, RIGHT].sum(1) + sides[:, :, LEFT].sum(0)
    ties, bad = (sides[:, :, code].sum(1) + sides[:, :, code].sum(0) for code in (TIE, BOTH_BAD))
    battles, judges = _battles(log), _judges(log)
    effective = effective_battles(log, weights, both_bad)
    return [
        Record(
            votes=int(out_of[k]),
            battles=int(battles[k]),
            evaluators=int(judges[k]),
            wins=int(wins[k]),
            losses=int(losses[k]),
            ties=int(ties[k]),
            both_bad=int(bad[k]),
            effective_battles=round(float(effective[k]), _DIGITS),
            acceptable=share(int(out_of[k] - bad[k]), int(out_of[k])),
        )
        for k in range(count)
    ]


def effective_battles(log: VoteLog, weights: Array | None, both_bad: BothBad) -> Array:
    """(k,) Kish's effective number of each model's battles that told a preference."""
    alone, together = split(log, both_bad)
    groups = shared(together, weights)
    sums = []
    plain = None if weights is not None else tally(weighed(alone, None), both_bad).votes[0].sum(1)
    for power in (1, 2):
        lone = tally(weighed(alone, weights, power), both_bad).votes[0].sum(1) if plain is None else plain
        for side in (groups.first, groups.second):
            lone = lone + np.bincount(side, groups.weight**power, len(lone))
        sums.append(lone)
    found: Array = sums[0] ** 2 / np.maximum(sums[1], 1e-300)
    return found


def _battles(log: VoteLog) -> Counts:
    """(k,) battles of each model."""
    first = log if log.single else picked(log, np.unique(log.battle, return_index=True)[1])
    count = len(log.models)
    found: Counts = np.bincount(first.left, minlength=count) + np.bincount(first.right, minlength=count)
    return found


def _judges(log: VoteLog) -> Counts:
    """(k,) evaluators of each model."""
    met = np.zeros((len(log.evaluators), len(log.models)), bool)
    met[log.evaluator, log.left] = met[log.evaluator, log.right] = True
    found: Counts = met.sum(0, dtype=np.int64)
    return found
