from __future__ import annotations

import numpy as np
import pytest
from simulated_votes import election

from sync.ratings.board import board, rate
from sync.ratings.davidson import POINTS
from sync.ratings.pairs import difference


def test_a_difference_is_that_of_the_ratings_and_turns_with_its_sides() -> None:
    log = election(np.array([0.5, 0.0, -0.5]), 400, np.random.default_rng(2), evaluators=4)
    rated, ratings = rate(log), {each.model_id: each.rating for each in board(log).ratings}
    one, other = (difference(rated, *pair) for pair in (("m0000", "m0002"), ("m0002", "m0000")))
    assert one.points == pytest.approx(ratings["m0000"] - ratings["m0002"], abs=1e-5)
    assert (one.these.low, one.these.high) == pytest.approx((-other.these.high, -other.these.low))
    assert one.chance_better == pytest.approx(1 - other.chance_better)
    assert one.general.width >= one.these.width


def test_intervals_of_a_difference_hold_the_truth(repeats) -> None:
    elections = repeats(60, 1000)
    found = [
        difference(rate(election(np.array([0.5, 0.0, -0.5]), 90, np.random.default_rng(seed))), "m0000", "m0002").these
        for seed in range(elections)
    ]
    assert sum(each.low <= POINTS <= each.high for each in found) >= 0.92 * elections
