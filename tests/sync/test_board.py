from __future__ import annotations

from itertools import permutations

import msgspec
import numpy as np
import pytest
from simulated_votes import election, names

from sync.ratings.board import board, rate
from sync.ratings.clusters import clusters, uncertainty
from sync.ratings.counting import by_evaluator, counted, tally
from sync.ratings.davidson import POINTS, fit, flat_prior
from sync.ratings.log import VoteLog, coded, picked


def of(*outcomes: tuple[int, int, int], models: int = 4, repeat: int = 1) -> VoteLog:
    columns = np.repeat(np.array(outcomes).reshape(-1, 3), repeat, axis=0).T
    return coded(names(models), *columns)


def ratings(log: VoteLog, **options):
    return {each.model_id: each for each in board(log, **options).ratings}


def finite(log: VoteLog) -> bool:
    numbers = [
        number
        for each in board(log).ratings
        for number in (each.rating, each.these.low, each.these.high, each.record.acceptable.low)
    ]
    return bool(np.isfinite(numbers).all())


CHAIN = of(*((k, k + 1, outcome) for k in range(59) for outcome in (0, 0, 1)), models=60)
DEGENERATE = {
    "no votes": of(),
    "one vote": of((0, 1, 0)),
    "one tie": of((0, 1, 2)),
    "both bad alone": of((0, 1, 3)),
    "a perfect winner": of((0, 1, 0), (0, 2, 0), repeat=40),
    "a chain of perfect winners": of(*((k, k + 1, 0) for k in range(59)), models=60, repeat=30),
    "a chain of 60 models": CHAIN,
    "groups that never met": of((0, 1, 0), (2, 3, 1), repeat=50),
}


@pytest.mark.parametrize("log", DEGENERATE.values(), ids=DEGENERATE)
def test_little_or_one_sided_data_give_finite_numbers_and_no_warning(log) -> None:
    assert finite(log)
    assert [each.rank for each in board(log).ratings] == list(range(1, len(board(log).ratings) + 1))


def test_no_votes_and_votes_of_one_model_alone_make_an_empty_board() -> None:
    empty = board(of())
    assert (empty.ratings, empty.votes, empty.groups) == ((), 0, 0)
    assert board(coded(("only",), [], [], [])).ratings == ()


def test_one_vote_is_few_battles_and_a_wide_interval() -> None:
    first, second = board(of((0, 1, 0))).ratings
    assert first.flags == second.flags == ("few_battles", "wide_interval")
    assert (first.model_id, first.better_than_next is not None, second.better_than_next) == ("m0000", True, None)


def test_groups_that_never_met_are_flagged_and_not_ranked_apart() -> None:
    found = board(DEGENERATE["groups that never met"])
    assert found.groups == 2
    assert all("not_connected" in each.flags for each in found.ratings)
    assert all(each.rank_low <= 2 for each in found.ratings[:2])
    assert found.ratings[0].better_than_next == pytest.approx(0.5, abs=0.01)


def test_a_tie_connects_and_both_bad_does_not() -> None:
    assert board(of((0, 1, 2), (1, 2, 2), (2, 3, 2))).groups == 1
    assert board(of((0, 1, 2), (1, 2, 2), (2, 3, 3))).groups == 2


def test_many_battles_close_together_are_not_provisional() -> None:
    log = election(np.array([0.3, 0.0, -0.3]), 900, np.random.default_rng(2))
    assert [each.flags for each in board(log).ratings] == [(), (), ()]


def test_any_order_of_the_votes_gives_the_same_bytes() -> None:
    log = election(np.linspace(1, -1, 5), 240, np.random.default_rng(5), evaluators=4, per_battle=2, bad=0.2)
    orders = [np.random.default_rng(seed).permutation(len(log)) for seed in range(20)]
    weights = np.array([1.0, 0.3, 0.7, 0.1])
    for options in ({}, {"weights": weights}, {"both_bad": "tie"}):
        boards = {msgspec.json.encode(board(picked(log, order), **options)) for order in orders}
        assert boards == {msgspec.json.encode(board(log, **options))}


