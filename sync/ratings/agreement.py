"""How far evaluators agree, and whether they lean to a side."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from sync.ratings.counting import Array, Counts, table
from sync.ratings.davidson import Fit
from sync.ratings.intervals import LEVEL, Interval, Share, share
from sync.ratings.log import LEFT, RIGHT, VoteLog

_RESAMPLES, _AT_ONCE = 1000, 50
_OUTCOMES = 4
_FEW = 5  # units, below which a bootstrap over them says nothing


class Agreement(Struct, frozen=True):
    """Krippendorff's alpha: 1 all agree, 0 as chance would have it. None where no two evaluators judged the same."""

    alpha: float | None
    interval: Interval | None  # None with fewer than five units
    units: int  # pairs on a robot, in a scene, at a task, that two evaluators or more judged


class SideBias(Struct, frozen=True):
    """How often the left side was preferred where one was; 1/2 is no bias, where sides are balanced."""

    left: Share
    expected: float  # what the strengths of those who stood left let expect

    @property
    def leans(self) -> bool:
        """Whether the interval leaves out what is expected."""
        return not self.left.low <= self.expected <= self.left.high


def agreement(log: VoteLog, seed: int = 0) -> Agreement:
    """Nominal alpha of evaluators who judged the same pair on the same robot, in the same scene, at the same task; with
    a bootstrap interval over these units.

    A battle has one evaluator, so no two of them ever judge the same motions: what the plays differ by counts as
    disagreement, and alpha says how far one evaluator's verdicts on a pair and task foretell another's. alpha = 1 -
    D_o / D_e (K. Krippendorff, Content Analysis, 2004, chapter 11), the share of pairs of evaluators in a unit who
    differ over that of all pairs of judgements. Who judged a unit several times is one coder, whose value is what she
    said how often; she is never compared with herself. With one vote each it is Krippendorff's own.
    """
    unit, said = _coders(log)
    coders = np.bincount(unit, minlength=1)
    kept = coders[unit] >= 2
    units, at = np.unique(unit[kept], return_inverse=True)
    if not len(units):
        return Agreement(None, None, 0)
    parts, own = said[kept], (said[kept] ** 2).sum(1, dtype=np.float64)
    values = np.stack([np.bincount(at, part) for part in parts.T], axis=1)  # (u, 4) of each unit
    size, alone = values.sum(1), np.bincount(at, own)
    apart = size - ((values**2).sum(1) - alone) / (size - 1)  # the size times how many pairs differ
    facts = np.column_stack([values, size, apart, alone])
    whole = float(_alphas(facts.sum(0)[None])[0])
    return Agreement(whole, _interval(facts, seed) if len(units) >= _FEW else None, len(units))


def side_bias(log: VoteLog, found: Fit | None = None) -> SideBias:
    """How often left was preferred, with Wilson's interval. `found`: a fit of the same models; else all are alike."""
    sides = table(log).sum(0)
    left, right = sides[..., LEFT], sides[..., RIGHT]
    decided = left + right
    expected = 0.5
    if found is not None and decided.sum():
        odds = found.odds.win.mean(0)
        expected = float((decided * odds / (odds + odds.T)).sum() / decided.sum())
    return SideBias(share(int(left.sum()), int(decided.sum())), expected)


def _coders(log: VoteLog) -> tuple[Counts, Array]:
    """(c,) the unit of each evaluator of each unit, and (c, 4) how often she said what there: shares, the first of the
    two models always the same one."""
    turned = log.left > log.right
    outcome = np.where(turned & (log.outcome <= RIGHT), RIGHT - log.outcome, log.outcome)
    place = np.minimum(log.left, log.right).astype(np.int64)
    for size, codes in (
        (len(log.models), np.maximum(log.left, log.right)),
        (len(log.robots), log.robot),
        (len(log.scenes), log.scene),
        (len(log.tasks) + 1, log.task + 1),
    ):
        place = place * size + codes
    _, unit = np.unique(place, return_inverse=True)
    people = max(len(log.evaluators), 1)
    coders, coder = np.unique(unit * np.int64(people) + log.evaluator, return_inverse=True)
    counts = np.bincount(coder * _OUTCOMES + outcome, minlength=len(coders) * _OUTCOMES).reshape(-1, _OUTCOMES)
    return coders // people, counts / counts.sum(1, keepdims=True)


def _interval(facts: Array, seed: int) -> Interval:
    generator, tail = np.random.Generator(np.random.PCG64(seed)), (1 - LEVEL) / 2
    chances = np.full(len(facts), 1 / len(facts))
    drawn = [
        _alphas(generator.multinomial(len(facts), chances, _AT_ONCE) @ facts) for _ in range(_RESAMPLES // _AT_ONCE)
    ]
    low, high = np.quantile(np.concatenate(drawn), [tail, 1 - tail])
    return Interval(float(low), float(high))


def _alphas(sums: Array) -> Array:
    """(s,) from the summed facts (s, 7) of s samples. Where all judgements are alike: 1."""
    values, total, apart, alone = (
        sums[:, :_OUTCOMES],
        sums[:, _OUTCOMES],
        sums[:, _OUTCOMES + 1],
        sums[:, _OUTCOMES + 2],
    )
    observed = apart / total
    expected = 1 - ((values**2).sum(1) - alone) / (total * (total - 1))
    found: Array = np.where(expected > 1e-12, 1 - observed / np.where(expected > 1e-12, expected, 1.0), 1.0)
    return found
