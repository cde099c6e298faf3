"""Published boards as people read them: a snapshot's rows with names, and boards of one scene computed on request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Connection, text

from scenes.codec import decode, digest
from scenes.errors import NotFound
from scenes.models import ModelCard
from sync.api import PulledBoard, PulledRow
from sync.ratings.board import Flag, Rating, board
from sync.ratings.intervals import Share, share
from sync.ratings.log import VoteLog, coded
from sync.records import CHOICES

LIVE_VOTES = """(SELECT * FROM (SELECT DISTINCT ON (vote_id) * FROM votes ORDER BY vote_id, rev DESC) AS last
    WHERE NOT withdrawn AND left_model_id <> right_model_id)"""
COUNTED_VOTES = f"""(SELECT * FROM {LIVE_VOTES} AS live WHERE kind = 'rated' AND origin = 'window'
    AND NOT EXISTS (SELECT 1 FROM turns JOIN episodes ON episode_id IN (left_episode_id, right_episode_id)
        WHERE turns.battle_id = live.battle_id AND episodes.status <> 'stored'))"""


class Snapshot(Struct, frozen=True, kw_only=True):
    """A published board. Its content never changes; `sha256` names it."""

    snapshot_id: str
    published_at: datetime
    sha256: str  # of the signed bytes
    board: PulledBoard


class Published(Struct, frozen=True, kw_only=True):
    """One line of the list of snapshots."""

    snapshot_id: str
    published_at: datetime
    votes: int
    models: int


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
    reasons: tuple[Flag, ...]  # why, where it is known


class PublicBoard(Struct, frozen=True, kw_only=True):
    """A board of one robot or all, of one scene or all."""

    snapshot: Snapshot
    robot_id: str | None
    scene_id: str | None
    rows: tuple[Row, ...]
    votes: int
    computed: bool  # on request from the votes of now, not part of what was signed


class Choices(Struct, frozen=True):
    """What a board can be narrowed to."""

    robots: tuple[str, ...]
    scenes: tuple[str, ...]


def newest(connection: Connection) -> Snapshot | None:
    """The last published snapshot; None before the first."""
    row = connection.execute(text(f"{_SNAPSHOT} ORDER BY position DESC LIMIT 1")).first()
    return _snapshot(row) if row else None


def published(connection: Connection, snapshot_id: str) -> Snapshot:
    """The snapshot of this id.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(text(f"{_SNAPSHOT} WHERE snapshot_id = :name"), {"name": snapshot_id}).first()
    if row is None:
        raise NotFound("There is no such snapshot.", hint="The changelog lists all of them.")
    return _snapshot(row)


def listed(connection: Connection, most: int = 100) -> list[Published]:
    """The newest snapshots, the newest first."""
    rows = connection.execute(text(f"{_SNAPSHOT} ORDER BY position DESC LIMIT :most"), {"most": most})
    return [
        Published(
            snapshot_id=found.snapshot_id,
            published_at=found.published_at,
            votes=found.board.votes,
            models=len({row.model_id for row in found.board.rows}),
        )
        for found in map(_snapshot, rows)
    ]


def choices(connection: Connection, snapshot: Snapshot | None) -> Choices:
    """Robots and scenes that have a counted vote or a row."""
    rows = connection.execute(text(f"SELECT DISTINCT robot_id, scene_id FROM {COUNTED_VOTES} AS votes")).all()
    of_snapshot = {row.robot_id for row in snapshot.board.rows if row.robot_id} if snapshot else set()
    return Choices(tuple(sorted({row[0] for row in rows} | of_snapshot)), tuple(sorted({row[1] for row in rows})))


def board_of(snapshot: Snapshot, robot_id: str | None = None) -> PublicBoard:
    """What the snapshot says of one robot, or of all with equal weights."""
    rows = sorted((row for row in snapshot.board.rows if row.robot_id == robot_id), key=lambda row: row.rank)
    cards = {card.id: card for card in snapshot.board.cards}
    votes = snapshot.board.votes if robot_id is None else sum(row.votes for row in rows) // 2
    shown = tuple(_row(row, cards.get(row.model_id)) for row in rows)
    return PublicBoard(snapshot=snapshot, robot_id=robot_id, scene_id=None, rows=shown, votes=votes, computed=False)


