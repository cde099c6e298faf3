"""What a comparison promised: which battles count for it is fixed with the promise, and nothing changes it later."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from arena_samples import Arena, ballot
from voting import vote

from scenes.errors import BadInput
from sync.ratings.registration import Registration, outcome, register
from sync.ratings.sequential import signs_of, verdict
from sync.records import Choice, Vote
from sync.store import Store

PAIR = ("alpha", "beta")
FIRST, SECOND = "left_better", "right_better"


def votes_of(count: int, choice: Choice, *, begin: int = 0, day: str = "2026-11-22") -> list[Vote]:
    """Battles of the pair, one a minute of that day."""
    return [
        msgspec.structs.replace(vote(begin + n, *PAIR, choice), voted_at=f"{day}T10:{n % 60:02d}:00+00:00")
        for n in range(count)
    ]


def promise(votes: list[Vote], **options: object) -> Registration:
    return register(*PAIR, "panda", votes=votes, **options)


def told(made: Registration, votes: list[Vote]) -> tuple[int, int, str]:
    found = outcome(made, votes).verdict
    return found.wins, found.losses, found.decision


def test_battles_that_a_promise_knew_never_count_for_it_whatever_clocks_say() -> None:
    before = votes_of(20, FIRST)
    made = promise(before)
    assert (made.battles_before, len(made.known_battles)) == (20, 20)
    after = votes_of(10, SECOND, begin=100, day="2026-11-21")  # the clock was put right by a day
    assert told(made, before) == (0, 0, "open")
    assert told(made, before + after) == (0, 10, "second")
    assert outcome(made, before + after).ignored == 20


def test_a_vote_retracted_from_before_takes_no_promised_battle_away() -> None:
    before, after = votes_of(20, FIRST), votes_of(10, SECOND, begin=100)
    made = promise(before)
    gone = [msgspec.structs.replace(each, rev=2, withdrawn=True) for each in before[:5]]
    assert told(made, [*before, *after, *gone]) == (0, 10, "second")
    assert told(made, before[5:] + after) == (0, 10, "second")


def test_battles_that_told_nothing_when_it_was_made_are_known_too() -> None:
    before = votes_of(3, "tie")
    made = promise(before)
    assert (made.battles_before, len(made.known_battles)) == (0, 3)


def test_a_slow_clock_does_not_reopen_what_was_decided() -> None:
    won, late = votes_of(8, FIRST), votes_of(3, SECOND, begin=50, day="2026-11-01")
    decided = verdict(signs_of(won, *PAIR))
    assert (decided.decision, decided.decided_after) == ("first", 7)
    again = verdict(signs_of(won + late, *PAIR))
    assert (again.decision, again.decided_after, again.losses) == ("first", 7, 3)


def test_promises_of_an_earlier_version_keep_their_bytes_and_their_meaning() -> None:
    now = promise(votes_of(2, FIRST))
    older = {**msgspec.to_builtins(now), "battles_before": 2}
    del older["known_battles"]
    content = msgspec.json.encode(older, order="sorted")
    made = msgspec.json.decode(content, type=Registration)
    assert made.to_bytes() == content
    assert made.known is None
    assert told(made, votes_of(2, FIRST) + votes_of(3, SECOND, begin=9)) == (0, 3, "open")
    assert outcome(made, votes_of(2, FIRST)).ignored == 2


def test_only_the_promised_number_of_battles_counts() -> None:
    made = promise([], maximum_battles=4)
    found = outcome(made, votes_of(3, FIRST) + votes_of(3, SECOND, begin=9))
    assert (found.verdict.decision, found.finished, found.ignored) == ("open", True, 2)
    made = promise([], maximum_battles=10)
    found = outcome(made, votes_of(12, SECOND))
    assert (found.verdict.decision, found.verdict.losses, found.finished, found.ignored) == ("second", 10, True, 2)


def test_a_promise_is_as_strict_as_the_promises_open_beside_it() -> None:
    one, two = (register(*pair, "panda", votes=()) for pair in (("alpha", "beta"), ("alpha", "gamma")))
    assert promise([]).pairs == 1
    assert promise([], promised=(one, two)).pairs == 3
    assert promise([], promised=(one, two), pairs=9).pairs == 9
    with pytest.raises(BadInput, match="3 comparisons are watched at once"):
        promise([], promised=(one, two), pairs=2)
    elsewhere = register("alpha", "gamma", "another", votes=())
    assert promise([], promised=(elsewhere,)).pairs == 1
    assert promise(votes_of(9, FIRST), promised=(one,)).pairs == 1  # that one is decided


def test_a_promise_has_bytes_of_its_own_and_refuses_what_makes_no_sense() -> None:
    made = register("a", "b", "panda", ("table", "shelf"), votes=())
    assert made.scene_ids == ("shelf", "table")
    assert len(made.digest) == 64
    for wrong in ({"alpha": 0.0}, {"alpha": 0.7}, {"maximum_battles": 0}, {"pairs": 0}):
        with pytest.raises(BadInput, match="alpha"):
            register("a", "b", "panda", votes=(), **wrong)
    with pytest.raises(BadInput, match="different"):
        register("a", "a", "panda", votes=())


def test_votes_stand_in_the_order_in_which_their_battles_closed(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        arena = Arena(store)
        early, late = (arena.played_battle(*PAIR) for _ in range(2))
        for battle_id in (late, early):
            store.cast_vote(battle_id, ballot(FIRST))
            store.close_battle(battle_id)
        assert [each.battle_id for each in store.votes()] == [late, early]
        assert [row["battle_id"] for row in store.comparing().rows()] == [late, early]


def test_under_no_effect_looking_at_every_pair_of_a_board_is_wrong_in_5_of_100_at_most(repeats) -> None:
    """Six models that are alike: how often any of the fifteen pairs is ever called decided."""
    studies, battles, pairs = repeats(60, 1000), 60, 15
    generator = np.random.Generator(np.random.PCG64(6))
    wrong = {1: 0, pairs: 0}
    for _ in range(studies):
        coins = np.where(generator.random((pairs, battles)) < 0.5, 1, -1).tolist()
        for corrected in wrong:
            wrong[corrected] += any(verdict(signs, pairs=corrected).decision != "open" for signs in coins)
    print({f"corrected for {pairs}": f"{count / studies:.1%}" for pairs, count in wrong.items()})
    assert wrong[pairs] <= 0.05 * studies
    assert wrong[1] > 0.15 * studies
