"""History: what is on record of a policy's making, for its card."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from gpu_daemon.training.choosing import Choice
from gpu_daemon.training.cloning import interventions, policy_folder, training_shards
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.evaluation import Table
from scenes.models import ModelCard

_POINTS = 8  # of a curve that a card tells

Kept = TypeVar("Kept")


class Validation(Struct, frozen=True):
    """How far a policy's actions are from the expert's on samples it was not trained on."""

    steps: int
    error: float  # mean absolute
    error_of_mean: float  # of always answering with the mean action


def results(config: TrainingConfig, plan: PolicyPlan, card: ModelCard) -> Table | None:
    """The evaluation of these weights, if there was one."""
    found = _kept(results_path(config, plan, card.id), Table)
    return found if found and found.weights_sha256 == card.weights_sha256 else None


def results_path(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> Path:
    """Where a policy's evaluation is kept."""
    return policy_folder(config, plan) / f"results-{policy_id}.json"


def choice(config: TrainingConfig, plan: PolicyPlan, card: ModelCard) -> Choice | None:
    """How validation chose to play these weights, if it did."""
    found = _kept(choice_path(config, plan, card.id), Choice)
    return found if found and found.weights_sha256 == card.weights_sha256 else None


def choice_path(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> Path:
    """Where the choice is kept."""
    return policy_folder(config, plan) / f"choice-{policy_id}.json"


def history(config: TrainingConfig, plan: PolicyPlan, policy_id: str) -> str:
    """How a policy was made, in words."""
    lines = [
        f"A learned policy ({plan.network}): pictures, its arm's own state and the instruction in, action chunks out."
    ]
    seeds = f"seeds {config.seed} and {plan.seed}, commit {_commit()}"
    if policy_id == plan.id:
        lines.append(f"Trained by `vlaarena-daemon train` on {_samples(config, plan)}; {seeds}.")
        if plan.start_from:
            lines.append(f"Its camera towers and words began with the weights of '{plan.start_from}'.")
        lines += _progress(config, plan)
    else:
        lines.append(f"An early snapshot of '{plan.id}' after {plan.early_step} steps, weaker on purpose; {seeds}.")
    return "\n".join(lines)


def choice_in_words(chosen: Choice | None) -> str:
    """What validation tried and took."""
    if chosen is None:
        return ""
    tried = ", ".join(
        f"{each.execute}{f' with noise {each.noise:g}' if each.noise else ''}: {100 * each.success:.1f} %"
        for each in chosen.tried
    )
    return f"Actions carried out of a chunk, chosen on {chosen.starts} validation starts: {chosen.execute} ({tried})."


def _samples(config: TrainingConfig, plan: PolicyPlan) -> str:
    total = len(training_shards(config, plan))
    own = len(interventions(config, plan))
    other = len(interventions(config, config.policy(plan.start_from))) if plan.start_from else 0
    size = config.shard_episodes
    parts = [f"{(total - own - other) * size} demonstrations"]
    parts += [f"{own * size} episodes of its own with interventions"] if own else []
    parts += [f"{other * size} of '{plan.start_from}' with interventions"] if other else []
    return ", ".join(parts)


def _progress(config: TrainingConfig, plan: PolicyPlan) -> list[str]:
    folder = policy_folder(config, plan)
    seen, curve = _kept(folder / "validation.json", Validation), _kept(folder / "curve.json", list[tuple[float, ...]])
    lines = []
    if seen is not None:
        count = config.processes
        where = "in one process" if count == 1 else f"in each of {count} processes that average their weights"
        lines.append(
            f"{seen.steps} optimiser steps {where}; mean "
            f"error of an action on demonstrations not trained on {seen.error:.3f}, of always answering with the mean "
            f"action {seen.error_of_mean:.3f}."
        )
    if curve:
        chosen = sorted({round(place * (len(curve) - 1) / (_POINTS - 1)) for place in range(_POINTS)})
        points = ", ".join(f"{curve[k][0]:.0f}: {curve[k][2]:.3f}/{curve[k][3]:.3f}" for k in chosen)
        lines.append(f"Losses of actions/places by step: {points}.")
    return lines


def _kept(path: Path, kind: type[Kept]) -> Kept | None:
    return msgspec.json.decode(path.read_bytes(), type=kind) if path.exists() else None


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
