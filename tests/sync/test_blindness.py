"""Nothing in the data folder tells, before the vote, which model played where."""

from __future__ import annotations

import secrets

import pytest
from arena_samples import Arena, ballot, episode

from scenes.errors import StoreDamaged
from sync.blindness import hidden, seal_hidden
from sync.records import NewTurn, Sides, new_id
from sync.store import Store


def occurrences(folder, words) -> list[str]:
    """Files, the key aside, that hold one of the words in any spelling a search would find."""
    needles = [word.encode(coding) for word in words for coding in ("utf-8", "utf-16-le", "utf-32-le")]
    needles += [word.encode().hex().encode() for word in words]
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "seal.key"]
    return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]


def played_with_canaries(store) -> tuple[str, list[str]]:
    arena = Arena(store)
    words = [secrets.token_hex(8) for _ in range(2)]
    battle_id = arena.battle(f"canary-{words[0]}", f"canary-{words[1]}").battle_id
    turn = arena.turn(battle_id)
    states = [store.episode(name).trajectory.state(-1) for name in (turn.left_episode_id, turn.right_episode_id)]
    arena.turn(battle_id, episode(start=states[0]), episode(start=states[1]))
    store.void_turn(battle_id, new_id(), "a technical failure", (f"canary-{words[0]} raised".encode(),))
    return battle_id, words


def test_no_file_names_a_model_before_its_battle_is_closed(folder) -> None:
    with Store.open(folder) as store:
        battle_id, words = played_with_canaries(store)
        assert occurrences(folder, words) == []
        store.cast_vote(battle_id, ballot())
        store.undo_vote(battle_id)
        store.cast_vote(battle_id, ballot("tie"))
        assert occurrences(folder, words) == []
        given_up, others = played_with_canaries(store)
        store.abandon_battle(given_up)
    with Store.open(folder) as store:
        assert list((folder / "backups").iterdir())
        assert occurrences(folder, words + others) == []
        reveal = store.close_battle(battle_id)
        assert [reveal.left_model_id, reveal.right_model_id] == [f"canary-{word}" for word in words]
    assert occurrences(folder, words) == ["arena.sqlite3"]
    assert occurrences(folder, others) == []


def test_what_is_sealed_has_the_same_length_whatever_it_hides(store, arena) -> None:
    battle_id = arena.battle("a", "model-with-a-very-long-name-" + "x" * 30).battle_id
    store.record_turn(
        battle_id,
        NewTurn(turn_id=new_id(), instruction=episode().instruction, task_id=None, start="reset"),
        arena.played(battle_id, "left", episode(variant=1).to_bytes(), inferences=1),
        arena.played(battle_id, "right", episode(variant=2).to_bytes(), inferences=1000),
    )
    arena.played_battle("b", "c")
    for table in ("run", "battle"):
        lengths = store._database.rows(f"SELECT DISTINCT length(sealed) AS bytes FROM {table}")
        assert len(lengths) == 1


def test_a_run_hides_even_when_it_was_made(store, arena) -> None:
    """A UUIDv7 tells the time; two of them would tell which side took longer."""
    arena.played_battle()
    for row in store._database.rows("SELECT * FROM run"):
        clear = {name for name, value in row.items() if value is not None and name != "sealed"}
        assert clear == {"turn_id", "battle_id", "side", "episode_id"}


def test_what_one_battle_hides_does_not_open_in_another(store, arena) -> None:
    first, second = arena.battle("alpha", "beta").battle_id, arena.battle("gamma", "delta").battle_id
    sealed = {row["battle_id"]: row["sealed"] for row in store._database.rows("SELECT * FROM battle")}
    assert store.seal_key(first) != store.seal_key(second)
    store._database.execute("UPDATE battle SET sealed = ? WHERE battle_id = ?", [sealed[second], first])
    with pytest.raises(StoreDamaged):
        store.sides(first)


def test_names_that_were_not_promised_are_never_revealed(store, arena) -> None:
    battle_id = arena.voted_battle()
    forged = seal_hidden(store._key, battle_id, hidden(Sides("other", "beta")))
    store._database.execute("UPDATE battle SET sealed = ? WHERE battle_id = ?", [forged, battle_id])
    with pytest.raises(StoreDamaged):
        store.close_battle(battle_id)
    assert store.battle(battle_id).left_model_id is None
    assert store._database.rows("SELECT 1 FROM run WHERE model_id IS NOT NULL") == []
    assert store._database.rows("SELECT 1 FROM outbox WHERE held = 0") == []
