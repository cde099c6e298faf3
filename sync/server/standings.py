"""Votes to the rows of the public board: the one place of the service that knows how ratings are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import comb

import numpy as np
from msgspec import Struct

from sync.api import PairWeight, PulledPair, PulledRow
from sync.pairing import pair_weights
from sync.ratings.agreement import Agreement, agreement
from sync.ratings.board import Rating
from sync.ratings.counting import table
from sync.ratings.elo import Standing, elo_board
from sync.ratings.hierarchy import boards_of
from sync.ratings.log import BOTH_BAD, LEFT, RIGHT, TIE, VoteLog, compact, live, picked, vote_log
from sync.records import Vote

MAX_ROBOTS = 50  # that nobody declared: their names come from workstations
MAX_PAIRS_OF = 100  # models whose pairs are weighed and told
MAX_WEIGHTS = 20_000  # of pairs, on robots and over all
METHOD = (
    "Bradley-Terry with Davidson ties, partially pooled over robots; overall: the mean over {robots}. "
    "95 % intervals of these evaluators. Both bad is apart. Elo: K = 32, both bad as a tie."
)


class Standings(Struct, frozen=True, kw_only=True):
    """Everything on a board that follows from votes alone. The order of the votes does not matter."""

    method: str
    rows: tuple[PulledRow, ...]
    pair_weights: tuple[PairWeight, ...]
    votes: int
    battles: int
    evaluators: int
    robots: tuple[str, ...]  # over which the overall rating is the mean
    pairs: tuple[PulledPair, ...]
    agreement: Agreement | None  # None: of no votes


def standings(votes: Iterable[Vote], declared_robots: Sequence[str] = ()) -> Standings:
    """The boards over all declared robots and of each. None declared: the MAX_ROBOTS that have most votes."""
    counting = [vote for vote in live(votes) if isinstance(vote, Vote)]
    robots = tuple(declared_robots) or _most_voted(counting)
    counting = [vote for vote in counting if vote.robot_id in robots]
    log = vote_log(counting)
    boards = boards_of(log, robots)
    rows = _rows(boards.overall, counting, None)
    for robot in sorted(boards.each):
        rows += _rows(boards.each[robot], [vote for vote in counting if vote.robot_id == robot], robot)
    return Standings(
        method=METHOD.format(robots=", ".join(robots) or "no robot yet"),
        rows=tuple(rows),
        pair_weights=_pair_weights(log),
        votes=len(counting),
        battles=len({vote.battle_id for vote in counting}),
        evaluators=len({vote.evaluator_id for vote in counting}),
        robots=robots,
        pairs=tuple(_pairs(log)),
        agreement=agreement(log) if len(log) else None,
    )


def _most_voted(votes: Sequence[Vote]) -> tuple[str, ...]:
    counts = Counter(vote.robot_id for vote in votes)
    return tuple(sorted(sorted(counts, key=lambda robot: (-counts[robot], robot))[:MAX_ROBOTS]))


def _rows(ratings: Sequence[Rating], votes: Sequence[Vote], robot_id: str | None) -> list[PulledRow]:
    elo = {standing.model_id: standing for standing in elo_board(votes)}
    return [_row(rating, elo[rating.model_id], robot_id) for rating in ratings]


def _row(rating: Rating, elo: Standing, robot_id: str | None) -> PulledRow:
    return PulledRow(
        model_id=rating.model_id,
        robot_id=robot_id,
        rank=rating.rank,
        rank_low=rating.rank_low,
        rank_high=rating.rank_high,
        rating=rating.rating,
        low=rating.these.low,
        high=rating.these.high,
        elo_score=elo.elo,
        votes=elo.votes,
        wins=elo.wins,
        losses=elo.losses,
        ties=elo.ties,
        both_bad=elo.both_bad,
        win_rate=elo.win_rate,
        provisional=bool(rating.flags),
        battles=rating.record.battles,
        evaluators=rating.record.evaluators,
        flags=rating.flags,
        general_low=rating.general.low if rating.general else None,
        general_high=rating.general.high if rating.general else None,
        better_than_next=rating.better_than_next,
    )


def _pairs(log: VoteLog) -> Iterator[PulledPair]:
    """What every two models that met did against each other, over all robots and on each."""
    if not len(log) or len(log.models) > MAX_PAIRS_OF:
        return
    each = table(log, robots=True)
    for robot, counts in ((None, each.sum(0)), *zip(log.robots, each, strict=True)):
        for one, other in combinations(range(len(log.models)), 2):
            left, right = counts[one, other], counts[other, one]
            if left.sum() + right.sum():
                yield PulledPair(
                    first=log.models[one],
                    second=log.models[other],
                    robot_id=robot,
                    wins=int(left[LEFT] + right[RIGHT]),
                    losses=int(left[RIGHT] + right[LEFT]),
                    ties=int(left[TIE] + right[TIE]),
                    both_bad=int(left[BOTH_BAD] + right[BOTH_BAD]),
                )


def _pair_weights(log: VoteLog) -> tuple[PairWeight, ...]:
    """How much one more battle of each pair would tell (pairing.py): over all robots, and where there are several on
    each, as long as these are MAX_WEIGHTS at most. Workstations draw by them."""
    robots = np.unique(log.robot)
    parts: list[tuple[str | None, VoteLog]] = [(None, log)]
    if len(robots) > 1:
        parts += [(log.robots[code], compact(picked(log, log.robot == code))) for code in robots]
    found: list[PairWeight] = []
    for robot_id, own in parts:
        models = len(own.models)
        if 2 <= models <= MAX_PAIRS_OF and len(found) + comb(models, 2) <= MAX_WEIGHTS:
            weights = pair_weights(own, own.models).items()
            found += [PairWeight(*pair, weight, robot_id) for pair, weight in weights]
    return tuple(found)
