"""What is simulated, and what came of it: the truth against the boards, over all robots and on each. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from sync.ratings.davidson import POINTS, START
from sync.records import CheckKind
from vlaarena_desktop.standing import Place, Standings

Truth = Mapping[str, Mapping[str, float]]  # robot -> model -> strength [logits]


class Plan(Struct, frozen=True, kw_only=True):
    """What is simulated."""

    models: int = 4
    votes: int = 100
    evaluators: int = 3
    robots: int = 1  # those of the catalog first; what is beyond them exists by name alone
    scenes: tuple[str, ...] = ()  # of the catalog; empty: all
    spread: float = 1.0  # [logits] standard deviation of the strengths
    differences: float = 0.0  # [logits] standard deviation of what a robot adds to each of them
    both_bad: float = 0.1  # chance of it, whatever the pair
    checks_per_hundred: int | None = None  # battles that are hidden checks; None: as the folder's settings say
    seed: int = 0


class Found(Struct, frozen=True, kw_only=True):
    """One model: what is true, and what the board says."""

    model_id: str
    truth: float  # [points]
    rating: float | None
    low: float | None  # 95 %, these evaluators
    high: float | None
    votes: int

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low is not None and self.high is not None and self.low <= self.truth <= self.high


class Compared(Struct, frozen=True, kw_only=True):
    """One board beside the truth."""

    robot_id: str | None  # None: over all robots, the equal-weight mean of each model's strengths
    models: tuple[Found, ...]  # the truly best first
    counted: int  # votes on this board
    covered: int  # intervals that hold the truth
    swapped: int  # pairs of models in the wrong order
    first_is_first: bool  # whether the best is ranked first


class Study(Struct, frozen=True, kw_only=True):
    """What came of a plan."""

    plan: Plan
    overall: Compared
    robots: tuple[Compared, ...]  # of each robot, where there are several
    checks: Mapping[CheckKind, int]  # battles that were hidden checks, of each kind: on no board


def compared(truth: Truth, found: Standings) -> Compared:
    """A board over all robots of the truth, or over the one that was asked for."""
    robot_id = found.query.robot_id
    of = [truth[robot_id]] if robot_id is not None else list(truth.values())
    true = {name: START + POINTS * float(np.mean([each[name] for each in of])) for name in of[0]}
    places = {place.model_id: place for place in found.places}
    models = [_found(name, points, places.get(name)) for name, points in true.items()]
    rated = [(each.truth, each.rating) for each in models if each.rating is not None]
    return Compared(
        robot_id=robot_id,
        models=tuple(sorted(models, key=lambda each: -each.truth)),
        counted=found.counted,
        covered=sum(each.covered for each in models),
        swapped=_swapped(rated),
        first_is_first=max(rated, default=None) == max(rated, key=lambda each: each[1], default=None),
    )


def _swapped(rated: Sequence[tuple[float, float]]) -> int:
    return sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in combinations(rated, 2))


def _found(model_id: str, truth: float, place: Place | None) -> Found:
    rating = place.rating if place is not None else None
    return Found(
        model_id=model_id,
        truth=truth,
        rating=rating.rating if rating else None,
        low=rating.these.low if rating else None,
        high=rating.these.high if rating else None,
        votes=place.record.votes if place is not None else 0,
    )
