"""Which key signs here, and when each job last ended well. A migration that was ever released is never edited."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHANGES = (
    """CREATE TABLE service_key (
        alone boolean PRIMARY KEY DEFAULT true CHECK (alone),
        public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
        noted_at timestamptz NOT NULL DEFAULT now()
    )""",
    "ALTER TABLE worker_status ADD COLUMN last_success_at timestamptz",
    "UPDATE worker_status SET last_success_at = last_run_at WHERE status = 'ok'",
)


def upgrade() -> None:
    """Make them; the key is noted by whoever signs first."""
    for statement in _CHANGES:
        op.execute(statement)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
