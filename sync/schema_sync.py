"""The tables of the third migration: what is sent to the central service, and what came of it.

The outbox keeps the exact bytes of what was released, a store that went on as another is on record, and how far things
are is told by the rows themselves. Released migrations are never edited.
"""

from __future__ import annotations

from typing import Any

from sync.records import new_id, now


def _refuses(name: str, event: str, when: str, why: str) -> str:
    """A trigger that refuses rows for a reason."""
    return f"CREATE TRIGGER {name} BEFORE {event} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


_FORK = (
    """CREATE TABLE store_fork (
        new_store_id TEXT PRIMARY KEY,
        old_store_id TEXT NOT NULL,
        forked_at INTEGER NOT NULL CHECK (forked_at >= 1),  -- became number 1 of the new store
        at TEXT NOT NULL,
        CHECK (new_store_id <> old_store_id)
    ) STRICT""",
    _refuses("forks_never_change", "UPDATE ON store_fork", "", "forks never change"),
    _refuses("forks_stay", "DELETE ON store_fork", "", "forks are never deleted"),
)

_OUTBOX = """CREATE TABLE wider_outbox (
        op_id TEXT PRIMARY KEY,
        store_id TEXT,
        seq INTEGER CHECK (seq >= 1),  -- given at release, so that a held operation never leaves a gap
        kind TEXT NOT NULL CHECK (kind IN ('evaluator', 'session', 'battle', 'turn', 'vote', 'note', 'branch')),
        record_id TEXT NOT NULL,
        rev INTEGER NOT NULL CHECK (rev >= 1),
        held INTEGER NOT NULL CHECK (held IN (0, 1)),
        created_at TEXT NOT NULL,
        body BLOB,  -- the bytes that are sent, made at release
        verdict TEXT CHECK (verdict IN ('applied', 'dup', 'rejected', 'deferred')),  -- of the service; NULL: waits
        reason TEXT NOT NULL DEFAULT '',  -- why it was rejected or deferred
        UNIQUE (store_id, seq),
        UNIQUE (kind, record_id, rev),
        CHECK ((held = 1) = (seq IS NULL)),
        CHECK ((seq IS NULL) = (store_id IS NULL)),
        CHECK (held = 0 OR (body IS NULL AND verdict IS NULL))
    ) STRICT"""

# whether the battle that an operation is about is closed; evaluators and sessions belong to no battle
_OF_BATTLE = """CASE NEW.kind WHEN 'battle' THEN NEW.record_id
    WHEN 'turn' THEN (SELECT battle_id FROM turn WHERE turn_id = NEW.record_id)
    WHEN 'vote' THEN (SELECT battle_id FROM vote WHERE vote_id = NEW.record_id AND rev = NEW.rev)
    WHEN 'note' THEN (SELECT battle_id FROM note WHERE note_id = NEW.record_id)
    WHEN 'branch' THEN (SELECT battle_id FROM branch WHERE branch_id = NEW.record_id) END"""
_CLOSED = f"SELECT 1 FROM battle WHERE left_model_id IS NOT NULL AND battle_id = {_OF_BATTLE}"
_RELEASED = "OLD.held = 1 AND NEW.held = 0"
_MOVED = """NEW.held = 0 AND EXISTS (SELECT 1 FROM store_fork WHERE new_store_id = NEW.store_id
    AND old_store_id = OLD.store_id AND OLD.seq >= forked_at AND NEW.seq = OLD.seq - forked_at + 1)"""

_RULES = (
    "CREATE INDEX outbox_waiting ON outbox (store_id, seq, kind, record_id) WHERE held = 0 AND verdict IS NULL",
    "CREATE INDEX outbox_without_body ON outbox (seq) WHERE held = 0 AND body IS NULL",
    "CREATE INDEX outbox_by_verdict ON outbox (verdict) WHERE held = 0",
    _refuses("operations_stay", "DELETE ON outbox", "", "operations are never deleted"),
    _refuses(
        "operations_never_change",
        "UPDATE OF op_id, kind, record_id, rev, created_at ON outbox",
        "",
        "operations never change",
    ),
    _refuses("operations_begin_held", "INSERT ON outbox", "WHEN NEW.held = 0", "operations begin held"),
    _refuses(
        "what_is_sent_never_changes",
        "UPDATE OF body ON outbox",
        "WHEN OLD.body IS NOT NULL AND NEW.body IS NOT OLD.body",
        "what is sent never changes",
    ),
    _refuses(
        "a_release_brings_what_is_sent",
        "UPDATE OF held ON outbox",
        f"WHEN {_RELEASED} AND NEW.body IS NULL",
        "a released operation has a body",
    ),
    _refuses(
        "an_open_battle_stays_here",
        "UPDATE OF held ON outbox",
        f"WHEN {_RELEASED} AND NEW.kind NOT IN ('evaluator', 'session') AND NOT EXISTS ({_CLOSED})",
        "nothing of an open battle is released",
    ),
    _refuses(
        "a_released_operation_keeps_its_place",
        "UPDATE OF store_id, seq, held ON outbox",
        f"WHEN OLD.held = 0 AND NOT ({_MOVED})",
        "a released operation keeps its place",
    ),
    """CREATE VIEW quarantine AS SELECT op_id, store_id, seq, kind, record_id, rev, reason, created_at FROM outbox
        WHERE held = 0 AND verdict = 'rejected'""",
)

