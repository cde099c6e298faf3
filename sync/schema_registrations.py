"""The tables of the fourth migration: comparisons promised before their first battle; and what an open battle hides of
its draw. Released migrations are never edited.

A hidden check must rest as any battle does, and a propensity would tell the pair: of an open battle both stand sealed,
and closing it writes them once, together with the names.
"""

from __future__ import annotations


def _refuses(name: str, event: str, when: str, why: str) -> str:
    """A trigger that refuses rows for a reason."""
    return f"CREATE TRIGGER {name} BEFORE {event} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


_CLOSES = "OLD.left_model_id IS NULL AND NEW.left_model_id IS NOT NULL AND OLD.kind = 'rated'"
_TOLD_AT_THE_END = f"""WHEN (NEW.kind <> OLD.kind AND NOT ({_CLOSES} AND NEW.kind = 'check'))"""

STATEMENTS = (
    """CREATE TABLE registration (
        position INTEGER PRIMARY KEY,
        registration_id TEXT NOT NULL UNIQUE,
        content BLOB NOT NULL,  -- the promise as JSON
        digest TEXT NOT NULL CHECK (length(digest) = 64),  -- SHA-256 of these bytes
        created_at TEXT NOT NULL
    ) STRICT""",
    _refuses("registrations_never_change", "UPDATE ON registration", "", "a promise never changes"),
    _refuses("registrations_stay", "DELETE ON registration", "", "promises are never deleted"),
    "DROP TRIGGER a_promise_is_kept",
    _refuses(
        "a_promise_is_kept",
        "UPDATE OF battle_id, session_id, seq_in_session, seed, first, commitment, created_at ON battle",
        "",
        "what a battle began with never changes",
    ),
    _refuses(
        "a_kind_is_told_at_the_end",
        "UPDATE OF kind ON battle",
        _TOLD_AT_THE_END,
        "what a battle began with never changes",
    ),
    _refuses(
        "a_propensity_is_told_at_the_end",
        "UPDATE OF propensity ON battle",
        f"WHEN (NEW.propensity <> OLD.propensity AND NOT ({_CLOSES} AND OLD.propensity = 1.0))",
        "what a battle began with never changes",
    ),
    "DROP TRIGGER votes_never_change",
    _refuses(
        "votes_never_change",
        """UPDATE OF vote_id, rev, battle_id, evaluator_id, session_id, robot_id, scene_id, task_id, vote, withdrawn,
        origin, comment, tags, left_progress, right_progress, left_coverage, right_coverage, dwell_seconds,
        seen_enough, opened_at, voted_at ON vote""",
        "",
        "votes never change",
    ),
    _refuses("a_vote_learns_its_kind_at_the_end", "UPDATE OF kind ON vote", _TOLD_AT_THE_END, "votes never change"),
)
