"""What is told of evaluators on hidden checks, from the rows of a store."""

from __future__ import annotations

from typing import get_args

from arena_samples import Arena, ballot

from scenes.progress import finish
from sync.ratings.agreement import Agreement
from sync.ratings.trust import Reason
from sync.records import CheckKind, Choice, Draw, Sides
from sync.store import Store
from vlaarena_desktop.cli.judging import agreement_text, evaluators_text
from vlaarena_desktop.pages.board_words import reason_text
from vlaarena_desktop.quality import checks_judged
from vlaarena_desktop.standing import BoardQuery, Standings, standings


def judge(store: Store, left: str, right: str, choice: Choice, check: CheckKind | None = None, seed: int = 1) -> None:
    kind = "check" if check else "rated"
    draw = Draw(sides=Sides(left, right), kind=kind, seed=seed, propensity=0.1, first="left", check=check)
    battle = store.start_battle(store.open_session("panda", "table"), draw)
    Arena(store).turn(battle.battle_id)
    store.cast_vote(battle.battle_id, ballot(choice))
    store.close_battle(battle.battle_id)


def test_each_kind_of_check_tells_its_own(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better")
    judge(store, "gamma", "gamma", "left_better", "aa")
    judge(store, "gamma", "gamma", "tie", "aa")
    judge(store, "beta", "alpha", "right_better", "swapped")
    judge(store, "beta", "alpha", "both_bad", "swapped")
    judge(store, "idle", "alpha", "left_better", "noop")
    judge(store, "beta", "idle", "left_better", "noop")
    judge(store, "beta", "idle", "both_bad", "noop")
    (found,) = checks_judged(store.comparing().rows())
    assert (found.alike.count, found.alike.of, found.alike_left.count, found.alike_left.of) == (1, 2, 1, 1)
    assert (found.repeats.count, found.repeats.of) == (1, 2)
    assert (found.no_op.count, found.no_op.of) == (2, 3)


def test_a_pair_met_by_chance_with_the_same_seed_is_no_repetition(store: Store) -> None:
    """What was checked is told, and never guessed from who played."""
    judge(store, "alpha", "beta", "left_better")
    judge(store, "beta", "alpha", "left_better", "noop")
    (found,) = checks_judged(store.comparing().rows())
    assert (found.repeats.of, found.no_op.of) == (0, 0)


def test_without_checks_nobody_was_checked(store: Store) -> None:
    judge(store, "alpha", "beta", "left_better")
    assert checks_judged(store.comparing().rows()) == ()


def test_the_policy_weighs_by_hidden_checks_and_both_boards_exist(store: Store) -> None:
    for name in ("Ada", "Bo", "Cy"):
        store.sit(name)
        for number in range(4):
            judge(store, *(("alpha", "beta") if number % 2 else ("beta", "alpha")), "tie")
        for _ in range(8):
            judge(store, "idle", "alpha", "left_better" if name == "Cy" else "right_better", "noop")
    reads = store.comparing()
    boards = [
        finish(standings(BoardQuery(weighed=weighed), reads.rows(), reads.evaluators())) for weighed in (False, True)
    ]
    people = {person.evaluator_id: person.name for person in reads.evaluators()}
    for found in boards:
        held = {people[each.evaluator_id]: (each.weight, each.reasons) for each in found.weighings}
        assert held == {"Ada": (1.0, ()), "Bo": (1.0, ()), "Cy": (0.0, ("prefers_nothing",))}
        assert {place.model_id for place in found.places} == {"alpha", "beta"}
    plain, weighed = (board.places[0].rating for board in boards)
    assert plain is not None
    assert weighed is not None
    assert weighed.these.high - weighed.these.low > plain.these.high - plain.these.low


def test_every_reason_of_the_policy_has_its_words() -> None:
    assert len({reason_text(reason) for reason in get_args(Reason)}) == len(get_args(Reason))


def test_how_everybody_judged_is_told_of_the_votes_of_a_board(store: Store) -> None:
    for name in ("Ada", "Bo"):
        store.sit(name)
        for _ in range(3):
            judge(store, "alpha", "beta", "left_better")
        judge(store, "beta", "alpha", "right_better" if name == "Ada" else "tie")
        judge(store, "gamma", "gamma", "left_better", "aa")
    reads = store.comparing()
    found = finish(standings(BoardQuery(), reads.rows(), reads.evaluators()))
    people = {person.evaluator_id: person.name for person in reads.evaluators()}
    told = {people[each.evaluator_id]: each for each in found.judging}
    assert {name: (each.votes, each.left.count, each.left.of) for name, each in told.items()} == {
        "Ada": (4, 3, 4),
        "Bo": (4, 3, 3),
    }
    assert all(each.checks is not None and each.checks.alike_left.count == 1 for each in told.values())
    assert all(each.seconds_before_vote is not None and each.seconds_before_vote >= 0 for each in told.values())
    assert (found.agreement.units, found.agreement.alpha is not None) == (1, True)
    words = "\n".join(evaluators_text(found, reads.evaluators()))
    assert "Bo" in words
    assert "3/4" in words
    assert f"alpha {found.agreement.alpha:.2f}, of 1 such pairs" in words


def test_where_nobody_judged_the_same_no_agreement_is_told() -> None:
    assert evaluators_text(Standings(query=BoardQuery()), ()) == ["No evaluator has votes on this board."]
    fetched = Standings(query=BoardQuery(source="centre"), agreement=Agreement(0.41, None, 3))
    assert "alpha 0.41, of 3 such pairs" in evaluators_text(fetched, ())[0]
    assert "no two evaluators judged the same" in agreement_text(Agreement(None, None, 0))
