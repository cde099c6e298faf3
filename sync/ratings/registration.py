"""What a comparison promised before its first battle, and what came of it."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import msgspec
from msgspec import Struct

from scenes.errors import BadInput
from sync.ratings.log import Narrowing, VoteLog, narrowed
from sync.ratings.sequential import MIXTURE, Verdict, battle_signs, verdict
from sync.records import new_id, now


class Registration(Struct, frozen=True, kw_only=True):
    """Which pair is compared, where, how strictly and for how long at most. It is stored before the first battle."""

    registration_id: str
    first_model_id: str
    second_model_id: str
    robot_id: str
    scene_ids: tuple[str, ...]  # empty: all
    alpha: float
    maximum_battles: int  # that tell the two apart
    pairs: int  # watched at once, this one among them
    mixture: tuple[float, float] = MIXTURE
    battles_before: int  # that told the pair apart there when it was registered: they do not count
    created_at: str

    def to_bytes(self) -> bytes:
        """The same for the same promise, on every machine."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def digest(self) -> str:
        """SHA-256 of these bytes, to be published."""
        return sha256(self.to_bytes()).hexdigest()


class Outcome(Struct, frozen=True):
    """What came of a registration. Finished: decided, or the promised battles are used up."""

    verdict: Verdict
    finished: bool
    ignored: int  # battles before the registration or beyond its maximum


def register(
    first_model_id: str,
    second_model_id: str,
    robot_id: str,
    scene_ids: tuple[str, ...] = (),
    *,
    log: VoteLog,
    alpha: float = 0.05,
    maximum_battles: int = 200,
    pairs: int = 1,
) -> Registration:
    """A new promise; `log` holds the votes so far.

    Raises:
        BadInput: the models are the same, or a number is out of range.
    """
    made = Registration(
        registration_id=new_id(),
        first_model_id=first_model_id,
        second_model_id=second_model_id,
        robot_id=robot_id,
        scene_ids=tuple(sorted(scene_ids)),
        alpha=alpha,
        maximum_battles=maximum_battles,
        pairs=pairs,
        battles_before=0,
        created_at=now(),
    )
    _check(made)
    return msgspec.structs.replace(made, battles_before=len(_signs(made, log)))


def outcome(made: Registration, log: VoteLog) -> Outcome:
    """What the battles since the registration, up to its maximum, decide."""
    since = _signs(made, log)[made.battles_before :]
    counted = list(islice(since, made.maximum_battles))
    found = verdict(counted, alpha=made.alpha, pairs=made.pairs, mixture=made.mixture)
    finished = found.decision != "open" or len(counted) == made.maximum_battles
    return Outcome(found, finished, made.battles_before + len(since) - len(counted))


def _check(made: Registration) -> None:
    if made.first_model_id == made.second_model_id:
        raise BadInput("A comparison needs two different models.", hint="Name another one for one of them.")
    if not 0 < made.alpha < 0.5 or made.maximum_battles < 1 or made.pairs < 1:
        raise BadInput(
            "alpha lies between 0 and 0.5; battles and pairs are at least 1.",
            hint="alpha 0.05, at most 200 battles and one pair are usual.",
        )


def _signs(made: Registration, log: VoteLog) -> list[int]:
    there = Narrowing(robot_ids=(made.robot_id,), scene_ids=made.scene_ids or None)
    return battle_signs(narrowed(log, there), made.first_model_id, made.second_model_id)
