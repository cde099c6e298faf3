"""Who may speak to the service, the log, and what it becomes. A migration that was ever released is never edited."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WHO = (
    """CREATE TABLE tokens (
        token_id text PRIMARY KEY,
        name text NOT NULL,
        digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
    )""",
    """CREATE TABLE devices (
        device_id text PRIMARY KEY,
        name text NOT NULL,
        public_key bytea NOT NULL UNIQUE CHECK (length(public_key) = 32),
        token_id text REFERENCES tokens,
        last_sequence bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz,
        revoked_at timestamptz
    )""",
    """CREATE TABLE stores (
        store_id text PRIMARY KEY,
        last_seq bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    """CREATE TABLE device_stores (
        device_id text NOT NULL REFERENCES devices,
        store_id text NOT NULL REFERENCES stores,
        PRIMARY KEY (device_id, store_id)
    )""",
    "CREATE INDEX device_stores_by_store ON device_stores (store_id)",
)

_LOGS = (
    """CREATE TABLE op_log (
        position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        op_id text PRIMARY KEY,
        store_id text NOT NULL REFERENCES stores,
        seq bigint NOT NULL CHECK (seq >= 1),
        kind text NOT NULL,
        record_id text NOT NULL,
        rev integer NOT NULL CHECK (rev >= 1),
        body_digest bytea NOT NULL,
        content bytea NOT NULL,
        signature bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (store_id, seq)
    )""",
    """CREATE TABLE op_quarantine (
        quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        op_id text NOT NULL,
        store_id text NOT NULL REFERENCES stores,
        seq bigint NOT NULL,
        kind text NOT NULL,
        verdict text NOT NULL CHECK (verdict IN ('rejected', 'deferred')),
        reason text NOT NULL,
        digest bytea NOT NULL,
        content bytea NOT NULL,
        signature bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz,
        UNIQUE (op_id, digest)
    )""",
    """CREATE TABLE op_places (
        store_id text NOT NULL REFERENCES stores,
        seq bigint NOT NULL CHECK (seq >= 1),
        op_id text NOT NULL,
        digest bytea NOT NULL,
        PRIMARY KEY (store_id, seq)
    )""",
    """CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$""",
    """CREATE TRIGGER log_only_grows BEFORE UPDATE OR DELETE ON op_log
        FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()""",
    """CREATE TABLE audit (
        audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        detail text NOT NULL DEFAULT ''
    )""",
    """CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()""",
)

