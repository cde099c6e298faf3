"""Notes pinned to frames: only on closed battles, never changed, never deleted."""

from __future__ import annotations

import pytest
from arena_samples import Arena, ballot

from scenes.errors import BadInput, NotFound, RuleBroken, StoreError
from sync.records import Note, Turn
from sync.store import Store


def closed(arena: Arena, store: Store) -> Turn:
    """The turn of a battle that was voted on and closed."""
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    return store.turns(battle_id)[0]


def bare_note(turn: Turn, battle_id: str, evaluator_id: str) -> dict[str, str | int]:
    """The columns of a note, for a program that asks nobody."""
    words = {"note_id": "n", "side": "left", "text": "it slipped", "created_at": "now"}
    return words | {"step": 1, "turn_id": turn.turn_id, "battle_id": battle_id, "evaluator_id": evaluator_id}


def test_a_note_is_pinned_to_a_frame_of_a_side(arena, store, folder) -> None:
    turn = closed(arena, store)
    first = store.add_note(turn.turn_id, "left", 0, "  it hesitates \n")
    second = store.add_note(turn.turn_id, "right", 2, "it lets go")
    assert (first.text, first.side, first.step, first.withdrawn) == ("it hesitates", "left", 0, False)
    assert (first.battle_id, first.evaluator_id) == (turn.battle_id, store.evaluator().evaluator_id)
    store.close()
    with Store.open(folder) as reopened:
        assert reopened.notes(turn.battle_id) == [first, second]
        assert reopened.notes("nothing") == []


def test_an_open_battle_takes_no_note(arena, store) -> None:
    battle_id = arena.played_battle()
    turn_id = store.turns(battle_id)[0].turn_id
    with pytest.raises(RuleBroken, match="closed"):
        store.add_note(turn_id, "left", 0, "a note")
    store.cast_vote(battle_id, ballot())
    with pytest.raises(RuleBroken):
        store.add_note(turn_id, "left", 0, "a note that names the model before the vote is final")
    assert store.notes(battle_id) == []


def test_a_battle_given_up_takes_no_note_and_a_skipped_one_does(arena, store) -> None:
    given_up, skipped = arena.played_battle(), arena.played_battle()
    store.abandon_battle(given_up)
    store.void_battle(skipped, "replay_glitch")
    with pytest.raises(RuleBroken):
        store.add_note(store.turns(given_up)[0].turn_id, "left", 0, "a note")
    assert store.add_note(store.turns(skipped)[0].turn_id, "left", 0, "here it froze").battle_id == skipped


def test_no_program_can_write_a_note_on_an_open_battle(arena, store) -> None:
    battle_id = arena.played_battle()
    columns = bare_note(store.turns(battle_id)[0], battle_id, store.evaluator().evaluator_id)
    with pytest.raises(StoreError, match="closed"):
        store._database.insert("note", **columns)
    store.cast_vote(battle_id, ballot())
    with pytest.raises(StoreError, match="closed"):
        store._database.insert("note", **columns)
    store.close_battle(battle_id)
    store._database.insert("note", **columns)
    assert [note.text for note in store.notes(battle_id)] == ["it slipped"]


def test_no_program_can_pin_a_note_of_one_battle_to_a_turn_of_another(arena, store) -> None:
    turn = closed(arena, store)
    open_turn = store.turns(arena.played_battle())[0]
    columns = bare_note(open_turn, turn.battle_id, store.evaluator().evaluator_id)
    with pytest.raises(StoreError, match="no such turn"):
        store._database.insert("note", **columns)


def test_no_program_can_change_or_delete_a_note(arena, store) -> None:
    note = store.add_note(closed(arena, store).turn_id, "left", 0, "a note")
    store.withdraw_note(note.note_id)
    for change in (
        "UPDATE note SET text = 'another'",
        "DELETE FROM note",
        "DELETE FROM note_withdrawal",
        "UPDATE note_withdrawal SET withdrawn_at = ''",
    ):
        with pytest.raises(StoreError, match="never"):
            store._database.execute(change)
    assert store.notes(note.battle_id)[0].text == "a note"


def test_a_withdrawn_note_is_marked_and_kept(arena, store) -> None:
    turn = closed(arena, store)
    note, other = (store.add_note(turn.turn_id, "left", 1, text) for text in ("wrong", "right"))
    for _ in range(2):
        store.withdraw_note(note.note_id)
    assert [(found.text, found.withdrawn) for found in store.notes(turn.battle_id)] == [
        ("wrong", True),
        ("right", False),
    ]
    with pytest.raises(NotFound):
        store.withdraw_note("nothing")
    actions = store._database.rows("SELECT action, detail FROM audit WHERE action LIKE 'note%'")
    done = [(row["action"], row["detail"]) for row in actions]
    assert done == [
        ("note_added", note.note_id),
        ("note_added", other.note_id),
        ("note_withdrawn", note.note_id),
    ]


@pytest.mark.parametrize(
    ("side", "step", "text"),
    [("left", 3, "late"), ("left", -1, "early"), ("middle", 0, "?"), ("left", 0, " \n"), ("left", 0, "x" * 2001)],
)
def test_a_note_without_a_frame_or_of_wrong_length_is_refused(arena, store, side, step, text) -> None:
    turn = closed(arena, store)
    with pytest.raises(BadInput):
        store.add_note(turn.turn_id, side, step, text)
    assert store.notes(turn.battle_id) == []


def test_a_note_on_an_unknown_turn_is_refused(store) -> None:
    with pytest.raises(NotFound):
        store.add_note("nothing", "left", 0, "a note")


def test_whoever_sits_here_writes_the_note(arena, store) -> None:
    turn = closed(arena, store)
    person = store.sit("Ada")
    note: Note = store.add_note(turn.turn_id, "right", 0, "seen by Ada")
    assert note.evaluator_id == person.evaluator_id
