"""How evaluators judged, on a board and on hidden checks, from the rows of a store. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from sync.ratings.evaluators import Checked, checked, seconds_before_vote
from sync.ratings.intervals import Share
from sync.ratings.trust import Weighing
from sync.records import CheckKind, Vote
from sync.rows import vote_of


class Judging(Struct, frozen=True, kw_only=True):
    """How one evaluator judged: on the votes of a board, and on hidden checks."""

    evaluator_id: str
    votes: int  # on the board
    weight: float  # under the evaluator policy, whether it weighs or not
    left: Share  # how often she preferred the left side where she preferred one
    likelihood: float  # standard deviations by which a board without her expects her votes more than most
    seconds_before_vote: float | None  # median
    checks: Checked | None  # None: she judged none


_Same = tuple[str, str, str, str | None, str | None, str | None]  # evaluator, robot, scene, instruction, left, right
_Row = Mapping[str, Any]


def checks_judged(rows: Iterable[_Row]) -> tuple[Checked, ...]:
    """Of each evaluator who judged a check. `rows`: as `Comparing.rows` tells them, in their order.

    A repeat is held against the evaluator's newest rated battle of one turn that closed before it, on the same
    instruction, whose models stood on the other sides.
    """
    newest: dict[_Same, Vote] = {}
    rated: list[Vote] = []
    judged: list[tuple[Vote, CheckKind | None]] = []
    repeats: list[tuple[Vote, Vote]] = []
    for row in rows:
        vote = vote_of(dict(row)) if row["kind"] in ("rated", "check") else None
        if vote is not None and vote.kind == "rated":
            rated.append(vote)
            if row["turns"] == 1:
                newest[_same(vote, row, vote.left_model_id, vote.right_model_id)] = vote
        elif vote is not None:
            judged.append((vote, row["check"]))
            first = newest.get(_same(vote, row, vote.right_model_id, vote.left_model_id))
            if row["check"] == "swapped" and first is not None:
                repeats.append((first, vote))
    return checked([vote for vote, _ in judged], repeats, _idle(judged, rated))


def judging(votes: Iterable[Vote], weighed: Iterable[Weighing], checks: Iterable[Checked]) -> tuple[Judging, ...]:
    """Of each evaluator with votes on a board, in the order of their weighings."""
    cast: dict[str, list[Vote]] = {}
    for vote in votes:
        cast.setdefault(vote.evaluator_id, []).append(vote)
    known = {each.evaluator_id: each for each in checks}
    return tuple(
        Judging(
            evaluator_id=each.evaluator_id,
            votes=len(cast.get(each.evaluator_id, ())),
            weight=each.weight,
            left=each.standout.sides.left,
            likelihood=each.standout.likelihood,
            seconds_before_vote=seconds_before_vote(cast.get(each.evaluator_id, ())),
            checks=known.get(each.evaluator_id),
        )
        for each in weighed
    )


def _same(vote: Vote, row: _Row, left: str | None, right: str | None) -> _Same:
    return vote.evaluator_id, vote.robot_id, vote.scene_id, row["instruction"], left, right


def _idle(judged: Iterable[tuple[Vote, CheckKind | None]], rated: Iterable[Vote]) -> frozenset[str]:
    """The models that do nothing: they met others in such checks, and nobody in a rated battle."""
    compared = {name for vote in rated for name in (vote.left_model_id, vote.right_model_id)}
    met = {n for vote, check in judged if check == "noop" for n in (vote.left_model_id, vote.right_model_id)}
    return frozenset(name for name in met - compared if name is not None)
