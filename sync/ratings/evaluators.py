"""How well evaluators judge: on pairs whose answer is known, twice on the same, and beside the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import sqrt
from statistics import median

import numpy as np
from msgspec import Struct

from sync.ratings.agreement import SideBias, side_bias
from sync.ratings.board import rate
from sync.ratings.counting import Array, BothBad, Counts, Tally, by_evaluator, counted, halved, table, tally
from sync.ratings.davidson import POINTS, Fit, Odds, fit, flat_prior
from sync.ratings.intervals import Share, share
from sync.ratings.log import VoteLog, picked
from sync.records import Choice, Vote

_MIRRORED: dict[Choice, Choice] = {"left_better": "right_better", "right_better": "left_better"}


class Checked(Struct, frozen=True, kw_only=True):
    """What an evaluator did on checks, which are never rated."""

    evaluator_id: str
    alike: Share  # of pairs of one model with itself that she called a tie or both bad
    alike_left: Share  # of those where she preferred one: how often the left
    repeats: Share  # of her own battles, shown again with the sides exchanged, that she judged as before
    reversed: Share  # of those where she preferred one both times: how often the other model than before
    no_op: Share  # of battles against a policy that does nothing in which it did not win
    seconds_before_vote: float | None  # median from the first sight of a check to her vote


class Standout(Struct, frozen=True, kw_only=True):
    """How an evaluator's rated votes look to a board made without them."""

    evaluator_id: str
    votes: int  # that told a preference
    likelihood: float  # standard deviations by which their log likelihood exceeds what was to be expected
    favourite: str  # the model that scored most above what was to be expected
    favour: float  # standard deviations of that
    favour_each: float  # points of score (0 to 1) above expectation in a battle of the favourite
    sides: SideBias


def checked(
    votes: Iterable[Vote], repeats: Iterable[tuple[Vote, Vote]] = (), no_op_ids: frozenset[str] = frozenset()
) -> tuple[Checked, ...]:
    """Of each evaluator. `repeats`: her first vote and that on the exchanged repetition; `no_op_ids`: models that do
    nothing."""
    given = [vote for vote in votes if not vote.withdrawn and vote.left_model_id is not None]
    again = list(repeats)
    people = sorted({vote.evaluator_id for vote in given} | {second.evaluator_id for _, second in again})
    return tuple(
        _checked(
            person,
            [vote for vote in given if vote.evaluator_id == person],
            [pair for pair in again if pair[1].evaluator_id == person],
            no_op_ids,
        )
        for person in people
    )


def standouts(log: VoteLog, without: frozenset[int] = frozenset()) -> tuple[Standout, ...]:
    """Of each evaluator with votes. `without`: codes of evaluators whose votes are not believed by the boards."""
    everyone = tally(table(log))
    for code in without:
        everyone = _less(everyone, tally(table(picked(log, log.evaluator == code))))
    found = fit(everyone, flat_prior(len(log.models)))
    return tuple(
        _standout(log, code, own, _left_out(everyone, own, found, believed=code not in without).odds)
        for code, own in _each(log)
    )


def leave_one_out_ranks(
    log: VoteLog, *, weights: Array | None = None, both_bad: BothBad = "apart"
) -> dict[str, tuple[int, int]]:
    """The best and worst rank each model has when any one evaluator's votes, or nobody's, are left out of the board
    that is made with these weights.

    A model whose rating is provisional stands where it is listed, by as much below its strength as on the whole board.
    """
    whole = rate(log, weights=weights, both_bad=both_bad, general=False)
    provisional = np.array([bool(each) for each in whole.listing.flags])
    lowered = np.where(provisional, whole.listing.these, 0.0) / POINTS
    places = [_ranks(whole.fit, lowered)]
    places += [_ranks(_left_out(whole.counts, own, whole.fit), lowered) for _, own in _each(log, weights, both_bad)]
    return {
        name: (int(min(ranks)), int(max(ranks))) for name, ranks in zip(log.models, np.array(places).T, strict=True)
    }


