"""Hidden checks: now and then a battle whose answer is known, never rated. Pure: given the rate and what is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.records import Battle, Draw, Sides

RATE = 0.05  # of battles
CheckKind = Literal["alike", "repeat", "no_op"]


class Check(Struct, frozen=True, kw_only=True):
    """A check to be played instead of a rated battle."""

    check: CheckKind
    draw: Draw  # its seed is that of the repeated battle where it repeats one
    repeats: str | None = None  # the battle shown again with its sides exchanged


def check_due(
    generator: np.random.Generator,
    cards: Sequence[ModelCard],
    seed: int,
    *,
    rate: float = RATE,
    own: Sequence[Battle] = (),
    random_ids: frozenset[str] = frozenset(),
    no_op_ids: frozenset[str] = frozenset(),
) -> Check | None:
    """Whether this battle is a check, with probability `rate`, and which; None: a rated one.

    `cards` fit the robot and scene; `own` are the evaluator's closed battles there that may be repeated; `random_ids`
    the models whose actions depend on the policy's seed, for alike policies play alike episodes; `no_op_ids` those that
    do nothing. The kinds that are possible are drawn alike. A draw's propensity is that of its pair among checks.

    Raises:
        BadInput: the rate is no probability.
    """
    active = sorted({card.id for card in cards if card.status == "active"})
    alike = [model for model in active if model in random_ids]
    idle = [(model, other) for model in active if model in no_op_ids for other in active if other not in no_op_ids]
    again = [battle for battle in own if {battle.left_model_id, battle.right_model_id} <= {*active}]
    at_hand: dict[CheckKind, Sequence[object]] = {"alike": alike, "repeat": again, "no_op": idle}
    possible = [kind for kind, choices in at_hand.items() if choices]
    if generator.random() >= _checked(rate) or not possible:
        return None
    kind = possible[int(generator.integers(len(possible)))]
    if kind == "repeat":
        return _repeat(again[int(generator.integers(len(again)))], generator, len(possible) * len(again))
    pairs = [(model, model) for model in alike] if kind == "alike" else idle
    pair = pairs[int(generator.integers(len(pairs)))]
    sides = Sides(*pair[:: 1 if generator.integers(2) else -1])
    return Check(check=kind, draw=_draw(sides, seed, generator, len(possible) * len(pairs)))


def _checked(rate: float) -> float:
    if not 0 <= rate <= 1:
        raise BadInput("The rate of hidden checks lies between 0 and 1.", hint="1 in 20 is 0.05.")
    return rate


def _repeat(battle: Battle, generator: np.random.Generator, of: int) -> Check:
    sides = Sides(battle.right_model_id or "", battle.left_model_id or "")
    return Check(check="repeat", draw=_draw(sides, battle.seed, generator, of), repeats=battle.battle_id)


def _draw(sides: Sides, seed: int, generator: np.random.Generator, of: int) -> Draw:
    first: Literal["left", "right"] = "left" if generator.integers(2) else "right"
    return Draw(sides=sides, kind="check", seed=seed, propensity=1 / of, first=first)
