"""What happened to each model, counted: no strengths yet."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.battles import battle_counts
from sync.ratings.counting import Array, Counted, Counts
from sync.ratings.intervals import Share, share
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE


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


def records(votes: Counted, effective: Array) -> list[Record]:
    """What happened to each model of a log; `effective`: (k,) battles that told a preference (`Clusters.effective`)."""
    sides = votes.table.sum(0)
    out_of = sides.sum((1, 2)) + sides.sum((0, 2))
    wins = sides[:, :, LEFT].sum(1) + sides[:, :, RIGHT].sum(0)
    losses = sides[:, :, RIGHT].sum(1) + sides[:, :, LEFT].sum(0)
    ties, bad = (sides[:, :, code].sum(1) + sides[:, :, code].sum(0) for code in (TIE, BOTH_BAD))
    battles, judges = out_of if votes.log.single else battle_counts(votes.log)[1], _judges(votes)
    return [
        Record(
            votes=int(out_of[k]),
            battles=int(battles[k]),
            evaluators=int(judges[k]),
            wins=int(wins[k]),
            losses=int(losses[k]),
            ties=int(ties[k]),
            both_bad=int(bad[k]),
            effective_battles=float(effective[k]),
            acceptable=share(int(out_of[k] - bad[k]), int(out_of[k])),
        )
        for k in range(len(votes.log.models))
    ]


def _judges(votes: Counted) -> Counts:
    """(k,) evaluators of each model."""
    log, models = votes.log, len(votes.log.models)
    if votes.each is not None:
        cast = votes.each.sum((1, 2))
        met = (cast.sum(2) + cast.sum(1)) > 0
    else:
        met = np.zeros((len(log.evaluators), models), bool)
        met[log.evaluator, log.left] = met[log.evaluator, log.right] = True
    found: Counts = met.sum(0, dtype=np.int64)
    return found
