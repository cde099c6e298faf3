"""Many blind battles judged by a seeded voter who sees only episodes: the board finds out who is better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from gpu_daemon.client import DaemonClient
from scenes.catalog import find_scene
from scenes.episode import Episode
from scenes.progress import finish
from sync.ratings import elo_board
from sync.records import Ballot, Choice
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.local_daemon import daemon_at

CONTESTANTS = ("scripted-careful", "film-cnn", "film-flow", "film-cnn-early", "random-walk")
NOISE = 0.3  # of a voter's impression; success counts one


def impression(episode: Episode, generator: np.random.Generator) -> float:
    """Success counts most, then how soon and how smoothly; and people differ."""
    succeeded = episode.termination == "success"
    actions = episode.processed_actions[:, :3]
    roughness = float(np.abs(np.diff(actions, axis=0)).mean()) / 0.045 if len(actions) > 1 else 0.0
    haste = 1 - len(actions) / episode.max_steps
    return float(succeeded) + 0.3 * haste - 0.5 * roughness + NOISE * generator.standard_normal()


def judgement(left: float, right: float) -> Choice:
    if abs(left - right) < 0.1:
        return "tie" if left > 0.5 else "both_bad"
    return "left_better" if left > right else "right_better"


def test_a_voter_who_sees_only_episodes_puts_the_models_in_their_order(
    tmp_path: Path, repeats: Callable[[int, int], int]
) -> None:
    generator = np.random.Generator(np.random.PCG64(20))
    battles, tasks = repeats(3, 200), find_scene("table").tasks
    with daemon_at("", tmp_path) as address, Store.open(tmp_path) as store:
        with DaemonClient(address) as client:
            cards = [card for card in client.models() if card.id in CONTESTANTS]
        for _ in range(battles):
            instruction = tasks[generator.integers(len(tasks))].instruction
            battle = turns.start_battle(store, cards, turns.Setting("panda", "table", instruction))
            prepared = turns.prepare_turn(store, battle.battle_id, instruction, "reset")
            turn = turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared)))
            episodes = [store.episode(each) for each in (turn.left_episode_id, turn.right_episode_id)]
            choice = judgement(*(impression(episode, generator) for episode in episodes))
            store.cast_vote(battle.battle_id, Ballot(vote=choice, origin="simulated"))
            store.close_battle(battle.battle_id)
        elo = {each.model_id: each.elo for each in elo_board(store.votes(origins=("simulated",)))}
    assert set(elo) <= set(CONTESTANTS)
    if battles >= 200:
        assert min(elo[better] for better in CONTESTANTS[:3]) > elo["film-cnn-early"] > elo["random-walk"]
