"""What further votes would change."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_votes import election, names

from sync.ratings.board import board, rate
from sync.ratings.log import LEFT, coded
from sync.ratings.prospects import battles_to_separate, votes_to_flip


def with_more(log, left: int, right: int, outcome: np.ndarray):
    codes = (np.append(log.left, outcome * 0 + left), np.append(log.right, outcome * 0 + right))
    return coded(log.models, *codes, np.append(log.outcome, outcome))


def test_so_many_votes_turn_the_first_rank_and_one_fewer_does_not() -> None:
    log = election(np.array([0.6, 0.3, -0.9]), 300, np.random.default_rng(1))
    first = board(log).ratings[0].model_id
    flip = votes_to_flip(rate(log))
    challenger, leader = log.models.index(flip.challenger), log.models.index(first)
    enough = with_more(log, challenger, leader, np.full(flip.votes, LEFT))
    short = with_more(log, challenger, leader, np.full(flip.votes - 1, LEFT))
    assert board(enough).ratings[0].model_id != first
    assert board(short).ratings[0].model_id == first
    assert flip.votes > 3


def test_a_lone_model_or_none_cannot_be_overtaken() -> None:
    assert votes_to_flip(rate(coded(("a",), [], [], []))) is None


def test_two_that_are_apart_need_no_more_battles_and_two_that_are_level_need_too_many() -> None:
    apart = rate(election(np.array([1.5, -1.5]), 200, np.random.default_rng(2)))
    assert battles_to_separate(apart, "m0000", "m0001") == 0
    level = rate(coded(names(2), [0] * 40, [1] * 40, [0, 1] * 20))
    assert battles_to_separate(level, "m0000", "m0001") is None


def test_after_as_many_battles_as_told_most_intervals_leave_out_nothing(repeats) -> None:
    """Where the strengths are as they seem: simulated from the fit itself."""
    log = election(np.array([0.35, 0.0, -0.35]), 150, np.random.default_rng(0), bad=0.2)
    rated = rate(log)
    told = battles_to_separate(rated, "m0000", "m0001")
    assert 20 < told < 2000
    strengths = rated.fit.strengths[0][:2]
    nu, apart, tries = float(np.exp(rated.fit.place[-1])), 0, repeats(60, 500)
    for seed in range(tries):
        more = election(strengths, told, np.random.default_rng(seed), bad=0.2, nu=nu)
        longer = coded(
            log.models,
            *(np.append(*both) for both in ((log.left, more.left), (log.right, more.right))),
            np.append(log.outcome, more.outcome),
        )
        apart += battles_to_separate(rate(longer), "m0000", "m0001") == 0
    print(f"told {told}: apart in {apart} of {tries}")
    assert apart / tries == pytest.approx(0.8, abs=0.15)
