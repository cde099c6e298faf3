"""What must hold of every outbox, whatever happened before."""

from __future__ import annotations

from sync.operations import Body, Operation, body_of
from sync.store import Store


def released(store: Store) -> list[Operation]:
    """Everything that was released, in the order of its numbers, store after store."""
    columns = ", ".join(Operation.__struct_fields__)
    rows = store._database.rows(f"SELECT {columns} FROM outbox WHERE held = 0 ORDER BY store_id, seq")
    return [Operation(**row) for row in rows]


def bodies(store: Store) -> list[Body]:
    """The records that were released."""
    return [body_of(operation) for operation in released(store)]


def check_whole(store: Store) -> None:
    """Numbers without gaps, readable bodies, everybody and everything told before it is spoken of, nothing left out."""
    by_store: dict[str, list[int]] = {}
    for operation in released(store):
        by_store.setdefault(operation.store_id, []).append(operation.seq)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_store.values())
    told = set[str]()
    for operation in released(store):
        body = body_of(operation)
        spoken_of = {name for name in ("evaluator_id", "session_id", "battle_id", "turn_id") if hasattr(body, name)}
        assert {getattr(body, name) for name in spoken_of} - {operation.record_id} <= told, operation
        told.add(operation.record_id)
    missing = store._database.rows(
        """SELECT battle_id FROM battle WHERE left_model_id IS NOT NULL
        UNION SELECT turn_id FROM turn JOIN battle USING (battle_id) WHERE battle.left_model_id IS NOT NULL
        UNION SELECT vote_id || rev FROM vote WHERE left_model_id IS NOT NULL
        UNION SELECT note_id FROM note UNION SELECT note_id || 2 FROM note_withdrawal
        UNION SELECT branch_id FROM branch
        EXCEPT SELECT CASE WHEN kind = 'vote' OR rev > 1 THEN record_id || rev ELSE record_id END
        FROM outbox WHERE held = 0"""
    )
    assert missing == []
