"""The vote log in integers: one row a vote, every statistic a function of it and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import ArrayLike, NDArray

from sync.records import CHOICES, Judgement, Vote

LEFT, RIGHT, TIE, BOTH_BAD = range(4)  # outcomes, in the order of CHOICES
_DENSE = 4  # times as many codes as rows, up to which rows are counted without sorting
NOBODY = ""  # the evaluator, robot or scene of a judgement that does not tell
_OUTCOMES = {choice: code for code, choice in enumerate(CHOICES)}
_CODED: dict[str, type[np.signedinteger[Any]]] = {
    **dict.fromkeys(("left", "right", "robot", "scene", "task"), np.int16),
    **dict.fromkeys(("battle", "evaluator"), np.int32),
    "outcome": np.int8,
    "moment": np.int64,
}


class VoteLog(Struct, frozen=True, kw_only=True):
    """Votes that count, as codes into the sorted names beside them. The order of the rows says nothing."""

    models: tuple[str, ...]
    evaluators: tuple[str, ...]
    robots: tuple[str, ...]
    scenes: tuple[str, ...]
    tasks: tuple[str, ...]
    left: NDArray[np.int16]  # (n,) into models
    right: NDArray[np.int16]  # (n,) into models
    outcome: NDArray[np.int8]  # (n,) LEFT, RIGHT, TIE, BOTH_BAD
    battle: NDArray[np.int32]  # (n,) any number that only votes of one battle share
    evaluator: NDArray[np.int32]  # (n,) into evaluators
    robot: NDArray[np.int16]  # (n,) into robots
    scene: NDArray[np.int16]  # (n,) into scenes
    task: NDArray[np.int16]  # (n,) into tasks; -1: none
    moment: NDArray[np.int64]  # (n,) [ms] since 1970, when it was cast
    single: bool  # whether no battle has two votes

    def __len__(self) -> int:
        return len(self.outcome)


class Narrowing(Struct, frozen=True, kw_only=True):
    """Which votes a board is made of; None: whatever they have there."""

    robot_ids: tuple[str, ...] | None = None
    scene_ids: tuple[str, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    evaluator_ids: tuple[str, ...] | None = None
    since: datetime | None = None  # cast at or after; with a time zone
    until: datetime | None = None  # cast before; with a time zone


def live(votes: Iterable[Vote | Judgement]) -> list[Vote | Judgement]:
    """The votes that count, by vote id: the last revision of each that is not withdrawn and names two models."""
    last: dict[str, Vote | Judgement] = {}
    for vote in votes:
        known = last.get(vote.vote_id)
        if known is None or _revision(vote) > _revision(known):
            last[vote.vote_id] = vote
    counting = (vote for vote in last.values() if not vote.withdrawn and vote.left_model_id != vote.right_model_id)
    named = (vote for vote in counting if vote.left_model_id is not None and vote.right_model_id is not None)
    return sorted(named, key=lambda vote: vote.vote_id)


def vote_log(votes: Iterable[Vote | Judgement]) -> VoteLog:
    """The live votes in integers. Judgements do not tell battle, evaluator, robot, scene or task: each is a battle."""
    counting = live(votes)
    told = [vote if isinstance(vote, Vote) else None for vote in counting]
    models, sides = _codes(
        [name for vote in counting for name in (vote.left_model_id or "", vote.right_model_id or "")]
    )
    battles, battle = _codes([vote.battle_id if isinstance(vote, Vote) else vote.vote_id for vote in counting])
    evaluators, evaluator = _codes([vote.evaluator_id if vote else NOBODY for vote in told])
    robots, robot = _codes([vote.robot_id if vote else NOBODY for vote in told])
    scenes, scene = _codes([vote.scene_id if vote else NOBODY for vote in told])
    tasks, task = _codes(["" if vote is None or vote.task_id is None else vote.task_id for vote in told])
    nameless = int(tasks[:1] == ("",))
    return coded(
        models,
        sides[::2],
        sides[1::2],
        [_OUTCOMES[vote.vote] for vote in counting],
        battle=battle,
        names={"evaluators": evaluators, "robots": robots, "scenes": scenes, "tasks": tasks[nameless:]},
        codes={"evaluator": evaluator, "robot": robot, "scene": scene, "task": task - nameless},
        moment=[_milliseconds(vote.voted_at) for vote in counting],
        single=len(battles) == len(counting),
    )


def coded(
    models: Sequence[str],
    left: ArrayLike,
    right: ArrayLike,
    outcome: ArrayLike,
    *,
    battle: ArrayLike | None = None,
    names: dict[str, tuple[str, ...]] | None = None,
    codes: dict[str, ArrayLike] | None = None,
    moment: ArrayLike | None = None,
    single: bool | None = None,
) -> VoteLog:
    """A log of codes. `names` and `codes` may tell evaluators, robots, scenes and tasks; without `battle` each vote is
    a battle of its own."""
    count = len(np.asarray(outcome))
    given: dict[str, ArrayLike | None] = {"left": left, "right": right, "outcome": outcome, "moment": moment}
    given |= {"battle": np.arange(count) if battle is None else battle, **(codes or {})}
    columns = {name: _column(kind, given.get(name), count, -(name == "task")) for name, kind in _CODED.items()}
    if single is None:
        single = battle is None or _single(columns["battle"])
    known: dict[str, Any] = {"evaluators": (NOBODY,), "robots": (NOBODY,), "scenes": (NOBODY,), "tasks": ()}
    return VoteLog(models=tuple(models), single=single, **known | (names or {}), **columns)


def picked(log: VoteLog, rows: NDArray[np.bool_] | NDArray[np.intp]) -> VoteLog:
    """The log of these rows alone, with the same names."""
    kept = structs.replace(log, **{name: getattr(log, name)[rows] for name in _CODED})
    return kept if log.single else structs.replace(kept, single=_single(kept.battle))


def compact(log: VoteLog) -> VoteLog:
    """The same votes among the models that have any."""
    present = np.zeros(len(log.models), bool)
    present[log.left] = present[log.right] = True
    if present.all():
        return log
    places = (np.cumsum(present) - 1).astype(np.int16)
    names = tuple(name for name, there in zip(log.models, present, strict=True) if there)
    return structs.replace(log, models=names, left=places[log.left], right=places[log.right])


def among(log: VoteLog, models: Sequence[str]) -> VoteLog:
    """The votes between these models, which all have a place, with votes or without."""
    names = tuple(sorted(set(models)))
    places = np.array([names.index(name) if name in names else -1 for name in log.models], np.int16)
    if not len(log):
        return structs.replace(log, models=names)
    recoded = structs.replace(log, models=names, left=places[log.left], right=places[log.right])
    return picked(recoded, (recoded.left >= 0) & (recoded.right >= 0))


def narrowed(log: VoteLog, to: Narrowing) -> VoteLog:
    """The log of the votes that fit."""
    fits = np.ones(len(log), bool)
    for wanted, names, codes in (
        (to.robot_ids, log.robots, log.robot),
        (to.scene_ids, log.scenes, log.scene),
        (to.task_ids, log.tasks, log.task),
        (to.evaluator_ids, log.evaluators, log.evaluator),
    ):
        if wanted is not None:
            fits &= np.isin(codes, [code for code, name in enumerate(names) if name in wanted])
    if to.since is not None:
        fits &= log.moment >= _epoch(to.since)
    if to.until is not None:
        fits &= log.moment < _epoch(to.until)
    return log if fits.all() else picked(log, fits)


def dense(codes: NDArray[np.int32]) -> tuple[NDArray[np.int32], int]:
    """The same codes where they are at most four times as many as rows, else their places among them; and the first
    number that is beyond them."""
    beyond = int(codes.max(initial=-1)) + 1
    if codes.min(initial=0) >= 0 and beyond <= _DENSE * len(codes):
        return codes, beyond
    known, places = np.unique(codes, return_inverse=True)
    return places.astype(np.int32), len(known)


def _column(kind: type[np.signedinteger[Any]], values: ArrayLike | None, count: int, missing: int) -> Any:
    return np.full(count, missing, kind) if values is None else np.ascontiguousarray(values, kind)


def _single(battle: NDArray[np.int32]) -> bool:
    """Whether no two votes are of one battle."""
    codes, beyond = dense(battle)
    seen = np.zeros(beyond, bool)
    seen[codes] = True
    return int(seen.sum()) == len(codes)


def _revision(vote: Vote | Judgement) -> tuple[int, bool]:
    """Later revisions win; where none is told, a withdrawal does."""
    return (vote.rev if isinstance(vote, Vote) else 0), vote.withdrawn


def _codes(names: list[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The names that occur, sorted, and of each entry its place among them."""
    known = tuple(sorted(set(names)))
    places = {name: place for place, name in enumerate(known)}
    return known, np.array([places[name] for name in names], np.int32)


def _milliseconds(told: str) -> int:
    """[ms] since 1970; 0 where a clock's reading cannot be read, for clocks are never trusted."""
    try:
        return _epoch(datetime.fromisoformat(told))
    except ValueError:
        return 0


def _epoch(moment: datetime) -> int:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