def test_other_sides_and_other_names_give_the_same_board() -> None:
    log = election(np.linspace(1, -1, 4), 200, np.random.default_rng(6), evaluators=3, bad=0.1)
    before = ratings(log)
    turned = np.where(log.outcome < 2, 1 - log.outcome, log.outcome)
    mirrored = msgspec.structs.replace(log, left=log.right, right=log.left, outcome=turned.astype(np.int8))
    assert msgspec.json.encode(board(mirrored)) == msgspec.json.encode(board(log))
    for order in permutations(range(4)):
        places = np.array(order, np.int16)
        renamed = ratings(msgspec.structs.replace(log, left=places[log.left], right=places[log.right]))
        for old, new in enumerate(order):
            one, other = before[names(4)[old]], renamed[names(4)[new]]
            assert other.rating == pytest.approx(one.rating, abs=2e-6)
            assert other.these.width == pytest.approx(one.these.width, abs=2e-6)
            assert (other.rank, other.rank_low, other.rank_high) == (one.rank, one.rank_low, one.rank_high)
            assert (other.record, other.flags) == (one.record, one.flags)


def test_both_bad_changes_the_acceptable_rate_and_nothing_else() -> None:
    log = election(np.array([0.8, 0.0, -0.8]), 300, np.random.default_rng(7))
    worse = coded(
        log.models,
        *(np.append(column, extra) for column, extra in ((log.left, [0] * 60), (log.right, [1] * 60))),
        np.append(log.outcome, [3] * 60),
    )
    before, after = ratings(log), ratings(worse)
    assert [each.rating for each in before.values()] == [each.rating for each in after.values()]
    assert after["m0000"].record.both_bad == 60
    assert before["m0000"].record.acceptable.rate == 1.0
    assert after["m0000"].record.acceptable.rate < 0.85


def test_counted_as_a_tie_as_lm_arena_does_both_bad_shrinks_a_gap() -> None:
    log = election(np.array([1.0, -1.0]), 4000, np.random.default_rng(8), bad=0.6, nu=0.1)
    apart, tied = (ratings(log, both_bad=option) for option in ("apart", "tie"))
    gaps = [board["m0000"].rating - board["m0001"].rating for board in (apart, tied)]
    assert gaps[0] == pytest.approx(2 * POINTS, rel=0.15)
    assert gaps[1] < 0.6 * gaps[0]


def test_votes_of_several_evaluators_on_one_battle_count_as_one_battle() -> None:
    once = election(np.array([0.5, -0.5]), 60, np.random.default_rng(9))
    thrice = coded(
        once.models,
        *(np.repeat(column, 3) for column in (once.left, once.right, once.outcome)),
        battle=np.repeat(once.battle, 3),
        names={"evaluators": names(3, "e")},
        codes={"evaluator": np.tile(np.arange(3), 60)},
    )
    one, three = ratings(once)["m0000"], ratings(thrice)["m0000"]
    assert (three.record.votes, three.record.battles, three.record.effective_battles) == (180, 60, 60)
    assert three.record.evaluators == 3
    assert three.these.width == pytest.approx(one.these.width, rel=0.1)


def test_evaluators_in_general_need_three_and_are_never_surer_than_these() -> None:
    generator = np.random.default_rng(10)
    log = election(np.array([0.5, 0.0, -0.5]), 300, generator, evaluators=5, tastes=0.8)
    found = board(log).ratings
    assert all(each.general is not None and each.general.width >= each.these.width for each in found)
    assert sum(each.general.width for each in found) > 1.3 * sum(each.these.width for each in found)
    two = picked(log, log.evaluator < 2)
    assert all(each.general is None for each in board(two).ratings)


def test_an_evaluator_who_weighs_nothing_changes_nothing() -> None:
    log = election(np.array([0.5, 0.0, -0.5]), 300, np.random.default_rng(12), evaluators=4)
    kept = ratings(picked(log, log.evaluator != 3))
    weighed = ratings(log, weights=np.array([1.0, 1.0, 1.0, 0.0]))
    for name, each in weighed.items():
        assert each.rating == pytest.approx(kept[name].rating, abs=1e-5)
        assert each.these.width == pytest.approx(kept[name].these.width, abs=1e-5)
        assert each.general.width == pytest.approx(kept[name].general.width, abs=1e-5)
        assert each.record.effective_battles == kept[name].record.effective_battles
        assert each.record.votes > kept[name].record.votes


def test_where_nobody_weighs_anything_the_prior_is_all_that_is_left() -> None:
    log = election(np.array([0.5, -0.5]), 100, np.random.default_rng(13), evaluators=3)
    first, second = board(log, weights=np.zeros(3)).ratings
    assert first.rating == second.rating == 1500
    assert first.record.effective_battles == 0
    assert first.flags == ("few_battles", "wide_interval", "not_connected")


