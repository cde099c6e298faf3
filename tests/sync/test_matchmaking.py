from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from arena_samples import card
from msgspec.structs import astuple
from scipy.stats import chi2_contingency, chisquare

from scenes.errors import BadInput
from sync.matchmaking import chosen, draw

CARDS = [card(name) for name in ("delta", "alpha", "gamma", "beta", "epsilon")]
PAIRS = list(combinations(sorted(card.id for card in CARDS), 2))


def draws(count: int, seed: int = 1):
    """Draws one after the other, each knowing the balance of those before."""
    generator = np.random.default_rng(seed)
    balance: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        drawn = draw(CARDS, generator, 5, balance)
        pair = tuple(sorted((drawn.sides.left_model_id, drawn.sides.right_model_id)))
        balance[pair] += 1 if drawn.sides.left_model_id == pair[0] else -1
        yield drawn, pair, balance


def test_every_pair_is_drawn_alike() -> None:
    counts = Counter(pair for _, pair, _ in draws(4000))
    assert set(counts) == set(PAIRS)
    assert chisquare([counts[pair] for pair in PAIRS]).pvalue > 0.01


def test_the_probability_of_the_pair_is_stored() -> None:
    drawn, _, _ = next(draws(1))
    assert drawn.propensity == pytest.approx(1 / len(PAIRS))
    assert (drawn.seed, drawn.kind) == (5, "rated")


def test_no_pair_stands_more_than_one_out_of_balance() -> None:
    assert max(max(map(abs, balance.values())) for _, _, balance in draws(1000)) == 1


def test_sides_and_order_are_fair_coins() -> None:
    drawn = [(draw.sides.left_model_id == pair[0], draw.first == "left") for draw, pair, _ in draws(4000)]
    table = Counter(drawn)
    assert chisquare([table[left, first] for left in (True, False) for first in (True, False)]).pvalue > 0.01


def test_where_a_pair_stands_level_the_side_cannot_be_foretold() -> None:
    generator = np.random.default_rng(3)
    left = Counter(draw(CARDS[:2], generator, 0, {}).sides.left_model_id for _ in range(1000))
    assert chisquare([left["alpha"], left["delta"]]).pvalue > 0.01


@pytest.mark.parametrize(("lead", "left"), [(1, "delta"), (-1, "alpha"), (5, "delta")])
def test_whoever_stood_left_more_often_stands_right(lead, left) -> None:
    generator = np.random.default_rng(3)
    lefts = {draw(CARDS[:2], generator, 0, {("alpha", "delta"): lead}).sides.left_model_id for _ in range(50)}
    assert lefts == {left}


def test_the_same_generator_draws_the_same_in_whatever_order_the_cards_come() -> None:
    first = draw(CARDS, np.random.default_rng(9), 9, {}, kind="experiment")
    assert first == draw(CARDS[::-1], np.random.default_rng(9), 9, {}, kind="experiment")
    assert first.kind == "experiment"


def test_inactive_models_are_never_drawn() -> None:
    cards = [*CARDS[:2], card("resting", status="inactive")]
    generator = np.random.default_rng(0)
    assert {draw(cards, generator, 0, {}).propensity for _ in range(50)} == {1.0}


@pytest.mark.parametrize("cards", [[], CARDS[:1], [CARDS[0], CARDS[0]], [CARDS[0], card("x", status="inactive")]])
def test_fewer_than_two_models_are_refused_with_those_that_fit(cards) -> None:
    with pytest.raises(BadInput) as caught:
        draw(cards, np.random.default_rng(0), 0, {})
    assert ("delta" if cards else "none") in caught.value.hint


def test_named_models_are_chosen_and_stand_where_they_were_put() -> None:
    drawn = chosen("beta", "alpha", np.random.default_rng(0), 3)
    assert (drawn.sides.left_model_id, drawn.kind, drawn.propensity, drawn.seed) == ("beta", "chosen", 1.0, 3)
    with pytest.raises(BadInput):
        chosen("beta", "beta", np.random.default_rng(0), 3)


@pytest.mark.parametrize("lead", [-1, 0, 1])
def test_who_comes_first_tells_nothing_of_the_pair_or_its_sides(lead: int) -> None:
    """It follows the evaluator's battles alone, so that the next of a known pair gives nothing away."""
    generator = np.random.default_rng(11)
    drawn = [draw(CARDS[:3], generator, 0, {PAIRS[0]: 1}, left_first=lead) for _ in range(600)]
    seen = Counter((each.sides.left_model_id, each.sides.right_model_id, each.first) for each in drawn)
    if lead:
        assert {first for _, _, first in seen} == {"right" if lead > 0 else "left"}
    else:
        sides = sorted({(left, right) for left, right, _ in seen})
        table = [[seen[left, right, first] for first in ("left", "right")] for left, right in sides]
        assert chi2_contingency(table).pvalue > 0.01


def test_where_a_check_might_have_come_the_propensity_is_that_share_of_the_pair_s() -> None:
    whole, part = (draw(CARDS, np.random.default_rng(2), 0, {}, share=share) for share in (1.0, 0.95))
    assert part.sides == whole.sides
    assert part.propensity == pytest.approx(0.95 * whole.propensity)


def test_what_is_for_checks_alone_is_never_drawn() -> None:
    cards = [*CARDS[:2], card("idle", status="check")]
    generator = np.random.default_rng(0)
    for _ in range(50):
        assert "idle" not in astuple(draw(cards, generator, 0, {}).sides)
    with pytest.raises(BadInput):
        draw(cards[1:], generator, 0, {})
