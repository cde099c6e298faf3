"""Who meets whom, and on which side: pure, given the cards, what was drawn before, and a random generator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.pairing import mixed, pairs_of
from sync.records import BattleKind, Draw, Side, Sides


def draw(
    cards: Iterable[ModelCard],
    generator: np.random.Generator,
    seed: int,
    balance: Mapping[tuple[str, str], int],
    kind: BattleKind = "rated",
    *,
    weights: Mapping[tuple[str, str], float] | None = None,
    left_first: int = 0,
    share: float = 1.0,
) -> Draw:
    """Draw two different active models, and their sides: 80 % by `weights` (pairing.py) and 20 % every pair alike.

    Without weights every pair is alike. `share` is the probability that it comes to this draw, and not to a check: the
    propensity is that of the pair times it.

    `cards` are those that fit the robot and scene. `balance` says for each pair (smaller id, larger id) how
    often the smaller stood left more than right: where they stood level a fair coin decides, else whoever
    stood left more often stands right; the difference never exceeds 1. `left_first` says the same of the left side
    and of being played and shown first.

    Raises:
        BadInput: fewer than two active models.
    """
    pairs = pairs_of(active_models(cards))
    chances = mixed(pairs, weights)
    drawn = int(generator.integers(len(pairs))) if weights is None else int(generator.choice(len(pairs), p=chances))
    smaller, larger = pairs[drawn]
    heads = bool(generator.integers(2))
    lead = balance.get((smaller, larger), 0)
    smaller_left = heads if lead == 0 else lead < 0
    sides = Sides(smaller, larger) if smaller_left else Sides(larger, smaller)
    propensity = share * float(chances[drawn])
    return Draw(sides=sides, kind=kind, seed=seed, propensity=propensity, first=first_side(generator, left_first))


def chosen(left_model_id: str, right_model_id: str, generator: np.random.Generator, seed: int) -> Draw:
    """The battle of two named models: not blind, not rated.

    Raises:
        BadInput: they are one and the same.
    """
    if left_model_id == right_model_id:
        raise BadInput("A battle needs two different models.", hint="Name another one for one of the sides.")
    sides = Sides(left_model_id, right_model_id)
    return Draw(sides=sides, kind="chosen", seed=seed, propensity=1.0, first=_coin(generator))


def active_models(cards: Iterable[ModelCard]) -> list[str]:
    """The models that are compared with each other, by id.

    Raises:
        BadInput: they are fewer than two.
    """
    models = sorted({card.id for card in cards if card.status == "active"})
    if len(models) < 2:
        known = ", ".join(models) or "none"
        raise BadInput(
            "A battle needs two different models that fit this robot and scene.",
            hint=f"Active and fitting: {known}. Add model cards, or choose another robot or scene.",
        )
    return models


def first_side(generator: np.random.Generator, left_first: int) -> Side:
    """Who is played and listed first: the side that was less often; where they stand level, a coin decides.

    It follows the evaluator's blind battles, whatever their pairs, and so tells nothing of a pair.
    """
    coin = _coin(generator)
    return coin if left_first == 0 else "left" if left_first < 0 else "right"


def _coin(generator: np.random.Generator) -> Side:
    return "left" if generator.integers(2) else "right"
