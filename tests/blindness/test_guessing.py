"""What lies on the disk before the vote does not tell the fast model from the slow one; their motion does.

Visible are all rows, their order, their moments and the files; hidden is what a sealed record says. The turn's row
says which episode is of which side, so an episode's own bytes, and with them its size in its file and its row, are
visible: they are the motion that the evaluator watches anyway. Exactly these two sizes are left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from blindness.guessing import chance_bound, guessed
from blindness.synthetic import Pair, battles, played_pairs
from blindness.traces import Traces, motion, traces, unpadded
from msgspec import Struct

from sync.store import Store


class Seen(Struct):
    """Of every battle: what is visible, and what would be with a leak."""

    fast_left: list[bool] = []
    visible: list[Traces] = []
    unpadded: list[Traces] = []
    motion: list[Traces] = []


@pytest.fixture(scope="module")
def pairs(repeats: Callable[[int, int], int]) -> list[Pair]:
    return played_pairs(repeats(6, 40))


@pytest.fixture(scope="module")
def seen(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory, repeats: Callable[[int, int], int]) -> Seen:
    """Sittings of a battle of each pair, in data folders of their own: so each episode is new in its folder."""
    found, dice = Seen(), random.Random(11)
    home = tmp_path_factory.mktemp("sittings")
    for number in range(repeats(10, 50)):
        for look in sitting(home / str(number), pairs, dice):
            for name in Seen.__struct_fields__:
                getattr(found, name).append(look[name])
    return found


def sitting(folder: Path, pairs: list[Pair], dice: random.Random) -> Iterator[dict[str, Traces | bool]]:
    with Store.open(folder) as store:
        for begun in battles(store, pairs, dice):
            yield {
                "fast_left": begun.fast_left,
                "visible": traces(store, begun.battle_id),
                "unpadded": unpadded(begun.runs),
                "motion": motion(store, begun.battle_id),
            }


def table(*parts: list[Traces]) -> np.ndarray:
    """One row per battle; all battles have the same traces."""
    rows = [[value for each in row for value in each.values()] for row in zip(*parts, strict=True)]
    assert all([list(each) for each in parts[0][:1]] == [list(other)] for other in parts[0])
    return np.array(rows, np.float64)


def test_everything_visible_before_the_vote_but_the_motion_guesses_the_sides_like_a_coin(seen: Seen) -> None:
    score = guessed(table(seen.visible), np.array(seen.fast_left))
    print(f"{len(seen.visible[0])} traces guess {score}")
    assert len(seen.visible[0]) > 100
    assert score.accuracy <= chance_bound(score.tried)
    assert score.tried < 1000 or score.accuracy <= 0.55


@pytest.mark.parametrize("leak", ["unpadded", "motion"])
def test_one_leak_among_all_that_is_visible_tells_the_sides(seen: Seen, leak: str) -> None:
    score = guessed(table(seen.visible, getattr(seen, leak)), np.array(seen.fast_left))
    print(f"with the leak '{leak}': {score}")
    assert score.accuracy > 0.9
