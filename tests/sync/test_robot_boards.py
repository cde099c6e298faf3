"""Ratings per robot and overall: every declared robot counts alike, and few votes lean on what other robots say."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from simulated_votes import election, names

from sync.ratings.board import board, rate
from sync.ratings.davidson import POINTS
from sync.ratings.hierarchy import rate_robots, robot_boards
from sync.ratings.log import coded, picked
from sync.ratings.pairs import difference

ROBOTS = names(2, "r")


def rating(ratings, model="m0000"):
    return next(each for each in ratings if each.model_id == model)


def test_the_overall_rating_is_the_mean_of_robots_and_not_of_votes() -> None:
    strengths = np.array([[1.0, -1.0], [-0.4, 0.4]])
    log = election(strengths, 4000, np.random.default_rng(1), robots=2)
    uneven = picked(log, (log.robot == 0) | (np.arange(len(log)) % 10 == 0))
    found = robot_boards(uneven, ROBOTS)
    assert rating(found.overall).rating - 1500 == pytest.approx(0.3 * POINTS, abs=25)
    assert rating(board(uneven).ratings).rating - 1500 > 0.7 * POINTS
    assert rating(found.each["r0000"]).rating > 1600
    assert rating(found.each["r0001"]).rating < 1480


def test_a_robot_with_few_votes_leans_on_the_others() -> None:
    log = election(np.array([0.8, 0.0, -0.8]), 1200, np.random.default_rng(2), robots=2)
    few = picked(log, (log.robot == 0) | (np.cumsum(log.robot == 1) <= 6))
    alone = board(picked(few, few.robot == 1))
    pooled = robot_boards(few, ROBOTS).each["r0001"]
    width = {each.model_id: each.these.width for each in alone.ratings}
    assert all(each.these.width < 0.7 * width[each.model_id] for each in pooled)
    assert rating(pooled).rating - 1500 == pytest.approx(0.8 * POINTS, abs=80)


def test_robots_that_differ_make_tau_larger() -> None:
    generator = np.random.default_rng(3)
    alike = robot_boards(election(np.linspace(1, -1, 6), 3000, generator, robots=4), names(4, "r")).tau
    apart = generator.normal(0, 1.0, (4, 6))
    assert alike < 0.2 < 0.6 < robot_boards(election(apart, 3000, generator, robots=4), names(4, "r")).tau


def test_a_declared_robot_without_votes_widens_and_flags() -> None:
    log = election(np.array([0.5, -0.5]), 600, np.random.default_rng(4), robots=2)
    two, three = robot_boards(log, ROBOTS), robot_boards(log, (*ROBOTS, "unplayed"))
    assert rating(three.overall).these.width > rating(two.overall).these.width
    assert rating(three.overall).flags == ("robot_missing",)
    assert rating(two.overall).flags == ()
    assert set(three.each) == {*ROBOTS}


def test_votes_on_robots_that_were_not_declared_do_not_count() -> None:
    log = election(np.array([[0.5, -0.5], [-2.0, 2.0]]), 800, np.random.default_rng(5), robots=2)
    found = robot_boards(log, ROBOTS[:1])
    assert rating(found.overall).record.votes == int((log.robot == 0).sum())
    assert rating(found.overall).rating > 1500


def test_a_row_has_a_column_for_every_declared_robot() -> None:
    log = election(np.array([[0.8, 0.0, -0.8], [0.2, 0.0, -0.2]]), 900, np.random.default_rng(9), robots=2)
    some = picked(log, (log.robot == 0) | ((log.left != 2) & (log.right != 2)))
    found = robot_boards(some, ("r0001", "unplayed", "r0000"))
    columns = found.columns()
    assert list(columns) == [each.model_id for each in found.overall]
    second, nothing, first = columns["m0002"]
    assert (second, nothing) == (None, None)
    assert first == rating(found.each["r0000"], "m0002")
    assert columns["m0000"][0].rating < columns["m0000"][2].rating
    assert (found.board.votes, found.board.groups, found.board.ratings) == (len(some), 1, found.overall)


def test_of_one_declared_robot_both_boards_are_its_own() -> None:
    log = election(np.array([[0.5, -0.5], [-2.0, 2.0]]), 800, np.random.default_rng(5), robots=2)
    found, alone = robot_boards(log, ROBOTS[:1]), board(picked(log, log.robot == 0))
    assert found.board == alone
    assert found.each["r0000"] == alone.ratings


def test_in_whatever_order_robots_are_declared_the_overall_board_is_the_same() -> None:
    log = election(np.array([[0.8, 0.0, -0.8], [0.2, 0.0, -0.2]]), 600, np.random.default_rng(10), robots=2)
    one, other = (robot_boards(log, robots) for robots in (ROBOTS, ROBOTS[::-1]))
    for before, after in zip(one.overall, other.overall, strict=True):
        assert (before.model_id, before.flags, before.record) == (after.model_id, after.flags, after.record)
        assert before.rating == pytest.approx(after.rating, abs=1e-4)
        assert before.these.width == pytest.approx(after.these.width, abs=1e-4)
    assert one.columns()["m0000"][0].rating == pytest.approx(other.columns()["m0000"][1].rating, abs=1e-4)


def test_a_difference_over_robots_is_that_of_the_overall_ratings() -> None:
    log = election(np.array([[1.0, 0.0, -1.0], [0.0, 0.0, 0.0]]), 800, np.random.default_rng(11), robots=2)
    uneven = picked(log, (log.robot == 0) | (np.arange(len(log)) % 8 == 0))
    overall = robot_boards(uneven, ROBOTS).overall
    found = difference(rate_robots(uneven, ROBOTS), "m0000", "m0002")
    assert found.points == pytest.approx(rating(overall).rating - rating(overall, "m0002").rating, abs=1e-4)
    assert found.these.low < found.points < found.these.high
    assert found.points < 0.8 * difference(rate(uneven), "m0000", "m0002").points


def test_a_newcomer_over_all_robots_is_provisional_alone() -> None:
    log = election(np.array([0.4, 0.0, -0.4]), 1200, np.random.default_rng(12), robots=2, evaluators=4)
    codes = ((log.left, 3), (log.right, 0), (log.outcome, 0))
    joined = coded(
        names(4),
        *(np.append(*both) for both in codes),
        names={"robots": ROBOTS},
        codes={"robot": np.append(log.robot, 0)},
    )
    found = robot_boards(joined, ROBOTS)
    assert tuple(each.model_id for each in found.overall) == names(4)
    assert [bool(each.flags) for each in found.overall] == [False, False, False, True]
    assert found.columns()["m0003"][0].provisional


@pytest.mark.parametrize("robots", [(), ("nowhere",), ROBOTS])
def test_nothing_gives_empty_boards(robots) -> None:
    log = election(np.zeros(2), 0, np.random.default_rng(6), robots=2)
    assert robot_boards(log, robots).overall == ()


def test_one_vote_and_one_sided_robots_give_finite_numbers() -> None:
    log = election(np.array([9.0, -9.0]), 80, np.random.default_rng(7), robots=2, nu=0.0)
    for each in (log, picked(log, np.arange(1))):
        found = robot_boards(each, ROBOTS)
        assert np.isfinite([one.these.width for one in found.overall]).all()


def test_any_order_of_the_votes_gives_the_same_boards() -> None:
    log = election(np.linspace(1, -1, 4), 200, np.random.default_rng(8), robots=2, evaluators=4, per_battle=2)
    orders = [np.random.default_rng(seed).permutation(len(log)) for seed in range(5)]
    assert len({msgspec.json.encode(robot_boards(picked(log, order), ROBOTS)) for order in orders}) == 1


def test_global_intervals_hold_the_truth(repeats) -> None:
    held = count = 0
    for seed in range(repeats(20, 400)):
        generator = np.random.Generator(np.random.PCG64(seed))
        strengths = np.array([0.8, 0.2, -0.3, -0.7]) + 0.4 * generator.standard_normal((3, 4))
        log = election(strengths, 240, generator, robots=3, evaluators=5)
        truth = strengths.mean(0) - strengths.mean()
        found = robot_boards(log, names(3, "r")).overall
        for each in found:
            place = 1500 + POINTS * truth[int(each.model_id[1:])]
            held += each.these.low <= place <= each.these.high
            count += 1
    print(f"global intervals hold {held / count:.1%} of {count}")
    assert held / count >= 0.92
