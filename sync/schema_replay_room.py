"""The tables of the second migration: what is added to closed battles. Released migrations are never edited.

Nothing here can exist while a battle is open: a note or a side experiment made then would tell who plays.
"""

from __future__ import annotations

_CLOSED = "SELECT 1 FROM battle WHERE battle_id = NEW.battle_id AND left_model_id IS NOT NULL"
_OWN_TURN = "SELECT 1 FROM turn WHERE turn_id = NEW.turn_id AND battle_id = NEW.battle_id"


def _refuses(name: str, event: str, when: str, why: str) -> str:
    """A trigger that refuses rows for a reason."""
    return f"CREATE TRIGGER {name} BEFORE {event} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


_NOTES = (
    """CREATE TABLE note (
        position INTEGER PRIMARY KEY,  -- the order of notes
        note_id TEXT NOT NULL UNIQUE,
        battle_id TEXT NOT NULL REFERENCES battle (battle_id),
        turn_id TEXT NOT NULL REFERENCES turn,
        side TEXT NOT NULL CHECK (side IN ('left', 'right')),
        step INTEGER NOT NULL CHECK (step >= 0),
        text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
        evaluator_id TEXT NOT NULL REFERENCES evaluator,
        created_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX note_by_battle ON note (battle_id)",
    """CREATE TABLE note_withdrawal (
        note_id TEXT PRIMARY KEY REFERENCES note (note_id),
        evaluator_id TEXT NOT NULL REFERENCES evaluator,
        withdrawn_at TEXT NOT NULL
    ) STRICT""",
    _refuses(
        "no_note_before_the_end", "INSERT ON note", f"WHEN NOT EXISTS ({_CLOSED})", "notes are for closed battles"
    ),
    _refuses(
        "a_note_is_about_its_battle", "INSERT ON note", f"WHEN NOT EXISTS ({_OWN_TURN})", "no such turn in the battle"
    ),
    _refuses("notes_never_change", "UPDATE ON note", "", "notes never change"),
    _refuses("notes_stay", "DELETE ON note", "", "notes are never deleted"),
    _refuses("withdrawals_never_change", "UPDATE ON note_withdrawal", "", "withdrawals never change"),
    _refuses("withdrawals_stay", "DELETE ON note_withdrawal", "", "withdrawals are never deleted"),
)

_BRANCHES = (
    """CREATE TABLE branch (
        position INTEGER PRIMARY KEY,  -- the order of side experiments
        branch_id TEXT NOT NULL UNIQUE,
        battle_id TEXT NOT NULL REFERENCES battle (battle_id),
        turn_id TEXT NOT NULL REFERENCES turn,
        side TEXT NOT NULL CHECK (side IN ('left', 'right')),
        step INTEGER NOT NULL CHECK (step >= 0),
        model_id TEXT NOT NULL,
        instruction TEXT NOT NULL CHECK (length(instruction) BETWEEN 1 AND 500),
        episode_id TEXT NOT NULL REFERENCES episode,
        evaluator_id TEXT NOT NULL REFERENCES evaluator,
        created_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX branch_by_battle ON branch (battle_id)",
    """CREATE TABLE branch_run (
        branch_id TEXT PRIMARY KEY REFERENCES branch (branch_id),
        run_id TEXT NOT NULL,
        episode_id TEXT NOT NULL REFERENCES episode,
        model_id TEXT NOT NULL,
        checkpoint_revision TEXT NOT NULL,
        weights_sha256 TEXT NOT NULL,
        daemon_version TEXT NOT NULL,
        gl_renderer TEXT NOT NULL,
        device TEXT NOT NULL,
        inference_seconds BLOB NOT NULL,
        wall_seconds REAL NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT""",
    _refuses(
        "no_branch_before_the_end", "INSERT ON branch", f"WHEN NOT EXISTS ({_CLOSED})", "no branch of an open battle"
    ),
    _refuses(
        "a_branch_leaves_its_battle",
        "INSERT ON branch",
        f"WHEN NOT EXISTS ({_OWN_TURN})",
        "no such turn in the battle",
    ),
    _refuses("branches_never_change", "UPDATE ON branch", "", "branches never change"),
    _refuses("branches_stay", "DELETE ON branch", "", "branches are never deleted"),
    _refuses("runs_of_branches_never_change", "UPDATE ON branch_run", "", "a run in clear is final"),
    _refuses("runs_of_branches_stay", "DELETE ON branch_run", "", "runs are never deleted"),
)

_SITTINGS = (
    _refuses(
        "a_session_comment_is_short",
        "UPDATE OF comment ON session",
        "WHEN length(NEW.comment) > 2000",
        "a comment has at most 2000 characters",
    ),
)

# SQLite cannot alter a CHECK: a new table takes all rows over. Dropping a table fires none of its triggers.
_AUDIT = (
    """CREATE TABLE wider_audit (
        audit_id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action IN ('battle_started', 'turn_recorded', 'turn_voided', 'vote_cast',
            'vote_withdrawn', 'battle_closed', 'battle_voided', 'battle_abandoned', 'note_added', 'note_withdrawn',
            'branch_recorded', 'evaluator_seated', 'session_commented')),
        battle_id TEXT REFERENCES battle (battle_id),
        detail TEXT NOT NULL,
        sealed BLOB
    ) STRICT""",
    """INSERT INTO wider_audit (audit_id, at, action, battle_id, detail, sealed)
        SELECT audit_id, at, action, battle_id, detail, sealed FROM audit""",
    "DROP TABLE audit",
    "ALTER TABLE wider_audit RENAME TO audit",
    _refuses("audit_never_changes", "UPDATE ON audit", "", "the audit never changes"),
    _refuses("audit_stays", "DELETE ON audit", "", "the audit is never deleted"),
)

STATEMENTS = (*_NOTES, *_BRANCHES, *_SITTINGS, *_AUDIT)
