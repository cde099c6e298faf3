"""A board as it was at one state of the log, in bytes that any order of the same votes gives again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec
from msgspec import Struct

from scenes.errors import BadInput
from sync.ratings.board import Board, board
from sync.ratings.counting import BothBad
from sync.ratings.evaluators import Checked
from sync.ratings.log import Narrowing, live, narrowed, vote_log
from sync.ratings.trust import Trust, weights_of
from sync.records import Judgement, Vote

RATINGS = "2"  # grows whenever the same votes would give other numbers


class Watermark(Struct, frozen=True, kw_only=True):
    """Which votes a log held: how many, the latest moment told, and a digest over all of them."""

    votes: int
    last_voted_at: str
    sha256: str


class Snapshot(Struct, frozen=True, kw_only=True):
    """A board, what it was made of and what made it."""

    ratings_version: str
    policy_version: str  # of the evaluators' weights
    code_version: str  # of the program
    watermark: Watermark
    narrowing: Narrowing
    board: Board

    def to_bytes(self) -> bytes:
        """Canonical: the same snapshot gives the same bytes."""
        return msgspec.json.encode(self, order="sorted")

    @staticmethod
    def from_bytes(content: bytes) -> Snapshot:
        """A snapshot as it was kept.

        Raises:
            BadInput: these bytes are none.
        """
        try:
            return msgspec.json.decode(content, type=Snapshot)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadInput("This is not a snapshot of a board.", hint="Export it again.", detail=str(error)) from error


def watermark(votes: Iterable[Vote | Judgement]) -> Watermark:
    """Of the live votes among these."""
    counting = live(votes)
    told = sha256()
    for vote in counting:
        told.update(msgspec.json.encode(vote, order="sorted") + b"\n")
    last = max((vote.voted_at for vote in counting), default="")
    return Watermark(votes=len(counting), last_voted_at=last, sha256=told.hexdigest())


def snapshot(
    votes: Iterable[Vote | Judgement],
    code_version: str,
    *,
    narrowing: Narrowing | None = None,
    trust: Trust | None = None,
    checks: Iterable[Checked] = (),
    both_bad: BothBad = "apart",
) -> Snapshot:
    """The board of the live votes among these. `trust`: the policy that weighs evaluators, by these `checks`, too;
    None: all alike."""
    counting, narrowing = live(votes), narrowing or Narrowing()
    log = vote_log(counting)
    weights = None if trust is None else weights_of(log, trust, checks)
    return Snapshot(
        ratings_version=RATINGS,
        policy_version="equal" if trust is None else trust.version,
        code_version=code_version,
        watermark=watermark(counting),
        narrowing=narrowing,
        board=board(narrowed(log, narrowing), weights=weights, both_bad=both_bad),
    )
