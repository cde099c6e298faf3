from __future__ import annotations

import msgspec
import numpy as np
import pytest
from arena_samples import INSTRUCTION, ballot, episode

from scenes.episode import Played
from scenes.errors import BadInput, DaemonError, NotFound, RuleBroken, StoreDamaged
from scenes.seal import seal
from sync.records import MAX_TURNS, NewTurn, new_id


def new_turn(**changes: object) -> NewTurn:
    turn = NewTurn(turn_id=new_id(), instruction=INSTRUCTION, task_id="push_left.red_cube", start="reset")
    return msgspec.structs.replace(turn, **changes)


def plays(arena, battle_id) -> tuple[Played, Played]:
    return (
        arena.played(battle_id, "left", episode(variant=1).to_bytes()),
        arena.played(battle_id, "right", episode(variant=2).to_bytes()),
    )


def test_a_recorded_turn_gives_back_both_episodes_byte_for_byte(arena, store) -> None:
    battle_id = arena.battle().battle_id
    turn = arena.turn(battle_id)
    assert store.turns(battle_id) == [turn]
    assert store.episode_bytes(turn.left_episode_id) == episode(variant=1).to_bytes()
    assert np.array_equal(store.episode(turn.right_episode_id).trajectory.states[1], np.full(5, 3.0))


def test_a_turn_handed_in_twice_is_kept_once(arena, store) -> None:
    battle_id, new = arena.battle().battle_id, new_turn()
    left, right = plays(arena, battle_id)
    assert store.record_turn(battle_id, new, left, right) == store.record_turn(battle_id, new, left, right)
    assert len(store.turns(battle_id)) == 1
    with pytest.raises(RuleBroken):
        store.record_turn(battle_id, new, left, left)


def test_a_battle_has_at_most_six_turns(arena, store) -> None:
    battle_id = arena.battle().battle_id
    for _ in range(MAX_TURNS):
        arena.turn(battle_id)
    with pytest.raises(RuleBroken):
        store.check_turn_allowed(battle_id)
    with pytest.raises(RuleBroken):
        arena.turn(battle_id)
    assert [turn.seq for turn in store.turns(battle_id)] == list(range(1, MAX_TURNS + 1))


def test_a_turn_after_the_vote_is_refused(arena, store) -> None:
    battle_id = arena.voted_battle()
    for _ in range(2):
        with pytest.raises(RuleBroken):
            store.check_turn_allowed(battle_id)
        with pytest.raises(RuleBroken):
            arena.turn(battle_id)
        store.close_battle(battle_id)


def test_one_episode_may_belong_to_several_turns(arena, store) -> None:
    battle_id = arena.battle().battle_id
    first, second = arena.turn(battle_id), arena.turn(battle_id)
    assert first.left_episode_id == second.left_episode_id
    store.cast_vote(battle_id, ballot())
    store.close_battle(battle_id)
    assert len({run.run_id for run in store.runs(battle_id)}) == 4


def test_each_side_continues_from_exactly_its_own_last_state(arena, store) -> None:
    battle_id = arena.battle().battle_id
    turn = arena.turn(battle_id)
    left, right = (store.episode(name).trajectory.state(-1) for name in (turn.left_episode_id, turn.right_episode_id))
    with pytest.raises(BadInput, match="own last state"):
        arena.turn(battle_id, episode(start=right), episode(start=left))
    assert arena.turn(battle_id, episode(start=left), episode(start=right)).seq == 2


def test_the_first_turn_has_nothing_to_continue_from(arena) -> None:
    state = episode().trajectory.state(-1)
    with pytest.raises(BadInput):
        arena.turn(arena.battle().battle_id, episode(start=state), episode(start=state))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (episode(seed=1), episode(seed=2)),
        (episode(), episode(instruction="lift the red cube")),
        (episode(), episode(robot_id="ur5")),
        (episode(), msgspec.structs.replace(episode(), start_digest="0" * 64)),
        (episode(), msgspec.structs.replace(episode(), max_steps=9)),
    ],
)
def test_sides_played_under_different_conditions_are_refused(arena, store, left, right) -> None:
    battle_id = arena.battle().battle_id
    with pytest.raises(BadInput):
        arena.turn(battle_id, left, right)
    assert store.turns(battle_id) == []


