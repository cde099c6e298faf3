"""Notes pinned to a frame of a side of a closed battle: they only grow, and are withdrawn by a mark."""

from __future__ import annotations

import msgspec

from scenes.database import Database
from scenes.errors import BadInput, NotFound
from sync import battles, episodes, outbox, sessions, turns
from sync.content import ContentFolder
from sync.records import MAX_NOTE, Note, NoteText, Side, Turn, new_id, now

_NOTES = """SELECT note.*, withdrawn_at IS NOT NULL AS withdrawn FROM note
    LEFT JOIN note_withdrawal USING (note_id)"""


def add(database: Database, files: ContentFolder, turn_id: str, side: Side, step: int, text: str) -> Note:
    """Write a note beside a frame.

    Raises:
        NotFound: there is no such turn.
        RuleBroken: its battle is not closed.
        BadInput: the side, the step or the length of the text is out of range.
    """
    turn = turns.find(database, turn_id)
    battles.check_closed(database, turn.battle_id)
    text = _checked(text)
    check_frame(database, files, turn, side, step)
    note = Note(
        note_id=new_id(),
        battle_id=turn.battle_id,
        turn_id=turn_id,
        side=side,
        step=step,
        text=text,
        evaluator_id=sessions.evaluator(database).evaluator_id,
        created_at=now(),
    )
    columns = msgspec.structs.asdict(note)
    del columns["withdrawn"]
    with database.transaction():
        database.insert("note", **columns)
        outbox.audit(database, "note_added", turn.battle_id, note.note_id)
        outbox.release_later(database, "note", note.note_id, note.evaluator_id)
    return note


def listed(database: Database, battle_id: str) -> list[Note]:
    """A battle's notes in the order they were written, withdrawn ones too."""
    return database.read(Note, f"{_NOTES} WHERE battle_id = ? ORDER BY note.position", [battle_id])


def withdraw(database: Database, note_id: str) -> None:
    """Mark a note as withdrawn; once withdrawn it stays so.

    Raises:
        NotFound: there is no such note.
    """
    found = database.read(Note, f"{_NOTES} WHERE note_id = ?", [note_id])
    if not found:
        raise NotFound(f"There is no note '{note_id[:80]}'.")
    if found[0].withdrawn:
        return
    person = sessions.evaluator(database).evaluator_id
    with database.transaction():
        database.insert("note_withdrawal", note_id=note_id, evaluator_id=person, withdrawn_at=now())
        outbox.audit(database, "note_withdrawn", found[0].battle_id, note_id)
        outbox.release_later(database, "note", note_id, person, rev=2)


def check_frame(database: Database, files: ContentFolder, turn: Turn, side: Side, step: int) -> None:
    """BadInput unless the side's trajectory has a record of this step."""
    if side not in ("left", "right"):
        raise BadInput("A frame belongs to the left or the right side.")
    name = turn.left_episode_id if side == "left" else turn.right_episode_id
    steps = episodes.find(database, files, name).trajectory.steps
    if not 0 <= step <= steps:
        raise BadInput(f"This side of the turn has no step {step}.", hint=f"Its steps are 0 to {steps}.")


def _checked(text: str) -> str:
    try:
        return msgspec.convert(text.strip(), NoteText)
    except msgspec.ValidationError as error:
        raise BadInput(f"A note has 1 to {MAX_NOTE} characters.") from error
