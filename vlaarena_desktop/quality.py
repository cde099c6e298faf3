"""How evaluators did on hidden checks, from the rows of a store. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.ratings.evaluators import Checked, checked
from sync.records import Vote
from sync.rows import vote_of

_Same = tuple[str, int, str | None, str | None]  # evaluator, seed, left, right


def checks_judged(rows: Iterable[Mapping[str, Any]]) -> tuple[Checked, ...]:
    """Of each evaluator who judged a check.

    A check repeats a rated battle of the evaluator's own that has its seed and its models on the other sides.
    """
    seen = [(vote_of(dict(row)), int(row["seed"])) for row in rows if row["kind"] in ("rated", "check")]
    rated = {_same(vote, seed): vote for vote, seed in seen if vote.kind == "rated"}
    judged = [(vote, seed) for vote, seed in seen if vote.kind == "check"]
    repeats = [
        (first, vote)
        for vote, seed in judged
        if vote.left_model_id != vote.right_model_id
        and (first := rated.get((vote.evaluator_id, seed, vote.right_model_id, vote.left_model_id))) is not None
    ]
    return checked([vote for vote, _ in judged], repeats)


def _same(vote: Vote, seed: int) -> _Same:
    return vote.evaluator_id, seed, vote.left_model_id, vote.right_model_id
