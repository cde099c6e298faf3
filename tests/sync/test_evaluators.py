"""Evaluators: how far they agree, what checks say of them, who stands out, and what their votes then weigh."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from simulated_votes import attacked, election, names, outcomes, pairs
from voting import vote

from sync.ratings.agreement import agreement, side_bias
from sync.ratings.board import board, rate
from sync.ratings.evaluators import checked, leave_one_out_ranks, standouts
from sync.ratings.log import VoteLog, coded
from sync.ratings.trust import Trust, weighings, weights_of
from sync.records import Vote

KRIPPENDORFF = (  # four observers of twelve units: K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def judged(*battles: str) -> VoteLog:
    """A log of battles of one pair, each a task of its own and a word of outcomes 0 to 3, one an evaluator."""
    rows = [(number, person, int(code)) for number, word in enumerate(battles) for person, code in enumerate(word)]
    battle, evaluator, voted = np.array(rows).T
    people = names(int(evaluator.max()) + 1, "e")
    zeros = np.zeros(len(rows), int)
    known = {"evaluators": people, "tasks": names(len(battles), "t")}
    codes = {"evaluator": evaluator, "task": battle}
    return coded(names(2), zeros, zeros + 1, voted, battle=np.arange(len(rows)), names=known, codes=codes)


def test_alpha_is_that_of_krippendorffs_own_example_with_its_five_values_made_four() -> None:
    """Values 4 and 5 made one; by hand from the coincidences of the eleven units with two values or more."""
    columns = list(zip(*(line.split() for line in KRIPPENDORFF), strict=True))
    words = ["".join(str(min(int(value), 4) - 1) for value in column if value != ".") for column in columns]
    units = [word for word in words if len(word) > 1]
    votes = "".join(units)
    apart = sum(sum(a != b for a in unit for b in unit) / (len(unit) - 1) for unit in units) / len(votes)
    chance = sum(a != b for a in votes for b in votes) / (len(votes) * (len(votes) - 1))
    found = agreement(judged(*words))
    assert found.alpha == pytest.approx(1 - apart / chance)
    assert found.alpha == pytest.approx(0.729, abs=0.02)
    assert found.units == 11
    assert found.interval.low < found.alpha < found.interval.high


def test_all_agreed_is_one_chance_is_none_and_single_votes_tell_nothing() -> None:
    assert agreement(judged("00", "11", "22")).alpha == 1.0
    assert agreement(judged("00", "00")).alpha == 1.0
    assert agreement(judged("0", "1", "2")).alpha is None
    generator = np.random.default_rng(1)
    chance = agreement(judged(*("".join(map(str, row)) for row in generator.integers(0, 4, (2000, 3)))))
    assert chance.alpha == pytest.approx(0.0, abs=0.03)
    assert chance.interval.low < 0 < chance.interval.high


def test_agreement_does_not_depend_on_the_order_of_votes() -> None:
    words = ["01", "00", "12", "333", "003"]
    assert agreement(judged(*words)) == agreement(judged(*words[::-1]))


def test_one_evaluators_votes_are_never_compared_with_each_other() -> None:
    """She may say one thing of one play and another of the next: that tells nothing of agreement with others."""
    tasks = names(2, "t")
    left, right, voted = [0, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 1]  # of the first task all say the first is better
    alone = coded(names(2), left, right, voted)
    assert (agreement(alone).alpha, agreement(alone).units) == (None, 0)
    people = {"evaluators": names(2, "e"), "tasks": tasks}
    agreed = coded(names(2), left, right, voted, names=people, codes={"evaluator": [0, 0, 1, 1], "task": [0, 0, 0, 1]})
    found = agreement(agreed)
    assert (found.alpha, found.units, found.interval) == (1.0, 1, None)  # sides are no matter; one unit is too few


def test_a_lean_to_the_left_is_found_and_balanced_sides_have_none() -> None:
    generator = np.random.default_rng(2)
    fair = election(np.array([0.5, 0.0, -0.5]), 600, generator)
    assert not side_bias(fair, rate(fair).fit).leans
    left, right = pairs(2, 600, generator)
    leaning = coded(names(2), left, right, outcomes(np.full(600, 0.8), generator))
    found = side_bias(leaning)
    assert found.leans
    assert found.left.low > 0.6
    assert (side_bias(fair).left.of, side_bias(election(np.zeros(2), 0, generator)).left.low) != (0, 1)


def test_who_stood_left_explains_how_often_left_was_better() -> None:
    log = coded(names(2), np.zeros(400, int), np.ones(400, int), outcomes(np.full(400, 1.0), np.random.default_rng(3)))
    assert side_bias(log).leans
    assert not side_bias(log, rate(log).fit).leans


def test_checks_tell_consistency_lean_patience_and_who_fell_for_nothing() -> None:
    alike = [
        msgspec.structs.replace(vote(k, "a", "a", "tie" if k < 3 else "left_better"), kind="check") for k in range(4)
    ]
    idle = [vote(10, "idle", "a", "right_better"), vote(11, "a", "idle", "right_better"), vote(12, "a", "idle", "tie")]
    first, second = vote(20, "a", "b", "left_better"), vote(21, "b", "a", "right_better")
    other = vote(22, "b", "a", "left_better")
    (found,) = checked([*alike, *idle], [(first, second), (first, other)], frozenset({"idle"}))
    assert (found.alike.count, found.alike.of, found.alike_left.rate) == (3, 4, 1.0)
    assert (found.repeats.count, found.repeats.of) == (1, 2)
    assert (found.reversed.count, found.reversed.of) == (1, 2)
    assert (found.no_op.count, found.no_op.of) == (2, 3)
    assert found.seconds_before_vote == 3.0
    (nothing,) = checked([vote(0, "a", "b", "tie")])
    assert (nothing.repeats.of, nothing.no_op.low, nothing.no_op.high) == (0, 0.0, 1.0)


def quarrelling(seed: int) -> VoteLog:
    """Five honest evaluators, two who vote for one model each and one who votes for the worse."""
    generator = np.random.default_rng(seed)
    honest = election(np.linspace(0.9, -0.9, 4), 200, generator, evaluators=5, tastes=0.3)
    columns = [(honest.left, honest.right, honest.outcome, honest.evaluator)]
    for person, target in ((5, 3), (6, 2), (7, None)):
        count = int(generator.integers(15, 50))
        left = generator.integers(0, 4, count)
        right = (left + generator.integers(1, 4, count)) % 4
        voted = np.where(left > right, 0, 1)
        if target is not None:
            voted = np.where(left == target, 0, np.where(right == target, 1, generator.integers(0, 2, count)))
        columns.append((left, right, voted, np.full(count, person)))
    left, right, voted, person = map(np.concatenate, zip(*columns, strict=True))
    people = {"evaluators": names(8, "e")}
    return coded(honest.models, left, right, voted, names=people, codes={"evaluator": person})


def test_who_no_longer_stands_out_once_others_are_distrusted_keeps_the_reasons_of_then() -> None:
    strict = Trust(favour=2.0, favour_each=0.1, unlikely=-2.0, distrusted=0.8)
    told = {each.evaluator_id: each for each in weighings(quarrelling(14), strict)}["e0003"]
    assert told.standout.likelihood > strict.unlikely  # now she looks like the others
    assert (told.weight, told.reasons) == (0.0, ("favours_a_model", "unlike_everyone"))


def test_who_votes_for_one_model_alone_stands_out_and_weighs_nothing() -> None:
    log = attacked(0.2, 1)
    seen = {each.evaluator_id: each for each in standouts(log)}
    for attacker in ("e0010", "e0011"):
        assert seen[attacker].favourite == "m0002"
        assert seen[attacker].favour > 4
    weighed = {each.evaluator_id: each for each in weighings(log, Trust())}
    assert {name for name, each in weighed.items() if each.weight == 0} == {"e0010", "e0011"}
    assert weighed["e0010"].reasons == ("favours_a_model",)
    assert len(weighed) == 12


def test_honest_evaluators_are_rarely_held_in_doubt(repeats) -> None:
    elections, doubted = repeats(10, 200), 0
    for seed in range(elections):
        log = election(np.linspace(1, -1, 5), 400, np.random.default_rng(seed), evaluators=8, tastes=0.3)
        doubted += sum(each.weight < 1 for each in weighings(log, Trust()))
    print(f"in doubt: {doubted} of {8 * elections} honest evaluators")
    assert doubted <= 0.02 * 8 * elections


def test_very_many_votes_of_one_evaluator_do_not_outweigh_the_others() -> None:
    generator = np.random.default_rng(4)
    log = election(np.array([0.5, 0.0, -0.5]), 1200, generator, evaluators=5)
    busy = msgspec.structs.replace(log, evaluator=np.where(np.arange(1200) < 1000, 0, log.evaluator).astype(np.int32))
    heaviest = {each.evaluator_id: each for each in weighings(busy, Trust())}["e0000"]
    assert heaviest.reasons == ("very_many_votes",)
    assert 0 < heaviest.weight < 0.5


def test_few_votes_are_held_against_nobody() -> None:
    log = attacked(0.01, 2)
    assert (weights_of(log, Trust()) == 1).all()


def test_leaving_any_one_evaluator_out_shows_on_whom_a_rank_hangs() -> None:
    log = attacked(0.45, 3, attackers=1)
    ranks = leave_one_out_ranks(log)
    assert ranks["m0002"][0] == 1
    assert ranks["m0002"][1] >= 2
    honest = leave_one_out_ranks(election(np.linspace(2, -2, 4), 400, np.random.default_rng(5), evaluators=6))
    assert honest == {"m0000": (1, 1), "m0001": (2, 2), "m0002": (3, 3), "m0003": (4, 4)}


def test_a_newcomer_takes_nobodys_rank_when_an_evaluator_is_left_out() -> None:
    log = election(np.linspace(2, -2, 3), 300, np.random.default_rng(5), evaluators=6)
    columns = ((log.left, 3), (log.right, 0), (log.outcome, 0))
    joined = coded(
        names(4),
        *(np.append(*both) for both in columns),
        names={"evaluators": log.evaluators},
        codes={"evaluator": np.append(log.evaluator, 0)},
    )
    ranks = leave_one_out_ranks(joined)
    assert ranks == {"m0000": (1, 1), "m0001": (2, 2), "m0002": (3, 4), "m0003": (3, 4)}


@pytest.mark.parametrize("log", [judged("0"), judged("3"), election(np.zeros(3), 0, np.random.default_rng(0))])
def test_nothing_to_go_by_gives_nobody_less_weight(log) -> None:
    assert (weights_of(log, Trust()) == 1).all()


def on_checks(evaluator: str, *, nothing: int = 0, passed: int = 0, turned: int = 0, kept: int = 0, left: int = 0):
    """An evaluator's hidden checks: votes for the policy that does nothing and for the model beside it, preferences
    reversed and kept on repeats, and preferences for the left of a model beside itself."""

    def cast(number: int, one: str, other: str, choice: str) -> Vote:
        return msgspec.structs.replace(vote(number, one, other, choice), evaluator_id=evaluator, kind="check")

    idle = [cast(k, "idle", "a", "left_better" if k < nothing else "right_better") for k in range(nothing + passed)]
    alike = [cast(100 + k, "a", "a", "left_better") for k in range(left)]
    first = cast(200, "a", "b", "left_better")
    again = [cast(300 + k, "b", "a", "left_better" if k < turned else "right_better") for k in range(turned + kept)]
    return checked([*idle, *alike], [(first, each) for each in again], frozenset({"idle"}))


@pytest.mark.parametrize(
    ("failing", "reason"),
    [({"nothing": 3}, "prefers_nothing"), ({"turned": 6}, "reverses_on_repeats"), ({"left": 9}, "one_side_only")],
)
def test_who_fails_hidden_checks_weighs_nothing_and_is_told_why(failing, reason) -> None:
    log = election(np.linspace(1, -1, 4), 300, np.random.default_rng(6), evaluators=5)
    checks = [*on_checks("e0001", **failing), *on_checks("e0002", passed=6, kept=6)]
    found = {each.evaluator_id: each for each in weighings(log, Trust(), checks)}
    assert (found["e0001"].weight, found["e0001"].reasons) == (0.0, (reason,))
    assert found["e0001"].checks == checks[0]
    assert (found["e0002"].weight, found["e0002"].checks, found["e0000"].checks) == (1.0, checks[1], None)
    assert (weights_of(log, Trust(), checks) == [1, 0, 1, 1, 1]).all()
    assert (weights_of(log, Trust()) == 1).all()


def test_a_careless_check_or_two_are_held_against_nobody() -> None:
    log = election(np.linspace(1, -1, 4), 300, np.random.default_rng(6), evaluators=5)
    checks = [*on_checks("e0001", nothing=2, passed=1, turned=2, left=4)]
    assert (weights_of(log, Trust(), checks) == 1).all()


def test_where_most_prefer_nothing_it_is_the_models_that_fail() -> None:
    log = election(np.linspace(1, -1, 4), 300, np.random.default_rng(6), evaluators=5)
    checks = [each for number in range(3) for each in on_checks(f"e000{number}", nothing=5)]
    assert (weights_of(log, Trust(), checks[:2]) == [0, 0, 1, 1, 1]).all()
    assert (weights_of(log, Trust(), checks) == 1).all()


def test_both_boards_exist_with_checks_and_without() -> None:
    log = election(np.linspace(1, -1, 4), 300, np.random.default_rng(6), evaluators=5)
    weights = weights_of(log, Trust(), on_checks("e0001", nothing=3))
    plain, weighed = board(log), board(log, weights=weights)
    assert (plain.votes, plain.evaluators) == (weighed.votes, weighed.evaluators) == (300, 5)
    assert sum(each.record.effective_battles for each in weighed.ratings) < sum(
        each.record.effective_battles for each in plain.ratings
    )
