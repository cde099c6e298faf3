"""A comparison speaks of the board that is shown, and window and service make the same board of the same votes."""

from __future__ import annotations

from math import log

import pytest
from desktop.told_boards import board_of, cast, rows_of
from voting import vote

from scenes.progress import finish
from sync.ratings.registration import register
from sync.server.standings import standings as published
from vlaarena_desktop.pairwise import compare
from vlaarena_desktop.standing import BoardQuery, Standings, standings

ROBOTS = ("arm-1", "arm-2")
BAD = cast("ABC", 240, (0.35, 0.15, 0.1, 0.4))
SEVERAL = cast("ABC", 240, (0.4, 0.2, 0.2, 0.2), robots=("arm-1", "arm-1", "arm-2"))


def ratings(found: Standings) -> dict[str, float]:
    return {place.model_id: place.rating.rating for place in found.places if place.rating}


def biased() -> list:
    """Four honest evaluators and one who votes for C whatever it did."""
    from msgspec import structs

    forged = [
        structs.replace(vote(1000 + n, "C", "A" if n % 2 else "B", "left_better"), evaluator_id="forger")
        for n in range(60)
    ]
    return [*cast("ABC", 240, (0.6, 0.2, 0.1, 0.1)), *forged]


@pytest.mark.parametrize(
    ("votes", "query"),
    [
        (BAD, {}),
        (BAD, {"both_bad": "tie"}),
        (biased(), {"weighed": True}),
        (SEVERAL, {}),
        (SEVERAL, {"robot_id": "arm-1"}),
        (SEVERAL, {"robot_id": "arm-2", "both_bad": "tie"}),
        (SEVERAL, {"declared": ROBOTS, "weighed": True}),
    ],
)
def test_the_lead_is_that_of_the_board(votes: list, query: dict) -> None:
    found = board_of(votes, **query)
    told = ratings(found)
    for first, second in ("AB", "AC", "CB"):
        compared = compare(found, first, second)
        assert compared.lead == pytest.approx(told[first] - told[second], abs=1e-4)
        assert compared.lead_interval.low < compared.lead < compared.lead_interval.high


def test_what_would_change_the_first_rank_is_told_of_the_board_that_is_shown() -> None:
    plain, weighed = (board_of(biased(), weighed=weighed) for weighed in (False, True))
    assert plain.flip is not None
    assert weighed.flip is not None
    assert weighed.flip.votes > plain.flip.votes  # the forger's votes weigh nothing there
    assert weighed.without_one["A"] == (1, 1)
    assert plain.without_one["A"] != (1, 1) or plain.without_one["C"] != weighed.without_one["C"]
    assert board_of(SEVERAL).flip is None  # of several robots none is told, and none is invented
    assert board_of(SEVERAL, robot_id="arm-1").without_one == {}


def test_without_a_promise_every_pair_of_the_board_is_corrected_for() -> None:
    found = board_of(cast("ABCDEF", 300, (0.4, 0.4, 0.2, 0.0)))
    looked = compare(found, "A", "B")
    assert (looked.pairs, looked.verdict.threshold) == (15, pytest.approx(log(15 / 0.05)))
    made = register("A", "B", "panda", votes=found.rated)
    promised = compare(found, "A", "B", [made])
    assert (promised.pairs, promised.verdict.threshold) == (1, pytest.approx(log(1 / 0.05)))


@pytest.mark.parametrize(
    ("votes", "declared"),
    [
        (BAD, ()),
        ([*BAD, *(vote(2000 + n, "A", "E", "both_bad") for n in range(3))], ()),
        (SEVERAL, ()),
        (SEVERAL, ROBOTS),
        (SEVERAL, (*ROBOTS, "arm-3")),  # declared, and nobody has voted on it
        (SEVERAL, ("arm-1",)),
    ],
)
def test_window_and_service_make_the_same_board_of_the_same_votes(votes: list, declared: tuple[str, ...]) -> None:
    service = published(votes, declared)
    for robot in (None, *service.robots):
        query = BoardQuery(robot_id=robot, declared=declared)
        window = finish(standings(query, rows_of(votes), ()))
        rows = {row.model_id: row for row in service.rows if row.robot_id == robot}
        rated = {place.model_id: place for place in window.places if place.rating}
        assert rows.keys() == rated.keys()
        for name, row in rows.items():
            rating, record = rated[name].rating, rated[name].record
            assert (row.rank, row.rank_low, row.rank_high) == (rating.rank, rating.rank_low, rating.rank_high)
            assert (row.rating, row.low, row.high) == (rating.rating, rating.these.low, rating.these.high)
            assert (row.flags, row.better_than_next) == (rating.flags, rating.better_than_next)
            assert (row.votes, row.both_bad, row.battles) == (record.votes, record.both_bad, record.battles)
            assert (row.evaluators, row.elo_score) == (record.evaluators, rated[name].elo)


def test_a_model_that_was_only_ever_bad_has_no_rating_anywhere() -> None:
    votes = [*BAD, vote(2000, "A", "E", "both_bad")]
    assert "E" not in {row.model_id for row in published(votes).rows}
    (last,) = [place for place in board_of(votes).places if place.model_id == "E"]
    assert (last.rating, last.record.both_bad) == (None, 1)


def test_a_robot_that_nobody_declared_and_nobody_voted_on_widens_nothing() -> None:
    one = cast("ABC", 240, (0.4, 0.2, 0.2, 0.2))
    assert board_of(one).robots == ()
    declared = board_of(one, declared=("panda", "arm-9"))
    assert declared.robots == ("panda", "arm-9")
    wide, narrow = (found.places[0].rating.these for found in (declared, board_of(one)))
    assert wide.width > narrow.width


def test_votes_on_robots_that_are_not_declared_are_left_out_and_counted_as_such() -> None:
    found = board_of(SEVERAL, declared=("arm-1",))
    assert (len(found.votes), found.left_out) == (160, 80)
    assert len(board_of(SEVERAL, declared=("arm-1",), robot_id="arm-2").votes) == 80
