"""A copied or restored store goes on as another one: nothing is lost, doubled or changed."""

from __future__ import annotations

import shutil

import pytest
from arena_samples import Arena
from outbox_rules import check_whole, released

from scenes.errors import StoreError
from sync import sending
from sync.api import Verdict
from sync.store import Store


def bare(operations) -> list[tuple[str, str, str, int, bytes]]:
    return [(each.op_id, each.kind, each.record_id, each.rev, each.body) for each in operations]


def test_a_fork_moves_what_is_new_and_keeps_it_as_it_was(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    store.close_battle(arena.voted_battle())
    before = released(store)
    sending.mark(store._database, [Verdict(each.op_id, "applied") for each in before])
    old = before[0].store_id
    new = sending.fork(store._database, old, 6)
    after = {name: [each for each in released(store) if each.store_id == name] for name in (old, new)}
    assert after[old] == before[:5]
    assert bare(after[new]) == bare(before[5:])
    assert [each.seq for each in after[new]] == [1, 2, 3]
    assert sending.waiting(store._database).operations == 3
    assert sending.next_store(store._database) == new


def test_what_is_released_after_a_fork_belongs_to_the_new_store(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    new = sending.fork(store._database, released(store)[0].store_id, 3)
    store.close_battle(arena.voted_battle())
    assert [each.seq for each in released(store) if each.store_id == new] == [1, 2, 3, 4, 5, 6]


def test_a_fork_of_a_fork_keeps_all_of_it(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    before = bare(released(store))
    first = sending.fork(store._database, released(store)[0].store_id, 3)
    second = sending.fork(store._database, first, 2)
    assert sending.stores(store._database)[-1][0] in (first, second)
    assert sorted(bare(released(store))) == sorted(before)
    assert [each.seq for each in released(store) if each.store_id == second] == [1, 2]


def test_a_fork_of_a_store_left_long_ago_leaves_the_present_one_alone(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    old = released(store)[0].store_id
    present = sending.fork(store._database, old, 4)
    aside = sending.fork(store._database, old, 2)
    assert [each.seq for each in released(store) if each.store_id == aside] == [1, 2]
    store.close_battle(arena.voted_battle())
    assert released(store)[0].store_id == old
    assert dict(sending.stores(store._database)) == {old: 1, aside: 2, present: 5}


def test_two_copies_can_both_go_on(folder, tmp_path) -> None:
    with Store.open(folder) as store:
        store.close_battle(Arena(store).voted_battle())
    shutil.copytree(folder, tmp_path / "copy")
    with Store.open(folder) as one, Store.open(tmp_path / "copy") as other:
        for each in (one, other):
            each.close_battle(Arena(each).voted_battle())
        assert released(one)[:5] == released(other)[:5]
        fork = sending.fork(other._database, released(other)[0].store_id, 6)
        assert {each.op_id for each in released(one)[5:]}.isdisjoint(each.op_id for each in released(other))
        assert fork != released(one)[0].store_id
        check_whole(one)


def test_no_other_program_can_move_operations(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    with pytest.raises(StoreError, match="keeps its place"):
        store._database.execute("UPDATE outbox SET store_id = 'another' WHERE held = 0")