def board_in(connection: Connection, snapshot: Snapshot, robot_id: str | None, scene_id: str) -> PublicBoard:
    """The board of one scene, from the votes that count now."""
    found = board(_vote_log(connection, robot_id, scene_id))
    cards = {card.id: card for card in snapshot.board.cards}
    rows = tuple(_rated_row(rating, cards.get(rating.model_id)) for rating in found.ratings)
    return PublicBoard(
        snapshot=snapshot, robot_id=robot_id, scene_id=scene_id, rows=rows, votes=found.votes, computed=True
    )


def with_turnout(connection: Connection, shown: PublicBoard) -> PublicBoard:
    """The board with each model's battles and evaluators as counted now; boards on request have them already."""
    if shown.computed:
        return shown
    statement = text(_TURNOUT if shown.robot_id is None else _TURNOUT.replace("TRUE", "robot_id = :robot"))
    counted = {row.model_id: row for row in connection.execute(statement, {"robot": shown.robot_id})}
    rows = tuple(_turned_out(row, counted.get(row.model_id)) for row in shown.rows)
    return structs.replace(shown, rows=rows)


_SNAPSHOT = "SELECT snapshot_id, published_at, content FROM snapshots"
_TURNOUT = f"""SELECT model_id, count(DISTINCT battle_id) AS battles, count(DISTINCT evaluator_id) AS evaluators
    FROM {COUNTED_VOTES} AS votes, LATERAL (VALUES (left_model_id), (right_model_id)) AS sides (model_id)
    WHERE TRUE GROUP BY model_id"""


def _snapshot(row: Any) -> Snapshot:
    content = bytes(row.content)
    found = decode(content, PulledBoard)
    return Snapshot(snapshot_id=row.snapshot_id, published_at=row.published_at, sha256=digest(content), board=found)


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
        battles=None,
        evaluators=None,
        wins=row.wins,
        losses=row.losses,
        ties=row.ties,
        both_bad=row.both_bad,
        acceptable=share(row.votes - row.both_bad, row.votes),
        provisional=row.provisional,
        reasons=(),
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


def _turned_out(row: Row, counted: Any) -> Row:
    battles, evaluators = (counted.battles, counted.evaluators) if counted else (0, 0)
    return structs.replace(row, battles=battles, evaluators=evaluators)


def _names(model_id: str, card: ModelCard | None) -> dict[str, str]:
    organization, licence = (card.organization, card.license) if card else ("", "")
    return {
        "model_id": model_id,
        "name": card.name if card else model_id,
        "organization": organization,
        "license": licence,
    }


def _vote_log(connection: Connection, robot_id: str | None, scene_id: str) -> VoteLog:
    """The votes on one scene in integers; their order says nothing."""
    statement = f"SELECT * FROM {COUNTED_VOTES} AS votes WHERE scene_id = :scene" + (
        " AND robot_id = :robot" if robot_id else ""
    )
    rows = connection.execute(text(statement), {"scene": scene_id, "robot": robot_id}).all()
    models = sorted({name for row in rows for name in (row.left_model_id, row.right_model_id)})
    evaluators = sorted({row.evaluator_id for row in rows})
    return coded(
        models,
        _places(models, (row.left_model_id for row in rows)),
        _places(models, (row.right_model_id for row in rows)),
        [CHOICES.index(row.vote) for row in rows],
        battle=_places(sorted({row.battle_id for row in rows}), (row.battle_id for row in rows)),
        names={"evaluators": tuple(evaluators)},
        codes={"evaluator": _places(evaluators, (row.evaluator_id for row in rows))},
    )


def _places(known: list[str], names: Iterable[str]) -> list[int]:
    place = {name: number for number, name in enumerate(known)}
    return [place[name] for name in names]
