"""Boards of votes that no store holds, for tests of what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import structs
from voting import vote

from scenes.progress import finish
from sync.records import Choice, Vote
from sync.rows import columns_of_vote
from vlaarena_desktop.standing import BoardQuery, Standings, standings

CHOICES: tuple[Choice, ...] = ("left_better", "right_better", "tie", "both_bad")


def rows_of(votes: Iterable[Vote]) -> list[dict[str, Any]]:
    """As `Comparing.rows` tells them."""
    return [columns_of_vote(each) | {"check": None, "turns": 1, "instruction": "lift it"} for each in votes]


def board_of(votes: Iterable[Vote], **query: Any) -> Standings:
    return finish(standings(BoardQuery(**query), rows_of(votes), ()))


def cast(
    models: str, count: int, chances: Sequence[float], *, robots: Sequence[str] = ("panda",), seed: int = 1
) -> list[Vote]:
    """Votes of four evaluators, the sides as they come: the earlier letter is better, both bad or a tie by chance."""
    dice, found = np.random.Generator(np.random.PCG64(seed)), []
    for number in range(count):
        one, other = (models[place] for place in dice.choice(len(models), 2, replace=False))
        choice: Choice = CHOICES[int(dice.choice(4, p=chances))]
        if one > other and choice in CHOICES[:2]:
            choice = CHOICES[1 - CHOICES.index(choice)]
        told = {"robot_id": robots[number % len(robots)], "evaluator_id": f"e{number % 4}"}
        found.append(structs.replace(vote(number, one, other, choice), **told))
    return found