_ARENA = (
    """CREATE TABLE evaluators (
        evaluator_id text PRIMARY KEY,
        name text NOT NULL,
        "group" text
    )""",
    """CREATE TABLE sessions (
        session_id text PRIMARY KEY,
        rev integer NOT NULL,
        robot_id text NOT NULL,
        scene_id text NOT NULL,
        evaluator_id text NOT NULL REFERENCES evaluators,
        comment text,
        created_at text NOT NULL,
        last_active_at text NOT NULL
    )""",
    """CREATE TABLE battles (
        battle_id text PRIMARY KEY,
        session_id text NOT NULL REFERENCES sessions,
        seq_in_session integer NOT NULL,
        left_model_id text NOT NULL,
        right_model_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('voted', 'void')),
        kind text NOT NULL CHECK (kind IN ('rated', 'practice', 'check', 'experiment', 'chosen')),
        seed bigint NOT NULL,
        propensity double precision NOT NULL,
        first text NOT NULL CHECK (first IN ('left', 'right')),
        commitment text NOT NULL,
        nonce text NOT NULL,
        void_reason text,
        created_at text NOT NULL,
        updated_at text NOT NULL
    )""",
    "CREATE INDEX battles_by_session ON battles (session_id)",
    """CREATE TABLE episodes (
        episode_id text PRIMARY KEY CHECK (length(episode_id) = 64),
        status text NOT NULL CHECK (status IN ('expected', 'stored')),
        stored_at timestamptz
    )""",
    "CREATE INDEX episodes_expected ON episodes (episode_id) WHERE status = 'expected'",
    """CREATE TABLE turns (
        turn_id text PRIMARY KEY,
        battle_id text NOT NULL REFERENCES battles,
        seq integer NOT NULL CHECK (seq BETWEEN 1 AND 6),
        instruction text NOT NULL,
        task_id text,
        start text NOT NULL CHECK (start IN ('reset', 'continue')),
        left_episode_id text NOT NULL REFERENCES episodes,
        right_episode_id text NOT NULL REFERENCES episodes,
        created_at text NOT NULL,
        UNIQUE (battle_id, seq)
    )""",
    "CREATE INDEX turns_by_left_episode ON turns (left_episode_id)",
    "CREATE INDEX turns_by_right_episode ON turns (right_episode_id)",
    """CREATE TABLE wanted_episodes (
        store_id text NOT NULL REFERENCES stores,
        episode_id text NOT NULL REFERENCES episodes,
        PRIMARY KEY (store_id, episode_id)
    )""",
    "CREATE INDEX wanted_by_episode ON wanted_episodes (episode_id)",
    """CREATE TABLE votes (
        vote_id text NOT NULL,
        rev integer NOT NULL CHECK (rev >= 1),
        battle_id text NOT NULL REFERENCES battles,
        evaluator_id text NOT NULL REFERENCES evaluators,
        session_id text NOT NULL REFERENCES sessions,
        robot_id text NOT NULL,
        scene_id text NOT NULL,
        left_model_id text NOT NULL,
        right_model_id text NOT NULL,
        task_id text,
        vote text NOT NULL CHECK (vote IN ('left_better', 'right_better', 'tie', 'both_bad')),
        withdrawn boolean NOT NULL,
        origin text NOT NULL CHECK (origin IN ('window', 'cli', 'simulated')),
        kind text NOT NULL CHECK (kind IN ('rated', 'practice', 'check', 'experiment', 'chosen')),
        comment text,
        tags text[] NOT NULL,
        left_progress integer CHECK (left_progress BETWEEN 0 AND 100),
        right_progress integer CHECK (right_progress BETWEEN 0 AND 100),
        left_coverage double precision NOT NULL,
        right_coverage double precision NOT NULL,
        dwell_seconds double precision NOT NULL,
        seen_enough boolean NOT NULL,
        opened_at text NOT NULL,
        voted_at text NOT NULL,
        PRIMARY KEY (vote_id, rev)
    )""",
    "CREATE INDEX votes_by_battle ON votes (battle_id)",
    "CREATE INDEX votes_by_model ON votes (left_model_id, right_model_id)",
    """CREATE TABLE notes (
        note_id text PRIMARY KEY,
        rev integer NOT NULL,
        battle_id text NOT NULL REFERENCES battles,
        turn_id text NOT NULL REFERENCES turns,
        side text NOT NULL CHECK (side IN ('left', 'right')),
        step integer NOT NULL CHECK (step >= 0),
        text text NOT NULL,
        evaluator_id text NOT NULL REFERENCES evaluators,
        created_at text NOT NULL,
        withdrawn boolean NOT NULL
    )""",
    "CREATE INDEX notes_by_battle ON notes (battle_id)",
    """CREATE TABLE branches (
        branch_id text PRIMARY KEY,
        battle_id text NOT NULL REFERENCES battles,
        turn_id text NOT NULL REFERENCES turns,
        side text NOT NULL CHECK (side IN ('left', 'right')),
        step integer NOT NULL CHECK (step >= 0),
        model_id text NOT NULL,
        instruction text NOT NULL,
        episode_id text NOT NULL REFERENCES episodes,
        evaluator_id text NOT NULL REFERENCES evaluators,
        created_at text NOT NULL
    )""",
    "CREATE INDEX branches_by_battle ON branches (battle_id)",
    "CREATE INDEX branches_by_episode ON branches (episode_id)",
    """CREATE TABLE runs (
        run_id text PRIMARY KEY,
        episode_id text NOT NULL REFERENCES episodes,
        turn_id text REFERENCES turns,
        branch_id text REFERENCES branches,
        side text NOT NULL CHECK (side IN ('left', 'right')),
        model_id text NOT NULL,
        checkpoint_revision text NOT NULL,
        weights_sha256 text NOT NULL,
        daemon_version text NOT NULL,
        gl_renderer text NOT NULL,
        device text NOT NULL,
        inference_seconds bytea NOT NULL, -- float32, little end first
        wall_seconds double precision NOT NULL,
        created_at text NOT NULL,
        CHECK ((turn_id IS NULL) <> (branch_id IS NULL))
    )""",
    "CREATE INDEX runs_by_episode ON runs (episode_id)",
    "CREATE INDEX runs_by_model ON runs (model_id)",
    """CREATE TABLE open_battles (
        battle_id text PRIMARY KEY,
        token_id text NOT NULL REFERENCES tokens,
        battle bytea NOT NULL,
        turns bytea[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in (*_WHO, *_LOGS, *_ARENA):
        op.execute(statement)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("Restore a backup instead.")
