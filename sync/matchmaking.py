"""Who meets whom, and on which side: pure, given the cards, what was drawn before, and a random generator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Literal

import numpy as np

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.records import BattleKind, Draw, Sides


def draw(
    cards: Iterable[ModelCard],
    generator: np.random.Generator,
    seed: int,
    balance: Mapping[tuple[str, str], int],
    kind: BattleKind = "rated",
) -> Draw:
    """Draw two different active models, every pair alike, and their sides.

    `cards` are those that fit the robot and scene. `balance` says for each pair (smaller id, larger id) how
    often the smaller stood left more than right: where they stood level a fair coin decides, else whoever
    stood left more often stands right; the difference never exceeds 1. Another coin says which comes first.

    Raises:
        BadInput: fewer than two active models.
    """
    models = sorted({card.id for card in cards if card.status == "active"})
    if len(models) < 2:
        known = ", ".join(models) or "none"
        raise BadInput(
            "A battle needs two different models that fit this robot and scene.",
            hint=f"Active and fitting: {known}. Add model cards, or choose another robot or scene.",
        )
    pairs = list(combinations(models, 2))
    smaller, larger = pairs[int(generator.integers(len(pairs)))]
    heads = bool(generator.integers(2))
    lead = balance.get((smaller, larger), 0)
    smaller_left = heads if lead == 0 else lead < 0
    sides = Sides(smaller, larger) if smaller_left else Sides(larger, smaller)
    return Draw(sides=sides, kind=kind, seed=seed, propensity=1 / len(pairs), first=_coin(generator))


def chosen(left_model_id: str, right_model_id: str, generator: np.random.Generator, seed: int) -> Draw:
    """The battle of two named models: not blind, not rated.

    Raises:
        BadInput: they are one and the same.
    """
    if left_model_id == right_model_id:
        raise BadInput("A battle needs two different models.", hint="Name another one for one of the sides.")
    sides = Sides(left_model_id, right_model_id)
    return Draw(sides=sides, kind="chosen", seed=seed, propensity=1.0, first=_coin(generator))


def _coin(generator: np.random.Generator) -> Literal["left", "right"]:
    return "left" if generator.integers(2) else "right"
