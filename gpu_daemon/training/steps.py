"""The steps of a training, each a job that goes on where it left off and ends with a sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import torch
from msgspec import Struct
from safetensors.torch import load_file

from gpu_daemon.training.batches import Memory
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.cards import card_of, described, write_card
from gpu_daemon.training.cloning import clone, policy_folder, trained_weights, training_shards
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.dagger import intervene
from gpu_daemon.training.demonstrations import demonstrate, demonstration_folder
from gpu_daemon.training.evaluation import TEST_SEED, Condition, Table, evaluate
from gpu_daemon.training.export import export
from gpu_daemon.training.learner import action_error
from gpu_daemon.training.networks.building import build
from gpu_daemon.training.phrases import vocabulary
from gpu_daemon.training.shards import shards
from scenes import durable
from scenes.catalog import find_scene
from scenes.models import ModelCard
from scenes.progress import Job

_LOOKED_AT = 500  # validation samples per batch


class Validation(Struct, frozen=True):
    """How far a policy's actions are from the expert's on samples it was not trained on."""

    steps: int
    error: float  # mean absolute
    error_of_mean: float  # of always answering with the mean action


def record(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Record demonstrations."""
    count = yield from demonstrate(config, budget)
    return f"{count} shards of {config.shard_episodes} demonstrations in {demonstration_folder(config)}"


def learn(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Train every policy as far as its samples and the budget go."""
    found = []
    for plan in config.policies:
        steps = yield from clone(config, plan, budget)
        seen = validate(config, plan, steps)
        content = msgspec.json.encode(seen)
        durable.write(policy_folder(config, plan) / "validation.json", content)
        found.append(f"{plan.id}: {steps} steps, error {seen.error:.4f} (mean action {seen.error_of_mean:.4f})")
    return "\n".join(found)


def correct(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Record interventions with every policy that plans some."""
    found = []
    for plan in config.policies:
        if plan.dagger_episodes:
            card = exported_card(config, plan, plan.id)
            count = yield from intervene(config, plan, card, budget)
            found.append(f"{plan.id}: {count} shards of interventions")
    return "\n".join(found) or "No policy plans interventions."


def ship(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Export every policy, with the card that says what is known of it."""
    paths = []
    for plan in config.policies:
        for policy_id in _ids(config, plan):
            card = exported_card(config, plan, policy_id)
            table = results(config, plan, policy_id)
            paths.append(str(write_card(described(card, history(config, plan, policy_id), table), Path(config.cards))))
    yield from ()
    return "\n".join(paths)


def measure(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Evaluate every policy on the test starts."""
    some = max(1, config.test_starts // 4)
    starts: dict[Condition, int] = {"plain": config.test_starts, "held_out": some, "unknown_word": some}
    starts |= {"swapped_words": some, "blank": some, "swapped_objects": some}
    found = []
    for plan in config.policies:
        for policy_id in _ids(config, plan):
            card = exported_card(config, plan, policy_id)
            table = yield from evaluate(config, card, starts, TEST_SEED, budget)
            durable.write(_results(config, plan, policy_id), msgspec.json.encode(table))
            found.append(f"{policy_id}: mean success {100 * table.mean('plain'):.1f} %")
    return "\n".join(found)


def everything(config: TrainingConfig, budget: Budget) -> Job[str]:
    """All steps in their order."""
    said = [(yield from record(config, budget)), (yield from learn(config, budget))]
    if any(plan.dagger_episodes for plan in config.policies):
        said += [(yield from correct(config, budget)), (yield from learn(config, budget))]
    said += [(yield from measure(config, budget)), (yield from ship(config, budget))]
    return "\n".join(said)


def exported_card(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> ModelCard:
    """Export a policy as it is now.

    Raises:
        BadInput: it has not been trained yet.
    """
    words = vocabulary(find_scene(config.scene))
    weights = trained_weights(config, plan, early=policy_id != plan.id)
    return card_of(config, plan, policy_id, export(plan, policy_id, weights, words, Path(config.weights)), words)


def validate(config: TrainingConfig, plan: PolicyPlan, steps: int) -> Validation:
    """The error on the first shard of the demonstrations, which is never trained on."""
    torch.set_num_threads(1)
    scene = find_scene(config.scene)
    memory = Memory(shards(demonstration_folder(config))[:1], scene)
    network = build(plan, len(vocabulary(scene).words))
    network.load_state_dict(load_file(trained_weights(config, plan)))
    batches = memory.batches(_LOOKED_AT)
    return Validation(steps, action_error(network, batches), memory.error_of_mean())


def results(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> Table | None:
    """The evaluation of a policy, if there was one."""
    path = _results(config, plan, policy_id)
    return msgspec.json.decode(path.read_bytes(), type=Table) if path.exists() else None


def history(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> str:
    """How a policy was made, in words."""
    folder = policy_folder(config, plan)
    path = folder / "validation.json"
    seen = msgspec.json.decode(path.read_bytes(), type=Validation) if path.exists() else None
    lines = [
        f"A learned policy ({plan.network}): pictures, its arm's own state and the instruction in, action chunks out."
    ]
    learned_from = len(training_shards(config, plan))
    corrected = learned_from - len(shards(demonstration_folder(config))[1:])
    samples = f"{learned_from} shards of {config.shard_episodes} episodes"
    lines.append(
        f"Trained by `vlaarena-daemon train` on {samples}, {corrected} of them with "
        f"interventions; seeds {config.seed} and {plan.seed}, commit {_commit()}."
    )
    if plan.start_from:
        lines.append(f"Its camera towers and words began with the weights of '{plan.start_from}'.")
    if policy_id != plan.id:
        lines.append(f"An early snapshot of '{plan.id}' after {plan.early_step} steps, weaker on purpose.")
    elif seen is not None:
        lines.append(
            f"{seen.steps} optimiser steps in {config.processes} processes; mean error of an action on demonstrations "
            f"not trained on {seen.error:.3f}, of always answering with the mean action {seen.error_of_mean:.3f}."
        )
    return "\n".join(lines)


def _ids(config: TrainingConfig, plan: PolicyPlan) -> list[str]:
    early = plan.early_id and trained_weights(config, plan, early=True).exists()
    return [plan.id, plan.early_id] if early else [plan.id]


def _results(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> Path:
    return policy_folder(config, plan) / f"results-{policy_id}.json"


def _commit() -> str:
    """The commit of this checkout; "unknown" where there is none."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
