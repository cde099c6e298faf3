"""The rating job: the board of all votes, its statistics, its snapshot, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TableClause, delete, func, text
from sqlalchemy.dialects.postgresql import insert

from scenes.failpoints import reach
from scenes.models import ModelCard
from sync.api import PulledRow
from sync.keys import SigningKey
from sync.server import migrating, signing, snapshots, tables
from sync.server.centre import Centre

RATINGS = "ratings"


async def begin(centre: Centre) -> None:
    """Before the first request: the tables are this version's, the indexes are there, and so is a first board.

    Raises:
        StoreError: the database was not migrated, or another key signs in it.
    """
    await centre.beside(lambda: migrating.check(centre.engine))
    await centre.rows(lambda c: signing.check_key(c, centre.key))
    await centre.documents.prepare()
    if await centre.rows(snapshots.etag) is None:
        await centre.rows(lambda c: rate(c, centre.key, centre.settings.robots))


def rate(connection: Connection, key: SigningKey, declared_robots: Sequence[str]) -> int:
    """Publish the board as it is now, if it differs from the last one; how many votes it counts.

    Raises:
        StoreError: another key signs here.
    """
    signing.check_key(connection, key)
    board = snapshots.compute(connection, declared_robots)
    cards = {card.id: card for card in board.cards}
    for table in (tables.model_stats_by_robot, tables.model_stats_total):
        connection.execute(delete(table))
    _write(connection, tables.model_stats_by_robot, [_by_robot(row) for row in board.rows if row.robot_id])
    overall = [_total(row, cards.get(row.model_id)) for row in board.rows if row.robot_id is None]
    _write(connection, tables.model_stats_total, overall)
    reach("ratings.in_tx")
    snapshots.publish(connection, board, key)
    reach("ratings.after_publish")
    return board.votes


def note_status(connection: Connection, name: str, status: str, votes: int = 0, error: str | None = None) -> None:
    """Say how a job went, in `worker_status`."""
    said = {"last_run_at": func.now(), "status": status, "votes_processed": votes, "error_message": error}
    if status == "ok":
        said["last_success_at"] = func.now()
    row = insert(tables.worker_status).values(worker_name=name, **said)
    changes = {column: row.excluded[column] for column in said}
    connection.execute(row.on_conflict_do_update(index_elements=["worker_name"], set_=changes))


def last_ratings(connection: Connection) -> Any:
    """When and how ratings last ran, or None."""
    statement = text("SELECT * FROM worker_status WHERE worker_name = :name")
    return connection.execute(statement, {"name": RATINGS}).mappings().first()


def _write(connection: Connection, table: TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table).values(updated_at=func.now()), rows)


def _by_robot(row: PulledRow) -> dict[str, Any]:
    return {"model_id": row.model_id, "robot_id": row.robot_id} | _numbers(row)


def _total(row: PulledRow, card: ModelCard | None) -> dict[str, Any]:
    about = {"organization": card.organization if card else None, "license": card.license if card else None}
    return {"model_id": row.model_id} | about | _numbers(row)


def _numbers(row: PulledRow) -> dict[str, Any]:
    return {
        "elo_score": row.elo_score,
        "elo_ci": [row.low, row.high],
        "rating": row.rating,
        "rating_low": row.low,
        "rating_high": row.high,
        "vote_count": row.votes,
        "win_count": row.wins,
        "loss_count": row.losses,
        "tie_count": row.ties,
        "both_bad_count": row.both_bad,
        "win_rate": row.win_rate,
    }