@pytest.mark.parametrize("termination", ["timeout", "invalid_action", "sim_unstable", "cancelled"])
def test_a_technical_failure_is_never_kept_as_a_turn(arena, store, termination) -> None:
    battle_id = arena.battle().battle_id
    with pytest.raises(RuleBroken):
        arena.turn(battle_id, episode(), episode(termination=termination))
    assert store.turns(battle_id) == []


def test_a_run_of_another_model_is_refused_without_saying_which(arena, store) -> None:
    battle_id = arena.battle("alpha", "beta").battle_id
    left, right = plays(arena, battle_id)
    with pytest.raises(DaemonError) as caught:
        store.record_turn(battle_id, new_turn(), Played(left.episode, right.sealed_run), right)
    assert not {"alpha", "beta", "left", "right"} & set(str(caught.value).replace(".", "").split())
    assert store.turns(battle_id) == []


def test_a_run_sealed_with_another_key_is_refused(arena, store) -> None:
    battle_id = arena.battle().battle_id
    left, right = plays(arena, battle_id)
    with pytest.raises(DaemonError):
        store.record_turn(battle_id, new_turn(), Played(left.episode, seal(b"x" * 32, b"", "run")), right)
    with pytest.raises(DaemonError):
        store.record_turn(battle_id, new_turn(), *plays(arena, arena.battle().battle_id))


@pytest.mark.parametrize("instruction", ["", "x" * 501])
def test_an_instruction_of_wrong_length_is_refused(arena, store, instruction) -> None:
    battle_id = arena.battle().battle_id
    with pytest.raises(BadInput):
        store.record_turn(battle_id, new_turn(instruction=instruction), *plays(arena, battle_id))


def test_bytes_that_are_no_episode_are_refused(arena, store) -> None:
    battle_id = arena.battle().battle_id
    left, right = plays(arena, battle_id)
    with pytest.raises(BadInput):
        store.record_turn(battle_id, new_turn(), Played(b"nonsense", left.sealed_run), right)


def test_a_voided_turn_leaves_the_battle_open_and_is_noted(arena, store) -> None:
    battle_id, new = arena.battle().battle_id, new_turn()
    store.void_turn(battle_id, new.turn_id, "a technical failure", (b"sealed detail",))
    arena.turn(battle_id)
    notes = store._database.rows("SELECT action, detail, sealed FROM audit WHERE battle_id = ?", [battle_id])
    assert [note["action"] for note in notes] == ["battle_started", "turn_voided", "turn_recorded"]
    assert "technical" in notes[1]["detail"]
    assert b"sealed detail" not in notes[1]["sealed"]


def test_a_recorded_turn_cannot_be_voided(arena, store) -> None:
    battle_id = arena.battle().battle_id
    with pytest.raises(RuleBroken):
        store.void_turn(battle_id, arena.turn(battle_id).turn_id, "too late")


def test_an_episode_file_that_was_altered_is_never_shown(arena, store, folder) -> None:
    turn = arena.turn(arena.battle().battle_id)
    path = next((folder / "episodes").rglob(f"{turn.left_episode_id}.episode"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreDamaged):
        store.episode(turn.left_episode_id)
    assert path.exists()


def test_a_damaged_episode_file_is_healed_when_the_same_episode_is_played_again(arena, store, folder) -> None:
    turn = arena.turn(arena.battle().battle_id)
    next((folder / "episodes").rglob(f"{turn.left_episode_id}.episode")).write_bytes(b"")
    arena.turn(arena.battle().battle_id)
    assert store.episode_bytes(turn.left_episode_id) == episode(variant=1).to_bytes()


def test_a_missing_episode_is_not_found(arena, store, folder) -> None:
    turn = arena.turn(arena.battle().battle_id)
    next((folder / "episodes").rglob(f"{turn.left_episode_id}.episode")).unlink()
    for name in (turn.left_episode_id, "f" * 64, "../../etc/passwd"):
        with pytest.raises(NotFound):
            store.episode(name)


def test_a_bundle_is_kept_under_its_own_digest_only(store) -> None:
    from scenes.codec import digest

    name = digest(b"bundle")
    assert store.bundle(name) is None
    with pytest.raises(BadInput):
        store.keep_bundle(name, b"another bundle")
    store.keep_bundle(name, b"bundle")
    assert store.bundle(name) == b"bundle"
