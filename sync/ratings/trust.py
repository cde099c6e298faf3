"""The policy that weighs evaluators. It is versioned, tells its reasons, and drops nobody: the board in which all count
alike is always there beside its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct, structs

from sync.ratings.counting import Array
from sync.ratings.evaluators import Checked, Standout, standouts
from sync.ratings.log import VoteLog

Reason = Literal[
    "favours_a_model",
    "unlike_everyone",
    "one_side_only",
    "very_many_votes",
    "prefers_nothing",
    "reverses_on_repeats",
]


class Trust(Struct, frozen=True, kw_only=True):
    """Version 2: whose votes count less, and when. Version 1 did not look at hidden checks."""

    version: str = "2"
    least_votes: int = 10  # with a preference, below which nothing is held against anyone
    favour: float = 4.0  # standard deviations, and
    favour_each: float = 0.2  # points of score a battle, above which a favourite is held against her
    unlikely: float = -5.0  # standard deviations of the log likelihood, below which her votes do not count
    one_side: float = 0.8  # lower end of the interval of votes for one side, above which they do not count
    most: float = 1 / 3  # of all votes that one evaluator's may make up, or 2 / evaluators where there are few
    distrusted: float = 0.5  # of the evaluators at most
    alike_side: float = 0.65  # of checks of one model with itself: the same for one side
    saw_nothing: float = 0.6  # upper end of the interval of no-op checks passed, below which her votes do not count
    reversing: float = 0.6  # lower end of the interval of preferences reversed on repeats, above which they do not


class Weighing(Struct, frozen=True, kw_only=True):
    """What an evaluator's votes weigh, and why less than 1."""

    evaluator_id: str
    weight: float
    reasons: tuple[Reason, ...]
    standout: Standout
    checks: Checked | None = None  # what hidden checks say of her; None: she judged none


def weighings(log: VoteLog, trust: Trust, checks: Iterable[Checked] = ()) -> tuple[Weighing, ...]:
    """Of each evaluator with votes. `checks`: how evaluators did on hidden checks (`checked`).

    Who failed checks is not believed to begin with. Then one after another whoever stands out most is no longer
    believed by the board that the others are held against, so that several who favour the same model do not vouch for
    each other.
    """
    known, seen = {each.evaluator_id: each for each in checks}, standouts(log)
    failed = _failing([known[each.evaluator_id] for each in seen if each.evaluator_id in known], len(seen), trust)
    distrusted, seen = _distrusted(log, seen, failed, trust)
    total = sum(each.votes for each in seen)
    found = []
    for each in seen:
        name, limit = each.evaluator_id, _limit(total - each.votes, len(seen), trust)
        held = (*distrusted[name], *_reasons(each, trust)) if name in distrusted else ()
        weighed = _weighing(each, held, limit)
        found.append(structs.replace(weighed, checks=known.get(name)))
    return tuple(found)


def weights_of(log: VoteLog, trust: Trust, checks: Iterable[Checked] = ()) -> Array:
    """(e,) for `board` and `robot_boards`."""
    weights = np.ones(len(log.evaluators))
    codes = {name: code for code, name in enumerate(log.evaluators)}
    for each in weighings(log, trust, checks):
        weights[codes[each.evaluator_id]] = each.weight
    return weights


def failures(seen: Checked, trust: Trust) -> tuple[Reason, ...]:
    """What hidden checks hold against her. That she likes one play of a model better than another is no failure: the
    two differ; but she should do so on either side. Nor is one careless vote: intervals must be beyond the limit."""
    left = seen.alike_left
    found: list[Reason] = []
    if left.low > trust.alike_side or left.high < 1 - trust.alike_side:
        found.append("one_side_only")
    if seen.no_op.of and seen.no_op.high < trust.saw_nothing:
        found.append("prefers_nothing")
    if seen.reversed.low > trust.reversing:
        found.append("reverses_on_repeats")
    return tuple(found)


def _failing(seen: list[Checked], evaluators: int, trust: Trust) -> dict[str, tuple[Reason, ...]]:
    """Those who failed checks, and how. Where they are more than may be distrusted, the checks are at fault and not
    they: a model may well be worse than one that does nothing."""
    found = {each.evaluator_id: held for each in seen if (held := failures(each, trust))}
    return found if len(found) <= int(trust.distrusted * evaluators) else {}


def _distrusted(
    log: VoteLog, seen: tuple[Standout, ...], failed: Mapping[str, tuple[Reason, ...]], trust: Trust
) -> tuple[dict[str, tuple[Reason, ...]], tuple[Standout, ...]]:
    """Whose votes do not count, with what was held against her when that was decided, and how everybody looks to a
    board without them."""
    codes = {name: code for code, name in enumerate(log.evaluators)}
    found = dict(failed)
    if found:
        seen = standouts(log, frozenset(codes[name] for name in found))
    while len(found) < int(trust.distrusted * len(seen)):
        worst = [each for each in seen if each.evaluator_id not in found and _reasons(each, trust)]
        if not worst:
            break
        chosen = max(worst, key=lambda each: (each.favour, each.evaluator_id))
        found[chosen.evaluator_id] = _reasons(chosen, trust)
        seen = standouts(log, frozenset(codes[name] for name in found))
    return found, seen


def _limit(others: int, evaluators: int, trust: Trust) -> float:
    """The votes at which one evaluator makes up the largest share beside those of the others; who votes under many
    names cannot lower it."""
    largest = max(trust.most, 2 / evaluators)
    return largest / (1 - largest) * others if largest < 1 else float("inf")


def _weighing(seen: Standout, held: tuple[Reason, ...], limit: float) -> Weighing:
    """`held`: against her, so that her votes do not count."""
    if held:
        reasons = tuple(dict.fromkeys(held))
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
