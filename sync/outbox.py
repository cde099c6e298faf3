"""What must reach the central service, and what was done here: both only ever grow.

An operation points at a record and its revision. While a battle may still be undone its vote's operations are
held; closing releases them. A sequence number is given at release, so that what may be sent has no gaps, and with it
the operation gets its body: the bytes that are sent, which nothing changes afterwards.
"""

from __future__ import annotations

from typing import Literal

from scenes.database import Database
from sync.bodies import body
from sync.operations import OperationKind
from sync.records import new_id, now

Action = Literal[
    "battle_started",
    "turn_recorded",
    "turn_voided",
    "vote_cast",
    "vote_withdrawn",
    "battle_closed",
    "battle_voided",
    "battle_abandoned",
    "note_added",
    "note_withdrawn",
    "branch_recorded",
    "evaluator_seated",
    "session_commented",
]


def hold(database: Database, kind: OperationKind, record_id: str, rev: int = 1) -> None:
    """Note an operation that may not be sent yet; one that is noted already stays as it is."""
    database.execute(
        """INSERT INTO outbox (op_id, kind, record_id, rev, held, created_at) VALUES (?, ?, ?, ?, 1, ?)
        ON CONFLICT (kind, record_id, rev) DO NOTHING""",
        [new_id(), kind, record_id, rev, now()],
    )


def release(database: Database, battle_id: str) -> None:
    """Let everything about a closed battle be sent: who judged it, its session, itself, its turns and votes."""
    sitting = "SELECT session_id, evaluator_id FROM battle JOIN session USING (session_id) WHERE battle_id = ?"
    for row in database.rows(sitting, [battle_id]):
        _release(database, "evaluator", row["evaluator_id"])
        _release(database, "session", row["session_id"])
    _release(database, "battle", battle_id)
    for row in database.rows("SELECT turn_id FROM turn WHERE battle_id = ? ORDER BY seq", [battle_id]):
        _release(database, "turn", row["turn_id"])
    for row in database.rows("SELECT vote_id, rev FROM vote WHERE battle_id = ? ORDER BY vote_id, rev", [battle_id]):
        _release(database, "vote", row["vote_id"], row["rev"])


def audit(
    database: Database, action: Action, battle_id: str | None, detail: str = "", sealed: bytes | None = None
) -> None:
    """Note what was done, in the same transaction as the deed. `detail` names no model."""
    database.insert("audit", at=now(), action=action, battle_id=battle_id, detail=detail, sealed=sealed)


def release_later(database: Database, kind: OperationKind, record_id: str, evaluator_id: str, rev: int = 1) -> None:
    """Let what an evaluator added to a closed battle be sent, within the transaction that added it."""
    _release(database, "evaluator", evaluator_id)
    _release(database, kind, record_id, rev)


def revise(database: Database, kind: Literal["session", "evaluator"], record_id: str) -> None:
    """Let a session or an evaluator that was released before be sent as it is now, as the next revision."""
    (sent,) = database.rows(
        "SELECT max(rev) AS rev FROM outbox WHERE kind = ? AND record_id = ? AND held = 0", [kind, record_id]
    )
    if sent["rev"] is not None:
        _release(database, kind, record_id, sent["rev"] + 1)


def complete(database: Database) -> None:
    """Make the bodies of what an older version released: it noted only what was to be sent."""
    find = "SELECT op_id, kind, record_id, rev FROM outbox WHERE held = 0 AND body IS NULL ORDER BY seq LIMIT 1000"
    while lacking := database.rows(find):
        with database.transaction():
            for row in lacking:
                content = body(database, row["kind"], row["record_id"], row["rev"])
                database.execute("UPDATE outbox SET body = ? WHERE op_id = ?", [content, row["op_id"]])


def _release(database: Database, kind: OperationKind, record_id: str, rev: int = 1) -> None:
    hold(database, kind, record_id, rev)
    held = "SELECT 1 FROM outbox WHERE kind = ? AND record_id = ? AND rev = ? AND held = 1"
    if not database.rows(held, [kind, record_id, rev]):
        return
    database.execute(
        """UPDATE outbox SET held = 0, body = ?, store_id = meta.store_id,
            seq = 1 + (SELECT coalesce(max(seq), 0) FROM outbox AS sent WHERE sent.store_id = meta.store_id)
        FROM meta WHERE kind = ? AND record_id = ? AND rev = ?""",
        [body(database, kind, record_id, rev), kind, record_id, rev],
    )
