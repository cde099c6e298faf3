"""Published boards as people read them: a snapshot's rows with names, and boards of one scene computed on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

import numpy as np
from msgspec import Struct
from sqlalchemy import Connection, text

from scenes.errors import NotFound
from scenes.models import ModelCard
from sync.api import PulledBoard, PulledRow
from sync.ratings.agreement import Agreement
from sync.ratings.board import Rating
from sync.ratings.hierarchy import boards_of
from sync.ratings.intervals import Share, share
from sync.ratings.log import Narrowing, VoteLog, narrowed, vote_log
from sync.server import ballots, snapshots

LISTED = 100  # publications of one page
MOST_SCENES = 50  # that have a board: their names come from workstations
FEWEST_VOTES = 3  # for which a robot that nobody declared, or a scene, is listed
_LISTED = text(
    """SELECT publications.position, snapshot_id, publications.published_at, votes, models,
        publications.published_at > snapshots.published_at AS again
    FROM publications JOIN snapshots USING (snapshot_id)
    WHERE publications.position < :before ORDER BY publications.position DESC LIMIT :most"""
)


class Snapshot(Struct, frozen=True, kw_only=True):
    """A published board. Its content never changes; `sha256` names it."""

    snapshot_id: str
    published_at: datetime
    sha256: str  # of the signed bytes
    board: PulledBoard


class Published(Struct, frozen=True, kw_only=True):
    """One line of the list of publications: the same board may stand there more than once."""

    position: int
    snapshot_id: str
    published_at: datetime
    votes: int
    models: int
    again: bool  # it was published before, and another one in between


class Row(Struct, frozen=True, kw_only=True):
    """One model's line of a board."""

    model_id: str
    name: str
    organization: str
    license: str
    rank: int
    rank_low: int
    rank_high: int
    rating: float
    low: float  # 95 % interval
    high: float
    elo: float | None  # None where a board is computed on request
    votes: int
    battles: int | None  # None where a snapshot does not tell
    evaluators: int | None
    wins: int
    losses: int
    ties: int
    both_bad: int
    acceptable: Share
    provisional: bool
    reasons: tuple[str, ...]  # why, where it is known


class PublicBoard(Struct, frozen=True, kw_only=True):
    """A board of one robot or all, of one scene or all."""

    snapshot: Snapshot
    robot_id: str | None
    scene_id: str | None
    rows: tuple[Row, ...]
    votes: int
    battles: int | None = None  # None where a snapshot does not tell
    evaluators: int | None = None
    computed: bool  # on request from the votes of now, not part of what was signed
    agreement: Agreement | None = None  # of evaluators, over all robots and scenes; None where a snapshot tells none


class Choices(Struct, frozen=True):
    """What a board can be narrowed to."""

    robots: tuple[str, ...]
    scenes: tuple[str, ...]


def newest(connection: Connection) -> Snapshot | None:
    """The last published snapshot; None before the first."""
    try:
        return _snapshot(snapshots.latest(connection))
    except NotFound:
        return None


def published(connection: Connection, snapshot_id: str) -> Snapshot:
    """The snapshot of this id.

    Raises:
        NotFound: there is none.
    """
    return _snapshot(snapshots.find(connection, snapshot_id))


def listed(connection: Connection, most: int = LISTED, before: int = 2**62) -> list[Published]:
    """The newest publications before a position, the newest first."""
    return [Published(**row._asdict()) for row in connection.execute(_LISTED, {"most": most, "before": before})]


def counted_votes(connection: Connection) -> VoteLog:
    """Every vote that counts now."""
    return vote_log(ballots.counting(connection))


