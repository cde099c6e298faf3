"""Who sits here, and on which robot and scene."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta

from scenes.database import Database
from scenes.errors import NotFound
from sync.records import Evaluator, Session, new_id, now

SITTING = timedelta(hours=8)  # a session that rested longer is not continued
_MAX_NAME = 200


def identify(database: Database) -> None:
    """Give a new store its id."""
    database.execute(
        "INSERT INTO meta (only_row, store_id, created_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
        [new_id(), now()],
    )


def evaluator(database: Database) -> Evaluator:
    """Who sits here now; at first use a new evaluator with the login name."""
    found = database.read(Evaluator, "SELECT evaluator.* FROM evaluator JOIN meta USING (evaluator_id)")
    if found:
        return found[0]
    record = Evaluator(evaluator_id=new_id(), name=_login_name())
    with database.transaction():
        database.insert("evaluator", evaluator_id=record.evaluator_id, name=record.name)
        database.execute("UPDATE meta SET evaluator_id = ?", [record.evaluator_id])
    return record


def open_session(database: Database, robot_id: str, scene_id: str) -> Session:
    """The evaluator's last session on this robot and scene unless it rested for `SITTING`, else a new one."""
    person = evaluator(database).evaluator_id
    since = (datetime.now(UTC) - SITTING).isoformat(timespec="milliseconds")
    found = database.read(
        Session,
        """SELECT * FROM session WHERE evaluator_id = ? AND robot_id = ? AND scene_id = ?
        AND last_active_at > ? ORDER BY position DESC LIMIT 1""",
        [person, robot_id, scene_id, since],
    )
    if found:
        return found[0]
    moment, session_id = now(), new_id()
    database.insert(
        "session",
        session_id=session_id,
        robot_id=robot_id,
        scene_id=scene_id,
        evaluator_id=person,
        created_at=moment,
        last_active_at=moment,
    )
    return find_session(database, session_id)


def find_session(database: Database, session_id: str) -> Session:
    """The session of this id.

    Raises:
        NotFound: there is none.
    """
    found = database.read(Session, "SELECT * FROM session WHERE session_id = ?", [session_id])
    if not found:
        raise NotFound(f"There is no session '{session_id[:80]}'.")
    return found[0]


def touch(database: Database, session_id: str) -> None:
    """Note that somebody worked in it just now."""
    database.execute("UPDATE session SET last_active_at = ? WHERE session_id = ?", [now(), session_id])


def _login_name() -> str:
    try:
        return getpass.getuser()[:_MAX_NAME] or "evaluator"
    except (OSError, KeyError, ImportError):
        return "evaluator"
