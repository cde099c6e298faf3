"""How long a vote takes to reach the disk, over one bare fsync there; how long a store takes to open, and to find
battles among 20,000, over one bare SELECT of as many rows, or one that looks through all of them in vain."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from arena_samples import Arena, ballot

from sync.ratings.elo import elo_board
from sync.records import CHOICES, Battle, BattleQuery, Session, new_id, now
from sync.store import Store

RUNS = 200
BATTLES = 20_000
QUERIES = {
    "the newest": BattleQuery(),
    "a word in many": BattleQuery(text="cube"),
    "a word in one": BattleQuery(text="needle-16998"),
    "a word in none": BattleQuery(text="nowhere"),
    "a word in none, not ASCII": BattleQuery(text="Überall"),
    "two words in none": BattleQuery(text="cube nowhere"),
    "a model": BattleQuery(model_id="model-7"),
    "a model and a vote": BattleQuery(model_id="model-7", vote="tie"),
    "all of them": BattleQuery(limit=-1),
}


def milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def bare_fsync(folder: Path) -> float:
    """[ms] of appending 4 KiB to a file and forcing them to the disk."""
    with (folder / "bare").open("ab", buffering=0) as file:

        def append() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        return milliseconds(append)


def measured(folder: Path) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"fsync": [], "record_turn": [], "cast_vote": [], "close_battle": []}
    folder.mkdir(exist_ok=True)
    with Store.open(folder) as store:
        arena = Arena(store)
        for _ in range(RUNS):
            battle_id = arena.battle().battle_id
            times["fsync"].append(bare_fsync(folder))
            times["record_turn"].append(milliseconds(lambda name=battle_id: arena.turn(name)))
            times["cast_vote"].append(milliseconds(lambda name=battle_id: store.cast_vote(name, ballot())))
            times["close_battle"].append(milliseconds(lambda name=battle_id: store.close_battle(name)))
        times["votes + elo_board"] = [milliseconds(lambda: elo_board(store.votes())) for _ in range(5)]
    times["open, with the day's backup"] = [milliseconds(lambda: Store.open(folder).close())]
    times["open"] = [milliseconds(lambda: Store.open(folder).close()) for _ in range(20)]
    return times


def fill(store: Store, session: Session, name: str, place: int) -> None:
    """A closed battle of two turns with a vote, row by row."""
    insert, battle_id, turn_id, moment = store._database.insert, new_id(), new_id(), now()
    place_in_arena = {"evaluator_id": session.evaluator_id, "session_id": session.session_id, "kind": "rated"}
    place_in_arena |= {"robot_id": "panda", "scene_id": "table"}
    sides = {"left_model_id": f"model-{place % 9}", "right_model_id": f"model-{place % 7 + 9}"}
    store._database.execute(
        """INSERT INTO battle SELECT NULL, ?, session_id, ?, NULL, NULL, NULL, x'00', 'ongoing', kind, seed, propensity,
        first, commitment, NULL, created_at, updated_at FROM battle LIMIT 1""",
        [battle_id, place + 2],
    )
    for seq, turn in enumerate((turn_id, new_id()), start=1):
        instruction = f"push the red cube to the left, then number {place + seq}"
        names = {"left_episode_id": name, "right_episode_id": name}
        turn_fields = {"instruction": instruction, "start": "reset", "created_at": moment}
        insert("turn", turn_id=turn, battle_id=battle_id, seq=seq, **turn_fields, **names)
    comment = f"the left one hesitated before needle-{place}" if place % 3 == 0 else None
    watched = {"left_coverage": 1.0, "right_coverage": 1.0, "dwell_seconds": 9.0, "seen_enough": 0}
    said = {"vote": CHOICES[place % 4], "comment": comment, "tags": '["smooth","slow"]' if place % 5 == 0 else "[]"}
    times = {"opened_at": moment, "voted_at": moment, "withdrawn": 0, "origin": "window"}
    row = {"battle_id": battle_id, **place_in_arena, **sides, **said, **watched, **times}
    insert("vote", vote_id=new_id(), rev=1, **row)
    store._database.execute(
        """UPDATE battle SET left_model_id = ?, right_model_id = ?, nonce = '', sealed = NULL, status = 'voted'
        WHERE battle_id = ?""",
        [*sides.values(), battle_id],
    )


def finding(folder: Path) -> dict[str, tuple[list[float], list[float], int]]:
    """[ms] of each query and of a bare SELECT of as many battles, and how many it found."""
    times = {}
    with Store.open(folder) as store:
        turn = Arena(store).turn(Arena(store).battle().battle_id)
        session = store.open_session("panda", "table")
        with store._database.transaction():
            for place in range(BATTLES):
                fill(store, session, turn.left_episode_id, place)
        for name, query in QUERIES.items():
            found = len(store.find_battles(query))
            bare = [milliseconds(lambda count=found: bare_select(store, count)) for _ in range(9)]
            times[name] = ([milliseconds(lambda asked=query: store.find_battles(asked)) for _ in range(9)], bare, found)
    return times


def bare_select(store: Store, count: int) -> list[Battle]:
    """The newest battles without anything around them; where all are looked at, as LIKE looks through their turns."""
    if count < BattleQuery().limit:
        return store._database.read(Battle, "SELECT * FROM turn WHERE instruction LIKE '%nowhere%'")
    return store._database.read(Battle, "SELECT * FROM battle ORDER BY position DESC LIMIT ?", [count])


def print_finding(folder: Path) -> None:
    print(f"\nfind_battles among {BATTLES}{'found':>12}{'median ms':>12}{'SELECT ms':>12}{'ratio':>10}")
    for name, (times, bare, found) in finding(folder).items():
        median, least = float(np.median(times)), float(np.median(bare))
        print(f"{name:31}{found:10}{median:12.2f}{least:12.2f}{median / least:10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to measure; default: a temporary folder")
    with tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as folder:
        times = measured(Path(folder) / "votes")
        print_finding(Path(folder) / "past")
    fsync = float(np.median(times["fsync"]))
    print(f"{'':30}{'median ms':>10}{'p95 ms':>10}{'/ fsync':>10}")
    for name, values in times.items():
        median, p95 = np.percentile(values, [50, 95])
        print(f"{name:30}{median:10.2f}{p95:10.2f}{median / fsync:10.1f}")


if __name__ == "__main__":
    main()
