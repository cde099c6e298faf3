"""What a comparison promised before its first battle, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from scenes.errors import BadInput
from sync.ratings.sequential import MIXTURE, Verdict, signs_of, verdict
from sync.records import Vote, new_id, now


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
    battles_before: int = 0  # that told the pair apart there when it was registered
    created_at: str
    # of the pair there that had a vote when it was registered, whatever it said: they never count. Promises of earlier
    # versions have none, and do not count the first `battles_before`
    known_battles: tuple[str, ...] | UnsetType = UNSET

    @property
    def known(self) -> frozenset[str] | None:
        """The battles that it knew; None: it is of an earlier version, which counted them."""
        return None if isinstance(self.known_battles, UnsetType) else frozenset(self.known_battles)

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
    ignored: int  # battles that told the two apart before the registration or beyond its maximum


def register(
    first_model_id: str,
    second_model_id: str,
    robot_id: str,
    scene_ids: tuple[str, ...] = (),
    *,
    votes: Sequence[Vote],
    promised: Iterable[Registration] = (),
    alpha: float = 0.05,
    maximum_battles: int = 200,
    pairs: int | None = None,
) -> Registration:
    """A new promise; `votes` are all that count so far, `promised` all promises. `pairs`: as many as are open on this
    robot with this one; a person may name more.

    Raises:
        BadInput: the models are the same, or a number is out of range, or fewer pairs are named than are watched.
    """
    watched = 1 + len(open_there(robot_id, promised, votes))
    made = Registration(
        registration_id=new_id(),
        first_model_id=first_model_id,
        second_model_id=second_model_id,
        robot_id=robot_id,
        scene_ids=tuple(sorted(scene_ids)),
        alpha=alpha,
        maximum_battles=maximum_battles,
        pairs=watched if pairs is None else pairs,
        created_at=now(),
    )
    return _knowing(_checked(made, watched), votes)


def outcome(made: Registration, votes: Iterable[Vote]) -> Outcome:
    """What the battles since the registration, up to its maximum, decide.

    `votes` stand in the order in which they became known. Which battles count was fixed with the promise: no clock and
    no vote withdrawn later lets an earlier battle in or keeps a later one out. A withdrawn vote has no sign any more.
    """
    met, known = _met(made, votes), made.known
    if known is None:
        since = _signs(made, met)[made.battles_before :]
        ignored = made.battles_before
    else:
        since = _signs(made, [vote for vote in met if vote.battle_id not in known])
        ignored = len(_signs(made, [vote for vote in met if vote.battle_id in known]))
    counted = since[: made.maximum_battles]
    found = verdict(counted, alpha=made.alpha, pairs=made.pairs, mixture=made.mixture)
    finished = found.decision != "open" or len(counted) == made.maximum_battles
    return Outcome(found, finished, ignored + len(since) - len(counted))


def open_there(robot_id: str, promised: Iterable[Registration], votes: Iterable[Vote]) -> tuple[Registration, ...]:
    """The promises on this robot that are neither decided nor used up: what is watched at once."""
    known = tuple(votes)
    return tuple(made for made in promised if made.robot_id == robot_id and not outcome(made, known).finished)


def _knowing(made: Registration, votes: Iterable[Vote]) -> Registration:
    """The same, with the battles so far."""
    met = _met(made, votes)
    battles = tuple(sorted({vote.battle_id for vote in met}))
    return structs.replace(made, battles_before=len(_signs(made, met)), known_battles=battles)


def _checked(made: Registration, watched: int) -> Registration:
    if made.first_model_id == made.second_model_id:
        raise BadInput("A comparison needs two different models.", hint="Name another one for one of them.")
    if not 0 < made.alpha < 0.5 or made.maximum_battles < 1 or made.pairs < 1:
        raise BadInput(
            "alpha lies between 0 and 0.5; battles and pairs are at least 1.",
            hint="alpha 0.05, at most 200 battles and one pair are usual.",
        )
    if made.pairs < watched:
        raise BadInput(
            f"With this one {watched} comparisons are watched at once on this robot, not {made.pairs}.",
            hint=f"Register it with {watched} pairs watched at once or more: each then needs so much more evidence.",
        )
    return made


def _met(made: Registration, votes: Iterable[Vote]) -> list[Vote]:
    """The votes on the pair there, in their order."""
    pair = {made.first_model_id, made.second_model_id}
    return [
        vote
        for vote in votes
        if {vote.left_model_id, vote.right_model_id} == pair
        and vote.robot_id == made.robot_id
        and (not made.scene_ids or vote.scene_id in made.scene_ids)
    ]


def _signs(made: Registration, met: Iterable[Vote]) -> list[int]:
    return signs_of(met, made.first_model_id, made.second_model_id)
