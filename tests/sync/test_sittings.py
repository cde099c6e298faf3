"""Who sits here: evaluators who take turns at one workstation, their sittings, and practice."""

from __future__ import annotations

import numpy as np
import pytest
from arena_samples import Arena, ballot, card, episode

from scenes.errors import BadInput, NotFound, RuleBroken
from sync.matchmaking import draw
from sync.ratings.elo import elo_board
from sync.store import Store


def test_the_evaluator_who_sat_here_last_sits_here_again(folder) -> None:
    with Store.open(folder) as store:
        ada = store.sit("Ada", "vision lab")
        assert (ada.name, ada.group) == ("Ada", "vision lab")
    with Store.open(folder) as store:
        assert store.evaluator() == ada


def test_a_known_name_is_the_same_person(store) -> None:
    ada, ben = store.sit("Ada Lovelace"), store.sit("Ben")
    assert store.sit("  ada \t lovelace\n") == ada == store.evaluator()
    assert store.evaluators() == [ada, ben]


def test_the_evaluators_are_listed_by_name(store) -> None:
    people = [store.sit(name) for name in ("Zoë", "anna", "Bert")]
    assert store.evaluators() == [people[1], people[2], people[0]]


def test_a_group_is_kept_until_another_is_given(store) -> None:
    store.sit("Ada", " vision  lab ")
    assert store.sit("Ada").group == "vision lab"
    assert store.sit("Ada", "robotics").group == "robotics"
    assert store.sit("Ada", "").group is None
    assert store.evaluators() == [store.evaluator()]


@pytest.mark.parametrize("name", ["", "  \n", "x" * 201])
def test_a_name_of_wrong_length_is_refused_and_nobody_else_sits_down(store, name) -> None:
    ada = store.sit("Ada")
    with pytest.raises(BadInput, match="1 to 200"):
        store.sit(name)
    with pytest.raises(BadInput):
        store.sit("Ben", "x" * 201)
    assert store.evaluators() == [ada] == [store.evaluator()]


def test_each_evaluator_has_sittings_of_her_own(store) -> None:
    store.sit("Ada")
    of_ada = store.open_session("panda", "table")
    ben = store.sit("Ben")
    of_ben = store.open_session("panda", "table")
    assert of_ben.session_id != of_ada.session_id
    assert of_ben.evaluator_id == ben.evaluator_id
    store.sit("Ada")
    assert store.open_session("panda", "table").session_id == of_ada.session_id


def test_nobody_votes_in_the_name_of_another(arena, store) -> None:
    store.sit("Ada")
    battle_id = arena.played_battle()
    store.sit("Ben")
    with pytest.raises(RuleBroken, match="Ada") as caught:
        store.cast_vote(battle_id, ballot())
    assert "Settings" in caught.value.hint
    ada = store.sit("Ada")
    assert store.cast_vote(battle_id, ballot()).evaluator_id == ada.evaluator_id


def test_the_balance_of_sides_is_each_evaluators_own(arena, store) -> None:
    store.sit("Ada")
    arena.battle("alpha", "beta")
    store.sit("Ben")
    assert store.left_minus_right() == {}
    arena.battle("beta", "alpha")
    assert store.left_minus_right() == {("alpha", "beta"): -1}


def test_open_battles_are_offered_again_to_whoever_began_them(folder) -> None:
    with Store.open(folder) as store:
        arena = Arena(store)
        ada = store.sit("Ada")
        waiting = [arena.played_battle() for _ in range(2)]
        arena.battle()
        store.abandon_battle(arena.played_battle())
        store.close_battle(arena.voted_battle())
        store.sit("Ben")
        of_ben = arena.played_battle()
    with Store.open(folder) as store:
        assert [battle.battle_id for battle in store.open_battles()] == [of_ben]
        store.sit(ada.name)
        assert [battle.battle_id for battle in store.open_battles()] == waiting[::-1]
        assert all(battle.left_model_id is None for battle in store.open_battles())


def test_only_battles_of_unknown_models_are_offered_again(arena, store) -> None:
    arena.played_battle(kind="chosen")
    arena.played_battle(kind="experiment")
    blind = [arena.played_battle(kind=kind) for kind in ("rated", "practice", "check")]
    assert [battle.battle_id for battle in store.open_battles()] == blind[::-1]


def test_battles_left_without_a_turn_are_given_up_and_others_stay_open(arena, store) -> None:
    waiting, begun, voted = arena.played_battle(), arena.battle().battle_id, arena.voted_battle()
    store.sit("Somebody else")
    begun_by_another = arena.battle().battle_id
    assert (store.abandon_unplayed(), store.abandon_unplayed()) == (2, 0)
    statuses = {each: store.battle(each).status for each in (waiting, begun, voted, begun_by_another)}
    assert list(statuses.values()) == ["ongoing", "abandoned", "voted", "abandoned"]


def test_a_comment_on_a_sitting_is_kept_changed_and_taken_back(folder) -> None:
    with Store.open(folder) as store:
        session_id = store.open_session("panda", "table").session_id
        store.comment_session(session_id, " the light was poor \n")
    with Store.open(folder) as store:
        assert store.session(session_id).comment == "the light was poor"
        assert store.open_session("panda", "table").comment == "the light was poor"
        with pytest.raises(BadInput):
            store.comment_session(session_id, "x" * 2001)
        store.comment_session(session_id, "the light was good")
        assert store.session(session_id).comment == "the light was good"
        store.comment_session(session_id, "  ")
        assert store.session(session_id).comment is None
        with pytest.raises(NotFound):
            store.comment_session("nothing", "a comment")


def test_who_sits_down_and_comments_is_in_the_audit(store) -> None:
    ada = store.sit("Ada")
    session_id = store.open_session("panda", "table").session_id
    store.comment_session(session_id, "good light")
    rows = store._database.rows("SELECT action, battle_id, detail FROM audit")
    assert [tuple(row.values()) for row in rows] == [
        ("evaluator_seated", None, ada.evaluator_id),
        ("session_commented", None, session_id),
    ]


def test_a_practice_battle_is_blind_and_counts_for_nothing(arena, store) -> None:
    cards = [card("expert"), card("random-walk")]
    drawn = draw(cards, np.random.default_rng(1), 7, {}, kind="practice")
    battle = store.start_battle(store.open_session("panda", "table"), drawn)
    turn = arena.turn(battle.battle_id, *(episode(variant=side, seed=7) for side in (1, 2)))
    assert store.is_hidden(turn.left_episode_id)
    assert store.left_minus_right() == {}
    store.cast_vote(battle.battle_id, ballot("left_better"))
    assert {store.battle(battle.battle_id).left_model_id, store.battle(battle.battle_id).kind} == {None, "practice"}
    reveal = store.close_battle(battle.battle_id)
    assert {reveal.left_model_id, reveal.right_model_id} == {"expert", "random-walk"}
    assert store.votes() == []
    assert elo_board(store.votes()) == []
    assert [vote.kind for vote in store.votes(kinds=("practice",))] == ["practice"]
    assert store.left_minus_right() == {}


def test_a_practice_battle_of_one_model_with_itself_is_refused(arena) -> None:
    with pytest.raises(BadInput, match="two different"):
        arena.battle("alpha", "alpha", kind="practice")
