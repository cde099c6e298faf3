"""What each blob is used for, however many battles share its bytes; and revisions of evaluators.

A migration that was ever released is never edited.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE evaluators ADD COLUMN rev integer NOT NULL DEFAULT 1",
    """CREATE TABLE blob_uses (
        purpose text NOT NULL,
        subject text NOT NULL,
        sha256 text NOT NULL REFERENCES blobs,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (purpose, subject, sha256)
    )""",
    """INSERT INTO blob_uses (purpose, subject, sha256, created_at)
        SELECT purpose, subject, sha256, created_at FROM blobs""",
    "CREATE INDEX blob_uses_of_a_blob ON blob_uses (sha256)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _CHANGES:
        op.execute(statement)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
