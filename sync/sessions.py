"""Who sits here, and on which robot and scene."""

from __future__ import annotations

import getpass
import unicodedata
from datetime import UTC, datetime, timedelta

import msgspec

from scenes.database import Database
from scenes.errors import BadInput, NotFound, RuleBroken
from sync import outbox
from sync.records import MAX_COMMENT, Evaluator, Session, new_id, now

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


def evaluators(database: Database) -> list[Evaluator]:
    """Everyone who ever sat here, by name."""
    found = database.read(Evaluator, "SELECT * FROM evaluator")
    return sorted(found, key=lambda person: (person.name.casefold(), person.evaluator_id))


def sit(database: Database, name: str, group: str | None = None) -> Evaluator:
    """Let the evaluator of this name, known or new, sit here now. The case of letters makes no other person.

    `group`: None leaves it as it was, an empty one takes her out of any.

    Raises:
        BadInput: the name or the group is too long, or the name is empty.
    """
    name, group = _checked_name(name), _checked_group(group)
    known = {person.name.casefold(): person for person in reversed(evaluators(database))}.get(name.casefold())
    seated = known or Evaluator(evaluator_id=new_id(), name=name)
    if group is not None:
        seated = msgspec.structs.replace(seated, group=group or None)
    with database.transaction():
        if known is None:
            database.insert("evaluator", **msgspec.structs.asdict(seated))
        elif known != seated:
            update = 'UPDATE evaluator SET "group" = ? WHERE evaluator_id = ?'
            database.execute(update, [seated.group, seated.evaluator_id])
            outbox.revise(database, "evaluator", seated.evaluator_id)
        database.execute("UPDATE meta SET evaluator_id = ?", [seated.evaluator_id])
        outbox.audit(database, "evaluator_seated", None, seated.evaluator_id)
    return seated


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


def check_seated(database: Database, session: Session) -> None:
    """RuleBroken unless the session's evaluator sits here now: nobody votes in another's name."""
    if session.evaluator_id == evaluator(database).evaluator_id:
        return
    (owner,) = database.read(Evaluator, "SELECT * FROM evaluator WHERE evaluator_id = ?", [session.evaluator_id])
    raise RuleBroken(
        f"This battle is {owner.name}'s.",
        hint=f"Choose {owner.name} in Settings to vote on it, or start a new battle.",
    )


def touch(database: Database, session_id: str) -> None:
    """Note that somebody worked in it just now."""
    database.execute("UPDATE session SET last_active_at = ? WHERE session_id = ?", [now(), session_id])


def comment(database: Database, session_id: str, text: str | None) -> None:
    """Say something about a whole sitting; None or nothing but blanks takes it back.

    Raises:
        NotFound: there is no such session.
        BadInput: the comment is too long.
    """
    find_session(database, session_id)
    text = (text or "").strip() or None
    if text is not None and len(text) > MAX_COMMENT:
        raise BadInput(f"A comment has at most {MAX_COMMENT} characters.", hint=f"This one has {len(text)}.")
    with database.transaction():
        database.execute("UPDATE session SET comment = ? WHERE session_id = ?", [text, session_id])
        outbox.audit(database, "session_commented", None, session_id)
        outbox.revise(database, "session", session_id)


def _checked_name(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(name) <= _MAX_NAME:
        raise BadInput(f"An evaluator's name has 1 to {_MAX_NAME} characters.", hint="Type the name you vote under.")
    return name


def _checked_group(group: str | None) -> str | None:
    group = group if group is None else " ".join(unicodedata.normalize("NFC", group).split())
    if group is not None and len(group) > _MAX_NAME:
        raise BadInput(f"A group's name has at most {_MAX_NAME} characters.")
    return group


def _login_name() -> str:
    try:
        return getpass.getuser()[:_MAX_NAME] or "evaluator"
    except (OSError, KeyError, ImportError):
        return "evaluator"
