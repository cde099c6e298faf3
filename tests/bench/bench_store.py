"""How long a vote takes to reach the disk, over one bare fsync there, and how long a store takes to open."""

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

from sync.ratings import elo_board
from sync.store import Store

RUNS = 200


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to measure; default: a temporary folder")
    with tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as folder:
        times = measured(Path(folder))
    fsync = float(np.median(times["fsync"]))
    print(f"{'':30}{'median ms':>10}{'p95 ms':>10}{'/ fsync':>10}")
    for name, values in times.items():
        median, p95 = np.percentile(values, [50, 95])
        print(f"{name:30}{median:10.2f}{p95:10.2f}{median / fsync:10.1f}")


if __name__ == "__main__":
    main()
