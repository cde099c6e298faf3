from __future__ import annotations

import hashlib
import tracemalloc

import pytest
from arena_samples import ballot

from scenes.errors import BadInput, NotFound, RuleBroken, StoreDamaged
from sync.blindness import commitment, keeps_promise
from sync.store import Store


def test_a_battle_hides_its_models_until_it_is_closed(arena, store) -> None:
    battle_id = arena.played_battle("alpha", "beta")
    store.cast_vote(battle_id, ballot())
    open_battle = store.battle(battle_id)
    assert (open_battle.left_model_id, open_battle.right_model_id, open_battle.nonce) == (None, None, None)
    with pytest.raises(RuleBroken):
        store.reveal(battle_id)
    with pytest.raises(RuleBroken):
        store.runs(battle_id)
    reveal = store.close_battle(battle_id)
    closed = store.battle(battle_id)
    assert (
        (closed.left_model_id, closed.right_model_id)
        == ("alpha", "beta")
        == (
            reveal.left_model_id,
            reveal.right_model_id,
        )
    )
    assert [run.model_id for run in store.runs(battle_id)] == ["alpha", "beta"]
    assert store.runs(battle_id)[0].inference_seconds.tolist() == pytest.approx([0.01, 0.02])


def test_the_reveal_keeps_the_promise_made_at_the_start(arena, store) -> None:
    battle_id = arena.voted_battle()
    promised = store.battle(battle_id).commitment
    reveal = store.close_battle(battle_id)
    assert reveal.commitment == promised
    assert keeps_promise(reveal)
    swapped = commitment(reveal.nonce, reveal.right_model_id, reveal.left_model_id)
    assert swapped != promised


def test_a_commitment_cannot_be_read_in_two_ways() -> None:
    assert commitment("n", "ab", "c") != commitment("n", "a", "bc")
    assert commitment("n", "left", "right") == hashlib.sha256(b"n\nleft\nright").hexdigest()


def test_a_model_id_with_a_line_break_is_refused(arena) -> None:
    with pytest.raises(BadInput):
        arena.battle("alpha\nbeta", "gamma")


def test_a_rated_battle_of_one_model_with_itself_is_refused(arena, store) -> None:
    with pytest.raises(BadInput):
        arena.battle("alpha", "alpha")
    assert arena.battle("alpha", "alpha", kind="check").status == "ongoing"
    assert len(store.battles()) == 1


def test_a_seed_that_does_not_fit_is_refused(arena) -> None:
    with pytest.raises(BadInput):
        arena.battle(seed=2**63)


def test_battles_are_listed_newest_first(arena, store) -> None:
    ids = [arena.battle().battle_id for _ in range(3)]
    assert [battle.battle_id for battle in store.battles()] == ids[::-1]
    assert [battle.seq_in_session for battle in store.battles(limit=2)] == [3, 2]
    store.abandon_battle(ids[0])
    assert [battle.battle_id for battle in store.battles(status="abandoned")] == [ids[0]]


def test_an_unknown_battle_is_not_found(store) -> None:
    with pytest.raises(NotFound):
        store.battle("nothing")
    with pytest.raises(NotFound):
        store.sides("nothing")


def test_a_skipped_battle_says_why_and_reveals_its_models(arena, store) -> None:
    battle_id = arena.played_battle()
    with pytest.raises(BadInput):
        store.void_battle(battle_id, "boredom")
    reveal = store.void_battle(battle_id, "scene_broken")
    assert reveal.vote is None
    assert keeps_promise(reveal)
    assert (store.battle(battle_id).status, store.battle(battle_id).void_reason) == ("void", "scene_broken")
    for forbidden in (store.check_turn_allowed, store.abandon_battle, store.undo_vote, arena.turn):
        with pytest.raises(RuleBroken):
            forbidden(battle_id)
    with pytest.raises(RuleBroken):
        store.cast_vote(battle_id, ballot())


def test_a_battle_given_up_never_reveals_its_models(arena, store) -> None:
    battle_id = arena.played_battle()
    store.abandon_battle(battle_id)
    with pytest.raises(RuleBroken):
        store.reveal(battle_id)
    with pytest.raises(RuleBroken):
        store.void_battle(battle_id, "other")
    assert store.battle(battle_id).left_model_id is None


def test_a_session_goes_on_after_the_program_is_opened_again(folder) -> None:
    with Store.open(folder) as store:
        first = store.open_session("panda", "table")
        person = store.evaluator()
    with Store.open(folder) as store:
        assert store.open_session("panda", "table").session_id == first.session_id
        assert store.open_session("panda", "shelf").session_id != first.session_id
        assert store.evaluator() == person
        assert store.session(first.session_id).evaluator_id == person.evaluator_id


def test_a_session_that_rested_for_eight_hours_is_not_continued(store) -> None:
    session = store.open_session("panda", "table")
    store._database.execute("UPDATE session SET last_active_at = '2020-01-01T00:00:00.000+00:00'")
    assert store.open_session("panda", "table").session_id != session.session_id


def test_the_balance_counts_every_rated_draw_open_ones_too(arena, store) -> None:
    arena.battle("alpha", "beta")
    store.abandon_battle(arena.battle("alpha", "beta").battle_id)
    store.void_battle(arena.battle("beta", "alpha").battle_id, "replay_glitch")
    arena.battle("alpha", "gamma", kind="chosen")
    assert store.left_minus_right() == {("alpha", "beta"): 1}


def test_the_balance_is_counted_where_the_battles_lie(arena, store) -> None:
    """However many were closed: only their sums are read."""
    store.close_battle(arena.voted_battle())
    store._database.execute(
        """WITH RECURSIVE copies (place) AS (SELECT 2 UNION ALL SELECT place + 1 FROM copies WHERE place <= 3000)
        INSERT INTO battle SELECT NULL, battle_id || place, session_id, place, left_model_id, right_model_id, nonce,
            sealed, status, kind, seed, propensity, first, commitment, void_reason, created_at, updated_at, "check"
        FROM battle, copies"""
    )
    arena.battle("beta", "alpha")
    tracemalloc.start()
    balance = store.left_minus_right()
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert balance == {("alpha", "beta"): 3000}
    assert most_bytes < 100_000


def test_battles_that_do_not_open_keep_no_others_from_being_drawn_or_closed(folder, store, arena) -> None:
    arena.battle("alpha", "beta")
    unopened = arena.voted_battle()
    store.close()
    (folder / "seal.key").write_bytes(bytes(32))
    with Store.open(folder) as reopened:
        assert reopened.left_minus_right() == {}
        assert reopened.close_voted() == []
        assert reopened.battle(unopened).left_model_id is None


def test_a_key_is_not_made_anew_while_battles_are_sealed_with_the_lost_one(folder, store, arena) -> None:
    arena.battle("alpha", "beta")
    store.close()
    (folder / "seal.key").unlink()
    with pytest.raises(StoreDamaged, match="missing"):
        Store.open(folder)
    assert not (folder / "seal.key").exists()
