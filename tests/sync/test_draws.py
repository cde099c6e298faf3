"""What an open battle hides of its draw, and what a comparison promised stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import get_args

import pytest
from arena_samples import Arena, ballot
from msgspec.structs import replace

from scenes.errors import BadInput
from sync.blindness import open_hidden, seal_hidden
from sync.ratings.registration import Registration, register
from sync.records import Battle, CheckKind, Draw, Sides
from sync.store import Store

KINDS = ("rated", "check")


def begun(
    store: Store,
    kind: str,
    left: str = "alpha",
    right: str = "beta",
    propensity: float = 0.125,
    check: CheckKind = "swapped",
) -> Battle:
    told = check if kind == "check" else None
    draw = Draw(sides=Sides(left, right), kind=kind, seed=1, propensity=propensity, first="left", check=told)
    return store.start_battle(store.open_session("panda", "table"), draw)


def sealed_of(store: Store, battle_id: str) -> bytes:
    return store._database.rows("SELECT sealed FROM battle WHERE battle_id = ?", [battle_id])[0]["sealed"]


def judged(store: Store, battle_id: str) -> Battle:
    Arena(store).turn(battle_id)
    store.cast_vote(battle_id, ballot())
    store.close_battle(battle_id)
    return store.battle(battle_id)


def promise(store: Store) -> Registration:
    made = register("alpha", "beta", "panda", votes=store.votes())
    store.comparing().register(made)
    return made


def test_an_open_check_looks_like_any_battle(store: Store) -> None:
    rated, check = (begun(store, kind, propensity=p) for kind, p in (("rated", 0.9), ("check", 0.1)))
    assert (check.kind, check.propensity) == (rated.kind, rated.propensity) == ("rated", 1.0)
    rows = store._database.rows("SELECT length(sealed) AS bytes FROM battle")
    assert len({row["bytes"] for row in rows}) == 1
    others = {"battle_id", "seq_in_session", "sealed", "commitment", "created_at", "updated_at", "position"}
    one, other = store._database.rows("SELECT * FROM battle")
    assert {name: one[name] for name in one.keys() - others} == {name: other[name] for name in other.keys() - others}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_and_propensity_are_told_when_the_battle_closes(store: Store, kind: str) -> None:
    closed = judged(store, begun(store, kind).battle_id)
    assert (closed.kind, closed.propensity) == (kind, 0.125)
    assert [vote.kind for vote in store.votes(kinds=(kind,))] == [kind]


@pytest.mark.parametrize("check", get_args(CheckKind))
def test_what_was_checked_is_told_when_the_battle_closes(store: Store, check: CheckKind) -> None:
    open_one = begun(store, "check", check=check)
    assert open_one.check is None
    closed = judged(store, open_one.battle_id)
    assert (closed.check, store.close_battle(closed.battle_id).check) == (check, check)
    assert [row["check"] for row in store.comparing().rows()] == [check]


def test_a_battle_that_is_no_check_says_so(store: Store) -> None:
    assert judged(store, begun(store, "rated").battle_id).check is None


def test_a_skipped_check_tells_what_it_was(store: Store) -> None:
    battle_id = begun(store, "check", check="noop").battle_id
    assert store.void_battle(battle_id, "other").check == "noop"


@pytest.mark.parametrize(("kind", "check"), [("check", None), ("rated", "aa"), ("chosen", "noop")])
def test_a_check_and_nothing_else_says_what_it_checks(store: Store, kind: str, check: CheckKind | None) -> None:
    draw = Draw(sides=Sides("alpha", "beta"), kind=kind, seed=1, propensity=1.0, first="left", check=check)
    with pytest.raises(BadInput, match="what it checks"):
        store.start_battle(store.open_session("panda", "table"), draw)


def test_a_check_begun_by_an_earlier_version_still_closes(store: Store) -> None:
    """Its seal says that it is a check, and not of which kind."""
    for left, right, check in (("alpha", "alpha", "aa"), ("alpha", "beta", "swapped")):
        battle_id = begun(store, "check", left, right).battle_id
        before = open_hidden(store._key, battle_id, sealed_of(store, battle_id))
        told = seal_hidden(store._key, battle_id, replace(before, check=None))
        store._database.execute("UPDATE battle SET sealed = ? WHERE battle_id = ?", [told, battle_id])
        assert judged(store, battle_id).check == check


def test_a_check_of_one_model_with_itself_closes(store: Store) -> None:
    closed = judged(store, begun(store, "check", "alpha", "alpha", check="aa").battle_id)
    assert (closed.left_model_id, closed.right_model_id, closed.kind) == ("alpha", "alpha", "check")
    assert store.votes() == []


def test_a_check_leaves_the_balance_of_sides_alone_open_or_closed(store: Store) -> None:
    check = begun(store, "check")
    assert not any(store.left_minus_right().values())
    judged(store, check.battle_id)
    assert not any(store.left_minus_right().values())
    begun(store, "rated")
    assert store.left_minus_right() == {("alpha", "beta"): 1}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE battle SET kind = 'check'",
        "UPDATE battle SET kind = 'practice'",
        "UPDATE battle SET propensity = 0.5",
        "UPDATE battle SET \"check\" = 'aa'",
        "UPDATE vote SET kind = 'check'",
        "UPDATE vote SET vote = 'tie'",
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_no_program_changes_what_a_battle_was(store: Store, change: str, closed: bool) -> None:
    battle_id = Arena(store).voted_battle()
    if closed:
        store.close_battle(battle_id)
    with pytest.raises(Exception, match=r"never change|final"):
        store._database.execute(change)


def test_a_promise_is_kept_as_it_was_made(store: Store) -> None:
    made = promise(store)
    assert store.comparing().registrations() == (made,)
    for change in ("UPDATE registration SET created_at = ''", "DELETE FROM registration"):
        with pytest.raises(Exception, match="promise"):
            store._database.execute(change)


def test_the_same_comparison_is_not_promised_twice(store: Store) -> None:
    promise(store)
    with pytest.raises(BadInput, match="registered already"):
        promise(store)
    assert len(store.comparing().registrations()) == 1


def test_promises_outlive_the_program(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        made = promise(store)
    with Store.open(tmp_path / "home") as store:
        (kept,) = store.comparing().registrations()
    rows = sqlite3.connect(tmp_path / "home" / "arena.sqlite3").execute("SELECT digest FROM registration").fetchall()
    assert (kept, rows) == (made, [(made.digest,)])


def test_who_comes_first_is_balanced(store: Store) -> None:
    assert store.comparing().left_first() == 0
    begun(store, "rated")
    begun(store, "check")
    assert store.comparing().left_first() == 2


def test_only_battles_on_the_same_words_are_repeated(store: Store) -> None:
    closed = Arena(store).voted_battle()
    reads = store.comparing()
    instruction = store.turns(closed)[0].instruction
    assert reads.repeatable("panda", "table", instruction) == []
    store.close_battle(closed)
    assert [each.battle_id for each in reads.repeatable("panda", "table", instruction)] == [closed]
    assert reads.repeatable("panda", "table", "another instruction") == []
