"""Who meets whom in the product: weights that work offline, and hidden checks at the rate that was set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from arena_samples import Arena, ballot, card
from scipy.stats import binomtest, chisquare

from scenes.errors import BadInput
from sync import device
from sync.api import PairWeight, PulledBoard, Snapshot, sign_snapshot
from sync.device import Device
from sync.keys import SigningKey
from sync.records import Choice, Draw
from sync.store import Store
from vlaarena_desktop import drawing
from vlaarena_desktop.drawing import FIRST_CHECK, Occasion, draw_pair, weights_for

ON = Occasion("panda", "table", "push the red cube to the left", 1)
MODELS = ["alpha", "beta", "gamma"]
CARDS = [*(card(name, stochastic=name == "gamma") for name in MODELS), card("idle", status="check")]
ABC = [("alpha", "beta"), ("alpha", "gamma"), ("beta", "gamma")]


def judge(store: Store, left: str, right: str, choice: Choice, times: int = 1) -> None:
    for _ in range(times):
        battle_id = Arena(store).played_battle(left, right)
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose evaluator has judged enough for checks; drawing changes nothing in it."""
    with Store.open(tmp_path_factory.mktemp("judged") / "home") as store:
        judge(store, "alpha", "beta", "left_better", FIRST_CHECK)
        yield store


def draws(store: Store, checks: int, count: int = 100) -> list[Draw]:
    generator = np.random.default_rng(5)
    return [draw_pair(store, CARDS, ON, generator, checks) for _ in range(count)]


def outcome(draw: Draw) -> tuple[str | None, frozenset[str]]:
    return draw.check, frozenset((draw.sides.left_model_id, draw.sides.right_model_id))


def bring(store: Store, *weights: PairWeight, key: SigningKey | None = None, votes: int = 100) -> None:
    """Keep a board of the centre as a pull does; `key`: who signed it, if not the centre."""
    centre = SigningKey.generate()
    board = PulledBoard(snapshot_id="s", created_at="", method="", rows=(), pair_weights=weights, votes=votes)
    pulled: Snapshot = sign_snapshot(board, key or centre)
    at = Device(device_id="d", url="u", public_key=b"p" * 32, server_key=centre.public, enrolled_at="")
    device.keep(store._database, at)
    device.keep_board(store._database, pulled)


def test_without_votes_every_pair_is_alike(store: Store) -> None:
    assert weights_for(store, MODELS, ON) is None
    assert [draw.propensity for draw in draws(store, 0, 20)] == pytest.approx([1 / 3] * 20)


def test_a_pair_that_is_known_well_is_drawn_less_and_every_pair_sometimes(judged: Store) -> None:
    found = draws(judged, 0)
    pairs = Counter(outcome(draw)[1] for draw in found)
    known, others = pairs[frozenset(("alpha", "beta"))], len(found) - pairs[frozenset(("alpha", "beta"))]
    assert 0 < known < others / 2
    assert min(draw.propensity for draw in found) >= 0.2 / 3


@pytest.mark.parametrize(("checks", "outcomes"), [(0, 3), (60, 3 + 1 + 1 + 3)])
def test_what_is_stored_is_the_chance_with_which_it_was_drawn_checks_or_not(
    judged: Store, checks: int, outcomes: int
) -> None:
    """Three pairs; one model that varies, one pair judged before, and each model against the idle one."""
    found = draws(judged, checks, 200)
    told = {outcome(draw): draw.propensity for draw in found}
    assert {outcome(draw): draw.propensity for draw in reversed(found)} == told
    assert len(told) == outcomes
    assert sum(told.values()) == pytest.approx(1)
    assert sum(chance for (check, _), chance in told.items() if check) == pytest.approx(checks / 100)
    seen = Counter(map(outcome, found))
    assert chisquare([seen[each] for each in told], [len(found) * told[each] for each in told]).pvalue > 0.01


def test_nobody_is_checked_before_she_has_judged_a_few(store: Store, judged: Store) -> None:
    judge(store, "alpha", "beta", "left_better", FIRST_CHECK - 1)
    found = draws(store, 100, 10)
    assert {draw.kind for draw in found} == {"rated"}
    assert sum({outcome(draw): draw.propensity for draw in found}.values()) == pytest.approx(1)
    assert {draw.kind for draw in draws(judged, 100, 10)} == {"check"}


