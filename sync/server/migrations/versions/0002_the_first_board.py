"""Models, boards, the worker's jobs, blobs and webhooks. A migration that was ever released is never edited."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BOARDS = (
    """CREATE TABLE cards (
        model_id text PRIMARY KEY,
        card bytea NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    """CREATE TABLE model_stats_by_robot (
        model_id text NOT NULL,
        robot_id text NOT NULL,
        elo_score double precision NOT NULL,
        elo_ci double precision[] NOT NULL,
        rating double precision NOT NULL,
        rating_low double precision NOT NULL,
        rating_high double precision NOT NULL,
        vote_count integer NOT NULL,
        win_count integer NOT NULL,
        loss_count integer NOT NULL,
        tie_count integer NOT NULL,
        both_bad_count integer NOT NULL,
        win_rate double precision NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (model_id, robot_id)
    )""",
    """CREATE TABLE model_stats_total (
        model_id text PRIMARY KEY,
        organization text,
        license text,
        elo_score double precision NOT NULL,
        elo_ci double precision[] NOT NULL,
        rating double precision NOT NULL,
        rating_low double precision NOT NULL,
        rating_high double precision NOT NULL,
        vote_count integer NOT NULL,
        win_count integer NOT NULL,
        loss_count integer NOT NULL,
        tie_count integer NOT NULL,
        both_bad_count integer NOT NULL,
        win_rate double precision NOT NULL,
        updated_at timestamptz NOT NULL
    )""",
    """CREATE TABLE snapshots (
        position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        snapshot_id text PRIMARY KEY,
        content bytea NOT NULL,
        signature bytea NOT NULL,
        published_at timestamptz NOT NULL DEFAULT now()
    )""",
    """CREATE TABLE worker_status (
        worker_name text PRIMARY KEY,
        last_run_at timestamptz,
        status text NOT NULL,
        votes_processed integer NOT NULL DEFAULT 0,
        error_message text
    )""",
    """CREATE TABLE job_runs (
        run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        job text NOT NULL,
        slot text NOT NULL,
        worker text NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (job, slot)
    )""",
    """CREATE TABLE webhooks (
        webhook_id text PRIMARY KEY,
        url text NOT NULL,
        events text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
    )""",
    """CREATE TABLE deliveries (
        delivery_id text PRIMARY KEY,
        webhook_id text NOT NULL REFERENCES webhooks,
        event text NOT NULL,
        subject text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz,
        error text
    )""",
    "CREATE INDEX deliveries_due ON deliveries (due_at) WHERE done_at IS NULL",
    """CREATE TABLE blobs (
        sha256 text PRIMARY KEY CHECK (length(sha256) = 64),
        media_type text NOT NULL,
        size_bytes bigint NOT NULL,
        purpose text NOT NULL,
        subject text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    # how often somebody asked, in common for all processes: it may be lost, so no write-ahead log is kept of it
    """CREATE UNLOGGED TABLE buckets (
        name text PRIMARY KEY,
        level double precision NOT NULL,
        allowed boolean NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _BOARDS:
        op.execute(statement)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
