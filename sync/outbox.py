"""What must reach the central service, and what was done here: both only ever grow.

An operation points at a record and its revision. While a battle may still be undone its vote's operations are
held; closing releases them. A sequence number is given at release, so that what may be sent has no gaps.
"""

from __future__ import annotations

from typing import Literal

from scenes.database import Database
from sync.records import new_id, now

Kind = Literal["session", "battle", "turn", "vote"]
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


def hold(database: Database, kind: Kind, record_id: str, rev: int = 1) -> None:
    """Note an operation that may not be sent yet; one that is noted already stays as it is."""
    database.execute(
        """INSERT INTO outbox (op_id, kind, record_id, rev, held, created_at) VALUES (?, ?, ?, ?, 1, ?)
        ON CONFLICT (kind, record_id, rev) DO NOTHING""",
        [new_id(), kind, record_id, rev, now()],
    )


def release(database: Database, battle_id: str) -> None:
    """Let everything about a closed battle be sent: its session, itself, its turns and votes."""
    for row in database.rows("SELECT session_id FROM battle WHERE battle_id = ?", [battle_id]):
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


def _release(database: Database, kind: Kind, record_id: str, rev: int = 1) -> None:
    hold(database, kind, record_id, rev)
    database.execute(
        """UPDATE outbox SET held = 0, store_id = meta.store_id,
            seq = 1 + (SELECT coalesce(max(seq), 0) FROM outbox AS sent WHERE sent.store_id = meta.store_id)
        FROM meta WHERE kind = ? AND record_id = ? AND rev = ? AND held = 1""",
        [kind, record_id, rev],
    )
