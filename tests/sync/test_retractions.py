"""A vote is retracted after the reveal: it counts no more, and nothing of it is lost."""

from __future__ import annotations

import pytest
from arena_samples import ballot

from scenes.errors import RuleBroken, StoreError
from sync.ratings.elo import elo_board
from sync.records import BattleQuery


@pytest.fixture
def closed(arena, store) -> str:
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    return battle_id


def test_a_retracted_vote_counts_no_more_and_stays_as_a_revision(arena, store, closed) -> None:
    kept = arena.voted_battle("tie")
    store.close_battle(kept)
    store.retract_vote(closed)
    assert store.live_vote(closed) is None
    assert [vote.battle_id for vote in store.votes()] == [kept]
    assert [judgement.vote for judgement in store.judgements()] == ["tie"]
    rows = store._database.rows("SELECT rev, withdrawn, vote FROM vote WHERE battle_id = ? ORDER BY rev", [closed])
    assert [tuple(row.values()) for row in rows] == [(1, 0, "left_better"), (2, 1, "left_better")]


def test_a_battle_whose_vote_was_retracted_stays_closed_and_takes_no_other(store, closed) -> None:
    store.retract_vote(closed)
    assert (store.battle(closed).status, store.reveal(closed).vote) == ("voted", None)
    with pytest.raises(RuleBroken):
        store.cast_vote(closed, ballot("tie"))
    with pytest.raises(RuleBroken, match="no vote to retract"):
        store.retract_vote(closed)
    (past,) = store.find_battles(BattleQuery())
    assert past.choice is None


def test_a_retraction_waits_to_be_sent_after_the_vote(store, closed) -> None:
    store.retract_vote(closed)
    rows = store._database.rows("SELECT rev, held FROM outbox WHERE kind = 'vote' ORDER BY seq")
    assert [tuple(row.values()) for row in rows] == [(1, 0), (2, 0)]


def test_an_open_battles_vote_is_undone_and_not_retracted(arena, store) -> None:
    for battle_id in (arena.played_battle(), arena.voted_battle()):
        with pytest.raises(RuleBroken, match="open"):
            store.retract_vote(battle_id)


def test_nobody_retracts_anothers_vote(store, closed) -> None:
    store.sit("Somebody else")
    with pytest.raises(RuleBroken, match="another evaluator's"):
        store.retract_vote(closed)
    assert store.live_vote(closed) is not None


def test_the_database_itself_lets_a_closed_battle_take_only_retractions(store, closed) -> None:
    store.retract_vote(closed)
    (row,) = store._database.rows("SELECT * FROM vote WHERE rev = 2")
    for breach in ({"withdrawn": 0}, {"withdrawn": 1}):
        with pytest.raises(StoreError, match="refused a record"):
            store._database.insert("vote", **row | {"rev": 3} | breach)


def test_boards_are_the_same_from_judgements_as_from_votes(arena, store) -> None:
    for choice in ("left_better", "tie", "both_bad", "right_better"):
        store.close_battle(arena.voted_battle(choice))
    simulated = arena.played_battle()
    store.cast_vote(simulated, ballot(origin="simulated"))
    store.close_battle(simulated)
    assert elo_board(store.judgements()) == elo_board(store.votes())
    assert (len(store.judgements()), len(store.judgements(unrated=True)), store.count_unrated()) == (4, 5, 1)
    assert (store.judgements("ur5"), store.count_unrated("ur5")) == ([], 0)


def test_the_number_of_changes_grows_only_when_other_votes_count(arena, store, closed) -> None:
    numbers = [store.last_vote_change()]
    battle_id = arena.voted_battle()
    arena.played_battle()
    numbers.append(store.last_vote_change())
    store.close_battle(battle_id)
    numbers.append(store.last_vote_change())
    store.retract_vote(closed)
    numbers.append(store.last_vote_change())
    assert numbers[0] == numbers[1] < numbers[2] < numbers[3]
