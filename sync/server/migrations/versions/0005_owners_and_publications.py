"""Whose evaluators and sessions are whose, what each board shows and when it was published, and how often a token
enrols. A migration that was ever released is never edited.
"""

from __future__ import annotations

import msgspec
from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHANGES = (
    # the stores that brought an evaluator or a session: everything else hangs on one of these
    """CREATE TABLE owners (
        record_id text NOT NULL,
        store_id text NOT NULL REFERENCES stores,
        PRIMARY KEY (record_id, store_id)
    )""",
    """INSERT INTO owners (record_id, store_id)
        SELECT DISTINCT record_id, op_places.store_id FROM op_log JOIN op_places USING (op_id)
        WHERE kind IN ('evaluator', 'session')""",
    """CREATE INDEX op_quarantine_waiting ON op_quarantine (store_id)
        WHERE verdict = 'deferred' AND resolved_at IS NULL""",
    # the same board may be the newest one more than once
    """CREATE TABLE publications (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        snapshot_id text NOT NULL REFERENCES snapshots,
        published_at timestamptz NOT NULL DEFAULT now()
    )""",
    """INSERT INTO publications (snapshot_id, published_at)
        SELECT snapshot_id, published_at FROM snapshots ORDER BY position""",
    "ALTER TABLE snapshots ADD COLUMN votes integer NOT NULL DEFAULT 0, ADD COLUMN models integer NOT NULL DEFAULT 0",
    # empty: as often as anybody likes, as tokens of earlier versions
    "ALTER TABLE tokens ADD COLUMN uses_left integer CHECK (uses_left >= 0)",
)


def upgrade() -> None:
    """Make the tables, and say of every board that was published what it shows."""
    for statement in _CHANGES:
        op.execute(statement)
    if op.get_context().as_sql:
        return  # without a database there are no boards
    connection = op.get_bind()
    for name in connection.execute(text("SELECT snapshot_id FROM snapshots")).scalars().all():
        find = text("SELECT content FROM snapshots WHERE snapshot_id = :name")
        board = msgspec.msgpack.decode(bytes(connection.execute(find, {"name": name}).scalar_one()))
        shown = {"votes": board.get("votes", 0), "models": len({row["model_id"] for row in board["rows"]})}
        change = text("UPDATE snapshots SET votes = :votes, models = :models WHERE snapshot_id = :name")
        connection.execute(change, shown | {"name": name})


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
