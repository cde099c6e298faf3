"""Side experiments: from a state of a closed battle, checked as turns are, unrated."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from arena_samples import INSTRUCTION, Arena, ballot, episode, run

from scenes.codec import encode
from scenes.episode import Episode, Played
from scenes.errors import BadInput, DaemonError, NotFound, RuleBroken, StoreError
from scenes.seal import seal
from sync.records import NewBranch, Turn, new_id
from sync.store import Store


def closed(arena: Arena, store: Store) -> Turn:
    """The turn of a battle that was voted on and closed."""
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    return store.turns(battle_id)[0]


def new_branch(turn: Turn, **changes: object) -> NewBranch:
    new = NewBranch(
        branch_id=new_id(), turn_id=turn.turn_id, side="left", step=1, model_id="beta", instruction=INSTRUCTION
    )
    return msgspec.structs.replace(new, **changes)


def played(store: Store, new: NewBranch, turn: Turn, made: Episode | None = None, model_id: str = "") -> Played:
    """What the daemon would send back for a side experiment."""
    name = turn.left_episode_id if new.side == "left" else turn.right_episode_id
    start = store.episode(name).trajectory.moment(new.step) if new.step else None
    made = made or episode(start=start, instruction=new.instruction)
    content = made.to_bytes()
    account = encode(run(model_id or new.model_id, content))
    return Played(content, seal(store.seal_key(turn.battle_id), account, "run"))


def test_a_branch_is_kept_with_its_episode_and_its_run_in_clear(arena, store, folder) -> None:
    turn = closed(arena, store)
    new = new_branch(turn, instruction="lift the red cube")
    play = played(store, new, turn)
    branch = store.record_branch(new, play)
    assert (branch.battle_id, branch.turn_id, branch.step) == (turn.battle_id, turn.turn_id, 1)
    assert (branch.model_id, branch.instruction) == ("beta", "lift the red cube")
    store.close()
    with Store.open(folder) as reopened:
        assert reopened.branches(turn.battle_id) == [branch]
        assert reopened.episode_bytes(branch.episode_id) == play.episode
        account = reopened.branch_run(branch.branch_id)
        assert (account.model_id, account.episode_id) == ("beta", branch.episode_id)
        assert account.inference_seconds.tolist() == pytest.approx([0.01, 0.02])
        assert not reopened.is_hidden(branch.episode_id)
        with pytest.raises(NotFound):
            reopened.branch_run("nothing")


def test_a_branch_starts_from_any_record_of_either_side(arena, store) -> None:
    turn = closed(arena, store)
    for side in ("left", "right"):
        for step in range(3):
            new = new_branch(turn, side=side, step=step, model_id=f"{side}-{step}")
            store.record_branch(new, played(store, new, turn))
    places = [(branch.side, branch.step) for branch in store.branches(turn.battle_id)]
    assert places == [(side, step) for side in ("left", "right") for step in range(3)]


def test_a_branch_handed_in_twice_is_kept_once(arena, store) -> None:
    turn = closed(arena, store)
    new = new_branch(turn)
    play = played(store, new, turn)
    assert store.record_branch(new, play) == store.record_branch(new, play)
    assert len(store.branches(turn.battle_id)) == 1
    with pytest.raises(RuleBroken, match="already"):
        store.record_branch(msgspec.structs.replace(new, model_id="alpha"), play)


def test_the_same_experiment_made_again_is_another_branch_of_one_episode(arena, store) -> None:
    turn = closed(arena, store)
    for _ in range(2):
        new = new_branch(turn)
        store.record_branch(new, played(store, new, turn))
    first, second = store.branches(turn.battle_id)
    assert first.episode_id == second.episode_id
    assert first.branch_id != second.branch_id


def test_an_open_battle_takes_no_branch(arena, store) -> None:
    battle_id = arena.played_battle()
    turn = store.turns(battle_id)[0]
    new = new_branch(turn)
    play = played(store, new, turn)
    with pytest.raises(RuleBroken):
        store.record_branch(new, play)
    store.cast_vote(battle_id, ballot())
    with pytest.raises(RuleBroken):
        store.record_branch(new, play)
    assert store.branches(battle_id) == []
    assert store._database.rows("SELECT 1 FROM episode WHERE instruction <> ?", [INSTRUCTION]) == []
    store.close_battle(battle_id)
    assert store.record_branch(new, play).battle_id == battle_id


def test_no_program_can_write_change_or_delete_what_belongs_to_a_branch(arena, store) -> None:
    turn = closed(arena, store)
    new = new_branch(turn)
    branch = store.record_branch(new, played(store, new, turn))
    open_turn = store.turns(arena.played_battle())[0]
    columns = msgspec.structs.asdict(branch) | {"branch_id": "b"}
    there = {"battle_id": open_turn.battle_id, "turn_id": open_turn.turn_id}
    with pytest.raises(StoreError, match="open battle"):
        store._database.insert("branch", **columns | there)
    with pytest.raises(StoreError, match="no such turn"):
        store._database.insert("branch", **columns | {"turn_id": open_turn.turn_id})
    for change in ("UPDATE {} SET model_id = 'x'", "DELETE FROM {}"):
        for table in ("branch", "branch_run"):
            with pytest.raises(StoreError):
                store._database.execute(change.format(table))
    assert store.branches(turn.battle_id) == [branch]


def test_a_branch_of_another_instruction_or_place_is_refused(arena, store) -> None:
    turn = closed(arena, store)
    new = new_branch(turn)
    state = store.episode(turn.left_episode_id).trajectory.moment(1)
    for made in (
        episode(start=state, instruction="lift the red cube"),
        episode(start=state, robot_id="ur5"),
    ):
        with pytest.raises(BadInput):
            store.record_branch(new, played(store, new, turn, made))
    assert store.branches(turn.battle_id) == []


def test_a_branch_from_another_state_is_refused(arena, store) -> None:
    turn = closed(arena, store)
    new = new_branch(turn)
    other_side = store.episode(turn.right_episode_id).trajectory.state(1)
    nearly = msgspec.structs.replace(other_side, values=np.nextafter(other_side.values, np.inf))
    for made in (episode(), episode(start=other_side), episode(start=nearly)):
        with pytest.raises(BadInput, match="state"):
            store.record_branch(new, played(store, new, turn, made))


@pytest.mark.parametrize("termination", ["timeout", "invalid_action", "sim_unstable", "cancelled"])
def test_a_technical_failure_is_never_kept_as_a_branch(arena, store, termination) -> None:
    turn = closed(arena, store)
    new = new_branch(turn)
    state = store.episode(turn.left_episode_id).trajectory.state(1)
    with pytest.raises(RuleBroken):
        store.record_branch(new, played(store, new, turn, episode(start=state, termination=termination)))


def test_a_branch_played_by_another_model_or_sealed_for_another_battle_is_refused(arena, store) -> None:
    turn, other = closed(arena, store), closed(arena, store)
    new = new_branch(turn)
    with pytest.raises(DaemonError):
        store.record_branch(new, played(store, new, turn, model_id="alpha"))
    foreign = seal(store.seal_key(other.battle_id), encode(run("beta", played(store, new, turn).episode)), "run")
    with pytest.raises(DaemonError):
        store.record_branch(new, Played(played(store, new, turn).episode, foreign))


@pytest.mark.parametrize(
    "changes", [{"step": 3}, {"step": -1}, {"side": "middle"}, {"instruction": ""}, {"instruction": "x" * 501}]
)
def test_a_branch_from_nowhere_or_without_an_instruction_is_refused(arena, store, changes) -> None:
    turn = closed(arena, store)
    play = played(store, new_branch(turn), turn)
    with pytest.raises(BadInput):
        store.record_branch(new_branch(turn, **changes), play)


def test_branches_never_change_a_board(arena, store) -> None:
    turn = closed(arena, store)
    before = store.votes(), store.left_minus_right(), store.turns(turn.battle_id), len(store.runs(turn.battle_id))
    new = new_branch(turn)
    branch = store.record_branch(new, played(store, new, turn))
    after = store.votes(), store.left_minus_right(), store.turns(turn.battle_id), len(store.runs(turn.battle_id))
    assert after == before
    (noted,) = store._database.rows("SELECT * FROM audit WHERE action = 'branch_recorded'")
    assert (noted["battle_id"], noted["detail"]) == (turn.battle_id, branch.branch_id)
