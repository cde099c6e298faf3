from __future__ import annotations

import msgspec
import pytest
from arena_samples import ballot, episode

from scenes.errors import BadInput, RuleBroken, StoreError
from sync.records import CHOICES, Watched
from sync.store import Store


def revisions(store, battle_id) -> list[tuple[int, int]]:
    rows = store._database.rows("SELECT rev, withdrawn FROM vote WHERE battle_id = ? ORDER BY rev", [battle_id])
    return [(row["rev"], row["withdrawn"]) for row in rows]


def test_a_vote_before_a_turn_is_refused(arena, store) -> None:
    battle_id = arena.battle().battle_id
    with pytest.raises(RuleBroken, match="completed turn"):
        store.cast_vote(battle_id, ballot())
    assert store.live_vote(battle_id) is None


def test_a_vote_comes_back_as_it_was_cast(arena, store) -> None:
    battle_id = arena.played_battle()
    watched = Watched(left_coverage=1.0, right_coverage=0.96, dwell_seconds=12.5, seen_enough=True)
    cast = store.cast_vote(
        battle_id,
        ballot(
            "tie",
            comment="même chose",
            tags=("slow", "safe"),
            left_progress=40,
            right_progress=0,
            watched=watched,
        ),
    )
    assert store.live_vote(battle_id) == cast
    assert (cast.left_model_id, cast.right_model_id) == (None, None)
    assert (cast.watched, cast.tags, cast.task_id) == (watched, ("slow", "safe"), "push_left.red_cube")
    assert (cast.robot_id, cast.scene_id, cast.kind) == ("panda", "table", "rated")


def test_a_second_vote_is_refused(arena, store) -> None:
    battle_id = arena.voted_battle()
    with pytest.raises(RuleBroken):
        store.cast_vote(battle_id, ballot("tie"))
    store.close_battle(battle_id)
    with pytest.raises(RuleBroken):
        store.cast_vote(battle_id, ballot("tie"))
    assert revisions(store, battle_id) == [(1, 0)]


def test_an_undone_vote_stays_as_a_revision_and_the_battle_goes_on(arena, store) -> None:
    battle_id = arena.voted_battle()
    first = store.live_vote(battle_id)
    store.undo_vote(battle_id)
    assert store.live_vote(battle_id) is None
    assert store.battle(battle_id).status == "ongoing"
    with pytest.raises(RuleBroken):
        store.undo_vote(battle_id)
    with pytest.raises(RuleBroken):
        store.close_battle(battle_id)
    arena.turn(battle_id)
    second = store.cast_vote(battle_id, ballot("both_bad"))
    assert (second.vote_id, second.rev) == (first.vote_id, 3)
    assert revisions(store, battle_id) == [(1, 0), (2, 1), (3, 0)]
    assert store.close_battle(battle_id).vote.vote == "both_bad"


def test_a_vote_cannot_be_undone_once_its_battle_is_closed(arena, store) -> None:
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    with pytest.raises(RuleBroken):
        store.undo_vote(battle_id)
    with pytest.raises(RuleBroken):
        store.void_battle(battle_id, "other")


def test_closing_twice_says_the_same(arena, store) -> None:
    battle_id = arena.voted_battle()
    assert store.close_battle(battle_id) == store.close_battle(battle_id)


def test_a_battle_with_a_vote_is_neither_skipped_nor_given_up(arena, store) -> None:
    battle_id = arena.voted_battle()
    for forbidden in (lambda: store.void_battle(battle_id, "other"), lambda: store.abandon_battle(battle_id)):
        with pytest.raises(RuleBroken):
            forbidden()


@pytest.mark.parametrize(
    "bad",
    [
        ballot("nobody"),
        ballot(comment="x" * 2001),
        ballot(left_progress=101),
        ballot(tags=("x" * 41,)),
        ballot(origin="elsewhere"),
        ballot(watched=Watched(left_coverage=float("nan"))),
        ballot(watched=Watched(right_coverage=1.5)),
        ballot(watched=Watched(dwell_seconds=-1.0)),
    ],
)
def test_a_ballot_out_of_range_is_refused(arena, store, bad) -> None:
    battle_id = arena.played_battle()
    with pytest.raises(BadInput):
        store.cast_vote(battle_id, bad)
    assert store.live_vote(battle_id) is None


def test_a_vote_over_turns_of_different_tasks_names_no_task(arena, store) -> None:
    battle_id = arena.played_battle()
    other = msgspec.structs.replace(episode(instruction="lift the red cube"), task_id="lift.red_cube")
    arena.turn(battle_id, other, other)
    assert store.cast_vote(battle_id, ballot()).task_id is None


