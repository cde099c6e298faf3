"""Demonstrations: the scripted expert carries tasks out, disturbed on purpose, and labels every step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import DemonstrationPlan, TrainingConfig
from gpu_daemon.training.practice import Practice, Samples
from gpu_daemon.training.shards import joined, write_shard
from scenes.catalog import Scene, Task
from scenes.policy import Observation
from scenes.progress import Job, Progress

FIRST_SEED = 1_000_000  # of the worlds demonstrations begin in
_BURST = (2, 6)  # steps of one burst, the last not included
_APPROACH = (3, 14)  # steps of a random start
_FLIPS = 0.3  # of the bursts move the fingers too
_TILT = np.array([1.0, 1.0, 1.0, 0.15, 0.15, 0.6])  # how far a random action goes along each axis


class ShardOrder(Struct, frozen=True):
    """One shard to record."""

    config: TrainingConfig
    number: int
    path: Path


Order = TypeVar("Order", bound=ShardOrder)


def demonstrate(config: TrainingConfig, budget: Budget) -> Job[int]:
    """Record the shards that are not there yet; returns how many are there now."""
    folder = demonstration_folder(config)
    count = -(-config.demonstrations.episodes // config.shard_episodes)
    paths = [folder / f"{number:05d}.npz" for number in range(count)]
    orders = [ShardOrder(config, number, path) for number, path in enumerate(paths) if not path.exists()]
    yield from record_shards(orders, record_demonstrations, config, budget, "demonstrations")
    return sum(path.exists() for path in paths)


def record_shards(
    orders: Sequence[Order], record: Callable[[Order], None], config: TrainingConfig, budget: Budget, text: str
) -> Job[None]:
    """Record shards in processes of their own until all are done or the budget is spent."""
    if not orders:
        return
    orders[0].path.parent.mkdir(parents=True, exist_ok=True)
    yield Progress(0, len(orders), text)
    with get_context("spawn").Pool(config.processes, single_threaded) as pool:
        for done, _ in enumerate(pool.imap_unordered(record, orders), 1):
            yield Progress(done, len(orders), text)
            if budget.spent:
                return


def single_threaded() -> None:
    """One thread for this process: its siblings have the other cores."""
    os.environ.update(OMP_NUM_THREADS="1", LP_NUM_THREADS="0")


def record_demonstrations(order: ShardOrder) -> None:
    """Record one shard; the same order gives the same samples."""
    config, plan = order.config, order.config.demonstrations
    first = order.number * config.shard_episodes
    practice = Practice(config.robot, config.scene)
    try:
        episodes = range(first, min(first + config.shard_episodes, plan.episodes))
        write_shard(order.path, joined([_demonstration(practice, plan, config.seed, number) for number in episodes]))
    finally:
        practice.close()


def demonstration_folder(config: TrainingConfig) -> Path:
    """Where the demonstrations lie."""
    return Path(config.folder) / "demonstrations"


def drawn_task(scene: Scene, plan: DemonstrationPlan, generator: np.random.Generator) -> Task:
    """A task: its family by the plan's weights, then any of that family."""
    weights = {name: weight for name, weight in structs.asdict(plan.weights).items() if _family(scene, name)}
    shares = np.array(list(weights.values())) / sum(weights.values())
    tasks = _family(scene, list(weights)[generator.choice(len(weights), p=shares)])
    return tasks[generator.integers(len(tasks))]


def random_approach(plan: DemonstrationPlan, generator: np.random.Generator) -> NDArray[np.float32]:
    """Random actions, (k, 7), that bring the arm to another start; mostly none."""
    if generator.random() >= plan.random_starts:
        return np.empty((0, 7), np.float32)
    steps, action = int(generator.integers(*_APPROACH)), random_action(generator)
    action[2] = 0.5 * action[2] - 0.3
    return np.tile(action, (steps, 1))


def random_action(generator: np.random.Generator) -> NDArray[np.float32]:
    """One action in any direction, (7,)."""
    gripper = -1.0 if generator.random() < _FLIPS else 1.0
    return np.append(generator.uniform(-1, 1, 6) * _TILT, gripper).astype(np.float32)


def _demonstration(practice: Practice, plan: DemonstrationPlan, seed: int, number: int) -> Samples:
    generator = np.random.Generator(np.random.PCG64([seed, number]))
    task = drawn_task(practice.world.scene, plan, generator)
    bursts = dict(_bursts(generator, plan.max_steps)) if generator.random() < plan.bursts else {}
    flips = generator.random() < _FLIPS

    def act(step: int, seen: Observation, label: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
        if step not in bursts:
            return label, True
        action = bursts[step].copy()
        action[6] = -label[6] if flips else label[6]
        return action, False

    approach = random_approach(plan, generator)
    return practice.episode(task, FIRST_SEED + number, act, approach, plan.max_steps)


def _bursts(generator: np.random.Generator, steps: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Steps with random actions; within a burst the direction stays."""
    begin = generator.integers(0, 20)
    while begin < steps:
        action = random_action(generator)
        length = generator.integers(*_BURST)
        yield from ((int(step), action) for step in range(begin, begin + length))
        begin += length + generator.integers(8, 25)


def _family(scene: Scene, family: str) -> list[Task]:
    return [task for task in scene.tasks if task.family == family]
