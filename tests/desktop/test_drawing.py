"""Who meets whom in the product: weights that work offline, and hidden checks at the rate that was set."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from arena_samples import Arena, ballot, card

from sync.records import Choice
from sync.store import Store
from vlaarena_desktop import drawing
from vlaarena_desktop.drawing import FIRST_CHECK, Occasion, draw_pair, weights_for

ON = Occasion("panda", "table", "push the red cube to the left", 1)
CARDS = [card(name, stochastic=name == "gamma") for name in ("alpha", "beta", "gamma")]


def judge(store: Store, left: str, right: str, choice: Choice, times: int = 1) -> None:
    for _ in range(times):
        battle_id = Arena(store).played_battle(left, right)
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)


def draws(store: Store, checks: int, count: int = 200) -> list:
    generator = np.random.default_rng(5)
    return [draw_pair(store, CARDS, ON, generator, checks) for _ in range(count)]


def test_without_votes_every_pair_is_alike(store: Store) -> None:
    assert weights_for(store, CARDS, ON) is None
    assert [draw.propensity for draw in draws(store, 0, 20)] == pytest.approx([1 / 3] * 20)


def test_a_pair_that_is_known_well_is_drawn_less_and_every_pair_sometimes(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", 12)
    pairs = Counter(frozenset((d.sides.left_model_id, d.sides.right_model_id)) for d in draws(store, 0))
    known, others = pairs[frozenset(("alpha", "beta"))], sum(pairs.values()) - pairs[frozenset(("alpha", "beta"))]
    assert 0 < known < others / 2


def test_what_is_stored_is_the_chance_with_which_the_pair_was_drawn(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", 6)
    drawn = draws(store, 0)
    told = {frozenset((d.sides.left_model_id, d.sides.right_model_id)): d.propensity for d in drawn}
    assert sum(told.values()) == pytest.approx(1)
    assert min(told.values()) >= 0.2 / 3
    for pair, chance in told.items():
        seen = sum(frozenset((d.sides.left_model_id, d.sides.right_model_id)) == pair for d in drawn)
        assert abs(seen / len(drawn) - chance) < 4 * np.sqrt(chance * (1 - chance) / len(drawn))


def test_nobody_is_checked_before_she_has_judged_a_few(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", FIRST_CHECK - 1)
    assert {draw.kind for draw in draws(store, 100, 30)} == {"rated"}
    judge(store, "alpha", "beta", "left_better")
    assert {draw.kind for draw in draws(store, 100, 30)} == {"check"}


def test_checks_come_at_the_rate_that_was_set(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", FIRST_CHECK)
    assert {draw.kind for draw in draws(store, 0, 60)} == {"rated"}
    often = sum(draw.kind == "check" for draw in draws(store, 20)) / 200
    assert 0.1 < often < 0.3


def test_a_check_is_of_one_model_that_varies_or_repeats_what_she_judged(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", FIRST_CHECK)
    earlier = {battle.seed for battle in store.battles()}
    for draw in draws(store, 100, 40):
        left, right = draw.sides.left_model_id, draw.sides.right_model_id
        if left == right:
            assert left == "gamma"
        else:
            assert (left, right) == ("beta", "alpha")
            assert draw.seed in earlier


def test_the_rate_is_the_setting_s_and_a_slip_in_the_file_stops_nobody(store: Store) -> None:
    assert drawing.checks_of(store) == 5
    (store.folder / "settings.toml").write_text("checks_per_hundred = 12\n")
    assert drawing.checks_of(store) == 12
    (store.folder / "settings.toml").write_text("checks_per_hundred = 'often'\n")
    assert drawing.checks_of(store) == 5
