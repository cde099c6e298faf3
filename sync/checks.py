"""Hidden checks: now and then a battle whose answer is known, never rated. Pure: given the rate and what is at hand.

`aa` is one model against itself, `swapped` the pair and instruction of a rated battle of the evaluator's own with the
sides exchanged, `noop` a model against one that does nothing.

Every check begins in a world of its own, a repeat too. The seed of a battle rests in clear, here and in its episodes:
the seed, or the start, of a closed battle would say of an open one that it is a repeat, and who stands where. So a
repeat asks whether she prefers the same model again from another start, not whether she judges the same two motions
alike: who prefers a side whatever stands there reverses every time, who prefers a model does so in less than half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.matchmaking import first_side
from sync.records import Battle, CheckKind, Draw, Sides

RATE = 0.05  # of battles
Outcome = tuple[CheckKind, frozenset[str]]  # the kind, and the unordered pair


class Option(Struct, frozen=True):
    """A check that could be played. The sides of a repeat are given; those of others a coin decides."""

    check: CheckKind
    sides: Sides
    repeats: Battle | None = None

    @property
    def outcome(self) -> Outcome:
        """What a draw's propensity is the probability of."""
        return self.check, frozenset((self.sides.left_model_id, self.sides.right_model_id))


def options(cards: Sequence[ModelCard], own: Sequence[Battle] = ()) -> tuple[Option, ...]:
    """Every check that is possible with these cards, which fit robot and scene.

    `own` are the evaluator's closed battles there that may be repeated, the newest first. One model meets itself only
    where its actions depend on the policy's seed, for alike policies play alike episodes. Cards of the status `check`
    do nothing.
    """
    active = sorted({card.id for card in cards if card.status == "active"})
    varied = sorted({card.id for card in cards if card.status == "active" and card.stochastic})
    idle = sorted({card.id for card in cards if card.status == "check"})
    newest = {(each.left_model_id, each.right_model_id): each for each in reversed(own)}
    again = [each for each in newest.values() if {each.left_model_id, each.right_model_id} <= {*active}]
    return (
        *(Option("aa", Sides(model, model)) for model in varied),
        *(Option("swapped", Sides(each.right_model_id or "", each.left_model_id or ""), each) for each in again),
        *(Option("noop", Sides(model, nothing)) for model in active for nothing in idle),
    )


def propensities(possible: Sequence[Option], rate: float) -> dict[Outcome, float]:
    """The probability of each outcome where a check comes at this rate: the kinds that are possible come alike often,
    and of a kind every option. They sum to the rate, or to 0 where no check is possible."""
    of_kind = Counter(option.check for option in possible)
    chances: dict[Outcome, float] = dict.fromkeys((option.outcome for option in possible), 0.0)
    for option in possible:
        chances[option.outcome] += rate / len(of_kind) / of_kind[option.check]
    return chances


def check_due(
    generator: np.random.Generator,
    possible: Sequence[Option],
    seed: int,
    *,
    rate: float = RATE,
    left_first: int = 0,
) -> Draw | None:
    """Whether this battle is a check, with probability `rate`, and which; None: a rated one, also where none is
    possible. `seed` is the world's, that of no other battle. `left_first` as in matchmaking.draw.

    Raises:
        BadInput: the rate is no probability.
    """
    if generator.random() >= _checked(rate) or not possible:
        return None
    kinds = sorted({option.check for option in possible})
    kind = kinds[int(generator.integers(len(kinds)))]
    alike = [option for option in possible if option.check == kind]
    option = alike[int(generator.integers(len(alike)))]
    return Draw(
        sides=option.sides if option.repeats is not None else _by_coin(option.sides, generator),
        kind="check",
        seed=seed,
        propensity=propensities(possible, rate)[option.outcome],
        first=first_side(generator, left_first),
        check=kind,
    )


def _checked(rate: float) -> float:
    if not 0 <= rate <= 1:
        raise BadInput("The rate of hidden checks lies between 0 and 1.", hint="1 in 20 is 0.05.")
    return rate


def _by_coin(sides: Sides, generator: np.random.Generator) -> Sides:
    return sides if generator.integers(2) else Sides(sides.right_model_id, sides.left_model_id)
