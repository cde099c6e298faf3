"""Of which kind a hidden check was. Rows of earlier versions do not tell; `vlaarena-central rebuild` reads it from what
newer workstations sent. A migration that was ever released is never edited.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column, empty where a battle is no check."""
    op.execute("""ALTER TABLE battles ADD COLUMN "check" text CHECK ("check" IN ('aa', 'swapped', 'noop'))""")


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
