"""The steps of a training, each a job that goes on where it left off and ends with a sentence."""

from __future__ import annotations

from pathlib import Path

import msgspec
import torch
from safetensors.torch import load_file

from gpu_daemon.training.batches import Memory
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.cards import card_of, described, write_card
from gpu_daemon.training.choosing import choose, kept_at, played_so
from gpu_daemon.training.cloning import clone, finished, policy_folder, steps_taken, trained_weights
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.dagger import intervene
from gpu_daemon.training.demonstrations import demonstrate, demonstration_folder
from gpu_daemon.training.evaluation import TEST_SEED, Condition, Table, evaluate
from gpu_daemon.training.export import export
from gpu_daemon.training.history import (
    Validation,
    choice,
    choice_in_words,
    choice_path,
    history,
    results,
    results_path,
)
from gpu_daemon.training.learner import action_error
from gpu_daemon.training.networks.building import build
from gpu_daemon.training.phrases import vocabulary
from gpu_daemon.training.shards import shards
from scenes import durable
from scenes.catalog import find_scene
from scenes.models import ModelCard
from scenes.progress import Job

_LOOKED_AT = 500  # validation samples per batch


def record(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Record demonstrations."""
    count = yield from demonstrate(config, budget)
    return f"{count} shards of {config.shard_episodes} demonstrations in {demonstration_folder(config)}"


def learn(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Train every policy as far as its samples and the budget go; one that starts from another waits for it."""
    found = []
    for plan in config.policies:
        if plan.start_from and not finished(config, config.policy(plan.start_from)):
            found.append(f"{plan.id}: waits until '{plan.start_from}' is finished")
            continue
        steps = yield from clone(config, plan, budget)
        seen = validate(config, plan, steps)
        content = msgspec.json.encode(seen)
        durable.write(policy_folder(config, plan) / "validation.json", content)
        found.append(f"{plan.id}: {steps} steps, error {seen.error:.4f} (mean action {seen.error_of_mean:.4f})")
    return "\n".join(found)


def correct(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Record interventions with every policy that plans some and has taken its cloning steps."""
    found = []
    for plan in config.policies:
        if steps_taken(config, plan) < plan.cloning_steps:
            found.append(f"{plan.id}: not cloned yet, nothing recorded")
        elif plan.dagger_episodes:
            card = exported_card(config, plan, plan.id, policy_folder(config, plan))
            count = yield from intervene(config, plan, card, budget)
            found.append(f"{plan.id}: {count} shards of interventions")
    return "\n".join(found) or "No policy plans interventions."


def ship(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Export every policy, with the card that says what is known of it."""
    paths = []
    for plan in config.policies:
        for policy_id in _ids(config, plan):
            card = exported_card(config, plan, policy_id, Path(config.weights))
            said = [history(config, plan, policy_id), choice_in_words(choice(config, plan, card))]
            card = described(card, "\n".join(said), results(config, plan, card))
            paths.append(str(write_card(card, Path(config.cards))))
    yield from ()
    return "\n".join(paths)


def measure(config: TrainingConfig, budget: Budget) -> Job[str]:
    """Choose how every policy is played on validation starts, then evaluate it on the test starts."""
    found = []
    for plan in config.policies:
        for policy_id in _ids(config, plan):
            table = yield from _measured(config, plan, policy_id, budget)
            found.append(f"{policy_id}: mean success {100 * table.mean('plain'):.1f} %")
    return "\n".join(found)


def _measured(config: TrainingConfig, plan: PolicyPlan, policy_id: str, budget: Budget) -> Job[Table]:
    folder = policy_folder(config, plan)
    card = exported_card(config, plan, policy_id, folder)
    if config.validation_starts and choice(config, plan, card) is None:
        chosen = yield from choose(config, plan, card, folder, budget)
        if not budget.spent:
            durable.write(choice_path(config, plan, policy_id), msgspec.json.encode(chosen))
        card = played_so(card, chosen.execute, chosen.noise)
    some = max(1, config.test_starts // 4)
    starts: dict[Condition, int] = {"plain": config.test_starts}
    if policy_id == plan.id:
        starts |= dict.fromkeys(("held_out", "unknown_word", "swapped_words", "blank", "swapped_objects"), some)
    table = yield from evaluate(config, card, starts, TEST_SEED, budget, kept_at(folder, card, "test"))
    durable.write(results_path(config, plan, policy_id), msgspec.json.encode(table))
    return table


def everything(config: TrainingConfig, budget: Budget) -> Job[str]:
    """All steps in their order."""
    said = [(yield from record(config, budget)), (yield from learn(config, budget))]
    if any(plan.dagger_episodes for plan in config.policies):
        said += [(yield from correct(config, budget)), (yield from learn(config, budget))]
    said += [(yield from measure(config, budget)), (yield from ship(config, budget))]
    return "\n".join(said)


def exported_card(config: TrainingConfig, plan: PolicyPlan, policy_id: str, folder: Path) -> ModelCard:
    """Export a policy as it is now into a folder; its card plays it as validation chose, if it did.

    Raises:
        BadInput: it has not been trained yet.
    """
    words = vocabulary(find_scene(config.scene))
    weights = trained_weights(config, plan, early=policy_id != plan.id)
    card = card_of(config, plan, policy_id, export(plan, policy_id, weights, words, folder), words)
    chosen = choice(config, plan, card)
    return played_so(card, chosen.execute, chosen.noise) if chosen else card


def validate(config: TrainingConfig, plan: PolicyPlan, steps: int) -> Validation:
    """The error on the first shard of the demonstrations, which is never trained on."""
    torch.set_num_threads(1)
    scene = find_scene(config.scene)
    memory = Memory(shards(demonstration_folder(config))[:1], scene)
    network = build(plan, len(vocabulary(scene).words))
    network.load_state_dict(load_file(trained_weights(config, plan)))
    batches = memory.batches(_LOOKED_AT)
    return Validation(steps, action_error(network, batches), memory.error_of_mean())


def _ids(config: TrainingConfig, plan: PolicyPlan) -> list[str]:
    early = plan.early_id and trained_weights(config, plan, early=True).exists()
    return [plan.id, plan.early_id] if early else [plan.id]