_STATE = (
    """CREATE TABLE device (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        device_id TEXT NOT NULL,
        url TEXT NOT NULL,
        public_key BLOB NOT NULL CHECK (length(public_key) = 32),
        server_key BLOB NOT NULL CHECK (length(server_key) = 32),
        sequence INTEGER NOT NULL CHECK (sequence >= 0),  -- of the last request, kept before it is sent
        enrolled_at TEXT NOT NULL
    ) STRICT""",
    _refuses(
        "a_sequence_only_grows",
        "UPDATE OF sequence ON device",
        "WHEN NEW.device_id = OLD.device_id AND NEW.sequence <= OLD.sequence",
        "the sequence of requests only grows",
    ),
    """CREATE TABLE sync_visit (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        tried_at TEXT NOT NULL,
        done_at TEXT,  -- when everything was last sent, compared and fetched
        message TEXT NOT NULL,  -- why the last try did not get that far; empty: it did
        hint TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE pulled_board (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        etag TEXT NOT NULL,
        content BLOB NOT NULL,
        signature BLOB NOT NULL,
        pulled_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX turn_by_left_episode ON turn (left_episode_id)",
    "CREATE INDEX turn_by_right_episode ON turn (right_episode_id)",
    "CREATE INDEX branch_by_episode ON branch (episode_id)",
)

# Nothing was ever sent before this migration: what was released gets its place anew, each evaluator before all else,
# and notes and side experiments after it. Bodies are made once the store is whole (outbox.complete).
_EVALUATORS = """SELECT DISTINCT evaluator_id AS id FROM session JOIN outbox ON record_id = session_id AND held = 0
    UNION SELECT evaluator_id FROM note UNION SELECT evaluator_id FROM branch ORDER BY 1"""
_LATER = (
    ("note", "SELECT note_id AS id, 1 AS rev FROM note ORDER BY position"),
    ("note", "SELECT note_id AS id, 2 AS rev FROM note_withdrawal ORDER BY rowid"),
    ("branch", "SELECT branch_id AS id, 1 AS rev FROM branch ORDER BY position"),
)


def migrate(database: Any) -> None:
    """Widen the outbox and give everything that was released its place (`database`: sqlite_utils.Database)."""
    for statement in _FORK:
        database.execute(statement)
    database.execute(_OUTBOX)
    store_ids = [row[0] for row in database.execute("SELECT store_id FROM meta")]
    if store_ids:
        _take_over(database, store_ids[0])
    database.execute("DROP TABLE outbox")
    database.execute("ALTER TABLE wider_outbox RENAME TO outbox")
    for statement in (*_RULES, *_STATE):
        database.execute(statement)


def _take_over(database: Any, store_id: str) -> None:
    new = [("evaluator", row[0], 1) for row in database.execute(_EVALUATORS).fetchall()]
    for seq, (kind, record_id, rev) in enumerate(new, start=1):
        _add(database, store_id, seq, kind, record_id, rev)
    database.execute(
        """INSERT INTO wider_outbox (op_id, store_id, seq, kind, record_id, rev, held, created_at)
        SELECT op_id, store_id, seq + ?, kind, record_id, rev, held, created_at FROM outbox""",
        [len(new)],
    )
    (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM wider_outbox").fetchone()
    later = [(kind, *row) for kind, query in _LATER for row in database.execute(query).fetchall()]
    for seq, (kind, record_id, rev) in enumerate(later, start=last + 1):
        _add(database, store_id, seq, kind, record_id, rev)


def _add(database: Any, store_id: str, seq: int, kind: str, record_id: str, rev: int) -> None:
    database.execute(
        """INSERT INTO wider_outbox (op_id, store_id, seq, kind, record_id, rev, held, created_at)
        VALUES (?, ?, ?, ?, ?, ?, 0, ?)""",
        [new_id(), store_id, seq, kind, record_id, rev, now()],
    )
