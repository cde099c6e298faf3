"""What a battle of the shipped baselines costs: CPU of an episode, a policy's call, and the wait after Enter.

    python tests/bench/bench_battle.py [--battles 10]

An instruction that no task matches is played to the end, so every episode has its 50 steps.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import rollout
from scenes.cameras import Cameras
from scenes.models import ModelCard
from scenes.progress import finish
from scenes.world import compile_world
from sync.records import Sides
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.local_daemon import daemon_at

STEPS, EPISODES = 50, 5
INSTRUCTION = "move the red cube near the bowl and the green cube"


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--battles", type=int, default=10)
    battles = arguments.parse_args().battles
    os.environ.update(OMP_NUM_THREADS="1", LP_NUM_THREADS="0")
    learned = [card for card in all_cards().values() if card.adapter == "onnx"]
    for card in learned:
        print_episode(card)
    print_battles(learned, battles)


def print_episode(card: ModelCard) -> None:
    """CPU seconds of a whole episode without a viewer (goal: 1 s), and a call's 95th percentile (goal: 20 ms)."""
    world, policy = compile_world("panda", "table"), load(card)
    cameras = Cameras(world.model, 96, 96)
    cpu, calls = [], []
    for seed in range(EPISODES + 1):
        request = Play(
            request_id=f"start-{seed}",
            model_id=card.id,
            robot_id="panda",
            scene_id="table",
            bundle_digest=world.bundle.digest,
            instruction=INSTRUCTION,
            seed=seed,
            policy_seed=seed,
            max_steps=STEPS,
            seal_key=bytes(32),
        )
        before = time.process_time()
        played = finish(rollout(policy, card, world, request, cameras))
        assert played.episode.trajectory.steps == STEPS
        if seed:  # the first one warms up
            cpu.append(time.process_time() - before)
            calls.extend(played.inference_seconds * 1e3)
    cameras.close()
    print(
        f"{card.id:<16} episode of {STEPS} steps: {np.median(cpu):.2f} s CPU (max {max(cpu):.2f}); "
        f"call p50 {np.median(calls):.1f} ms, p95 {np.percentile(calls, 95):.1f} ms"
    )


def print_battles(cards: list[ModelCard], count: int) -> None:
    """The wait from Enter to both replays, on the daemon that the window starts (goal: 5 s)."""
    waits = []
    with (
        tempfile.TemporaryDirectory() as folder,
        daemon_at("", Path(folder)) as address,
        Store.open(Path(folder)) as store,
    ):
        with DaemonClient(address) as client:
            offered = client.models()
        pairs = [Sides(cards[k % len(cards)].id, cards[(k + 1) % len(cards)].id) for k in range(count)]
        for pair in pairs:
            before = time.monotonic()
            setting = turns.Setting("panda", "table", INSTRUCTION)
            battle = turns.start_battle(store, offered, setting, named=pair)
            prepared = turns.prepare_turn(store, battle.battle_id, INSTRUCTION, "reset")
            turns.trajectories(store, turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared))))
            waits.append(time.monotonic() - before)
            store.abandon_battle(battle.battle_id)
    print(f"Enter to both replays: first {waits[0]:.2f} s, median {np.median(waits):.2f} s, worst {max(waits):.2f} s")


if __name__ == "__main__":
    main()
