"""What further votes would change."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_votes import election, names

from sync.ratings.board import board, rate
from sync.ratings.log import LEFT, coded
from sync.ratings.pairs import difference
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


def test_two_that_are_apart_need_no_more_battles_and_two_that_seem_level_some() -> None:
    apart = rate(election(np.array([1.5, -1.5]), 200, np.random.default_rng(2)))
    assert battles_to_separate(apart, "m0000", "m0001") == 0
    few, many = (rate(coded(names(2), [0] * count, [1] * count, [0, 1] * (count // 2))) for count in (40, 400))
    needed = [battles_to_separate(level, "m0000", "m0001") for level in (few, many)]
    assert 40 < needed[0] < 400 < needed[1]
    assert battles_to_separate(few, "m0001", "m0000") == needed[0]


def test_a_small_lead_of_many_battles_takes_more_than_a_large_one_of_few() -> None:
    close = rate(coded(names(2), [0] * 200, [1] * 200, [0] * 110 + [1] * 90))
    wide = rate(coded(names(2), [0] * 20, [1] * 20, [0] * 13 + [1] * 7))
    assert battles_to_separate(wide, "m0000", "m0001") < battles_to_separate(close, "m0000", "m0001")


def taken(log, strengths: np.ndarray, told: int, seed: int) -> float:
    """After how many further battles, as a multiple of those told, the interval first leaves out 0; looked at 20 times
    up to four times as many."""
    looks = np.unique(np.ceil(told * np.geomspace(1 / 16, 4, 20)).astype(int))
    more = election(strengths[:2], int(looks[-1]), np.random.default_rng(10_000 + seed), bad=0.2)
    for look in looks:
        codes = [(log.left, more.left), (log.right, more.right), (log.outcome, more.outcome)]
        longer = coded(log.models, *(np.append(before, after[:look]) for before, after in codes))
        seen = difference(rate(longer, general=False), "m0000", "m0001").these
        if not seen.low <= 0 <= seen.high:
            return float(look / told)
    return 4.0


def test_it_takes_about_as_many_battles_as_told(repeats) -> None:
    """Elections of models whose true strengths are drawn anew each time; the votes go on as these have it."""
    elections, found = repeats(50, 600), []
    for seed in range(elections):
        generator = np.random.default_rng(seed)
        strengths = generator.normal(0, 0.6, 3)
        log = election(strengths, 100, generator, bad=0.2)
        told = battles_to_separate(rate(log), "m0000", "m0001")
        if told:
            found.append(taken(log, strengths, told, seed))
    within = np.mean(np.array(found) <= 1)
    print(f"{len(found)} pairs: took {np.median(found):.2f} times as many as told (median); no more in {within:.0%}")
    assert np.median(found) == pytest.approx(1.0, abs=0.8 if elections < 600 else 0.4)
    assert within == pytest.approx(0.5, abs=0.2 if elections < 600 else 0.1)
