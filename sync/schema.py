"""The tables of the store, one migration per change. A migration that was ever released is never edited.

The arena's rules stand here as constraints and triggers too, so that no program that writes to this file can
break them: model ids of an open battle are absent, votes only grow, a turn never follows a vote.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

from sync import schema_checks, schema_registrations, schema_replay_room, schema_sheets, schema_sync

APPLICATION_ID = 0x564C4141  # "VLAA"
migrations = Migrations("vlaarena")

_SITTINGS = (
    """CREATE TABLE evaluator (
        evaluator_id TEXT PRIMARY KEY,
        name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        "group" TEXT
    ) STRICT""",
    """CREATE TABLE meta (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        store_id TEXT NOT NULL,
        evaluator_id TEXT REFERENCES evaluator,  -- who sits here now
        created_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE session (
        position INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL UNIQUE,
        robot_id TEXT NOT NULL,
        scene_id TEXT NOT NULL,
        evaluator_id TEXT NOT NULL REFERENCES evaluator,
        comment TEXT,
        created_at TEXT NOT NULL,
        last_active_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX session_by_place ON session (evaluator_id, robot_id, scene_id)",
)

_BATTLES = (
    """CREATE TABLE battle (
        position INTEGER PRIMARY KEY,  -- the order of battles; clocks and ids are never used for it
        battle_id TEXT NOT NULL UNIQUE,
        session_id TEXT NOT NULL REFERENCES session (session_id),
        seq_in_session INTEGER NOT NULL CHECK (seq_in_session >= 1),
        left_model_id TEXT,
        right_model_id TEXT,
        nonce TEXT,
        sealed BLOB,  -- both ids and the nonce until the battle is closed
        status TEXT NOT NULL CHECK (status IN ('ongoing', 'voted', 'abandoned', 'void')),
        kind TEXT NOT NULL CHECK (kind IN ('rated', 'practice', 'check', 'experiment', 'chosen')),
        seed INTEGER NOT NULL CHECK (seed >= 0),
        propensity REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1),
        first TEXT NOT NULL CHECK (first IN ('left', 'right')),
        commitment TEXT NOT NULL CHECK (length(commitment) = 64),
        void_reason TEXT CHECK (void_reason IN ('unclear_instruction', 'scene_broken', 'replay_glitch',
            'recognised_model', 'conflict_of_interest', 'other')),
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        UNIQUE (session_id, seq_in_session),
        CHECK ((left_model_id IS NULL) = (right_model_id IS NULL)),
        CHECK ((left_model_id IS NULL) = (nonce IS NULL)),
        CHECK ((left_model_id IS NULL) = (sealed IS NOT NULL)),
        CHECK (left_model_id IS NULL OR status IN ('voted', 'void')),
        CHECK (status <> 'void' OR left_model_id IS NOT NULL),
        CHECK ((status = 'void') = (void_reason IS NOT NULL)),
        CHECK (kind <> 'rated' OR left_model_id IS NULL OR left_model_id <> right_model_id)
    ) STRICT""",
    "CREATE INDEX battle_by_status ON battle (status)",
    """CREATE TRIGGER a_closed_battle_is_final BEFORE UPDATE ON battle
        WHEN OLD.left_model_id IS NOT NULL OR OLD.status = 'abandoned'
        BEGIN SELECT RAISE(ABORT, 'a closed battle is final'); END""",
    """CREATE TRIGGER a_promise_is_kept BEFORE UPDATE OF
        battle_id, session_id, seq_in_session, kind, seed, propensity, first, commitment, created_at ON battle
        BEGIN SELECT RAISE(ABORT, 'what a battle began with never changes'); END""",
)

_TURNS = (
    """CREATE TABLE episode (
        episode_id TEXT PRIMARY KEY CHECK (length(episode_id) = 64),
        robot_id TEXT NOT NULL,
        scene_id TEXT NOT NULL,
        bundle_digest TEXT NOT NULL CHECK (length(bundle_digest) = 64),
        instruction TEXT NOT NULL,
        task_id TEXT,
        size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
        created_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE turn (
        turn_id TEXT PRIMARY KEY,
        battle_id TEXT NOT NULL REFERENCES battle (battle_id),
        seq INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 6),
        instruction TEXT NOT NULL CHECK (length(instruction) BETWEEN 1 AND 500),
        task_id TEXT,
        start TEXT NOT NULL CHECK (start IN ('reset', 'continue')),
        left_episode_id TEXT NOT NULL REFERENCES episode,
        right_episode_id TEXT NOT NULL REFERENCES episode,
        created_at TEXT NOT NULL,
        UNIQUE (battle_id, seq)
    ) STRICT""",
    """CREATE TABLE run (
        turn_id TEXT NOT NULL REFERENCES turn,
        battle_id TEXT NOT NULL REFERENCES battle (battle_id),
        side TEXT NOT NULL CHECK (side IN ('left', 'right')),
        episode_id TEXT NOT NULL REFERENCES episode,
        sealed BLOB,  -- the whole run until the battle is closed: even its id tells the time
        run_id TEXT UNIQUE,
        model_id TEXT,
        checkpoint_revision TEXT,
        weights_sha256 TEXT,
        daemon_version TEXT,
        gl_renderer TEXT,
        device TEXT,
        inference_seconds BLOB,
        wall_seconds REAL,
        created_at TEXT,
        PRIMARY KEY (turn_id, side),
        CHECK ((sealed IS NULL) = (run_id IS NOT NULL)),
        CHECK ((run_id IS NULL) = (model_id IS NULL)),
        CHECK ((run_id IS NULL) = (created_at IS NULL))
    ) STRICT""",
    "CREATE INDEX run_by_battle ON run (battle_id)",
    "CREATE INDEX run_by_model ON run (model_id)",
    """CREATE TRIGGER no_turn_after_the_vote BEFORE INSERT ON turn
        WHEN (SELECT status FROM battle WHERE battle_id = NEW.battle_id) IS NOT 'ongoing'
        BEGIN SELECT RAISE(ABORT, 'no turn after the vote'); END""",
    """CREATE TRIGGER turns_follow_each_other BEFORE INSERT ON turn
        WHEN NEW.seq <> 1 + (SELECT count(*) FROM turn WHERE battle_id = NEW.battle_id)
        BEGIN SELECT RAISE(ABORT, 'turns are numbered without gaps'); END""",
    """CREATE TRIGGER turns_never_change BEFORE UPDATE ON turn
        BEGIN SELECT RAISE(ABORT, 'turns never change'); END""",
    """CREATE TRIGGER turns_stay BEFORE DELETE ON turn
        BEGIN SELECT RAISE(ABORT, 'turns are never deleted'); END""",
    """CREATE TRIGGER a_run_in_clear_is_final BEFORE UPDATE ON run WHEN OLD.sealed IS NULL
        BEGIN SELECT RAISE(ABORT, 'a run in clear is final'); END""",
)

_VOTES = (
    """CREATE TABLE vote (
        vote_id TEXT NOT NULL,
        rev INTEGER NOT NULL CHECK (rev >= 1),
        battle_id TEXT NOT NULL REFERENCES battle (battle_id),
        evaluator_id TEXT NOT NULL REFERENCES evaluator,
        session_id TEXT NOT NULL REFERENCES session (session_id),
        robot_id TEXT NOT NULL,
        scene_id TEXT NOT NULL,
        left_model_id TEXT,
        right_model_id TEXT,
        task_id TEXT,
        vote TEXT NOT NULL CHECK (vote IN ('left_better', 'right_better', 'tie', 'both_bad')),
        withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
        origin TEXT NOT NULL CHECK (origin IN ('window', 'cli', 'simulated')),
        kind TEXT NOT NULL CHECK (kind IN ('rated', 'practice', 'check', 'experiment', 'chosen')),
        comment TEXT CHECK (length(comment) <= 2000),
        tags TEXT NOT NULL CHECK (tags LIKE '[%]'),  -- JSON; old SQLite does not trust json_valid()
        left_progress INTEGER CHECK (left_progress BETWEEN 0 AND 100),
        right_progress INTEGER CHECK (right_progress BETWEEN 0 AND 100),
        left_coverage REAL NOT NULL CHECK (left_coverage BETWEEN 0 AND 1),
        right_coverage REAL NOT NULL CHECK (right_coverage BETWEEN 0 AND 1),
        dwell_seconds REAL NOT NULL CHECK (dwell_seconds >= 0),
        seen_enough INTEGER NOT NULL CHECK (seen_enough IN (0, 1)),
        opened_at TEXT NOT NULL,
        voted_at TEXT NOT NULL,
        PRIMARY KEY (vote_id, rev),
        UNIQUE (battle_id, evaluator_id, rev),  -- without gaps: one vote per battle and evaluator
        CHECK ((left_model_id IS NULL) = (right_model_id IS NULL))
    ) STRICT""",
    """CREATE VIEW live_vote AS SELECT * FROM vote AS this WHERE withdrawn = 0
        AND rev = (SELECT max(rev) FROM vote WHERE vote_id = this.vote_id)""",
    """CREATE TRIGGER no_vote_without_a_turn BEFORE INSERT ON vote
        WHEN NOT EXISTS (SELECT 1 FROM turn WHERE battle_id = NEW.battle_id)
        BEGIN SELECT RAISE(ABORT, 'no vote without a turn'); END""",
    """CREATE TRIGGER no_vote_after_the_end BEFORE INSERT ON vote
        WHEN (SELECT status IN ('abandoned', 'void') OR (NEW.withdrawn = 0 AND left_model_id IS NOT NULL)
            FROM battle WHERE battle_id = NEW.battle_id)
        BEGIN SELECT RAISE(ABORT, 'no vote after the end of a battle'); END""",
    """CREATE TRIGGER revisions_follow_each_other BEFORE INSERT ON vote
        WHEN NEW.rev <> 1 + (SELECT count(*) FROM vote WHERE vote_id = NEW.vote_id)
        BEGIN SELECT RAISE(ABORT, 'revisions are numbered without gaps'); END""",
    """CREATE TRIGGER one_live_vote BEFORE INSERT ON vote
        WHEN NEW.withdrawn <> EXISTS (SELECT 1 FROM live_vote AS live WHERE live.battle_id = NEW.battle_id
            AND live.evaluator_id = NEW.evaluator_id)
        BEGIN SELECT RAISE(ABORT, 'one live vote per battle and evaluator'); END""",
    """CREATE TRIGGER votes_never_change BEFORE UPDATE OF vote_id, rev, battle_id, evaluator_id, session_id,
        robot_id, scene_id, task_id, vote, withdrawn, origin, kind, comment, tags, left_progress,
        right_progress, left_coverage, right_coverage, dwell_seconds, seen_enough, opened_at, voted_at ON vote
        BEGIN SELECT RAISE(ABORT, 'votes never change'); END""",
    """CREATE TRIGGER names_are_written_once BEFORE UPDATE OF left_model_id, right_model_id ON vote
        WHEN OLD.left_model_id IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'the names in a vote are written once'); END""",
    """CREATE TRIGGER votes_stay BEFORE DELETE ON vote
        BEGIN SELECT RAISE(ABORT, 'votes are never deleted'); END""",
)

_LOGS = (
    """CREATE TABLE outbox (
        op_id TEXT PRIMARY KEY,
        store_id TEXT,
        seq INTEGER CHECK (seq >= 1),  -- given at release, so that a held operation never leaves a gap
        kind TEXT NOT NULL CHECK (kind IN ('session', 'battle', 'turn', 'vote')),
        record_id TEXT NOT NULL,
        rev INTEGER NOT NULL CHECK (rev >= 1),
        held INTEGER NOT NULL CHECK (held IN (0, 1)),
        created_at TEXT NOT NULL,
        UNIQUE (store_id, seq),
        UNIQUE (kind, record_id, rev),
        CHECK ((held = 1) = (seq IS NULL)),
        CHECK ((seq IS NULL) = (store_id IS NULL))
    ) STRICT""",
    """CREATE TRIGGER operations_stay BEFORE DELETE ON outbox
        BEGIN SELECT RAISE(ABORT, 'operations are never deleted'); END""",
    """CREATE TRIGGER operations_never_change BEFORE UPDATE OF op_id, kind, record_id, rev, created_at
        ON outbox
        BEGIN SELECT RAISE(ABORT, 'operations never change'); END""",
    """CREATE TRIGGER a_released_operation_keeps_its_place BEFORE UPDATE OF store_id, seq, held ON outbox
        WHEN OLD.held = 0
        BEGIN SELECT RAISE(ABORT, 'a released operation keeps its place'); END""",
    """CREATE TABLE audit (
        audit_id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action IN ('battle_started', 'turn_recorded', 'turn_voided', 'vote_cast',
            'vote_withdrawn', 'battle_closed', 'battle_voided', 'battle_abandoned')),
        battle_id TEXT REFERENCES battle (battle_id),
        detail TEXT NOT NULL,
        sealed BLOB
    ) STRICT""",
    """CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit never changes'); END""",
    """CREATE TRIGGER audit_stays BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END""",
)


@migrations(name="0001_the_first_battle")
def the_first_battle(database: sqlite_utils.Database) -> None:
    """Sessions, battles, turns, votes, what waits to be sent, and what was done."""
    for statement in (*_SITTINGS, *_BATTLES, *_TURNS, *_VOTES, *_LOGS):
        database.execute(statement)


@migrations(name="0002_the_replay_room")
def the_replay_room(database: sqlite_utils.Database) -> None:
    """Notes and side experiments on closed battles, and the audit of both."""
    for statement in schema_replay_room.STATEMENTS:
        database.execute(statement)


@migrations(name="0003_sync")
def sync_with_the_centre(database: sqlite_utils.Database) -> None:
    """The exact bytes that are sent, what came of them, and forks of copied stores."""
    schema_sync.migrate(database)


@migrations(name="0004_registrations")
def registrations_and_checks(database: sqlite_utils.Database) -> None:
    """Comparisons promised before their first battle; checks that look like any battle until they are closed."""
    for statement in schema_registrations.STATEMENTS:
        database.execute(statement)


@migrations(name="0005_checks")
def kinds_of_checks(database: sqlite_utils.Database) -> None:
    """Of which kind a hidden check was, told when its battle closes."""
    for statement in schema_checks.STATEMENTS:
        database.execute(statement)


@migrations(name="0006_sheets")
def contact_sheets(database: sqlite_utils.Database) -> None:
    """Contact sheets of closed battles, and which files the service has been told of."""
    for statement in schema_sheets.STATEMENTS:
        database.execute(statement)


@migrations(name="0007_files_compared")
def files_compared(database: sqlite_utils.Database) -> None:
    """When the service was last asked whether it still has the files it was sent."""
    for statement in schema_sheets.COMPARED:
        database.execute(statement)
