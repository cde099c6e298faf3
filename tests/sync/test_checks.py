"""Hidden checks: now and then, of every kind that is possible, never rated."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from arena_samples import card
from scipy.stats import binomtest, chisquare

from scenes.errors import BadInput
from sync.checks import check_due, options, propensities
from sync.records import Battle

CARDS = [card("a"), card("b"), card("idle", status="check")]
VARIED = [card("a", stochastic=True), card("b", stochastic=True)]
ALL = [*VARIED, CARDS[2]]


def closed(left: str, right: str, number: int = 0) -> Battle:
    return Battle(
        battle_id=f"b{number}",
        session_id="s",
        seq_in_session=1,
        left_model_id=left,
        right_model_id=right,
        status="voted",
        kind="rated",
        seed=100 + number,
        propensity=1.0,
        first="left",
        commitment="",
        nonce="",
        void_reason=None,
        created_at="",
        updated_at="",
    )


EVERY_KIND = options(ALL, [closed("a", "b")])


def due(generator: np.random.Generator, possible=EVERY_KIND, rate: float = 1.0, **more):
    return check_due(generator, possible, 7, rate=rate, **more)


def test_checks_come_at_their_rate() -> None:
    generator = np.random.default_rng(1)
    count = sum(check_due(generator, EVERY_KIND, 7) is not None for _ in range(4000))
    assert binomtest(count, 4000, 0.05).pvalue > 0.01
    assert not any(due(generator, rate=0.0) for _ in range(100))
    assert all(due(generator) for _ in range(100))


def test_every_kind_that_is_possible_comes_alike_often() -> None:
    generator = np.random.default_rng(2)
    kinds = Counter(due(generator).check for _ in range(3000))
    assert chisquare([kinds["aa"], kinds["swapped"], kinds["noop"]]).pvalue > 0.01


def test_no_check_is_made_of_what_is_not_at_hand() -> None:
    assert options(CARDS[:2]) == ()
    assert options(CARDS[:2], [closed("a", "gone")]) == ()
    assert options([card("a", status="inactive", stochastic=True)], [closed("a", "a")]) == ()
    assert due(np.random.default_rng(3), ()) is None


def test_a_pair_alike_is_one_model_whose_actions_depend_on_its_seed() -> None:
    generator = np.random.default_rng(4)
    possible = options([CARDS[0], VARIED[1]])
    for _ in range(50):
        found = due(generator, possible)
        assert (found.check, found.sides.left_model_id, found.sides.right_model_id) == ("aa", "b", "b")
        assert (found.kind, found.seed) == ("check", 7)


def test_a_repeat_exchanges_the_sides_in_a_world_of_its_own() -> None:
    """The seed of the battle it repeats would tell that it is a check, and who stands where."""
    found = due(np.random.default_rng(5), options(CARDS[:2], [closed("a", "b", 3)]))
    assert (found.check, found.seed) == ("swapped", 7)
    assert (found.sides.left_model_id, found.sides.right_model_id) == ("b", "a")


def test_doing_nothing_stands_on_either_side_against_another_model() -> None:
    generator = np.random.default_rng(6)
    found = [due(generator, options(CARDS)) for _ in range(400)]
    sides = Counter((each.sides.left_model_id, each.sides.right_model_id) for each in found)
    assert set(sides) == {("a", "idle"), ("idle", "a"), ("b", "idle"), ("idle", "b")}
    assert chisquare([*sides.values()]).pvalue > 0.01
    assert {each.propensity for each in found} == {0.5}


def test_what_does_nothing_meets_neither_itself_nor_its_like() -> None:
    idlers = [card("idle", status="check", stochastic=True), card("still", status="check")]
    assert options(idlers) == ()
    assert {each.check for each in options([*CARDS[:2], *idlers])} == {"noop"}


def test_the_stored_propensity_is_the_chance_of_the_kind_and_its_pair() -> None:
    """Two battles of one pair that may be shown again are one outcome."""
    possible = options(ALL, [closed("a", "b", 1), closed("b", "a", 2)])
    told = propensities(possible, 0.3)
    assert sum(told.values()) == pytest.approx(0.3)
    assert told["swapped", frozenset("ab")] == pytest.approx(0.1)
    generator = np.random.default_rng(7)
    drawn = [due(generator, possible, rate=0.3) for _ in range(6000)]
    seen = Counter((d.check, frozenset((d.sides.left_model_id, d.sides.right_model_id))) for d in drawn if d)
    assert set(seen) == set(told)
    counts = [*(seen[each] for each in told), drawn.count(None)]
    assert chisquare(counts, [*(6000 * chance for chance in told.values()), 4200]).pvalue > 0.01
    for draw in filter(None, drawn):
        assert draw.propensity == told[draw.check, frozenset((draw.sides.left_model_id, draw.sides.right_model_id))]


def test_who_comes_first_in_a_check_is_balanced_like_everywhere() -> None:
    generator = np.random.default_rng(8)
    assert {due(generator, left_first=1).first for _ in range(30)} == {"right"}
    assert {due(generator, left_first=-1).first for _ in range(30)} == {"left"}
    level = Counter(due(generator).first for _ in range(1000))
    assert chisquare([level["left"], level["right"]]).pvalue > 0.01


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_probability_is_refused(rate) -> None:
    with pytest.raises(BadInput, match="rate"):
        due(np.random.default_rng(0), rate=rate)
