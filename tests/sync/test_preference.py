from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

import msgspec
import numpy as np
import pytest
from voting import vote

from sync.ratings.board import Rating
from sync.ratings.davidson import POINTS
from sync.ratings.hierarchy import boards_of
from sync.ratings.intervals import t_quantile
from sync.ratings.log import vote_log
from sync.records import Choice, Vote

ROUND: tuple[Choice, ...] = ("left_better", "left_better", "right_better", "tie")


def rated(votes: Iterable[Vote]) -> list[Rating]:
    """The headline of those models that somebody called better, worse or as good."""
    return list(boards_of(vote_log(votes)).overall)


def log_of(*outcomes: tuple[str, str, Choice]) -> list[Vote]:
    return [vote(position, *outcome) for position, outcome in enumerate(outcomes)]


def simulated(strengths: dict[str, float], battles: int, seed: int) -> list[Vote]:
    """Votes drawn from Davidson's model with nu = 0.6."""
    generator = np.random.Generator(np.random.PCG64(seed))
    made = []
    for position in range(battles):
        left, right = generator.choice(sorted(strengths), 2, replace=False)
        odds = np.exp([strengths[left], strengths[right], np.log(0.6) + (strengths[left] + strengths[right]) / 2])
        choice: Choice = ("left_better", "right_better", "tie")[generator.choice(3, p=odds / odds.sum())]
        made.append(vote(position, str(left), str(right), choice))
    return made


def test_no_votes_make_an_empty_board() -> None:
    assert rated([]) == []
    assert rated([vote(0, "a", "b", "both_bad")]) == []


def test_three_wins_to_one_and_no_tie_have_the_strengths_of_the_formula() -> None:
    """The difference is ln 3 logits; the prior takes less than 0.02 of it."""
    first, second = rated([vote(k, "a", "b", "left_better" if k % 4 else "right_better") for k in range(400)])
    assert first.rating - second.rating == pytest.approx(POINTS * np.log(3), abs=3.0)
    assert first.rating + second.rating == pytest.approx(3000)
    assert (first.rank_low, first.rank_high, second.rank_low) == (1, 1, 2)


def test_the_order_of_the_votes_and_the_names_of_the_sides_do_not_matter() -> None:
    votes = log_of(("a", "b", "left_better"), ("b", "c", "tie"), ("c", "a", "right_better"), ("a", "c", "tie"))
    boards = {msgspec.json.encode(rated(order)) for order in permutations(votes)}
    turned = {"left_better": "right_better", "right_better": "left_better"}
    mirrored = [
        msgspec.structs.replace(
            each,
            left_model_id=each.right_model_id,
            right_model_id=each.left_model_id,
            vote=turned.get(each.vote, "tie"),
        )
        for each in votes
    ]
    assert boards == {msgspec.json.encode(rated(mirrored))}


def test_both_bad_changes_nothing() -> None:
    votes = log_of(*(("a", "b", choice) for choice in ROUND))
    more, plain = rated([*votes, vote(9, "a", "b", "both_bad")]), rated(votes)
    assert [each.record.both_bad for each in more] == [1, 1]
    assert [msgspec.structs.replace(each, record=plain[0].record) for each in more] == [
        msgspec.structs.replace(each, record=plain[0].record) for each in plain
    ]


def test_a_model_that_always_wins_has_a_finite_rating_and_a_wide_interval() -> None:
    first, second = rated([vote(k, "a", "b", "left_better") for k in range(5)])
    assert first.model_id == "a"
    assert np.isfinite([first.rating, first.these.low, first.these.high, second.these.low]).all()
    assert first.these.width > 300


def test_groups_that_never_met_are_not_ranked_apart() -> None:
    votes = [vote(k, "a", "b", "left_better") for k in range(20)] + [
        vote(k, "c", "d", "left_better") for k in range(30)
    ]
    board = {each.model_id: each for each in rated(votes)}
    assert board["a"].rank_low == board["c"].rank_low == 1
    assert board["a"].rank_high >= 2
    assert board["c"].rank_high >= 2


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    truth = {"a": 0.9, "b": 0.3, "c": -0.3, "d": -0.9}
    held = ranked = 0
    for seed in range(100):
        board = {each.model_id: each for each in rated(simulated(truth, 120, seed))}
        held += sum(
            board[name].these.low <= 1500 + POINTS * value <= board[name].these.high for name, value in truth.items()
        )
        ranked += all(board[name].rank_low <= place <= board[name].rank_high for place, name in enumerate("abcd", 1))
    assert 0.93 <= held / 400 <= 0.99
    assert ranked >= 85


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062047362), (2, 4.3026527297), (10, 2.2281388520), (30, 2.0422724563), (1000, 1.9623390808)],
)
def test_the_quantiles_of_t_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, rel=1e-10)
