"""Many blind battles judged by a seeded voter who sees only episodes: the board finds out who is better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from end_to_end.voters import impression, judgement, true_ranks

from gpu_daemon.client import DaemonClient
from scenes.catalog import find_scene
from scenes.progress import finish
from sync.ratings.elo import elo_board
from sync.ratings.hierarchy import boards_of
from sync.ratings.log import vote_log
from sync.records import Ballot
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.local_daemon import daemon_at

CONTESTANTS = ("scripted-careful", "film-cnn", "film-flow", "film-cnn-early", "random-walk")


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
        votes = store.votes(origins=("simulated",))
        checks = store.votes(kinds=("check",), origins=("simulated",))
    elo = {each.model_id: each.elo for each in elo_board(votes)}
    board = {each.model_id: each for each in boards_of(vote_log(votes)).overall}
    print({name: (round(elo[name]), each.rank_low, each.rank_high) for name, each in board.items()})
    assert len(votes) + len(checks) == battles
    assert set(elo) <= set(CONTESTANTS)
    assert all(1 <= each.rank_low <= each.rank <= each.rank_high <= len(board) for each in board.values())
    if battles >= 200:
        for rating in (elo, {name: each.rating for name, each in board.items()}):
            assert min(rating[better] for better in CONTESTANTS[:3]) > rating["film-cnn-early"] > rating["random-walk"]
        ranks = true_ranks(cards, 6)
        assert all(board[name].rank_low <= rank <= board[name].rank_high for name, rank in ranks.items()), (
            ranks,
            board,
        )
