"""Hidden checks: now and then, of every kind that is possible, never rated."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from arena_samples import card
from scipy.stats import binomtest, chisquare

from scenes.errors import BadInput
from sync.checks import check_due
from sync.records import Battle

CARDS = [card(name) for name in ("a", "b", "idle")]


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


def due(generator: np.random.Generator, **at_hand):
    return check_due(generator, CARDS, 7, **at_hand)


ALL = {"random_ids": frozenset("ab"), "no_op_ids": frozenset({"idle"}), "own": (closed("a", "b"),)}


def test_checks_come_at_their_rate() -> None:
    generator = np.random.default_rng(1)
    count = sum(due(generator, **ALL) is not None for _ in range(4000))
    assert binomtest(count, 4000, 0.05).pvalue > 0.01
    assert not any(due(generator, rate=0.0, **ALL) for _ in range(100))
    assert all(due(generator, rate=1.0, **ALL) for _ in range(100))


def test_every_kind_that_is_possible_comes_alike_often() -> None:
    generator = np.random.default_rng(2)
    kinds = Counter(due(generator, rate=1.0, **ALL).check for _ in range(3000))
    assert chisquare([kinds["alike"], kinds["repeat"], kinds["no_op"]]).pvalue > 0.01


def test_no_check_is_made_of_what_is_not_at_hand() -> None:
    generator = np.random.default_rng(3)
    assert due(generator, rate=1.0) is None
    assert due(generator, rate=1.0, own=(closed("a", "gone"),)) is None
    assert due(generator, rate=1.0, random_ids=frozenset({"gone"})) is None
    resting = [card("a", status="inactive")]
    assert check_due(generator, resting, 1, rate=1.0, random_ids=frozenset("a")) is None


def test_a_pair_alike_is_one_model_whose_actions_depend_on_its_seed() -> None:
    generator = np.random.default_rng(4)
    for _ in range(50):
        found = due(generator, rate=1.0, random_ids=frozenset("b"))
        assert (found.check, found.draw.sides.left_model_id, found.draw.sides.right_model_id) == ("alike", "b", "b")
        assert (found.draw.kind, found.draw.seed) == ("check", 7)


def test_a_repeat_exchanges_the_sides_and_keeps_the_seed() -> None:
    found = due(np.random.default_rng(5), rate=1.0, own=(closed("a", "b", 3),))
    assert (found.check, found.repeats, found.draw.seed) == ("repeat", "b3", 103)
    assert (found.draw.sides.left_model_id, found.draw.sides.right_model_id) == ("b", "a")


def test_doing_nothing_stands_on_either_side_against_another_model() -> None:
    generator = np.random.default_rng(6)
    found = [due(generator, rate=1.0, no_op_ids=frozenset({"idle"})).draw for _ in range(400)]
    sides = Counter((each.sides.left_model_id, each.sides.right_model_id) for each in found)
    assert set(sides) == {("a", "idle"), ("idle", "a"), ("b", "idle"), ("idle", "b")}
    assert chisquare([*sides.values()]).pvalue > 0.01
    assert {each.propensity for each in found} == {0.5}


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_probability_is_refused(rate) -> None:
    with pytest.raises(BadInput, match="rate"):
        due(np.random.default_rng(0), rate=rate)
