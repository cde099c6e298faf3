"""Which pair meets next: where a battle says most, and one draw in five by chance alone."""

from __future__ import annotations

from collections import Counter
from statistics import NormalDist

import numpy as np
import pytest
from arena_samples import card
from scipy.stats import chisquare
from simulated_votes import election, outcomes

from sync.matchmaking import draw
from sync.pairing import gains, mixed, pair_weights, pairs_of
from sync.ratings.counting import Tally, table, tally
from sync.ratings.davidson import fit, flat_prior
from sync.ratings.log import coded, picked
from sync.server.standings import _pair_weights

TRUTH = np.array([1.5, 0.9, 0.5, 0.0, -0.6, -1.4])
PAIRS = [(i, j) for i in range(6) for j in range(i + 1, 6)]


def test_a_gain_is_the_fall_of_variance_that_another_battle_brings() -> None:
    """The rank-one update against the inverse of the curvature with the battle's information added."""
    log = election(TRUTH[:4], 80, np.random.default_rng(1))
    found = fit(tally(table(log)), flat_prior(4))
    covariance = np.linalg.inv(found.curvature)[:4, :4]
    strengths = found.strengths[0]
    information = np.full((4, 4), 0.2)
    worth = gains(found, covariance, information)
    for i, j in ((0, 1), (1, 3)):
        along = np.eye(4)[i] - np.eye(4)[j]
        after = np.linalg.inv(np.linalg.inv(covariance) + 0.2 * np.outer(along, along))
        expected = 0.0
        for a, b in pairs_of("0123"):
            apart = np.eye(4)[int(a)] - np.eye(4)[int(b)]
            before, lead = apart @ covariance @ apart, apart @ strengths
            better = NormalDist().cdf(lead / np.sqrt(before))
            expected += 4 * better * (1 - better) * (before - apart @ after @ apart) / before
        assert worth[i, j] == pytest.approx(float(expected))


def test_models_without_votes_meet_first() -> None:
    log = election(TRUTH[:3], 300, np.random.default_rng(2))
    by_pair = pair_weights(log, [*log.models, "new"])
    assert sum(by_pair.values()) == pytest.approx(1.0)
    assert min(weight for pair, weight in by_pair.items() if "new" in pair) > max(
        weight for pair, weight in by_pair.items() if "new" not in pair
    )


