"""Elo, as older boards compute it: beside the headline, for it depends on the order of the votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from sync.ratings.davidson import SCALE, START
from sync.ratings.log import live
from sync.records import Choice, Judgement, Vote

K = 32.0

BothBad = Literal["tie", "quarter"]
_OF_SIDES: dict[Choice, tuple[str, str]] = {"left_better": ("win", "loss"), "right_better": ("loss", "win")}


class Standing(Struct, frozen=True, kw_only=True):
    """One model's place on an Elo board."""

    model_id: str
    elo: float
    votes: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    win_rate: float  # wins / votes


def elo_board(votes: Iterable[Vote | Judgement], *, both_bad: BothBad = "tie", k: float = K) -> list[Standing]:
    """Elo as the votes replayed in (voted_at, vote_id) order give it, the highest first.

    R' = R + K (S - E), E = 1 / (1 + 10^((R_opponent - R) / 400)) (A. Elo, The Rating of Chessplayers, 1978),
    with K = 32 from 1500; a tie gives each side S = 0.5. Both bad counts as a "tie" or, as older boards have it, as
    a "quarter", S = 0.25 for each side. Withdrawn votes and votes without names do not count. The order of votes
    matters to Elo: the same votes in another order give other ranks.
    """
    elo: dict[str, float] = {}
    tally: Counter[tuple[str, str, Choice]] = Counter()
    for vote in sorted(live(votes), key=lambda vote: (vote.voted_at, vote.vote_id)):
        left, right = vote.left_model_id or "", vote.right_model_id or ""
        left_elo, right_elo = elo.get(left, START), elo.get(right, START)
        left_score, right_score = _scores(vote, both_bad)
        expected = 1.0 / (1.0 + 10.0 ** ((right_elo - left_elo) / SCALE))
        elo[left] = left_elo + k * (left_score - expected)
        elo[right] = right_elo + k * (right_score - (1.0 - expected))
        tally[left, right, vote.vote] += 1
    outcomes = _outcomes(tally)
    standings = [_standing(model_id, rating, outcomes) for model_id, rating in elo.items()]
    return sorted(standings, key=lambda standing: (-standing.elo, standing.model_id))


def _scores(vote: Vote | Judgement, both_bad: BothBad) -> tuple[float, float]:
    if vote.vote == "left_better":
        return 1.0, 0.0
    if vote.vote == "right_better":
        return 0.0, 1.0
    each = 0.25 if vote.vote == "both_bad" and both_bad == "quarter" else 0.5
    return each, each


def _outcomes(tally: Counter[tuple[str, str, Choice]]) -> Counter[tuple[str, str]]:
    """How often each model had each outcome."""
    outcomes: Counter[tuple[str, str]] = Counter()
    for (left, right, choice), battles in tally.items():
        of_left, of_right = _OF_SIDES.get(choice, (choice, choice))
        outcomes[left, of_left] += battles
        outcomes[right, of_right] += battles
    return outcomes


def _standing(model_id: str, rating: float, tally: Counter[tuple[str, str]]) -> Standing:
    wins, losses, ties, both_bad = (tally[model_id, outcome] for outcome in ("win", "loss", "tie", "both_bad"))
    votes = wins + losses + ties + both_bad
    return Standing(
        model_id=model_id,
        elo=rating,
        votes=votes,
        wins=wins,
        losses=losses,
        ties=ties,
        both_bad=both_bad,
        win_rate=wins / votes,
    )
