from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from voting import vote

from sync.ratings.elo import Standing, elo_board
from sync.records import Vote


def elos(*votes: Vote, **options: str) -> dict[str, float]:
    return {standing.model_id: standing.elo for standing in elo_board(votes, **options)}


def test_no_votes_make_an_empty_board() -> None:
    assert elo_board([]) == []


def test_the_first_win_moves_sixteen_points() -> None:
    assert elos(vote(0, "a", "b", "left_better")) == {"a": 1516.0, "b": 1484.0}
    assert elos(vote(0, "a", "b", "right_better")) == {"a": 1484.0, "b": 1516.0}


def test_two_wins_and_a_tie_give_the_numbers_of_the_formula() -> None:
    """By hand: E = 1/(1+10^(-32/400)) = 0.5459219; a = 1516 + 32 (1 - E) = 1530.53050.

    Then E = 1/(1+10^(-61.06100/400)) = 0.5869802; a = 1530.53050 + 32 (0.5 - E) = 1527.74713.
    """
    board = elos(vote(0, "a", "b", "left_better"), vote(1, "b", "a", "right_better"), vote(2, "a", "b", "tie"))
    assert board["a"] == pytest.approx(1527.74713, abs=1e-5)
    assert board["a"] + board["b"] == pytest.approx(3000)


def test_both_bad_is_a_tie_or_a_quarter_for_each() -> None:
    bad = vote(0, "a", "b", "both_bad")
    assert elos(bad) == {"a": 1500.0, "b": 1500.0}
    assert elos(bad, both_bad="quarter") == {"a": 1492.0, "b": 1492.0}


def test_votes_count_in_the_order_of_their_time_however_they_are_given() -> None:
    votes = [vote(0, "a", "b", "left_better"), vote(1, "b", "c", "left_better"), vote(2, "c", "a", "tie")]
    boards = {msgspec.json.encode(elo_board(order)) for order in permutations(votes)}
    assert len(boards) == 1
    assert elos(*votes) != elos(*(msgspec.structs.replace(v, voted_at=f"{9 - i}") for i, v in enumerate(votes)))


def test_votes_at_the_same_moment_count_in_the_order_of_their_ids() -> None:
    votes = [msgspec.structs.replace(vote(i, "a", "b", c), voted_at="t") for i, c in enumerate(("tie", "left_better"))]
    assert elo_board(votes) == elo_board(votes[::-1])


def test_a_standing_counts_every_outcome_from_its_own_side() -> None:
    votes = [
        vote(0, "a", "b", "left_better"),
        vote(1, "b", "a", "left_better"),
        vote(2, "b", "a", "right_better"),
        vote(3, "a", "b", "tie"),
        vote(4, "a", "b", "both_bad"),
    ]
    first, second = elo_board(votes)
    assert first == Standing(model_id="a", elo=first.elo, votes=5, wins=2, losses=1, ties=1, both_bad=1, win_rate=0.4)
    assert (second.model_id, second.wins, second.losses, second.win_rate) == ("b", 1, 2, 0.2)


def test_the_board_is_sorted_by_elo_then_by_name() -> None:
    votes = [vote(0, "z", "y", "tie"), vote(1, "c", "d", "left_better")]
    assert [standing.model_id for standing in elo_board(votes)] == ["c", "y", "z", "d"]


def test_withdrawn_and_nameless_votes_do_not_count() -> None:
    one = vote(0, "a", "b", "left_better")
    nameless = msgspec.structs.replace(one, left_model_id=None, right_model_id=None)
    assert elo_board([msgspec.structs.replace(one, withdrawn=True), nameless]) == []


def test_a_smaller_k_moves_less() -> None:
    assert {each.model_id: each.elo for each in elo_board([vote(0, "a", "b", "left_better")], k=8)} == {
        "a": 1504.0,
        "b": 1496.0,
    }
