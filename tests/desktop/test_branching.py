"""Branches start where they say, to the last bit, and leave the battle alone; episodes come out the same again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from desktop.closed_battles import LEFT, RIGHT, STEPS, play_a_battle, play_a_closed_battle
from msgspec.structs import replace

from gpu_daemon.client import DaemonClient
from scenes.episode import Episode, State
from scenes.errors import BadInput, Incompatible, NotFound
from scenes.progress import finish
from scenes.verify import CLOSE
from sync.records import Branch, Side
from sync.store import Store
from vlaarena_desktop import branching, reproducing
from vlaarena_desktop.evidence import Evidence

ELSEWHERE = "lift the green cube"


@pytest.fixture(scope="module")
def evidence(kept: Store, address: str) -> Evidence:
    return play_a_closed_battle(kept, address, ("reset", "continue"))


def branch(store: Store, evidence: Evidence, address: str, side: Side, step: int, *models: str) -> tuple[Branch, ...]:
    cards = DaemonClient(address).models()
    prepared = branching.prepare_branches(store, evidence.turns[0], side, step, models, ELSEWHERE, cards)
    return tuple(branching.record_branches(store, prepared, finish(branching.play_branches(address, prepared))))


def without_controls(state: State) -> np.ndarray:
    """What a state says but for the actuators' targets, which the new policy sets."""
    sizes = {each.name: each.size for each in state.components}
    parts = np.split(state.values, np.cumsum(list(sizes.values()))[:-1])
    return np.concatenate([part for name, part in zip(sizes, parts, strict=True) if name != "ctrl"])


@pytest.mark.parametrize(("side", "step"), [("left", 0), ("right", 3), ("left", STEPS)])
def test_a_branch_starts_at_its_frame_with_difference_0(
    kept: Store, evidence: Evidence, address: str, side: Side, step: int
) -> None:
    made = branch(kept, evidence, address, side, step, RIGHT)[0]
    turn = evidence.turns[0]
    whole = (turn.left if side == "left" else turn.right).episode
    origin, found = whole.trajectory.state(step), whole.trajectory.moment(step)
    episode = kept.episode(made.episode_id)
    begun = (whole.start, whole.start_digest) if step == 0 else ("continue", found.digest)
    assert (episode.start, episode.start_digest) == begun
    assert episode.trajectory.components == origin.components
    began = episode.trajectory.state(0)
    assert np.abs(without_controls(began) - without_controls(origin)).max() == 0
    assert (made.side, made.step, made.model_id, episode.instruction) == (side, step, RIGHT, ELSEWHERE)


def test_both_models_may_play_on_from_one_frame(kept: Store, evidence: Evidence, address: str) -> None:
    made = branch(kept, evidence, address, "left", 2, LEFT, RIGHT)
    assert [each.model_id for each in made] == [LEFT, RIGHT]
    first, second = (kept.episode(each.episode_id) for each in made)
    assert first.start_digest == second.start_digest
    assert {each.branch_id for each in made} <= {each.branch_id for each in kept.branches(evidence.battle.battle_id)}


def test_a_branch_touches_neither_the_vote_nor_the_turns_nor_a_board(
    kept: Store, evidence: Evidence, address: str
) -> None:
    def standing() -> tuple[object, ...]:
        battle_id = evidence.battle.battle_id
        votes = kept.votes(kinds=("rated", "chosen"), origins=("window", "cli"))
        return kept.battle(battle_id), kept.live_vote(battle_id), kept.turns(battle_id), votes

    before = standing()
    branch(kept, evidence, address, "left", 1, LEFT)
    assert standing() == before


def test_a_branch_beyond_the_end_is_refused_before_anything_is_played(kept: Store, evidence: Evidence) -> None:
    with pytest.raises(BadInput, match="no step 99"):
        branching.prepare_branches(kept, evidence.turns[0], "left", 99, (LEFT,), ELSEWHERE, ())


def test_a_model_that_the_daemon_no_longer_offers_is_named(kept: Store, evidence: Evidence) -> None:
    with pytest.raises(NotFound, match=LEFT):
        branching.prepare_branches(kept, evidence.turns[0], "left", 0, (LEFT,), ELSEWHERE, ())
    run = evidence.turns[0].left.run
    assert run is not None
    with pytest.raises(NotFound, match=LEFT):
        reproducing.prepare_reproduction(kept, evidence.turns[0].turn, "left", run, ())