def with_a_newcomer(won: int = 1) -> VoteLog:
    """Three models that met often, and a fourth that won its few battles, all against the best."""
    log = election(np.array([0.4, 0.0, -0.4]), 600, np.random.default_rng(14), evaluators=4)
    columns = ((log.left, [3] * won), (log.right, [0] * won), (log.outcome, [0] * won))
    return coded(names(4), *(np.append(*both) for both in columns))


def test_a_newcomer_is_provisional_alone_and_stands_above_nobody_measured() -> None:
    before, found = ratings(picked(with_a_newcomer(), np.arange(600))), ratings(with_a_newcomer())
    newcomer = found.pop("m0003")
    assert newcomer.flags == ("few_battles", "wide_interval")
    assert newcomer.rating > max(each.rating for each in found.values())
    assert newcomer.rank == 4
    assert newcomer.rank_low == 1
    for name, each in found.items():
        assert each.flags == ()
        assert (each.rank, each.rank_low, each.rank_high) == (
            before[name].rank,
            before[name].rank_low,
            before[name].rank_high,
        )
        assert each.rating == pytest.approx(before[name].rating, abs=4)
        assert each.these.width == pytest.approx(before[name].these.width, rel=0.05)


def test_a_model_whose_low_end_is_above_all_others_stands_first_though_it_is_provisional() -> None:
    first = board(with_a_newcomer(won=25)).ratings[0]
    assert (first.model_id, first.rank_high) == ("m0003", 1)
    assert "few_battles" in first.flags


def test_a_pair_that_never_met_the_others_is_not_connected_and_leaves_them_as_they_are() -> None:
    log = election(np.array([0.4, 0.0, -0.4]), 600, np.random.default_rng(14))
    columns = ((log.left, [3] * 40), (log.right, [4] * 40), (log.outcome, [0, 1] * 15 + [2] * 10))
    found, alone = ratings(coded(names(5), *(np.append(*both) for both in columns))), ratings(log)
    assert {name for name, each in found.items() if "not_connected" in each.flags} == {"m0003", "m0004"}
    assert all(found[name].rank == each.rank for name, each in alone.items())
    assert all(found[name].rating == pytest.approx(each.rating, abs=1) for name, each in alone.items())


def test_counts_of_one_evaluator_beyond_sixteen_bits_are_whole() -> None:
    rows = np.repeat([0, 1, 0], [70_000, 65_536, 3])
    log = coded(names(2), np.zeros(len(rows)), np.ones(len(rows)), rows, codes={"evaluator": np.zeros(len(rows))})
    assert [each.record.wins for each in board(log).ratings] == [70_003, 65_536]


def test_where_evaluators_are_many_their_scores_vote_by_vote_are_those_of_their_counts() -> None:
    log = election(np.linspace(1, -1, 40), 3000, np.random.default_rng(15), evaluators=120, bad=0.1)
    votes = counted(log)
    assert votes.each is None
    tallied = msgspec.structs.replace(votes, each=np.concatenate([each for _, each in by_evaluator(votes)]))
    for both_bad in ("apart", "tie"):
        found, apart = fit(tally(votes.table, both_bad), flat_prior(40)), clusters(votes, None, both_bad)
        one, other = (uncertainty(each, found, apart, None, both_bad).evaluator for each in (votes, tallied))
        assert one == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_numbers_of_battles_do_not_matter_but_who_shares_them() -> None:
    log = election(np.array([0.5, 0.0, -0.5]), 300, np.random.default_rng(16), evaluators=5, per_battle=3, bad=0.1)
    sparse = msgspec.structs.replace(log, battle=log.battle * 7_000_001 - 40_000_000)
    alone = msgspec.structs.replace(log, single=True)
    for weights in (None, np.array([1.0, 0.5, 1.0, 0.0, 0.2])):
        found, other, wrong = (board(each, weights=weights) for each in (log, sparse, alone))
        assert msgspec.json.encode(found) == msgspec.json.encode(other)
        assert found.battles == 100
        assert wrong.ratings[0].record.effective_battles > 2 * found.ratings[0].record.effective_battles


def test_a_battle_of_seventy_thousand_votes_is_one() -> None:
    rows = np.repeat([0, 1], [70_000, 5])
    log = coded(names(2), rows * 0, rows * 0 + 1, rows, battle=rows * 0)
    (first, _), found = board(log).ratings, rate(log)
    assert (first.record.wins, first.record.battles, first.record.effective_battles) == (70_000, 1, 1.0)
    assert found.clusters.groups.counts.tolist() == [[70_000, 5, 0]]
