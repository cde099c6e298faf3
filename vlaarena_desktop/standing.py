"""A board as it was asked for: which votes it counts, every model's place, who beat whom. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import numpy as np
from msgspec import Struct, structs

from scenes.models import ModelCard
from scenes.progress import Job, Progress
from sync.ratings.agreement import Agreement, agreement
from sync.ratings.board import Rating, Record, rate
from sync.ratings.counting import Array, BothBad, table
from sync.ratings.elo import elo_board
from sync.ratings.evaluators import Checked, leave_one_out_ranks
from sync.ratings.hierarchy import RobotBoards, boards_of, records_of
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog, picked, vote_log
from sync.ratings.prospects import Flip, votes_to_flip
from sync.ratings.snapshot import Made
from sync.ratings.trust import Trust, Weighing, weighings, weights_of
from sync.records import BattleKind, Evaluator, Origin, Vote
from sync.rows import vote_of
from vlaarena_desktop.quality import Judging, checks_judged, judging

RATED: tuple[BattleKind, ...] = ("rated",)
WINDOW: tuple[Origin, ...] = ("window",)
Source = Literal["here", "centre"]  # this workstation's votes, or the board that was fetched from the central service


class BoardQuery(Struct, frozen=True, kw_only=True):
    """Which votes a board counts, and how. None: whatever they have there."""

    robot_id: str | None = None
    scene_id: str | None = None
    task_id: str | None = None
    group: str | None = None  # of evaluators
    since: datetime | None = None  # cast at or after; with a time zone
    until: datetime | None = None  # cast before; with a time zone
    kinds: tuple[BattleKind, ...] = RATED
    origins: tuple[Origin, ...] = WINDOW
    both_bad: BothBad = "apart"
    weighed: bool = False  # whether the evaluator policy weighs the votes; False: all alike
    source: Source = "here"
    declared: tuple[str, ...] = ()  # robots over which a board is the mean; none: all that have votes, as the service


class Place(Struct, frozen=True, kw_only=True):
    """One model on the board. Without a rating nobody has yet called it better, worse or as good."""

    model_id: str
    rating: Rating | None
    record: Record
    elo: float
    by_robot: tuple[tuple[str, Rating], ...] = ()  # on each robot where it played, where the rating is over several


class Pairing(Struct, frozen=True, kw_only=True):
    """What two different models did against each other, as the first of them sees it."""

    wins: int
    losses: int
    ties: int
    both_bad: int

    @property
    def votes(self) -> int:
        """Of all outcomes."""
        return self.wins + self.losses + self.ties + self.both_bad


class Provenance(Struct, frozen=True, kw_only=True):
    """Where a board comes from that was fetched and whose signature was good."""

    url: str
    snapshot_id: str
    created_at: str  # of the last operation that it counts, as the service received it
    pulled_at: str
    method: str
    votes: int
    known_robots: tuple[str, ...]
    cards: tuple[ModelCard, ...] = ()
    made: Made | None = None  # None: an earlier version of the service did not tell


class Basis(Struct, frozen=True, kw_only=True):
    """What ratings were made of, for comparing two models by the very same."""

    log: VoteLog  # all votes that the ratings follow from: of one robot among several also those on the others
    robots: tuple[str, ...]  # the declared ones; with several they are partially pooled
    weights: Array | None


class Standings(Struct, frozen=True, kw_only=True):
    """The answer to a query."""

    query: BoardQuery
    places: tuple[Place, ...] = ()  # by rank; those without a rating last
    pairings: Mapping[tuple[str, str], Pairing] = {}  # both orders of each pair that met
    votes: tuple[Vote, ...] = ()  # that it counts
    left_out: int = 0  # votes of closed battles that it does not
    battles: int = 0
    evaluators: int = 0
    groups: int = 0  # of models that no chain of preferences connects
    flip: Flip | None = None
    checks: tuple[Checked, ...] = ()  # how evaluators did on hidden checks, whatever else is asked for
    without_one: Mapping[str, tuple[int, int]] = {}  # each model's ranks when any one evaluator is left out
    weighings: tuple[Weighing, ...] = ()  # of each evaluator of these votes, on all robots; whether it weighs or not
    judging: tuple[Judging, ...] = ()  # how each of them judged
    agreement: Agreement | None = None  # of those who judged the same; None: of no votes, or not told
    robots: tuple[str, ...] = ()  # over which a global rating is the equal-weight mean; empty: of one robot
    basis: Basis | None = None  # what its ratings were made of; None: of nothing, or not here
    rated: tuple[Vote, ...] = ()  # all rated votes of the window, wherever they were cast, as they became known
    provenance: Provenance | None = None  # None: computed here; otherwise it knows no single votes

    @property
    def counted(self) -> int:
        """How many votes it counts."""
        return len(self.votes) if self.provenance is None else self.provenance.votes

    @property
    def general(self) -> bool:
        """Whether there are evaluators enough to speak of evaluators in general."""
        return any(place.rating is not None and place.rating.general is not None for place in self.places)


def standings(query: BoardQuery, rows: Sequence[Mapping[str, Any]], evaluators: Iterable[Evaluator]) -> Job[Standings]:
    """The board of the votes in these rows (sync/comparing.py)."""
    yield Progress(0, 2)
    everything = [vote_of(dict(row)) for row in rows]
    everywhere = counted(structs.replace(query, robot_id=None), everything, evaluators)
    yield Progress(1, 2)
    found = Standings(query=query, rated=tuple(counted(BoardQuery(), everything, ())), checks=checks_judged(rows))
    declared = query.declared
    if declared and query.robot_id is not None and query.robot_id not in declared:
        declared = (query.robot_id,)  # by itself
    everywhere = [vote for vote in everywhere if not declared or vote.robot_id in declared]
    votes = [vote for vote in everywhere if query.robot_id in (None, vote.robot_id)]
    found = structs.replace(found, left_out=len(everything) - len(votes))
    return _filled(found, votes, everywhere, declared) if votes else found


def _filled(
    found: Standings, votes: Sequence[Vote], everywhere: Sequence[Vote], declared: tuple[str, ...]
) -> Standings:
    query, log = found.query, vote_log(votes)
    pooled = log if query.robot_id is None else vote_log(everywhere)
    weights = weights_of(pooled, Trust(), found.checks) if query.weighed else None
    boards = boards_of(pooled, declared, weights=weights, both_bad=query.both_bad)
    robots = boards.robots if query.robot_id is None and len(boards.robots) > 1 else ()
    ratings = boards.overall if query.robot_id is None else boards.each.get(query.robot_id, ())
    found = structs.replace(
        found,
        places=_places(records_of(log), ratings, votes, boards if robots else None),
        pairings=pairings(log),
        votes=tuple(votes),
        battles=len({vote.battle_id for vote in votes}),
        evaluators=len({vote.evaluator_id for vote in votes}),
        groups=boards.groups,
        robots=robots,
        basis=Basis(log=pooled, robots=boards.robots, weights=weights),
    )
    found = _with_evaluators(found, everywhere, pooled)
    return found if len(boards.robots) > 1 else _of_one_robot(found, pooled, weights)


def _with_evaluators(found: Standings, votes: Sequence[Vote], log: VoteLog) -> Standings:
    weighed = weighings(log, Trust(), found.checks)
    judged = judging(votes, weighed, found.checks)
    return structs.replace(found, weighings=weighed, judging=judged, agreement=agreement(log))


def _of_one_robot(found: Standings, log: VoteLog, weights: Array | None) -> Standings:
    """With what is told of votes on one robot alone, rated by themselves: of several, partially pooled, it would speak
    of another board."""
    bad = found.query.both_bad
    told = log if bad == "tie" else picked(log, log.outcome != BOTH_BAD)
    rated = rate(told, weights=weights, both_bad=bad, general=False)
    without_one = leave_one_out_ranks(told, weights=weights, both_bad=bad) if found.evaluators > 1 else {}
    return structs.replace(found, flip=votes_to_flip(rated), without_one=without_one)


def counted(query: BoardQuery, votes: Iterable[Vote], evaluators: Iterable[Evaluator]) -> list[Vote]:
    """Those of these votes that a query asks for. Hidden checks never count, whatever is asked for."""
    people = {person.evaluator_id for person in evaluators if person.group == query.group}
    return [
        vote
        for vote in votes
        if vote.kind in query.kinds
        and vote.origin in query.origins
        and vote.kind != "check"
        and query.robot_id in (None, vote.robot_id)
        and query.scene_id in (None, vote.scene_id)
        and query.task_id in (None, vote.task_id)
        and (query.group is None or vote.evaluator_id in people)
        and _within(query, vote.voted_at)
    ]


def pairings(log: VoteLog) -> dict[tuple[str, str], Pairing]:
    """What every two models that met did against each other."""
    sides = table(log).sum(0)
    met = np.argwhere((sides + sides.swapaxes(0, 1)).sum(2) > 0)
    return {
        (log.models[one], log.models[other]): Pairing(
            wins=int(sides[one, other, LEFT] + sides[other, one, RIGHT]),
            losses=int(sides[one, other, RIGHT] + sides[other, one, LEFT]),
            ties=int(sides[one, other, TIE] + sides[other, one, TIE]),
            both_bad=int(sides[one, other, BOTH_BAD] + sides[other, one, BOTH_BAD]),
        )
        for one, other in met.tolist()
    }


def _within(query: BoardQuery, voted_at: str) -> bool:
    if query.since is None and query.until is None:
        return True
    moment = datetime.fromisoformat(voted_at)
    return (query.since is None or moment >= query.since) and (query.until is None or moment < query.until)


def _places(
    known: Mapping[str, Record], ratings: Sequence[Rating], votes: Sequence[Vote], several: RobotBoards | None
) -> tuple[Place, ...]:
    """By rank; records are those of all votes, for both bad tells no preference but an acceptable rate."""
    columns = several.columns() if several is not None else {}
    robots = several.robots if several is not None else ()
    on = {
        name: tuple((robot, rating) for robot, rating in zip(robots, each, strict=True) if rating is not None)
        for name, each in columns.items()
    }
    elo = {each.model_id: each.elo for each in elo_board(votes)}
    others = sorted(known.keys() - {each.model_id for each in ratings})
    return (
        *(
            Place(model_id=e.model_id, rating=e, record=e.record, elo=elo[e.model_id], by_robot=on.get(e.model_id, ()))
            for e in ratings
        ),
        *(Place(model_id=name, rating=None, record=known[name], elo=elo[name]) for name in others),
    )
