"""A repeat of a battle shares nothing with it that can be read: no seed, no start, no motion."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from blindness.synthetic import FAST, INSTRUCTION, SLOW, Begun, Pair, begin, keep_scene, played_pair
from msgspec.structs import replace

from scenes.episode import read_episode
from sync.checks import check_due, options
from sync.records import Ballot, Draw
from sync.store import Store


def traces(store: Store, battle_id: str) -> set[object]:
    """What of a battle is the same wherever its world begins the same: seeds, starts and states."""
    found: set[object] = {store.battle(battle_id).seed}
    for turn in store.turns(battle_id):
        for name in (turn.left_episode_id, turn.right_episode_id):
            episode = read_episode(store.episode_bytes(name))
            found |= {name, episode.seed, episode.policy_seed, episode.start_digest}
            found |= {state.tobytes() for state in np.asarray(episode.trajectory.states)}
    return found


def judged(store: Store, pair: Pair, *, fast_left: bool) -> Begun:
    begun = begin(store, pair, fast_left=fast_left)
    store.cast_vote(begun.battle_id, Ballot(vote="left_better", origin="window"))
    store.close_battle(begun.battle_id)
    return begun


def repeat(store: Store, seed: int) -> Draw:
    """The check that is drawn where nothing but a repeat is possible."""
    cards = [replace(card, status="active", stochastic=False) for card in (FAST, SLOW)]
    own = store.comparing().repeatable("panda", "table", INSTRUCTION)
    drawn = check_due(np.random.default_rng(seed), options(cards, own), seed, rate=1.0)
    assert drawn is not None
    return drawn


def test_an_open_repeat_shares_neither_seed_nor_start_with_any_closed_battle(
    tmp_path: Path, repeats: Callable[[int, int], int]
) -> None:
    dice, closed_traces = random.Random(7), set[object]()
    with Store.open(tmp_path / "home") as store:
        keep_scene(store)
        for number in range(repeats(1, 8)):
            fast_left = dice.random() < 0.5
            closed = judged(store, played_pair(100 + number), fast_left=fast_left)
            drawn = repeat(store, 200 + number)
            swapped = drawn.sides.left_model_id == FAST.id
            assert drawn.check == "swapped"
            assert number or swapped != fast_left  # later ones may repeat any battle before
            opened = begin(store, played_pair(drawn.seed), fast_left=swapped, drawn=drawn)
            closed_traces |= traces(store, closed.battle_id)
            assert closed_traces & traces(store, opened.battle_id) == set()
            same = begin(store, played_pair(100 + number), fast_left=not fast_left)  # a shared start would be found
            assert len(traces(store, closed.battle_id) & traces(store, same.battle_id)) >= 3
            for open_one in (opened, same):
                store.void_battle(open_one.battle_id, "other")
