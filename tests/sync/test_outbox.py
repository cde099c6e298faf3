"""What may be sent: exact bytes from the release on, nothing of an open battle, everything of a closed one."""

from __future__ import annotations

import msgspec
import pytest
from arena_samples import ballot
from outbox_rules import bodies, check_whole, released

from scenes.codec import encode
from scenes.errors import StoreError
from sync import outbox, sending
from sync.api import MAX_PUSH_BYTES, Verdict
from sync.operations import BranchBody, TurnBody
from sync.records import Battle, Evaluator, Note, Session, Vote


def test_a_vote_that_can_be_undone_is_not_released(arena, store) -> None:
    arena.voted_battle()
    assert released(store) == []
    assert sending.waiting(store._database) == sending.Waiting(votes=0, operations=0)


def test_a_closed_battle_is_released_with_its_names_and_runs(arena, store) -> None:
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    person, session, battle, turn, vote = bodies(store)
    assert (person, battle) == (store.evaluator(), store.battle(battle_id))
    assert isinstance(session, Session)
    assert vote == store.live_vote(battle_id)
    assert isinstance(turn, TurnBody)
    assert [encode(run) for run in (turn.left, turn.right)] == [encode(run) for run in store.runs(battle_id)]
    assert turn.turn == store.turns(battle_id)[0]
    check_whole(store)


def test_every_revision_of_a_vote_is_released_with_the_names(arena, store) -> None:
    battle_id = arena.voted_battle()
    store.undo_vote(battle_id)
    store.cast_vote(battle_id, ballot("tie"))
    store.close_battle(battle_id)
    store.retract_vote(battle_id)
    votes = [body for body in bodies(store) if isinstance(body, Vote)]
    assert [(vote.rev, vote.withdrawn) for vote in votes] == [(1, False), (2, True), (3, False), (4, True)]
    assert {vote.left_model_id for vote in votes} == {"alpha"}
    assert len({vote.vote_id for vote in votes}) == 1


def test_a_skipped_battle_is_released_and_one_given_up_is_not(arena, store) -> None:
    skipped, given_up = arena.played_battle(), arena.played_battle()
    store.void_battle(skipped, "scene_broken")
    store.abandon_battle(given_up)
    assert [body.battle_id for body in bodies(store) if isinstance(body, Battle)] == [skipped]
    check_whole(store)


def test_notes_and_their_withdrawal_are_released(arena, store) -> None:
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    store.sit("Grace")
    note = store.add_note(store.turns(battle_id)[0].turn_id, "left", 1, "here")
    store.withdraw_note(note.note_id)
    store.withdraw_note(note.note_id)
    grace, *notes = bodies(store)[5:]
    assert isinstance(grace, Evaluator)
    assert grace.name == "Grace"
    assert notes == [note, msgspec.structs.replace(note, withdrawn=True)]
    assert all(isinstance(body, Note) for body in notes)
    check_whole(store)


def test_a_side_experiment_is_released_with_its_run(arena, store) -> None:
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    branch = arena.branch(battle_id)
    body = bodies(store)[-1]
    assert isinstance(body, BranchBody)
    assert body.branch == branch
    assert encode(body.run) == encode(store.branch_run(branch.branch_id))


def test_a_comment_after_the_release_is_a_new_revision(arena, store) -> None:
    session_id = store.open_session("panda", "table").session_id
    store.comment_session(session_id, "before")
    store.close_battle(arena.voted_battle())
    store.comment_session(session_id, "after")
    store.comment_session(session_id, None)
    sessions = [
        (operation.rev, body.comment)
        for operation, body in zip(released(store), bodies(store), strict=True)
        if isinstance(body, Session)
    ]
    assert sessions == [(1, "before"), (2, "after"), (3, None)]


def test_a_comment_on_a_sitting_without_a_closed_battle_stays_here(arena, store) -> None:
    arena.voted_battle()
    store.comment_session(store.open_session("panda", "table").session_id, "not yet")
    assert released(store) == []


