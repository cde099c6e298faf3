"""Whatever is asked of the store in whatever order, the rules hold and its logs agree with its records."""

from __future__ import annotations

import random
from collections.abc import Callable

from arena_samples import Arena, ballot

from scenes.errors import RuleBroken
from sync.records import CHOICES
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
    ]


def assert_records_agree(store: Store) -> None:
    for battle in store.battles():
        live, turns = store.live_vote(battle.battle_id), store.turns(battle.battle_id)
        closed = battle.left_model_id is not None
        assert (live is not None) == (battle.status == "voted")
        assert live is None or turns
        assert live is None or (live.left_model_id is not None) == closed
        assert not closed or battle.status in ("voted", "void")
        assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))


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