def robots_of(snapshot: Snapshot) -> dict[str, int]:
    """Robots that have lines in the snapshot, which bounds how many, and how many votes each has."""
    found = Counter[str]()
    for row in snapshot.board.rows:
        if row.robot_id:
            found[row.robot_id] += row.votes
    return {robot_id: votes // 2 for robot_id, votes in found.items()}


def scenes_of(log: VoteLog) -> dict[str, int]:
    """The MOST_SCENES scenes with most votes, and how many each has."""
    counts = np.bincount(log.scene, minlength=len(log.scenes))
    ranked = sorted(zip(log.scenes, counts.tolist(), strict=True), key=lambda each: (-each[1], each[0]))
    return dict(ranked[:MOST_SCENES])


def choices(robots: Mapping[str, int], scenes: Mapping[str, int], declared: Collection[str]) -> Choices:
    """What is listed of the robots and scenes that have so many votes: not what somebody merely made a name for."""
    known = [name for name, votes in robots.items() if votes >= FEWEST_VOTES or name in declared]
    return Choices(tuple(sorted(known)), tuple(sorted(name for name, votes in scenes.items() if votes >= FEWEST_VOTES)))


def board_of(snapshot: Snapshot, robot_id: str | None = None) -> PublicBoard:
    """What the snapshot says of one robot, or of all with equal weights."""
    rows = sorted((row for row in snapshot.board.rows if row.robot_id == robot_id), key=lambda row: row.rank)
    cards = {card.id: card for card in snapshot.board.cards}
    votes = snapshot.board.votes if robot_id is None else sum(row.votes for row in rows) // 2
    shown = tuple(_row(row, cards.get(row.model_id)) for row in rows)
    whole = snapshot.board if robot_id is None else None
    return PublicBoard(
        snapshot=snapshot,
        robot_id=robot_id,
        scene_id=None,
        rows=shown,
        votes=votes,
        battles=whole.battles if whole else None,
        evaluators=whole.evaluators if whole else None,
        computed=False,
        agreement=whole.agreement if whole else None,
    )


def board_in(log: VoteLog, snapshot: Snapshot, robot_id: str | None, scene_id: str) -> PublicBoard:
    """The board of one scene, from these votes: as the snapshot's own are made, partially pooled over robots."""
    within = narrowed(log, Narrowing(scene_ids=(scene_id,)))
    found = boards_of(within, snapshot.board.robots or log.robots)
    ratings = found.overall if robot_id is None else found.each.get(robot_id, ())
    here = within if robot_id is None else narrowed(within, Narrowing(robot_ids=(robot_id,)))
    cards = {card.id: card for card in snapshot.board.cards}
    rows = tuple(_rated_row(rating, cards.get(rating.model_id)) for rating in ratings)
    return PublicBoard(
        snapshot=snapshot,
        robot_id=robot_id,
        scene_id=scene_id,
        rows=rows,
        votes=len(here),
        battles=len(np.unique(here.battle)),
        evaluators=len(np.unique(here.evaluator)),
        computed=True,
    )


def _snapshot(found: snapshots.Published) -> Snapshot:
    return Snapshot(
        snapshot_id=found.board.snapshot_id,
        published_at=found.published_at,
        sha256=found.etag.strip('"'),
        board=found.board,
    )


def _row(row: PulledRow, card: ModelCard | None) -> Row:
    return Row(
        **_names(row.model_id, card),
        rank=row.rank,
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        rating=row.rating,
        low=row.low,
        high=row.high,
        elo=row.elo_score,
        votes=row.votes,
        battles=row.battles,
        evaluators=row.evaluators,
        wins=row.wins,
        losses=row.losses,
        ties=row.ties,
        both_bad=row.both_bad,
        acceptable=share(row.votes - row.both_bad, row.votes),
        provisional=row.provisional,
        reasons=row.flags,
    )


def _rated_row(rating: Rating, card: ModelCard | None) -> Row:
    known = rating.record
    return Row(
        **_names(rating.model_id, card),
        rank=rating.rank,
        rank_low=rating.rank_low,
        rank_high=rating.rank_high,
        rating=rating.rating,
        low=rating.these.low,
        high=rating.these.high,
        elo=None,
        votes=known.votes,
        battles=known.battles,
        evaluators=known.evaluators,
        wins=known.wins,
        losses=known.losses,
        ties=known.ties,
        both_bad=known.both_bad,
        acceptable=known.acceptable,
        provisional=bool(rating.flags),
        reasons=rating.flags,
    )


def _names(model_id: str, card: ModelCard | None) -> dict[str, str]:
    organization, licence = (card.organization, card.license) if card else ("", "")
    return {
        "model_id": model_id,
        "name": card.name if card else model_id,
        "organization": organization,
        "license": licence,
    }