def test_a_change_of_group_is_sent_as_the_next_revision_of_the_evaluator(arena, store) -> None:
    ada = store.sit("Ada", "lab")
    store.sit("Ada", "other lab")
    assert released(store) == []  # nothing was ever told of her
    store.close_battle(arena.voted_battle())
    store.sit("Ada", "third lab")
    store.sit("Ada", "third lab")
    told = [body for body in bodies(store) if isinstance(body, Evaluator)]
    assert [each.evaluator_id for each in told] == [ada.evaluator_id] * 2
    assert [each.group for each in told] == ["other lab", "third lab"]


def test_what_was_released_keeps_its_bytes_whatever_changes_later(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    before = released(store)
    store.comment_session(store.open_session("panda", "table").session_id, "later")
    store.sit(store.evaluator().name, "another group")
    store.close_battle(arena.voted_battle())
    assert released(store)[: len(before)] == before


BREACHES = {
    "a released operation keeps its place": "UPDATE outbox SET seq = seq + 100 WHERE held = 0",
    "what is sent never changes": "UPDATE outbox SET body = x'80' WHERE held = 0",
    "operations begin held": """INSERT INTO outbox (op_id, store_id, seq, kind, record_id, rev, held, created_at, body)
        VALUES ('o', 's', 1, 'vote', 'v', 1, 0, 'now', x'80')""",
    "nothing of an open battle": "UPDATE outbox SET held = 0, store_id = 's', seq = 1, body = x'80' WHERE held = 1",
    "operations are never deleted": "DELETE FROM outbox",
}


@pytest.mark.parametrize("rule", BREACHES)
def test_the_database_itself_keeps_the_rules_of_the_outbox(arena, store, rule) -> None:
    store.close_battle(arena.voted_battle())
    arena.voted_battle()
    with pytest.raises(StoreError, match=rule):
        store._database.execute(BREACHES[rule])


def test_nothing_is_released_without_its_bytes(store) -> None:
    outbox.hold(store._database, "evaluator", store.evaluator().evaluator_id)
    with pytest.raises(StoreError, match="a released operation has a body"):
        store._database.execute("UPDATE outbox SET held = 0, store_id = 's', seq = 1")


def test_batches_follow_the_log_within_their_limits(arena, store) -> None:
    for _ in range(3):
        store.close_battle(arena.voted_battle())
    database, everything = store._database, released(store)
    store_id = sending.next_store(database)
    assert sending.batch(database, store_id, 4, MAX_PUSH_BYTES) == everything[:4]
    assert sending.batch(database, store_id, 1000, 1) == everything[:1]
    sending.mark(database, [Verdict(operation.op_id, "applied") for operation in everything[:4]])
    assert sending.batch(database, store_id, 1000, MAX_PUSH_BYTES) == everything[4:]
    assert sending.waiting(database) == sending.Waiting(votes=3, operations=len(everything) - 4)
    sending.mark(database, [Verdict(operation.op_id, "dup") for operation in everything])
    assert sending.next_store(database) is None


def test_what_the_service_rejects_is_kept_and_seen(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    poison = released(store)[2]
    sending.mark(store._database, [Verdict(poison.op_id, "rejected", "no such robot")])
    (seen,) = sending.quarantined(store._database)
    assert (seen.op_id, seen.kind, seen.reason) == (poison.op_id, "battle", "no such robot")
    assert poison in released(store)


def test_rewinding_lets_operations_wait_again(arena, store) -> None:
    store.close_battle(arena.voted_battle())
    database, everything = store._database, released(store)
    sending.mark(database, [Verdict(operation.op_id, "applied") for operation in everything])
    assert sending.rewind(database, everything[0].store_id, 2, 3) == 2
    assert sending.batch(database, everything[0].store_id, 10, MAX_PUSH_BYTES) == everything[1:3]
    assert sending.rewind(database, everything[0].store_id, 4) == 2


def test_episodes_of_open_battles_may_not_leave(arena, store) -> None:
    closed, opened = arena.voted_battle(), arena.voted_battle()
    names = [store.turns(battle_id)[0].left_episode_id for battle_id in (closed, opened)]
    assert not sending.may_leave(store._database, names[0])
    store.close_battle(closed)
    assert sending.may_leave(store._database, names[0])
    assert not sending.may_leave(store._database, "0" * 64)
