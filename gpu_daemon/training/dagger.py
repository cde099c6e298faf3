"""DAgger by intervention: the policy acts, the expert takes over where it goes astray, and labels every step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gpu_daemon.policies.loading import load
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.cloning import dagger_folder, intervention_shards
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.demonstrations import ShardOrder, drawn_task, random_approach, record_shards
from gpu_daemon.training.phrases import phrases
from gpu_daemon.training.practice import Practice, Samples
from gpu_daemon.training.shards import joined, write_shard
from scenes.models import ModelCard
from scenes.policy import Observation, Policy
from scenes.progress import Job

FIRST_SEED = 2_000_000  # of the worlds these episodes begin in
ASTRAY = 0.3  # mean difference to the expert's movement that counts as going astray
PATIENCE = 4  # steps astray until the expert takes over
TAKEN_OVER = (8, 24)  # steps the expert then keeps acting, the last not included
_MORE_STEPS = 15  # than a demonstration


class DaggerOrder(ShardOrder, frozen=True):
    """One shard to record with a policy."""

    card: ModelCard
    episodes: int


def intervene(config: TrainingConfig, plan: PolicyPlan, card: ModelCard, budget: Budget) -> Job[int]:
    """Record the shards that are not there yet; returns how many are there now."""
    folder = dagger_folder(config, plan)
    paths = [folder / f"{number:05d}.npz" for number in range(intervention_shards(config, plan))]
    orders = [
        DaggerOrder(config, number, path, card, plan.dagger_episodes)
        for number, path in enumerate(paths)
        if not path.exists()
    ]
    yield from record_shards(orders, record_interventions, config, budget, f"{plan.id}: interventions")
    return sum(path.exists() for path in paths)


def record_interventions(order: DaggerOrder) -> None:
    """Record one shard."""
    config, first = order.config, order.number * order.config.shard_episodes
    practice, policy = Practice(config.robot, config.scene), load(order.card)
    try:
        episodes = range(first, min(first + config.shard_episodes, order.episodes))
        write_shard(order.path, joined([_intervention(practice, policy, order, number) for number in episodes]))
    finally:
        practice.close()


def _intervention(practice: Practice, policy: Policy, order: DaggerOrder, number: int) -> Samples:
    plan, scene = order.config.demonstrations, practice.world.scene
    generator = np.random.Generator(np.random.PCG64([order.config.seed, FIRST_SEED, number]))
    task = drawn_task(scene, plan, generator)
    sentences = phrases(scene, task)
    policy.reset(sentences[generator.integers(len(sentences))], number)
    approach = random_approach(plan, generator)
    driver = _Driver(policy, order.card.execute, generator)
    return practice.episode(task, FIRST_SEED + number, driver.act, approach, plan.max_steps + _MORE_STEPS)


class _Driver:
    """Decides at every step who acts."""

    def __init__(self, policy: Policy, execute: int, generator: np.random.Generator) -> None:
        self._policy, self._execute, self._generator = policy, execute, generator
        self._queue: list[NDArray[np.float32]] = []
        self._astray = self._expert_until = 0

    def act(self, step: int, seen: Observation, label: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
        """The action to carry out, and whether it is the expert's."""
        if step < self._expert_until:
            return label, True
        if not self._queue:
            self._queue = list(self._policy.act(seen)[: self._execute])
        action = self._queue.pop(0)
        differs = np.abs(action - label)[:6].mean() > ASTRAY or (action[6] > 0) != (label[6] > 0)
        self._astray = self._astray + 1 if differs else 0
        if self._astray < PATIENCE:
            return action, False
        self._astray, self._queue = 0, []
        self._expert_until = step + int(self._generator.integers(*TAKEN_OVER))
        return label, True
