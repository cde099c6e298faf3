from __future__ import annotations

import numpy as np

from vlaarena_desktop.coverage import Coverage


def covered(left: int, right: int) -> Coverage:
    coverage = Coverage()
    coverage.add_turn("one", 99, 49)
    for side, count in ((0, left), (1, right)):
        for step in range(count):
            coverage.present("one", side, step)
    return coverage


def test_nothing_is_enough_before_a_turn() -> None:
    assert not Coverage().enough


def test_both_sides_must_be_watched_far_enough() -> None:
    assert not covered(100, 47).enough
    assert not covered(94, 50).enough
    assert covered(95, 48).enough


def test_what_is_missing_counts_down_to_the_unlocking() -> None:
    assert covered(0, 0).missing_percent == 95
    assert covered(100, 47).missing_percent == 1
    assert covered(95, 50).missing_percent == 0


def test_seeing_a_step_twice_counts_once() -> None:
    coverage = covered(10, 10)
    assert not coverage.present("one", 0, 3)
    assert coverage.fraction(0) == 0.1


def test_having_seen_enough_unlocks_until_the_next_turn() -> None:
    coverage = covered(1, 1)
    coverage.seen_enough = True
    assert coverage.enough
    coverage.add_turn("two", 99, 49)
    assert not coverage.enough


def test_a_second_turn_must_be_watched_too() -> None:
    coverage = covered(100, 50)
    coverage.add_turn("two", 99, 49)
    assert not coverage.enough
    assert coverage.fraction(0) == 0.5


def test_the_vote_s_record_says_how_much_was_watched() -> None:
    coverage = covered(50, 50)
    coverage.seen_enough = True
    watched = coverage.watched()
    assert (watched.left_coverage, watched.right_coverage) == (0.5, 1.0)
    assert watched.dwell_seconds >= 0.0
    assert watched.seen_enough


def test_a_short_turn_cannot_be_left_out_beside_a_long_one() -> None:
    coverage = covered(100, 50)
    coverage.add_turn("two", 3, 3)
    assert min(coverage.fraction(0), coverage.fraction(1)) > 0.9
    assert (coverage.complete("one"), coverage.complete("two"), coverage.enough) == (True, False, False)
    assert coverage.missing_percent >= 1
    for side in (0, 1):
        for step in range(4):
            coverage.present("two", side, step)
    assert coverage.enough


def test_a_moment_counts_as_watched_when_both_sides_were_presented() -> None:
    coverage = covered(3, 2)
    moments = np.arange(4)
    assert coverage.jointly("one", moments, moments).tolist() == [True, True, False, False]
