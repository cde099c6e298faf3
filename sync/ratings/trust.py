"""The policy that weighs evaluators. It is versioned, tells its reasons, and drops nobody: the board in which all count
alike is always there beside its own."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from sync.ratings.counting import Array
from sync.ratings.evaluators import Standout, standouts
from sync.ratings.log import VoteLog

Reason = Literal["favours_a_model", "unlike_everyone", "one_side_only", "very_many_votes"]


class Trust(Struct, frozen=True, kw_only=True):
    """Version 1: whose votes count less, and when."""

    version: str = "1"
    least_votes: int = 10  # with a preference, below which nothing is held against anyone
    favour: float = 4.0  # standard deviations, and
    favour_each: float = 0.2  # points of score a battle, above which a favourite is held against her
    unlikely: float = -5.0  # standard deviations of the log likelihood, below which her votes do not count
    one_side: float = 0.8  # lower end of the interval of votes for one side, above which they do not count
    most: float = 1 / 3  # of all votes that one evaluator's may make up, or 2 / evaluators where there are few
    distrusted: float = 0.5  # of the evaluators at most


class Weighing(Struct, frozen=True, kw_only=True):
    """What an evaluator's votes weigh, and why less than 1."""

    evaluator_id: str
    weight: float
    reasons: tuple[Reason, ...]
    standout: Standout


def weighings(log: VoteLog, trust: Trust) -> tuple[Weighing, ...]:
    """Of each evaluator with votes.

    One after another whoever stands out most is no longer believed by the board that the others are held against, so
    that several who favour the same model do not vouch for each other.
    """
    codes = {name: code for code, name in enumerate(log.evaluators)}
    distrusted: list[int] = []
    seen = standouts(log)
    while len(distrusted) < int(trust.distrusted * len(seen)):
        worst = [each for each in seen if codes[each.evaluator_id] not in distrusted and _reasons(each, trust)]
        if not worst:
            break
        distrusted.append(codes[max(worst, key=lambda each: (each.favour, each.evaluator_id)).evaluator_id])
        seen = standouts(log, frozenset(distrusted))
    total = sum(each.votes for each in seen)
    return tuple(
        _weighing(each, codes[each.evaluator_id] in distrusted, _limit(total - each.votes, len(seen), trust), trust)
        for each in seen
    )


def weights_of(log: VoteLog, trust: Trust) -> Array:
    """(e,) for `board` and `robot_boards`."""
    weights = np.ones(len(log.evaluators))
    codes = {name: code for code, name in enumerate(log.evaluators)}
    for each in weighings(log, trust):
        weights[codes[each.evaluator_id]] = each.weight
    return weights


def _limit(others: int, evaluators: int, trust: Trust) -> float:
    """The votes at which one evaluator makes up the largest share beside those of the others; who votes under many
    names cannot lower it."""
    largest = max(trust.most, 2 / evaluators)
    return largest / (1 - largest) * others if largest < 1 else float("inf")


def _weighing(seen: Standout, distrusted: bool, limit: float, trust: Trust) -> Weighing:
    if distrusted:
        reasons = _reasons(seen, trust) or ("favours_a_model",)
        return Weighing(evaluator_id=seen.evaluator_id, weight=0.0, reasons=reasons, standout=seen)
    many = seen.votes > limit
    weight = limit / seen.votes if many else 1.0
    reasons = ("very_many_votes",) if many else ()
    return Weighing(evaluator_id=seen.evaluator_id, weight=weight, reasons=reasons, standout=seen)


def _reasons(seen: Standout, trust: Trust) -> tuple[Reason, ...]:
    """What is held against her."""
    if seen.votes < trust.least_votes:
        return ()
    found: list[Reason] = []
    if seen.favour > trust.favour and seen.favour_each > trust.favour_each:
        found.append("favours_a_model")
    if seen.likelihood < trust.unlikely:
        found.append("unlike_everyone")
    left = seen.sides.left
    if left.of >= trust.least_votes and (left.low > trust.one_side or left.high < 1 - trust.one_side):
        found.append("one_side_only")
    return tuple(found)
