"""What a chaos run does, as data: the same seed gives the same schedule, and a part of it can be run alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct, structs

from scenes.failpoints import SERVICE, WORKER, WORKSTATION

Act = Literal["battle", "again", "retract", "branch", "note", "comment", "void"]
Blow = Literal[
    "workstation dies",
    "service dies",
    "worker dies",
    "workstation is killed",
    "service is killed",
    "postgres is killed",
    "mongod is killed",
    "way breaks",
    "mongod refuses",
    "store is copied",
    "disk of workstation is full",
    "disk of postgres is full",
]
ACTS: tuple[Act, ...] = get_args(Act)
DEADLY: tuple[Blow, ...] = get_args(Blow)[:7]
MANY = 70  # battles: more than one batch of operations
WAYS = ("reset before", "half request", "lost reply", "half reply")
MONGO = (
    *("closeConnection insert", "writeConcernError insert", "errorCode insert"),
    *("closeConnection update", "errorCode update"),
)
_OFTEN: dict[Blow, int] = {
    "workstation dies": 46,
    "service dies": 28,
    "worker dies": 6,
    "workstation is killed": 6,
    "service is killed": 5,
    "postgres is killed": 5,
    "mongod is killed": 3,
    "way breaks": 6,
    "mongod refuses": 4,
    "store is copied": 3,
    "disk of workstation is full": 1,
    "disk of postgres is full": 1,
}
FOLLOWED: dict[str, tuple[tuple[str, tuple[Act, ...]], ...]] = {  # by deaths in the same circumstances, after acts
    "fork.before_tx": (("fork.before_commit", ()), ("fork.after_tx", ())),
    "push.before_rewind": (("push.after_rewind", ()),),
    "verify.before_rewind": (("verify.after_rewind", ()),),
}
_FOLLOWING = {place for follow in FOLLOWED.values() for place, _ in follow}
_CHOSEN = tuple(place for place in WORKSTATION if place not in _FOLLOWING)
_NTH: dict[str, Sequence[int]] = {"": (1, 1, 1, 2), "write": range(1, 41), "rows": range(1, 16)}  # how often in a visit
_YEARS = (0, 0, 0, 0, 10, -10)


class Step(Struct, frozen=True, kw_only=True):
    """One visit of one workstation at the service, and what befalls it."""

    number: int
    lab: int  # of those there are, modulo their number
    acts: tuple[Act, ...]  # what its evaluator did since the last visit
    times: int = 1  # that these were done
    blow: Blow
    place: str = ""  # the failpoint, or what exactly happens
    nth: int = 1  # time that the place is reached, or request of the visit
    milliseconds: float = 0.0  # of a kill after that request began
    years: int = 0  # that this workstation's clock (or the worker's, or the restarted service's) is off


def schedule(seed: int, deaths: int) -> list[Step]:
    """Every failpoint and every other blow once, in an order by lot, then whatever comes until so many have died."""
    lots = random.Random(seed)
    first = _once(lots)
    lots.shuffle(first)
    steps = [_step(number, lots, blow, place) for number, (blow, place) in enumerate(first)]
    many = _step(len(steps), lots, "workstation dies", "push.after_send", nth=2)
    steps.append(structs.replace(many, acts=("battle",), times=MANY))
    died = sum(step.blow in DEADLY for step in steps)
    while died < deaths:
        blow = lots.choices(list(_OFTEN), list(_OFTEN.values()))[0]
        place = _place(lots, blow)
        steps.append(_step(len(steps), lots, blow, place, nth=lots.choice(_NTH.get(place.partition(".")[0], _NTH[""]))))
        died += blow in DEADLY
    return steps


def _once(lots: random.Random) -> list[tuple[Blow, str]]:
    found: list[tuple[Blow, str]] = [("workstation dies", place) for place in _CHOSEN]
    found += [("service dies", place) for place in SERVICE]
    found += [("worker dies", place) for place in WORKER]
    found += [("way breaks", place) for place in WAYS] + [("mongod refuses", place) for place in MONGO]
    named = {blow for blow, _ in found}
    return found + [(blow, _place(lots, blow)) for blow in get_args(Blow) if blow not in named]


def _place(lots: random.Random, blow: Blow) -> str:
    places: dict[Blow, tuple[str, ...]] = {
        "workstation dies": tuple(place for place in _CHOSEN if lots.random() < 0.2 or "rewind" not in place),
        "service dies": SERVICE,
        "worker dies": WORKER,
        "way breaks": WAYS,
        "mongod refuses": MONGO,
    }
    return lots.choice(places.get(blow, ("",)))


def _step(number: int, lots: random.Random, blow: Blow, place: str, nth: int = 1) -> Step:
    acts: tuple[Act, ...] = ("battle", *lots.choices(ACTS, k=lots.randint(0, 1)))
    if place.startswith("retract"):
        acts = ("battle", "retract")
    if place.startswith("uses"):
        acts = ("again",)
    if place == "verify.before_rewind":
        acts = ()  # what is new would tell of the gap before
    return Step(
        number=number,
        lab=lots.randrange(2**16),
        acts=acts,
        blow=blow,
        place=place,
        nth=lots.randint(1, 5) if "killed" in blow or blow == "way breaks" else nth,
        milliseconds=lots.choice((0.0, 1.0, 3.0, 8.0, 20.0)),
        years=lots.choice(_YEARS),
    )
