"""The board as a file: CSV that no spreadsheet takes for formulas, JSON, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import importlib
import io
from typing import Any

import msgspec
from msgspec import Struct

from scenes.errors import NotFound
from sync.server.boards import PublicBoard, Row
from sync.spreadsheets import cell

COLUMNS = (
    *("rank", "rank_low", "rank_high", "model_id", "name", "organization", "license", "rating", "low", "high", "elo"),
    *("votes", "battles", "evaluators", "wins", "losses", "ties", "both_bad"),
    *("acceptable_rate", "acceptable_low", "acceptable_high", "provisional"),
)

OF_BOARD = ("robot_id", "scene_id", "method", "snapshot_id")


class BoardFile(Struct, frozen=True, kw_only=True):
    """A board with all that identifies it."""

    snapshot_id: str
    snapshot_sha256: str
    published_at: str
    method: str
    robot_id: str | None
    scene_id: str | None
    computed_on_request: bool
    votes: int
    rows: list[dict[str, Any]]


def as_csv(shown: PublicBoard) -> bytes:
    """With a header line, in UTF-8, as RFC 4180 says; each line tells which board it is of."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *OF_BOARD])
    of_board = (
        shown.robot_id or "all",
        shown.scene_id or "all",
        shown.snapshot.board.method,
        shown.snapshot.snapshot_id,
    )
    for row in shown.rows:
        writer.writerow([cell(value) for value in (*_record(row).values(), *of_board)])
    return text.getvalue().encode()


def as_json(shown: PublicBoard) -> bytes:
    """Exact, with the snapshot's digest."""
    return msgspec.json.format(msgspec.json.encode(_file(shown)), indent=1)


def as_parquet(shown: PublicBoard) -> bytes:
    """By pyarrow.

    Raises:
        NotFound: pyarrow is not installed here.
    """
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise NotFound(
            "This service cannot write Parquet: pyarrow is not installed where it runs.",
            hint="Take CSV or JSON; they hold the same rows.",
        ) from error
    written = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist([_record(row) for row in shown.rows]), written)
    return written.getvalue()


def _record(row: Row) -> dict[str, Any]:
    of_share = {
        "acceptable_rate": row.acceptable.rate,
        "acceptable_low": row.acceptable.low,
        "acceptable_high": row.acceptable.high,
    }
    return {name: of_share[name] if name in of_share else getattr(row, name) for name in COLUMNS}


def _file(shown: PublicBoard) -> BoardFile:
    return BoardFile(
        snapshot_id=shown.snapshot.snapshot_id,
        snapshot_sha256=shown.snapshot.sha256,
        published_at=shown.snapshot.published_at.isoformat(),
        method=shown.snapshot.board.method,
        robot_id=shown.robot_id,
        scene_id=shown.scene_id,
        computed_on_request=shown.computed,
        votes=shown.votes,
        rows=[_record(row) for row in shown.rows],
    )
