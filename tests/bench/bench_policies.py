"""Success of every shipped policy by task family, with Wilson 95 % intervals.

    python tests/bench/bench_policies.py [--starts 200] [--processes 2] [--policy ID ...]

Start k plays task k of the scene (in turn) from the world seed FIRST_SEED + k, for 50 steps at most.
Policies that look through cameras are given their pictures.
"""

from __future__ import annotations

import argparse
from multiprocessing import get_context

import numpy as np
from msgspec import Struct

from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import rollout
from scenes.cameras import Cameras
from scenes.catalog import Task, find_scene
from scenes.progress import finish
from scenes.world import compile_world

STEPS = 50
FIRST_SEED = 100_000
PLAYABLE = {name: card for name, card in all_cards().items() if not card.sources}  # nothing is to be fetched for them
FAMILIES = ("reach", "push", "lift", "bowl", "stack")


class Outcome(Struct, frozen=True):
    policy: str
    task_id: str
    family: str
    seed: int
    steps: int  # until success, or all
    succeeded: bool
    act_ms: float  # mean of an episode


class Player:
    """One policy in its world, played by the daemon's own rollout."""

    def __init__(self, policy_id: str) -> None:
        self.card = PLAYABLE[policy_id]
        self.policy, self.world = load(self.card), compile_world("panda", "table")
        self.cameras = Cameras(self.world.model) if self.card.cameras else None

    def play(self, task: Task, seed: int) -> Outcome:
        """One episode."""
        request = Play(
            request_id=f"start-{seed}",
            model_id=self.card.id,
            robot_id="panda",
            scene_id="table",
            bundle_digest=self.world.bundle.digest,
            instruction=task.instruction,
            seed=seed,
            policy_seed=seed,
            max_steps=STEPS,
            seal_key=bytes(32),
        )
        result = finish(rollout(self.policy, self.card, self.world, request, self.cameras))
        episode, act_ms = result.episode, float(result.inference_seconds.mean()) * 1e3
        return Outcome(self.card.id, task.id, task.family, seed, episode.trajectory.steps, episode.succeeded, act_ms)


def play(policy_id: str, starts: range) -> list[Outcome]:
    """One episode per start."""
    player, tasks = Player(policy_id), find_scene("table").tasks
    try:
        return [player.play(tasks[start % len(tasks)], FIRST_SEED + start) for start in starts]
    finally:
        if player.cameras is not None:
            player.cameras.close()


def wilson(successes: int, count: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    z = 1.959964
    share, extra = successes / count, z * z / count
    middle = (share + extra / 2) / (1 + extra)
    half = z * np.sqrt(share * (1 - share) / count + extra / (4 * count)) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


def main() -> None:
    """Play and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--starts", type=int, default=200)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--policy", action="append", choices=sorted(PLAYABLE))
    arguments.add_argument("--failures", action="store_true", help="list every start that did not succeed")
    options = arguments.parse_args()
    policies = options.policy or sorted(PLAYABLE)
    blocks = [range(k, options.starts, options.processes) for k in range(options.processes)]
    with get_context("spawn").Pool(options.processes) as pool:
        played = pool.starmap(play, [(policy, block) for policy in policies for block in blocks])
    outcomes = [outcome for block in played for outcome in block]
    for policy in policies:
        print_policy(policy, [outcome for outcome in outcomes if outcome.policy == policy], options.failures)


def print_policy(policy: str, outcomes: list[Outcome], failures: bool) -> None:
    """One block of the table."""
    print(f"{policy:<18}{'family':<8}{'success':>12}{'%':>7}   {'95 %':<14}{'steps to success':>17}")
    for family in (*FAMILIES, "all"):
        chosen = [outcome for outcome in outcomes if family in (outcome.family, "all")]
        if not chosen:
            continue
        good = [outcome.steps for outcome in chosen if outcome.succeeded]
        low, high = wilson(len(good), len(chosen))
        steps = f"{np.mean(good):.0f} (max {max(good)})" if good else "-"
        counts = f"{len(good)} / {len(chosen)}"
        share = 100 * len(good) / len(chosen)
        print(f"{'':<18}{family:<8}{counts:>12}{share:>7.1f}   {100 * low:5.1f}-{100 * high:<7.1f}{steps:>17}")
    act = np.mean([outcome.act_ms for outcome in outcomes])
    print(f"{'':<18}inference {act:.2f} ms\n")
    if failures:
        for outcome in outcomes:
            if not outcome.succeeded:
                print(f"  failed: {outcome.task_id} from seed {outcome.seed}")


if __name__ == "__main__":
    main()
