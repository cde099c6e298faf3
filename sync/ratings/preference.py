"""The headline alone, of those models that somebody called better, worse or as good."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from sync.ratings.board import board
from sync.ratings.log import BOTH_BAD, picked, vote_log
from sync.records import Judgement, Vote


class Preference(Struct, frozen=True, kw_only=True):
    """One model's place: its rating with a 95 % interval, and the ranks it may have."""

    model_id: str
    rating: float
    low: float
    high: float
    rank: int  # from 1
    rank_low: int
    rank_high: int


def preference_board(votes: Iterable[Vote | Judgement]) -> list[Preference]:
    """The models by their rating, the highest first. The order of the votes does not matter."""
    log = vote_log(votes)
    return [
        Preference(
            model_id=each.model_id,
            rating=each.rating,
            low=each.these.low,
            high=each.these.high,
            rank=each.rank,
            rank_low=each.rank_low,
            rank_high=each.rank_high,
        )
        for each in board(picked(log, log.outcome != BOTH_BAD)).ratings
    ]
