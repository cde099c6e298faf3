"""Ratings and intervals of integer-coded votes: times, memory, and the ratio to evalica's ratings alone in one run.

--evalica PYTHON: an interpreter that has evalica; --arena-rank PYTHON: one that has arena-rank. Without them only our
own times are printed. Their times are those of a process of their own, on the same votes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulated_votes import election

from sync.ratings.board import board, rate
from sync.ratings.hierarchy import robot_boards
from sync.ratings.log import Narrowing, VoteLog, narrowed

MODELS, RUNS = 100, 5
EVALICA = """
import json, sys, time, warnings
import numpy as np, pandas as pd, evalica
rows = np.load(sys.argv[1])
kinds = [evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw]
winners = [kinds[code] for code in rows["outcome"]]
index = pd.Index(range(int(sys.argv[2])))
times = []
for _ in range(5):
    start = time.perf_counter()
    found = evalica.newman(rows["left"], rows["right"], winners, index=index)
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times}))
"""
ARENA_RANK = """
import json, sys, time
import numpy as np, pandas as pd
rows = np.load(sys.argv[1])
score = np.array([1.0, 0.0, 0.5])[rows["outcome"]]
start = time.perf_counter()
from arena_rank.utils.data_utils import PairDataset
from arena_rank.models.bradley_terry import BradleyTerry
names = np.array(["m%04d" % k for k in range(int(sys.argv[2]))])
winner = np.array(["model_a", "model_b", "tie"])[rows["outcome"]]
frame = pd.DataFrame({"model_a": names[rows["left"]], "model_b": names[rows["right"]], "winner": winner})
coded = time.perf_counter()
data = PairDataset.from_pandas(frame)
model = BradleyTerry(n_competitors=len(data.competitors))
found = model.compute_ratings_and_cis(data)
np.asarray(found["rating_lower"])
done = time.perf_counter()
print(json.dumps({"seconds": [done - coded], "with imports and frame": done - start}))
"""


def best(action: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """[s] the median and the least of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return float(np.median(times)), min(times)


def peak(action: Callable[[], object]) -> float:
    """[MB] allocated at most, above what there was."""
    tracemalloc.start()
    action()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def above(action: Callable[[], object]) -> str:
    return f"peak {peak(action):.0f} MB above the votes"


def elsewhere(python: str, script: str, log: VoteLog) -> dict[str, float]:
    """What another library needs, in an interpreter of its own."""
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, left=log.left, right=log.right, outcome=log.outcome)
        file.flush()
        told = subprocess.run([python, "-c", script, file.name, str(len(log.models))], capture_output=True, check=True)
    return json.loads(told.stdout)


def row(name: str, seconds: tuple[float, float], other: dict[str, float] | None, note: str = "") -> None:
    median, least = seconds
    ratio = "" if other is None else f"1/{np.median(other['seconds']) / median:.1f}"
    print(f"{name:44}{median * 1000:10.1f}{least * 1000:10.1f}{ratio:>10}  {note}", flush=True)


def measure(votes: int, evalica: str, arena_rank: str) -> None:
    generator = np.random.Generator(np.random.PCG64(1))
    log = election(generator.normal(0, 1, MODELS), votes, generator, evaluators=50)
    alone = narrowed(log, Narrowing())
    print(f"\n{MODELS} models, {votes} votes, {sum(getattr(log, name).nbytes for name in NAMES) / 1e6:.0f} MB of them")
    print(f"{'':44}{'median ms':>10}{'least ms':>10}{'evalica':>10}")
    other = elsewhere(evalica, EVALICA, log) if evalica else None
    row("ratings + intervals, these evaluators", best(lambda: rate(alone, general=False)), other)
    row("ratings + intervals, evaluators in general", best(lambda: rate(log)), other, above(lambda: rate(log)))
    row("the whole board", best(lambda: board(log), 3), other, above(lambda: board(log)))
    pairs = election(generator.normal(0, 1, MODELS), votes, generator, evaluators=50, per_battle=2)
    row("  where every battle has two votes", best(lambda: board(pairs), 3), other, above(lambda: board(pairs)))
    weights = np.where(np.arange(50) < 5, 0.3, 1.0)
    row("  where evaluators are weighed", best(lambda: board(log, weights=weights), 3), other)
    if other:
        row("evalica.newman, ratings alone", (float(np.median(other["seconds"])), min(other["seconds"])), other)
    if arena_rank:
        slow = elsewhere(arena_rank, ARENA_RANK, log)
        ratio = f"1/{slow['seconds'][0] / best(lambda: rate(log))[0]:.0f} of it ours in general"
        row(
            "arena-rank, cold",
            (slow["seconds"][0],) * 2,
            other,
            f"{slow['with imports and frame']:.1f} s all told; {ratio}",
        )


NAMES = ("left", "right", "outcome", "battle", "evaluator", "robot", "scene", "task", "moment")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evalica", default="")
    parser.add_argument("--arena-rank", default="")
    parser.add_argument("--votes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    told = parser.parse_args()
    generator = np.random.Generator(np.random.PCG64(1))
    lab = election(generator.normal(0, 1, (4, 10)), 500, generator, evaluators=6, robots=4)
    print(f"{'':44}{'median ms':>10}{'least ms':>10}")
    row("a lab: 10 models, 500 votes, the board", best(lambda: board(lab)), None)
    row("  and its 4 robots, one by one and overall", best(lambda: robot_boards(lab, lab.robots)), None)
    for votes in told.votes:
        measure(votes, told.evalica, told.arena_rank)


if __name__ == "__main__":
    main()