def test_beside_a_branch_stands_the_rest_of_what_it_branched_from(
    kept: Store, evidence: Evidence, address: str
) -> None:
    made, turn = branch(kept, evidence, address, "right", 2, LEFT)[0], evidence.turns[0]
    pair = branching.beside(turn, made, kept.episode(made.episode_id), "Hasty", kept.branch_run(made.branch_id))
    whole, rest = turn.right.episode.trajectory, pair.left.episode.trajectory
    assert rest.steps == whole.steps - 2
    assert np.array_equal(rest.states, whole.states[2:])
    assert rest.display.times[0] == 0
    assert np.allclose(rest.display.times[1:], whole.display.times[-len(rest.display.times) + 1 :] - 0.2, atol=1e-5)
    assert np.allclose(rest.display.qpos[0], whole.component("qpos")[2], atol=1e-5)
    assert len(pair.left.episode.raw_actions) == rest.steps
    assert (pair.left.model_id, pair.right.model_id, pair.turn.instruction) == (RIGHT, LEFT, ELSEWHERE)


def test_what_is_left_of_an_episode_at_its_end_is_one_state(evidence: Evidence) -> None:
    rest = branching.episode_from(evidence.turns[0].left.episode, STEPS)
    assert (rest.trajectory.steps, rest.trajectory.duration, len(rest.trajectory.display.times)) == (0, 0, 1)


@pytest.mark.parametrize(("turn", "side"), [(0, "right"), (1, "left"), (1, "right")])
def test_an_episode_comes_out_the_same_to_the_last_bit(
    kept: Store, evidence: Evidence, address: str, turn: int, side: Side
) -> None:
    record = evidence.turns[turn]
    run = (record.left if side == "left" else record.right).run
    assert run is not None
    prepared = reproducing.prepare_reproduction(kept, record.turn, side, run, DaemonClient(address).models())
    found = finish(reproducing.reproduce(address, prepared))
    assert (found.outcome, found.step, found.largest_difference) == ("bit_exact", None, 0.0)
    assert (found.physics.outcome, found.differences) == ("bit_exact", ())


def test_where_another_policy_plays_the_reproduction_diverges_and_says_where(
    kept: Store, evidence: Evidence, address: str
) -> None:
    """As if the weights behind a card had changed."""
    record = evidence.turns[0]
    assert record.left.run is not None
    prepared = reproducing.prepare_reproduction(
        kept, record.turn, "left", record.left.run, DaemonClient(address).models()
    )
    other = replace(prepared, play=replace(prepared.play, model_id=RIGHT))
    found = finish(reproducing.reproduce(address, other))
    assert (found.outcome, found.physics.outcome) == ("diverged", "bit_exact")
    assert found.step is not None
    assert 1 <= found.step <= STEPS
    assert found.largest_difference > CLOSE


def test_an_episode_of_another_bundle_is_not_played_in_this_one(kept: Store, evidence: Evidence, address: str) -> None:
    record = evidence.turns[0]
    assert record.left.run is not None
    prepared = reproducing.prepare_reproduction(
        kept, record.turn, "left", record.left.run, DaemonClient(address).models()
    )
    trajectory = replace(prepared.episode.trajectory, bundle_digest="c" * 64)
    with pytest.raises(Incompatible, match="has changed since"):
        finish(
            reproducing.reproduce(address, replace(prepared, episode=replace(prepared.episode, trajectory=trajectory)))
        )


@pytest.mark.parametrize(("shift", "outcome"), [(0.0, "bit_exact"), (CLOSE / 2, "close"), (CLOSE * 2, "diverged")])
def test_agreement_is_judged_by_the_largest_difference(evidence: Evidence, shift: float, outcome: str) -> None:
    before = evidence.turns[0].left.episode.trajectory
    states = before.states.copy()
    again = replace(before, states=states)
    again.component("qpos")[4:, 2] += shift
    found = reproducing.compare(before, again)
    assert found[:2] == (outcome, None if shift == 0 else 4)
    assert found[2] == pytest.approx(shift)


def test_an_episode_that_ends_sooner_diverges_where_it_ends(evidence: Evidence) -> None:
    before: Episode = evidence.turns[0].left.episode
    assert reproducing.compare(before.trajectory, replace(before.trajectory, states=before.trajectory.states[:4])) == (
        "diverged",
        3,
        0.0,
    )


def test_who_made_an_episode_is_found_only_after_the_vote(
    kept: Store, evidence: Evidence, address: str, tmp_path: Path
) -> None:
    turn, side, run = reproducing.find_use(kept, evidence.turns[1].turn.right_episode_id)
    assert (turn.seq, side, run.model_id) == (2, "right", RIGHT)
    with Store.open(tmp_path / "home") as store:
        setting = play_a_battle(store, address)
        with pytest.raises(NotFound, match="closed battle"):
            reproducing.find_use(store, store.turns(setting)[0].left_episode_id)
