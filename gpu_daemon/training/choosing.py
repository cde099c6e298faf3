"""Choosing: how many actions of a chunk a policy carries out, and how it samples, by success on validation starts."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, structs

from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.evaluation import VALIDATION_SEED, evaluate
from scenes.models import ModelCard
from scenes.progress import Job


class Tried(Struct, frozen=True):
    """One way of playing, and its success on the validation starts, 0 .. 1."""

    execute: int
    noise: float
    success: float


class Choice(Struct, frozen=True):
    """The best of what was tried with these weights."""

    weights_sha256: str
    execute: int
    noise: float
    starts: int  # per way of playing
    tried: tuple[Tried, ...]


def choose(config: TrainingConfig, plan: PolicyPlan, card: ModelCard, folder: Path, budget: Budget) -> Job[Choice]:
    """Play the validation starts in every way; of equally good ones take that which asks the policy least often."""
    noises = config.noises if plan.network == "flow" else (0.0,)
    tried = []
    for execute in config.horizons:
        for noise in noises:
            way = played_so(card, execute, noise)
            starts = config.validation_starts
            found = yield from evaluate(
                config, way, {"plain": starts}, VALIDATION_SEED, budget, kept_at(folder, way, "validation")
            )
            tried.append(Tried(execute, noise, found.mean("plain")))
    best = max(tried, key=lambda each: (each.success, each.execute, -each.noise))
    return Choice(card.weights_sha256, best.execute, best.noise, 5 * config.validation_starts, tuple(tried))


def played_so(card: ModelCard, execute: int, noise: float) -> ModelCard:
    """The card of a policy that is played in this way."""
    options = {"noise": noise} if noise else {}
    return structs.replace(card, execute=execute, options=options, stochastic=noise > 0)


def kept_at(folder: Path, card: ModelCard, name: str) -> Path:
    """Where the outcomes of these weights, played in this way, are kept."""
    noise = card.options.get("noise", 0.0)
    return folder / f"{name}-{card.id}-{card.weights_sha256[:12]}-{card.execute}-{noise}.jsonl"
