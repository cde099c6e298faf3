"""Success of every shipped policy by task family, with Wilson 95 % intervals.

    python tests/bench/bench_policies.py [--starts 200] [--processes 2] [--policy ID ...]

Start k plays task k of the scene (in turn) from the world seed FIRST_SEED + k, for 50 steps at most.
Cameras are not rendered: none of these policies looks at its images.
"""

from __future__ import annotations

import argparse
from multiprocessing import get_context
from time import perf_counter

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.loading import all_cards, load
from scenes.catalog import Task, find_scene
from scenes.control import Controller, check_actions
from scenes.observing import observe
from scenes.tasks import TaskWatch
from scenes.world import compile_world

STEPS = 50
FIRST_SEED = 100_000
FAMILIES = ("reach", "push", "lift", "bowl", "stack")


class Outcome(Struct, frozen=True):
    policy: str
    task_id: str
    family: str
    seed: int
    steps: int  # until success, or all
    succeeded: bool
    act_ms: float  # mean of an episode
    control_ms: float


class Player:
    """One policy in its world."""

    def __init__(self, policy_id: str) -> None:
        self.card = all_cards()[policy_id]
        self.policy, self.world = load(self.card), compile_world("panda", "table")
        self.controller = Controller(self.world, self.card.action, self.card.control_hz)
        self._size = self.card.action.size(len(self.world.robot.arm_joints))
        self._substeps = self.world.substeps(self.card.control_hz)

    def play(self, task: Task, seed: int) -> Outcome:
        """One episode."""
        self.world.reset(seed)
        self.controller.reset()
        self.policy.reset(task.instruction, seed)
        watch = TaskWatch(self.world, task)
        seconds, step = np.zeros(2), 0
        actions = np.empty((0, self._size), np.float32)
        while step < STEPS and not watch.succeeded:
            began = perf_counter()
            actions = actions if len(actions) else self._next_actions()
            acted = perf_counter()
            command, actions = self.controller.apply(actions[0]), actions[1:]
            seconds += acted - began, perf_counter() - acted
            self.world.step(command.ctrl, self._substeps)
            step += 1
            watch.observe_step(step)
        per_step = seconds / step * 1e3
        return Outcome(self.card.id, task.id, task.family, seed, step, watch.succeeded, per_step[0], per_step[1])

    def _next_actions(self) -> NDArray[np.float32]:
        observation = observe(self.world, self.controller, None, (), self.card.reads_state)
        return check_actions(self.policy.act(observation), self._size, self.card.chunk)[: self.card.execute]


def play(policy_id: str, starts: range) -> list[Outcome]:
    """One episode per start."""
    player, tasks = Player(policy_id), find_scene("table").tasks
    return [player.play(tasks[start % len(tasks)], FIRST_SEED + start) for start in starts]


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
    arguments.add_argument("--policy", action="append", choices=sorted(all_cards()))
    arguments.add_argument("--failures", action="store_true", help="list every start that did not succeed")
    options = arguments.parse_args()
    policies = options.policy or sorted(all_cards())
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
    control = np.mean([outcome.control_ms for outcome in outcomes])
    print(f"{'':<18}observe + act {act:.2f} ms, action to controls {control:.2f} ms\n")
    if failures:
        for outcome in outcomes:
            if not outcome.succeeded:
                print(f"  failed: {outcome.task_id} from seed {outcome.seed}")


if __name__ == "__main__":
    main()
