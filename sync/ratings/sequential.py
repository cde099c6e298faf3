"""Is A better yet? A test that may be looked at after every battle, on one sign per battle.

Of n battles that told A and B apart A won w. Against "neither is better", a fair coin, the evidence is the likelihood
ratio of a Beta(a, b) mixture of coins, e = 2^n B(a + w, b + n - w) / B(a, b). Under the fair coin it is a martingale
that starts at 1, so that it ever reaches 1/alpha with probability at most alpha (J. Ville, Etude critique de la notion
de collectif, 1939; the mixture: H. Robbins, 1970, Ann. Math. Statist. 41, 1397-1409). The chances p of A that the
same ratio, taken against p, never refuses at alpha are an interval valid at all times at once (S. R. Howard and others,
2021, Ann. Statist. 49, 1055-1080). Of m watched pairs each needs m/alpha: Bonferroni's correction.
Votes of one battle are not independent: they give one sign, that of their majority; ties and both bad give none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import lgamma, log
from typing import Literal

import numpy as np
from msgspec import Struct, structs

from sync.ratings.intervals import Interval
from sync.ratings.log import LEFT, RIGHT, VoteLog, live, vote_log
from sync.records import Vote

MIXTURE = (0.5, 0.5)  # Jeffreys' Beta: within 0.5 log n of the best coin (R. Krichevsky and V. Trofimov, 1981)
_HALVINGS = 60
_EDGE = 1e-12

Decision = Literal["first", "second", "open"]


class Verdict(Struct, frozen=True, kw_only=True):
    """How far the evidence has come. Once it has decided it stays decided, whatever further signs say.

    A vote that is withdrawn takes its sign away, and signs in the order of clocks (`battle_signs`) may change their
    order with a slow one; those in the order in which votes became known (`signs_of`) do not.
    """

    wins: int  # battles that the first won
    losses: int
    evidence: float  # log e now
    threshold: float  # log e that decides
    meter: float  # 0 to 1: how much of the threshold is reached; 1 once decided
    chance: Interval  # that the first wins a battle that tells them apart, at any time; before correction for pairs
    decision: Decision
    decided_after: int | None  # of the battles that told them apart


def battle_signs(log: VoteLog, first: str, second: str, since: int = 0) -> list[int]:
    """1 for each battle that the first won and -1 for the second, in the order of the clocks of the first votes.

    `since` [ms] leaves out battles first voted on earlier. A battle without a majority has no sign.
    """
    if first not in log.models or second not in log.models:
        return []
    one, other = log.models.index(first), log.models.index(second)
    met = np.flatnonzero(((log.left == one) & (log.right == other)) | ((log.left == other) & (log.right == one)))
    sign = np.where(log.outcome[met] == LEFT, 1, np.where(log.outcome[met] == RIGHT, -1, 0))
    sign = np.where(log.left[met] == one, sign, -sign)
    _, place = np.unique(log.battle[met], return_inverse=True)
    lead = np.zeros(place.max(initial=-1) + 1, np.int64)
    begun = np.full(len(lead), np.iinfo(np.int64).max)
    np.add.at(lead, place, sign)
    np.minimum.at(begun, place, log.moment[met])
    order = np.argsort(begun, kind="stable")
    return [int(np.sign(lead[each])) for each in order if lead[each] and begun[each] >= since]


def signs_of(votes: Iterable[Vote], first: str, second: str) -> list[int]:
    """The same of votes that stand in the order in which they became known, which no clock can change."""
    pair, places = {first, second}, dict[str, int]()
    met = [vote for vote in votes if {vote.left_model_id, vote.right_model_id} == pair]
    for place, vote in enumerate(met):
        places.setdefault(vote.vote_id, place)
    known = np.array([places[vote.vote_id] for vote in live(met)], np.int64)
    return battle_signs(structs.replace(vote_log(met), moment=known), first, second)


def verdict(
    signs: Sequence[int], *, alpha: float = 0.05, pairs: int = 1, mixture: tuple[float, float] = MIXTURE
) -> Verdict:
    """What the signs of the battles so far say, in their order. `pairs`: how many pairs are watched at once.

    Either direction may be decided; the wrong one is, with probability about alpha/2.
    """
    threshold, wins, decision, after = log(pairs / alpha), 0, "open", None
    evidence = 0.0
    for count, sign in enumerate(signs, 1):
        wins += sign > 0
        evidence = log_evidence(wins, count - wins, mixture)
        if after is None and evidence >= threshold:
            decision, after = ("first" if 2 * wins > count else "second"), count
    losses = len(signs) - wins
    return Verdict(
        wins=wins,
        losses=losses,
        evidence=evidence,
        threshold=threshold,
        meter=1.0 if after is not None else min(1.0, max(0.0, evidence / threshold)),
        chance=anytime_interval(wins, losses, alpha, mixture),
        decision="first" if decision == "first" else "second" if decision == "second" else "open",
        decided_after=after,
    )


def log_evidence(wins: int, losses: int, mixture: tuple[float, float] = MIXTURE, against: float = 0.5) -> float:
    """log of the mixture's likelihood over that of a coin with this chance."""
    a, b = mixture
    mixed = _log_beta(a + wins, b + losses) - _log_beta(a, b)
    return mixed - (wins * log(against) if wins else 0.0) - (losses * log(1 - against) if losses else 0.0)


def anytime_interval(wins: int, losses: int, alpha: float = 0.05, mixture: tuple[float, float] = MIXTURE) -> Interval:
    """The chances of the first that this evidence does not refuse; it covers the true one at every time at once."""
    middle = (wins + mixture[0]) / (wins + losses + sum(mixture))
    if wins + losses:
        middle = min(max(wins / (wins + losses), _EDGE), 1 - _EDGE)
    return Interval(*(_edge(wins, losses, alpha, mixture, middle, end) for end in (0.0, 1.0)))


def _edge(wins: int, losses: int, alpha: float, mixture: tuple[float, float], inside: float, outside: float) -> float:
    """Between a chance that is not refused and the end of the line, where refusal begins: it grows along the way."""
    beyond = min(max(outside, _EDGE), 1 - _EDGE)
    if log_evidence(wins, losses, mixture, beyond) < log(1 / alpha):
        return outside
    for _ in range(_HALVINGS):
        between = (inside + beyond) / 2
        refused = log_evidence(wins, losses, mixture, between) >= log(1 / alpha)
        inside, beyond = (inside, between) if refused else (between, beyond)
    return inside


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
