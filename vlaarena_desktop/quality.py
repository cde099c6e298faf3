"""How evaluators did on hidden checks, from the rows of a store. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.ratings.evaluators import Checked, checked
from sync.records import CheckKind, Vote
from sync.rows import vote_of

_Same = tuple[str, int, str | None, str | None]  # evaluator, seed, left, right


def checks_judged(rows: Iterable[Mapping[str, Any]]) -> tuple[Checked, ...]:
    """Of each evaluator who judged a check.

    A mirrored battle shows again the evaluator's own rated one of its seed, whose models stood on the other sides.
    """
    seen = [(vote_of(dict(row)), int(row["seed"]), row["check"]) for row in rows if row["kind"] in ("rated", "check")]
    rated = {_same(vote, seed): vote for vote, seed, _ in seen if vote.kind == "rated"}
    judged = [(vote, seed, check) for vote, seed, check in seen if vote.kind == "check"]
    repeats = [
        (first, vote)
        for vote, seed, check in judged
        if check == "swapped"
        and (first := rated.get((vote.evaluator_id, seed, vote.right_model_id, vote.left_model_id))) is not None
    ]
    return checked([vote for vote, _, _ in judged], repeats, _idle(judged, rated.values()))


def _same(vote: Vote, seed: int) -> _Same:
    return vote.evaluator_id, seed, vote.left_model_id, vote.right_model_id


def _idle(judged: Iterable[tuple[Vote, int, CheckKind | None]], rated: Iterable[Vote]) -> frozenset[str]:
    """The models that do nothing: they met others in such checks, and nobody in a rated battle."""
    compared = {name for vote in rated for name in (vote.left_model_id, vote.right_model_id)}
    met = {n for vote, _, check in judged if check == "noop" for n in (vote.left_model_id, vote.right_model_id)}
    return frozenset(name for name in met - compared if name is not None)