@pytest.mark.parametrize("models", [(), ("a",), ("a", "b"), ("a", "b", "c")])
def test_without_votes_all_pairs_weigh_the_same(models) -> None:
    weights = pair_weights(coded((), [], [], []), models)
    alike = 2 / max(len(models) * (len(models) - 1), 1)
    assert list(weights.values()) == pytest.approx([alike] * (len(models) * (len(models) - 1) // 2))


def test_who_is_decided_meets_less_often_than_who_stands_level() -> None:
    log = election(np.array([0.1, 0.0, -3.0]), 600, np.random.default_rng(3))
    by_pair = pair_weights(log, log.models)
    level = by_pair[log.models[0], log.models[1]]
    assert level > 5 * by_pair[log.models[0], log.models[2]]


def test_a_draw_is_80_percent_by_weight_and_20_percent_alike() -> None:
    pairs = pairs_of("abc")
    assert mixed(pairs, {("a", "b"): 3.0, ("a", "c"): 1.0, ("b", "c"): 0.0}) == pytest.approx(
        [0.6 + 0.2 / 3, 0.2 + 0.2 / 3, 0.2 / 3]
    )
    assert mixed(pairs, {("a", "b"): 3.0}) == pytest.approx([1 / 3] * 3)
    for useless in (None, {}, {("x", "y"): 1.0}, dict.fromkeys(pairs, 0.0), dict.fromkeys(pairs, np.nan)):
        assert mixed(pairs, useless) == pytest.approx([1 / 3] * 3)


def test_pairs_are_drawn_as_often_as_their_stored_propensity_says() -> None:
    cards, generator = [card(name) for name in "abcd"], np.random.default_rng(4)
    weights = {pair: float(weight) for weight, pair in enumerate(pairs_of("abcd"))}
    seen: Counter[tuple[str, str]] = Counter()
    told = {}
    for _ in range(4000):
        drawn = draw(cards, generator, 0, {}, weights=weights)
        pair = tuple(sorted((drawn.sides.left_model_id, drawn.sides.right_model_id)))
        seen[pair] += 1
        told[pair] = drawn.propensity
    assert sum(told.values()) == pytest.approx(1.0)
    assert chisquare([seen[pair] for pair in told], [4000 * told[pair] for pair in told]).pvalue > 0.01


def test_who_came_first_more_often_comes_second() -> None:
    cards, generator, lead = [card("a"), card("b")], np.random.default_rng(5), 0
    for _ in range(200):
        lead += 1 if draw(cards, generator, 0, {}, left_first=lead).first == "left" else -1
        assert abs(lead) <= 1


def test_the_centre_tells_the_weights_that_workstations_compute_themselves() -> None:
    log = election(np.array([1.0, 0.2, -0.3, -2.0]), 200, np.random.default_rng(6))
    own = pair_weights(log, log.models)
    assert {(each.first, each.second): each.weight for each in _pair_weights(log)} == own
    assert sum(own.values()) == pytest.approx(1.0)


def test_of_several_robots_the_centre_tells_the_weights_on_each_too() -> None:
    log = election(np.array([1.0, 0.2, -0.3]), 300, np.random.default_rng(8), robots=2)
    told = _pair_weights(log)
    assert {each.robot_id for each in told} == {None, *log.robots}
    for code, robot in enumerate(log.robots):
        own = {(each.first, each.second): each.weight for each in told if each.robot_id == robot}
        assert own == pair_weights(picked(log, log.robot == code), log.models)


def battles_until_decided(informed: bool, seed: int, step: int = 10, most: int = 5000) -> int:
    """Battles until every neighbour in the true order leads the next with an interval that leaves out 0."""
    generator = np.random.Generator(np.random.PCG64(seed))
    wins, ties = np.zeros((1, 6, 6)), np.zeros((1, 6, 6))
    chances, battles, start = np.full(15, 1 / 15), 0, None
    while battles < most:
        drawn = np.array(PAIRS)[generator.choice(15, step, p=chances)].T
        for i, j, told in zip(*drawn, outcomes(TRUTH[drawn[0]] - TRUTH[drawn[1]], generator), strict=True):
            wins[0, i, j] += told == 0
            wins[0, j, i] += told == 1
            ties[0, [i, j], [j, i]] += told == 2
        battles += step
        found = fit(Tally(wins, ties), flat_prior(6), start)
        start, covariance = found.place, np.linalg.inv(found.curvature)[:6, :6]
        spread = np.diag(covariance)[:-1] + np.diag(covariance)[1:] - 2 * np.diag(covariance, 1)
        if (-np.diff(found.strengths[0]) > 1.96 * np.sqrt(spread)).all():
            return battles
        if informed:
            variance = (found.odds.win + found.odds.tie / 4 - found.odds.score**2)[0]
            squares = gains(found, covariance, variance) ** 2
            chances = mixed(PAIRS, {pair: float(squares[pair]) for pair in PAIRS})
    return most


def test_the_order_of_six_models_is_decided_with_fewer_battles_than_by_drawing_alike(repeats) -> None:
    elections = repeats(10, 200)
    alike, informed = (
        np.array([battles_until_decided(way, 1000 * way + seed) for seed in range(elections)]) for way in (False, True)
    )
    generator = np.random.Generator(np.random.PCG64(0))
    picks = generator.integers(0, elections, (2, 2000, elections))
    saved = 1 - informed[picks[0]].mean(1) / alike[picks[1]].mean(1)
    low, high = np.quantile(saved, [0.025, 0.975])
    print(
        f"battles until decided: alike mean {alike.mean():.0f}, median {np.median(alike):.0f}; informed "
        f"{informed.mean():.0f}, {np.median(informed):.0f}: {1 - informed.mean() / alike.mean():.0%} fewer "
        f"(95 % {low:.0%} to {high:.0%})"
    )
    assert low > (0.3 if elections >= 200 else 0.0)
