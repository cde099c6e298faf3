from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import msgspec
import numpy as np
import pytest
from voting import vote

from sync.ratings.log import Narrowing, among, live, narrowed, vote_log
from sync.ratings.snapshot import made_of, watermark
from sync.ratings.trust import Trust
from sync.records import Judgement

VOTES = [
    vote(0, "a", "b", "left_better"),
    msgspec.structs.replace(vote(1, "b", "c", "tie"), evaluator_id="f", robot_id="ur5"),
    msgspec.structs.replace(vote(2, "c", "a", "both_bad"), scene_id="shelf", task_id="push"),
    vote(3, "a", "c", "right_better"),
]


def changed(of, **changes):
    return msgspec.structs.replace(of, **changes)


def test_a_log_holds_names_in_order_and_votes_as_codes_of_them() -> None:
    log = vote_log(VOTES)
    assert (log.models, log.evaluators, log.robots) == (("a", "b", "c"), ("e", "f"), ("panda", "ur5"))
    assert (log.scenes, log.tasks) == (("shelf", "table"), ("push",))
    assert log.left.tolist() == [0, 1, 2, 0]
    assert log.outcome.tolist() == [0, 2, 3, 1]
    assert log.task.tolist() == [-1, -1, 0, -1]
    assert log.single


def test_the_last_revision_counts_in_whatever_order_they_come() -> None:
    revised = changed(VOTES[0], rev=2, vote="right_better")
    for order in permutations([*VOTES, revised]):
        assert vote_log(order).outcome.tolist() == [1, 2, 3, 1]
    withdrawn = changed(revised, rev=3, withdrawn=True)
    assert [each.vote_id for each in live([withdrawn, revised, *VOTES])] == ["v001", "v002", "v003"]


def test_votes_without_names_and_of_a_model_with_itself_do_not_count() -> None:
    nameless = changed(VOTES[0], left_model_id=None, right_model_id=None)
    alike = changed(VOTES[0], right_model_id="a")
    assert len(vote_log([nameless])) == len(vote_log([alike])) == 0


def test_two_votes_on_one_battle_are_not_single() -> None:
    second = changed(VOTES[0], vote_id="v9", evaluator_id="f")
    log = vote_log([*VOTES, second])
    assert not log.single
    assert len(set(log.battle.tolist())) == 4
    assert narrowed(log, Narrowing(evaluator_ids=("e",))).single


def test_judgements_make_the_same_log_without_what_they_do_not_tell() -> None:
    told = [msgspec.convert(msgspec.to_builtins(each), Judgement, strict=False) for each in VOTES]
    log, whole = vote_log(told), vote_log(VOTES)
    assert log.models == whole.models
    assert np.array_equal(log.outcome, whole.outcome)
    assert log.robots == ("",)


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        (Narrowing(), ["a-b", "b-c", "c-a", "a-c"]),
        (Narrowing(robot_ids=("ur5",)), ["b-c"]),
        (Narrowing(robot_ids=("panda", "ur5"), scene_ids=("shelf",)), ["c-a"]),
        (Narrowing(task_ids=("push",)), ["c-a"]),
        (Narrowing(evaluator_ids=("f",)), ["b-c"]),
        (Narrowing(evaluator_ids=()), []),
        (Narrowing(robot_ids=("unknown",)), []),
        (Narrowing(since=datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)), ["c-a", "a-c"]),
        (Narrowing(until=datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)), ["a-b", "b-c"]),
    ],
)
def test_a_log_is_narrowed_by_robot_scene_task_evaluators_and_date(to, kept) -> None:
    log = narrowed(vote_log(VOTES), to)
    pairs = zip(log.left, log.right, strict=True)
    assert [f"{log.models[left]}-{log.models[right]}" for left, right in pairs] == kept


def test_models_without_votes_have_a_place_among_those_asked_for() -> None:
    log = among(vote_log(VOTES), ["z", "b", "a"])
    assert log.models == ("a", "b", "z")
    assert [(int(left), int(right)) for left, right in zip(log.left, log.right, strict=True)] == [(0, 1)]
    assert among(vote_log([]), ["x", "y"]).models == ("x", "y")


def test_a_board_tells_versions_and_the_votes_it_was_made_of_in_any_order() -> None:
    made = made_of(VOTES, "0.1.0", weighed=True)
    assert {msgspec.json.encode(made_of(order, "0.1.0", weighed=True)) for order in permutations(VOTES)} == {
        msgspec.json.encode(made)
    }
    assert (made.code_version, made.policy_version, made.watermark.votes) == ("0.1.0", Trust().version, 4)
    assert made_of(VOTES, "0.1.0").policy_version == "equal"
    other = [changed(VOTES[0], vote="tie"), *VOTES[1:]]
    assert watermark(other).sha256 != made.watermark.sha256
    assert watermark([]).votes == 0