def _checked(person: str, own: list[Vote], again: list[tuple[Vote, Vote]], no_op_ids: frozenset[str]) -> Checked:
    alike = [vote.vote for vote in own if vote.left_model_id == vote.right_model_id]
    decided = [choice for choice in alike if choice in _MIRRORED]
    idle = [vote for vote in own if (vote.left_model_id in no_op_ids) != (vote.right_model_id in no_op_ids)]
    fell_for = [vote for vote in idle if _winner(vote) in no_op_ids]
    same = [1 for first, second in again if _MIRRORED.get(first.vote, first.vote) == second.vote]
    preferred = [first.vote == second.vote for first, second in again if {first.vote, second.vote} <= _MIRRORED.keys()]
    return Checked(
        evaluator_id=person,
        alike=share(len(alike) - len(decided), len(alike)),
        alike_left=share(decided.count("left_better"), len(decided)),
        repeats=share(len(same), len(again)),
        reversed=share(sum(preferred), len(preferred)),
        no_op=share(len(idle) - len(fell_for), len(idle)),
        seconds_before_vote=seconds_before_vote(own),
    )


def seconds_before_vote(votes: Iterable[Vote]) -> float | None:
    """The median from the first sight of a battle to the vote, by the workstation's clock; None: of none it is told."""
    waits = [wait for vote in votes if (wait := _seconds(vote)) is not None]
    return median(waits) if waits else None


def _winner(vote: Vote) -> str | None:
    return {"left_better": vote.left_model_id, "right_better": vote.right_model_id}.get(vote.vote)


def _seconds(vote: Vote) -> float | None:
    try:
        waited = (datetime.fromisoformat(vote.voted_at) - datetime.fromisoformat(vote.opened_at)).total_seconds()
    except (ValueError, TypeError):
        return None
    return waited if waited >= 0 else None


def _each(log: VoteLog, weights: Array | None = None, both_bad: BothBad = "apart") -> Iterator[tuple[int, Tally]]:
    """Each evaluator who has votes, and hers as they weigh."""
    for of, counts in by_evaluator(counted(log)):
        for code, own in zip(range(of.start, of.stop), counts, strict=True):
            if own.any():
                cast = tally(np.moveaxis(own, 1, -1) * (1.0 if weights is None else weights[code]), both_bad)
                yield code, halved(cast) if both_bad == "tie" else cast


def _less(everyone: Tally, own: Tally) -> Tally:
    return Tally(everyone.wins - own.wins, everyone.ties - own.ties)


def _left_out(everyone: Tally, own: Tally, found: Fit, *, believed: bool = True) -> Fit:
    if not believed:
        return found
    return fit(_less(everyone, own), flat_prior(everyone.wins.shape[1]), found.place)


def _standout(log: VoteLog, code: int, own: Tally, odds: Odds) -> Standout:
    favourite, favour, each = _favourite(own, odds)
    return Standout(
        evaluator_id=log.evaluators[code],
        votes=round(own.votes.sum() / 2),
        likelihood=round(_likelihood(own, odds), 6),
        favourite=log.models[favourite],
        favour=round(favour, 6),
        favour_each=round(each, 6),
        sides=side_bias(picked(log, log.evaluator == code)),
    )


def _likelihood(own: Tally, odds: Odds) -> float:
    """How unlikely the votes are, in standard deviations of the log likelihood of votes drawn from these odds."""
    win, tie = odds.win, odds.tie
    log_win, log_tie = np.log(win), np.log(tie)
    told = (own.wins * log_win).sum() + (own.ties * log_tie).sum() / 2
    mean = win * log_win + win.swapaxes(1, 2) * log_win.swapaxes(1, 2) + tie * log_tie
    square = win * log_win**2 + (win * log_win**2).swapaxes(1, 2) + tie * log_tie**2
    spread = float((own.votes * (square - mean**2)).sum() / 2)
    return float(told - (own.votes * mean).sum() / 2) / sqrt(spread) if spread > 1e-12 else 0.0


def _favourite(own: Tally, odds: Odds) -> tuple[int, float, float]:
    """The model whose score exceeds expectation by most standard deviations, those, and the excess a battle."""
    votes, score = own.votes, odds.score
    excess: Array = (own.wins + own.ties / 2 - votes * score).sum((0, 2))
    spread = (votes * (odds.win + odds.tie / 4 - score**2)).sum((0, 2))
    scaled = excess / np.sqrt(np.maximum(spread, 1e-12)) * (spread > 1e-12)
    most = int(scaled.argmax())
    return most, float(scaled[most]), float(excess[most] / max(votes.sum((0, 2))[most], 1.0))


def _ranks(found: Fit, lowered: Array) -> Counts:
    """(k,) with strengths lowered by so many logits."""
    stands = found.strengths[0] - lowered
    ranks: Counts = 1 + (stands[None, :] > stands[:, None] + 1e-9).sum(1)
    return ranks