def test_checks_come_at_the_rate_that_was_set(judged: Store) -> None:
    assert {draw.kind for draw in draws(judged, 0, 20)} == {"rated"}
    often = sum(draw.kind == "check" for draw in draws(judged, 20))
    assert binomtest(often, 100, 0.2).pvalue > 0.01


def test_a_check_is_of_one_model_that_varies_or_of_an_idle_one_or_repeats_what_she_judged(judged: Store) -> None:
    for draw in draws(judged, 100, 40):
        left, right = draw.sides.left_model_id, draw.sides.right_model_id
        if draw.check == "aa":
            assert left == right == "gamma"
        elif draw.check == "noop":
            assert {left, right} > {"idle"}
        else:
            assert (left, right) == ("beta", "alpha")
        assert draw.seed == ON.seed


def test_what_does_nothing_is_never_in_a_rated_battle(judged: Store) -> None:
    rated = [draw for draw in draws(judged, 20) if draw.kind == "rated"]
    assert not any("idle" in outcome(draw)[1] for draw in rated)


@pytest.mark.parametrize("checks", [0, 100])
def test_one_model_and_an_idle_one_make_no_battle_check_or_not(judged: Store, checks: int) -> None:
    """Else whether a battle begins would tell that it is a check."""
    generator = np.random.default_rng(5)
    for _ in range(10):
        with pytest.raises(BadInput, match="two different models"):
            draw_pair(judged, CARDS[2:], ON, generator, checks)


def test_pulled_weights_are_followed_and_the_votes_here_only_without_them(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better", 3)
    own = weights_for(store, MODELS, ON)
    assert own is not None
    bring(store, *(PairWeight(*pair, 1.0 if pair == ABC[2] else 0.0) for pair in ABC))
    assert weights_for(store, MODELS, ON) == dict(zip(ABC, (0.0, 0.0, 1.0), strict=True))
    told = {outcome(draw)[1]: draw.propensity for draw in draws(store, 0, 60)}
    assert told[frozenset(ABC[2])] == pytest.approx(0.8 + 0.2 / 3)
    assert weights_for(store, ["delta", "epsilon"], ON) == {("delta", "epsilon"): 1.0}
    bring(store, PairWeight(*ABC[0], 1.0), key=SigningKey.generate())
    assert weights_for(store, MODELS, ON) == own


def test_pulled_weights_of_fewer_votes_than_are_here_are_not_followed(store: Store) -> None:
    """A board may be old; what was learned here since must not be drawn again and again."""
    judge(store, "alpha", "beta", "left_better", 4)
    own = weights_for(store, MODELS, ON)
    bring(store, PairWeight(*ABC[0], 1.0), votes=4)
    assert weights_for(store, MODELS, ON) == {ABC[0]: 1.0}
    bring(store, PairWeight(*ABC[0], 1.0), votes=3)
    assert weights_for(store, MODELS, ON) == own


def test_pulled_weights_of_the_robot_come_before_those_of_all(store: Store) -> None:
    bring(store, PairWeight(*ABC[0], 1.0), PairWeight(*ABC[1], 2.0, "panda"), PairWeight(*ABC[2], 3.0, "another"))
    assert weights_for(store, MODELS, ON) == {ABC[1]: 2.0}
    elsewhere = Occasion("third", "table", ON.instruction, 1)
    assert weights_for(store, MODELS, elsewhere) == {ABC[0]: 1.0}


def test_pulled_weights_outlive_the_program(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        bring(store, PairWeight(*ABC[0], 1.0))
    with Store.open(tmp_path / "home") as store:
        assert weights_for(store, MODELS, ON) == {ABC[0]: 1.0}


def test_the_rate_is_the_setting_s_and_a_slip_in_the_file_stops_nobody(store: Store) -> None:
    assert drawing.checks_of(store) == 5
    (store.folder / "settings.toml").write_text("checks_per_hundred = 12\n")
    assert drawing.checks_of(store) == 12
    (store.folder / "settings.toml").write_text("checks_per_hundred = 'often'\n")
    assert drawing.checks_of(store) == 5
