"""Whatever is asked of the store in whatever order, the rules hold and its logs agree with its records."""

from __future__ import annotations

import random
from collections.abc import Callable

from arena_samples import Arena, ballot

from scenes.errors import RuleBroken
from sync.records import CHOICES, BattleQuery
from sync.store import Store

STEPS = 150


def deeds(arena: Arena, chance: random.Random) -> list[Callable[[str], object]]:
    store = arena.store
    return [
        arena.turn,
        arena.turn,
        lambda battle_id: store.cast_vote(battle_id, ballot(chance.choice(CHOICES))),
        lambda battle_id: store.cast_vote(battle_id, ballot(chance.choice(CHOICES))),
        store.undo_vote,
        store.close_battle,
        lambda battle_id: store.void_battle(battle_id, "other"),
        store.abandon_battle,
        lambda _: store.close_voted(),
        lambda _: arena.battle(),
        lambda _: store.sit(chance.choice(["Ada", "Ada", "Ada", "Ben"])),
        lambda battle_id: store.turns(battle_id) and arena.branch(battle_id, step=chance.randrange(3)),
        *[lambda battle_id: pin(store, battle_id, chance)] * 2,
        lambda battle_id: [store.withdraw_note(note.note_id) for note in store.notes(battle_id)[:1]],
    ]


def pin(store: Store, battle_id: str, chance: random.Random) -> None:
    for turn in store.turns(battle_id):
        store.add_note(turn.turn_id, chance.choice(["left", "right"]), chance.randrange(3), "a note")


def assert_records_agree(store: Store) -> None:
    for battle in store.battles():
        live, turns = store.live_vote(battle.battle_id), store.turns(battle.battle_id)
        closed = battle.left_model_id is not None
        assert (live is not None) == (battle.status == "voted")
        assert live is None or turns
        assert live is None or (live.left_model_id is not None) == closed
        assert not closed or battle.status in ("voted", "void")
        assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))


def assert_only_closed_battles_are_added_to(store: Store) -> None:
    closed = {battle.battle_id for battle in store.battles() if battle.left_model_id is not None}
    for battle in store.battles():
        added = [*store.notes(battle.battle_id), *store.branches(battle.battle_id)]
        assert not added or battle.battle_id in closed
    assert {past.battle.battle_id for past in store.find_battles(BattleQuery(model_id="alpha"))} == closed
    assert {past.battle.battle_id for past in store.find_battles(BattleQuery(text="alpha"))} == closed


def assert_what_is_found_agrees(store: Store) -> None:
    found = store.find_battles(BattleQuery())
    assert [past.battle for past in found] == store.battles()
    for past in found:
        live, turns = store.live_vote(past.battle.battle_id), store.turns(past.battle.battle_id)
        assert past.choice == (live.vote if live else None)
        assert (past.turns, past.instruction) == (len(turns), turns[0].instruction if turns else "")
        assert past.branches == len(store.branches(past.battle.battle_id))


def assert_logs_agree(store: Store) -> None:
    rows = store._database.rows
    sent = [row["seq"] for row in rows("SELECT seq FROM outbox WHERE held = 0 ORDER BY seq")]
    assert sent == list(range(1, len(sent) + 1))
    assert rows(
        """SELECT vote_id, rev FROM vote EXCEPT SELECT record_id, rev FROM outbox WHERE kind = 'vote'"""
    ) == rows("SELECT record_id, rev FROM outbox WHERE kind = 'vote' EXCEPT SELECT vote_id, rev FROM vote")
    assert not rows(
        """SELECT 1 FROM outbox JOIN vote ON record_id = vote_id AND outbox.rev = vote.rev
        WHERE held = (left_model_id IS NOT NULL)"""
    )
    (cast,) = rows("SELECT count(*) AS number FROM audit WHERE action IN ('vote_cast', 'vote_withdrawn')")
    assert cast == rows("SELECT count(*) AS number FROM vote")[0]
    (added,) = rows("SELECT count(*) AS number FROM audit WHERE action IN ('note_added', 'branch_recorded')")
    assert added == rows("SELECT (SELECT count(*) FROM note) + (SELECT count(*) FROM branch) AS number")[0]
    assert rows("PRAGMA foreign_key_check") == []


def test_the_rules_hold_in_any_order(folder, repeats) -> None:
    for seed in range(repeats(3, 50)):
        chance = random.Random(seed)
        with Store.open(folder / str(seed)) as store:
            arena = Arena(store)
            arena.battle()
            for _ in range(STEPS):
                battle = chance.choice(store.battles(limit=3))
                deed = chance.choice(deeds(arena, chance))
                before = store.battle(battle.battle_id)
                try:
                    deed(battle.battle_id)
                except RuleBroken:
                    assert store.battle(battle.battle_id) == before
                if before.left_model_id is not None or before.status == "abandoned":
                    assert store.battle(battle.battle_id) == before
            assert_records_agree(store)
            assert_logs_agree(store)
            assert_only_closed_battles_are_added_to(store)
            assert_what_is_found_agrees(store)
