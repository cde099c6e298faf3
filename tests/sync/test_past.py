"""Battles found again: by words, places, people, times and votes; by models only once they are revealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from arena_samples import Arena, ballot, episode

from scenes.errors import BadInput
from sync.records import BattleQuery, Draw, Sides
from sync.store import Store


def found(store: Store, **asked: object) -> list[str]:
    return [past.battle.battle_id for past in store.find_battles(BattleQuery(**asked))]


def closed(
    arena: Arena, *instructions: str, left: str = "alpha", right: str = "beta", choice: str = "tie", **said: object
) -> str:
    """A battle of these turns that was voted on and closed."""
    battle_id = arena.battle(left, right).battle_id
    for instruction in instructions or ("push the red cube to the left",):
        made = (episode(variant=1, instruction=instruction), episode(variant=2, instruction=instruction))
        arena.turn(battle_id, *made)
    arena.store.cast_vote(battle_id, ballot(choice, **said))
    arena.store.close_battle(battle_id)
    return battle_id


def test_a_past_battle_says_what_history_shows(arena, store) -> None:
    battle_id = closed(arena, "lift the red cube", "put it down", choice="left_better", comment="smooth")
    store.comment_session(store.battle(battle_id).session_id, "after lunch")
    arena.branch(battle_id)
    (past,) = store.find_battles(BattleQuery())
    assert past.battle == store.battle(battle_id)
    assert (past.robot_id, past.scene_id, past.evaluator_name) == ("panda", "table", store.evaluator().name)
    assert (past.instruction, past.turns, past.choice, past.comment) == (
        "lift the red cube",
        2,
        "left_better",
        "smooth",
    )
    assert (past.session_comment, past.branches) == ("after lunch", 1)


def test_battles_without_turns_or_votes_are_found_too_the_newest_first(arena, store) -> None:
    ids = [arena.battle().battle_id, arena.played_battle(), closed(arena)]
    assert found(store) == ids[::-1]
    assert found(store, limit=2) == [ids[2], ids[1]]
    assert found(store, limit=-1) == ids[::-1]
    (past,) = store.find_battles(BattleQuery(status="ongoing"))[1:]
    assert (past.instruction, past.turns, past.choice, past.comment) == ("", 0, None, None)


def test_an_open_battle_is_never_found_by_its_models(arena, store) -> None:
    battle_id = arena.played_battle("canary-one", "canary-two")
    given_up = arena.played_battle("canary-one", "canary-two")
    store.abandon_battle(given_up)
    for vote in (False, True):
        if vote:
            store.cast_vote(battle_id, ballot())
        for word in ("canary", "canary-one", "two"):
            assert found(store, text=word) == []
        for model_id in ("canary-one", "canary-two"):
            assert found(store, model_id=model_id) == []
        assert not any("canary" in str(past) for past in store.find_battles(BattleQuery()))
    store.close_battle(battle_id)
    assert found(store, text="canary-two") == found(store, model_id="canary-one") == [battle_id]


def test_a_word_is_found_in_any_instruction_comment_tag_and_revealed_name(arena, store) -> None:
    wanted = {
        "instruction": closed(arena, "push the red cube", "open the drawer"),
        "comment": closed(arena, comment="it hesitates"),
        "tag": closed(arena, tags=("smooth", "slow")),
        "name": closed(arena, left="octavia-7b"),
    }
    words = {"instruction": "drawer", "comment": "HESIT", "tag": "smooth", "name": "octavia"}
    assert {place: found(store, text=word) for place, word in words.items()} == {
        place: [battle_id] for place, battle_id in wanted.items()
    }
    store.comment_session(store.battle(wanted["tag"]).session_id, "a rainy sitting")
    assert len(found(store, text="rainy")) == len(wanted)


def test_a_word_is_found_in_a_note_until_it_is_withdrawn(arena, store) -> None:
    battle_id, other = closed(arena), closed(arena)
    for name in (battle_id, other):
        store.add_note(store.turns(name)[0].turn_id, "left", 1, "here")
    note = store.add_note(store.turns(battle_id)[0].turn_id, "right", 2, "the gripper slips")
    assert found(store, text="slips") == [battle_id]
    store.withdraw_note(note.note_id)
    assert found(store, text="slips") == []
    assert found(store, text="here") == [other, battle_id]


def test_every_word_of_a_search_must_be_found_wherever_it_stands(arena, store) -> None:
    both = closed(arena, "open the drawer", comment="it hesitates")
    closed(arena, "open the drawer")
    assert found(store, text=" hesitates   drawer ") == [both]
    assert found(store, text="hesitates window") == []


@pytest.mark.parametrize(("comment", "text"), [("Über den Äpfeln", "über ÄPFEL"), ("été", "ÉTÉ"), ("掴む", "掴")])
def test_the_case_of_letters_never_matters(arena, store, comment, text) -> None:
    battle_id = closed(arena, comment=comment)
    assert found(store, text=text) == [battle_id]


@pytest.mark.parametrize("text", ["%", "_", "\\", "*", "?é", "[é]", "'", '"', '","', "]é", "^é"])
def test_signs_that_mean_something_to_sql_mean_themselves(arena, store, text) -> None:
    closed(arena, comment="plain é", tags=("one", "two"))
    assert found(store, text=text) == []
    battle_id = closed(arena, comment=f"before{text}after")
    assert found(store, text=text) == [battle_id]


def test_each_field_narrows_the_list(arena, store) -> None:
    here = closed(arena, choice="tie")
    there = store.start_battle(
        store.open_session("ur5", "shelf"),
        Draw(sides=Sides("alpha", "beta"), kind="practice", seed=1, propensity=1.0, first="left"),
    ).battle_id
    store.void_battle(there, "other")
    assert found(store, robot_id="ur5") == found(store, scene_id="shelf") == found(store, kind="practice") == [there]
    assert found(store, status="void") == [there]
    assert found(store, vote="tie") == found(store, kind="rated") == found(store, robot_id="panda") == [here]
    assert found(store, vote="both_bad") == found(store, vote="tie", status="void") == []
    assert found(store, model_id="beta") == [there, here]


def test_battles_are_found_by_who_judged_them(arena, store) -> None:
    first = closed(arena)
    ada = store.sit("Ada")
    second = closed(arena)
    assert found(store, evaluator_id=ada.evaluator_id) == [second]
    assert found(store) == [second, first]
    assert store.find_battles(BattleQuery())[0].evaluator_name == "Ada"


def test_battles_are_found_by_when_they_began(arena, store) -> None:
    battle_id = closed(arena)
    began = datetime.fromisoformat(store.battle(battle_id).created_at)
    later = began.astimezone() + timedelta(hours=1)
    assert found(store, since=began, until=later) == [battle_id]
    assert found(store, since=later) == found(store, until=began) == []
    with pytest.raises(BadInput, match="time zone"):
        found(store, since=datetime.now(UTC).replace(tzinfo=None))


def test_a_vote_taken_back_is_found_no_more(arena, store) -> None:
    battle_id = arena.played_battle()
    store.cast_vote(battle_id, ballot("tie", comment="a slip"))
    assert found(store, vote="tie") == found(store, text="slip") == [battle_id]
    store.undo_vote(battle_id)
    assert found(store, vote="tie") == found(store, text="slip") == []


def test_a_retracted_vote_is_found_as_such_and_by_nothing_it_said(arena, store) -> None:
    kept, battle_id = closed(arena), closed(arena, choice="both_bad", comment="a slip")
    arena.voted_battle()
    store.retract_vote(battle_id)
    assert found(store, retracted=True) == [battle_id]
    assert kept in found(store, retracted=False)
    assert battle_id not in found(store, retracted=False)
    assert found(store, vote="both_bad") == found(store, text="slip") == []
    assert [past.retracted for past in store.find_battles(BattleQuery())] == [False, True, False]


def test_a_search_that_is_a_whole_page_is_refused(arena, store) -> None:
    battle_id = closed(arena)
    assert found(store, text="cube " * 100) == [battle_id]
    with pytest.raises(BadInput):
        found(store, text="x" * 501)


def test_one_query_finds_them_all(arena, store) -> None:
    closed(arena)
    asked: list[str] = []
    store._database._connection.set_trace_callback(asked.append)
    store.find_battles(BattleQuery(text="cube red", model_id="alpha", vote="tie"))
    store._database._connection.set_trace_callback(None)
    assert len([statement for statement in asked if not statement.startswith("--")]) == 1