def test_boards_count_live_votes_of_closed_rated_battles_from_the_window(arena, store) -> None:
    counted = []
    for choice in CHOICES:
        battle_id = arena.voted_battle(choice)
        store.close_battle(battle_id)
        counted.append(battle_id)
    arena.voted_battle()
    chosen = arena.played_battle(kind="chosen")
    simulated = arena.played_battle()
    store.cast_vote(chosen, ballot())
    store.cast_vote(simulated, ballot(origin="simulated"))
    for battle_id in (chosen, simulated):
        store.close_battle(battle_id)
    assert [vote.battle_id for vote in store.votes()] == counted
    assert [vote.left_model_id for vote in store.votes()] == ["alpha"] * 4
    assert store.votes(robot_id="ur5") == []
    assert len(store.votes("panda", ("rated", "chosen"), ("window", "simulated"))) == 6
    assert store.votes("panda", (), ()) == []


def test_battles_voted_when_the_program_died_are_closed_at_the_next_start(folder, arena, store) -> None:
    voted, open_one, undone = arena.voted_battle(), arena.played_battle(), arena.voted_battle()
    store.undo_vote(undone)
    store.close()
    with Store.open(folder) as again:
        assert [reveal.battle_id for reveal in again.close_voted()] == [voted]
        assert again.close_voted() == []
        assert [battle.battle_id for battle in again.battles(status="ongoing")] == [undone, open_one]


def test_what_waits_to_be_sent_has_no_gaps_and_holds_back_open_battles(arena, store) -> None:
    def waiting() -> list[tuple[str, int]]:
        rows = store._database.rows("SELECT kind, seq, held FROM outbox WHERE held = 0 ORDER BY seq")
        return [(row["kind"], row["seq"]) for row in rows]

    first, undone = arena.voted_battle(), arena.voted_battle()
    store.undo_vote(undone)
    assert waiting() == []
    store.close_battle(first)
    expected = ["evaluator", "session", "battle", "turn", "vote"]
    assert waiting() == list(zip(expected, range(1, 6), strict=True))
    store.cast_vote(undone, ballot())
    store.close_battle(undone)
    store.void_battle(arena.battle().battle_id, "unclear_instruction")
    expected += ["battle", "turn", "vote", "vote", "vote", "battle"]
    assert waiting() == list(zip(expected, range(1, 12), strict=True))


BREACHES = [
    "UPDATE vote SET vote = 'tie'",
    "UPDATE vote SET left_model_id = 'x', right_model_id = 'y' WHERE battle_id IN (SELECT battle_id FROM battle WHERE nonce IS NOT NULL)",  # noqa: E501
    "DELETE FROM vote",
    "DELETE FROM turn",
    "UPDATE turn SET instruction = 'another'",
    "DELETE FROM battle",
    "UPDATE battle SET commitment = hex(zeroblob(32))",
    "UPDATE battle SET left_model_id = 'x' WHERE nonce IS NULL",
    "UPDATE battle SET status = 'ongoing' WHERE nonce IS NOT NULL",
    "UPDATE battle SET status = 'lost'",
    "DELETE FROM outbox",
    "UPDATE outbox SET seq = 99 WHERE held = 0",
    "UPDATE outbox SET record_id = 'x'",
    "UPDATE outbox SET body = x'00' WHERE held = 0",
    "UPDATE outbox SET held = 0, seq = 99, store_id = 'x', body = x'00' WHERE held = 1",
    "DELETE FROM audit",
    "UPDATE audit SET detail = ''",
    "UPDATE run SET model_id = 'x'",
    "INSERT INTO turn SELECT 'new', battle_id, 2, instruction, task_id, start, left_episode_id, right_episode_id, created_at FROM turn",  # noqa: E501
    "UPDATE battle SET position = 'first'",
    "DELETE FROM episode",
    "REPLACE INTO vote SELECT * FROM vote",
]


@pytest.mark.parametrize("sql", BREACHES)
def test_the_database_itself_keeps_the_rules(arena, store, sql) -> None:
    store.close_battle(arena.voted_battle())
    arena.voted_battle()
    with pytest.raises(StoreError, match="refused a record"):
        store._database.execute(sql)


def test_the_database_itself_refuses_a_second_vote_and_one_without_a_turn(arena, store) -> None:
    voted, empty = arena.voted_battle(), arena.battle().battle_id
    (row,) = store._database.rows("SELECT * FROM vote")
    for breach in ({"vote_id": "another"}, {"rev": 2}, {"rev": 3, "withdrawn": 1}, {"battle_id": empty}):
        with pytest.raises(StoreError, match="refused a record"):
            store._database.insert("vote", **row | breach)
    assert revisions(store, voted) == [(1, 0)]
