"""Which votes a board was made of and which rules made it: what any board tells of itself."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec
from msgspec import Struct

from sync.ratings.log import live
from sync.ratings.trust import Trust
from sync.records import Judgement, Vote

RATINGS = "3"  # grows whenever the same votes would give other numbers


class Watermark(Struct, frozen=True, kw_only=True):
    """Which votes a log held: how many, the latest moment told, and a digest over all of them."""

    votes: int
    last_voted_at: str
    sha256: str


class Made(Struct, frozen=True, kw_only=True):
    """What a board was made of and what made it: with these and the votes anybody makes it again."""

    ratings_version: str
    policy_version: str  # of the evaluators' weights; "equal": all votes count alike
    code_version: str  # of the program
    watermark: Watermark


def watermark(votes: Iterable[Vote | Judgement]) -> Watermark:
    """Of the live votes among these."""
    counting = live(votes)
    told = sha256()
    for vote in counting:
        told.update(msgspec.json.encode(vote, order="sorted") + b"\n")
    last = max((vote.voted_at for vote in counting), default="")
    return Watermark(votes=len(counting), last_voted_at=last, sha256=told.hexdigest())


def made_of(votes: Iterable[Vote | Judgement], code_version: str, *, weighed: bool = False) -> Made:
    """Of a board of these votes. `weighed`: whether the evaluator policy weighs them."""
    return Made(
        ratings_version=RATINGS,
        policy_version=Trust().version if weighed else "equal",
        code_version=code_version,
        watermark=watermark(votes),
    )
