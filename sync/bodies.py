"""What operations carry: the records as they stand here when they are released, as bytes."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from scenes.codec import encode
from scenes.database import Database
from scenes.errors import StoreDamaged
from sync.operations import Body, BranchBody, OperationKind, TurnBody
from sync.records import Battle, Branch, Evaluator, Note, Session, Turn
from sync.rows import run_of, vote_of

T = TypeVar("T")


def body(database: Database, kind: OperationKind, record_id: str, rev: int) -> bytes:
    """The bytes of a record's operation. Made once, at release: later they are only read.

    Raises:
        StoreDamaged: the record is not there, or not whole.
    """
    return encode(_record(database, kind, record_id, rev))


def _record(database: Database, kind: OperationKind, record_id: str, rev: int) -> Body:
    match kind:
        case "turn":
            return _turn(database, record_id)
        case "vote":
            return vote_of(_row(database, "SELECT * FROM vote WHERE vote_id = ? AND rev = ?", record_id, rev))
        case "note":
            row = _row(database, "SELECT * FROM note WHERE note_id = ?", record_id)
            return _converted(row | {"withdrawn": rev > 1}, Note)
        case "branch":
            row = _row(database, "SELECT * FROM branch_run WHERE branch_id = ?", record_id)
            return BranchBody(branch=_plain(database, Branch, "branch", record_id), run=run_of(row))
        case "evaluator":
            return _plain(database, Evaluator, "evaluator", record_id)
        case "session":
            return _plain(database, Session, "session", record_id)
        case "battle":
            return _plain(database, Battle, "battle", record_id)


def _turn(database: Database, turn_id: str) -> TurnBody:
    rows = database.rows("SELECT * FROM run WHERE turn_id = ? ORDER BY side", [turn_id])
    if [row["side"] for row in rows] != ["left", "right"]:
        raise StoreDamaged("A stored turn lacks the runs of its sides.", hint="Restore a backup.")
    left, right = (run_of(row) for row in rows)
    return TurnBody(turn=_plain(database, Turn, "turn", turn_id), left=left, right=right)


def _plain(database: Database, kind: type[T], table: str, record_id: str) -> T:
    return _converted(_row(database, f"SELECT * FROM {table} WHERE {table}_id = ?", record_id), kind)


def _row(database: Database, sql: str, *parameters: str | int) -> dict[str, Any]:
    rows = database.rows(sql, parameters)
    if not rows:
        raise StoreDamaged("A record that is to be sent is missing.", hint="Restore a backup.", detail=str(parameters))
    return rows[0]


def _converted(row: dict[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(row, kind, strict=False)
    except msgspec.ValidationError as error:
        raise StoreDamaged(
            f"A stored row is no {kind.__name__}.", hint="Restore a backup.", detail=str(error)
        ) from error
