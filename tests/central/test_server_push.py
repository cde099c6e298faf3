"""A push: one transaction, a verdict for every operation, nothing doubled and nothing lost."""

from __future__ import annotations

import msgspec
import pytest
from central.servers import Service
from central.workstations import Workstation, rows
from msgspec.structs import asdict, replace
from sqlalchemy import text

from scenes.codec import encode
from sync import api
from sync.operations import BODIES, sign
from sync.records import Battle, CheckKind, new_id
from sync.server.deferred import rebuild


def verdicts(pushed: api.Pushed) -> list[str]:
    return [each.verdict for each in pushed.verdicts]


def count(service: Service, statement: str, **values: object) -> int:
    return rows(service, lambda c: int(c.execute(text(statement), values).scalar_one()))


def test_everything_of_a_battle_is_applied_in_one_push(lab: Workstation) -> None:
    battle = lab.battle()
    turn = lab.turn(battle, seq=2)
    lab.note(battle, turn.turn_id)
    lab.branch(battle, turn.turn_id)
    pushed = lab.push()
    assert verdicts(pushed) == ["applied"] * 8
    assert pushed.expected_seq == 9
    assert pushed.forked_at is None
    assert set(pushed.wanted_episodes) == set(lab.episodes)


def test_the_same_push_again_changes_nothing(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    before = count(lab.service, "SELECT count(*) FROM op_log")
    again = lab.push()
    assert verdicts(again) == ["dup"] * 5
    assert again.expected_seq == 6
    assert count(lab.service, "SELECT count(*) FROM op_log") == before


def test_a_gap_is_deferred_and_nothing_beyond_it_is_taken(lab: Workstation) -> None:
    lab.battle()
    pushed = lab.push(lab.operations[2:])
    assert verdicts(pushed) == ["deferred"] * 3
    assert pushed.expected_seq == 1
    assert verdicts(lab.push()) == ["applied"] * 5


def test_an_altered_operation_is_rejected_and_kept(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    eve = msgspec.structs.replace(lab.evaluator, name="Eve")
    altered = msgspec.structs.replace(lab.operations[0], body=encode(eve))
    (verdict,) = lab.push([altered]).verdicts
    assert (verdict.verdict, verdict.reason.split(":")[0]) == ("rejected", "altered")
    kept = count(lab.service, "SELECT count(*) FROM op_quarantine WHERE op_id = :name", name=altered.op_id)
    assert kept == 1
    names = "SELECT count(*) FROM evaluators WHERE evaluator_id = :name AND name = 'Ada'"
    assert count(lab.service, names, name=lab.evaluator.evaluator_id) == 1


def test_a_poisoned_operation_never_holds_up_the_others(lab: Workstation) -> None:
    lab.battle()
    lab.note_operation("vote", new_id(), b"\x93not a vote")
    lab.battle("beta", "gamma", "tie")
    pushed = lab.push()
    assert verdicts(pushed) == ["applied"] * 5 + ["rejected"] + ["applied"] * 3
    assert pushed.expected_seq == 10
    assert verdicts(lab.push()) == ["dup"] * 5 + ["rejected"] + ["dup"] * 3


def test_what_only_the_database_refuses_is_rejected_alone(lab: Workstation) -> None:
    lab.battle()
    far = replace(msgspec.msgpack.decode(lab.operations[2].body, type=Battle), battle_id=new_id(), seq_in_session=2**40)
    lab.note_operation("battle", far.battle_id, far)
    lab.battle("beta", "gamma", "tie")
    pushed = lab.push()
    assert verdicts(pushed) == ["applied"] * 5 + ["rejected"] + ["applied"] * 3
    assert count(lab.service, "SELECT count(*) FROM battles WHERE session_id = :s", s=lab.sit().session_id) == 2


def test_an_unknown_kind_is_deferred_and_kept_verbatim(lab: Workstation) -> None:
    lab.battle()
    newer = lab.note_operation("hologram", new_id(), b"\xc0")
    pushed = lab.push()
    assert verdicts(pushed) == ["applied"] * 5 + ["deferred"]
    assert pushed.expected_seq == 7
    statement = text("SELECT content FROM op_quarantine WHERE op_id = :name AND verdict = 'deferred'")
    kept = rows(lab.service, lambda c: c.execute(statement, {"name": newer.op_id}).scalar_one())
    assert bytes(kept) == sign(newer, lab.key).content


def test_a_copied_store_is_told_where_it_forked_and_goes_on_under_another_id(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    copy = Workstation(lab.service, key=lab.key, device_id=lab.device_id, store_id=lab.store_id, sequence=1000)
    copy.operations, copy.evaluator, copy.session = list(lab.operations), lab.evaluator, lab.session
    lab.battle("alpha", "gamma")
    copy.battle("beta", "gamma", "tie")
    lab.push()
    forked = copy.push(copy.operations[5:])
    assert (forked.forked_at, forked.verdicts) == (6, ())
    copy.store_id = new_id()
    renumbered = enumerate(copy.operations[5:], 1)
    copy.operations = [msgspec.structs.replace(each, store_id=copy.store_id, seq=seq) for seq, each in renumbered]
    assert verdicts(copy.push()) == ["applied"] * 3
    assert count(lab.service, "SELECT count(*) FROM battles WHERE session_id = :s", s=lab.sit().session_id) == 3
    copy.close()


def test_operations_that_come_again_under_another_store_are_duplicates(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    other = Workstation(lab.service, key=lab.key, device_id=lab.device_id, sequence=1000)
    other.operations = [msgspec.structs.replace(each, store_id=other.store_id) for each in lab.operations]
    other.battle("beta", "gamma")
    pushed = other.push()
    assert verdicts(pushed)[:5] == ["dup"] * 5
    assert pushed.expected_seq == 11
    other.close()


def test_a_store_belongs_to_the_devices_that_enrolled_for_it(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    stranger = Workstation(lab.service)
    stranger.enrol()
    stranger.store_id = lab.store_id
    answer = stranger.pushed([])
    assert (answer.status, answer.error.code) == (403, "forbidden")
    stranger.close()


def test_one_badly_signed_operation_refuses_the_whole_push(lab: Workstation) -> None:
    lab.battle()
    signed = [sign(each, lab.key) for each in lab.operations]
    signed[3] = msgspec.structs.replace(signed[3], signature=bytes(64))
    answer = lab.push_signed(signed)
    assert (answer.status, answer.error.code) == (403, "forbidden")
    assert lab.push([]).expected_seq == 1


def test_a_withdrawn_vote_keeps_its_first_revision(lab: Workstation) -> None:
    lab.battle()
    lab.vote_again(4, withdrawn=True)
    assert verdicts(lab.push()) == ["applied"] * 6
    vote_id = lab.operations[4].record_id
    assert count(lab.service, "SELECT count(*) FROM votes WHERE vote_id = :v", v=vote_id) == 2


@pytest.mark.parametrize(
    ("position", "changes", "reason"),
    [
        (2, {"nonce": "0" * 64}, "not those promised"),
        (2, {"status": "abandoned"}, "have ended"),
        (4, {"left_model_id": "delta"}, "other models"),
        (4, {"kind": "practice"}, "says otherwise"),
        (4, {"left_progress": 101}, "Progress"),
    ],
)
def test_a_record_that_breaks_a_rule_is_rejected_with_the_reason(
    lab: Workstation, position: int, changes: dict[str, object], reason: str
) -> None:
    lab.battle()
    operation = lab.operations[position]
    body = msgspec.msgpack.decode(operation.body, type=BODIES[operation.kind])
    lab.operations[position] = msgspec.structs.replace(operation, body=encode(msgspec.structs.replace(body, **changes)))
    found = lab.push().verdicts[position]
    assert found.verdict == "rejected"
    assert reason in found.reason


@pytest.mark.parametrize("told", ["aa", "swapped", "noop", None])
def test_of_which_kind_a_check_was_is_kept(central: Service, lab: Workstation, told: CheckKind | None) -> None:
    """An older workstation does not tell it."""
    battle = replace(lab.battle(choice=None), kind="check", check=told)
    place = next(place for place, each in enumerate(lab.operations) if each.kind == "battle")
    body = msgspec.msgpack.encode(asdict(battle) if told else {k: v for k, v in asdict(battle).items() if k != "check"})
    lab.operations[place] = replace(lab.operations[place], body=body)
    assert set(verdicts(lab.push())) == {"applied"}
    statement = text('SELECT "check" FROM battles WHERE battle_id = :name')
    for _ in range(2):
        assert rows(central, lambda c: c.execute(statement, {"name": battle.battle_id}).scalar_one()) == told
        rows(central, rebuild)


def test_a_rated_battle_that_calls_itself_a_check_is_refused(lab: Workstation) -> None:
    battle = replace(lab.battle(choice=None), check="aa")
    place = next(place for place, each in enumerate(lab.operations) if each.kind == "battle")
    lab.operations[place] = replace(lab.operations[place], body=encode(battle))
    refused = lab.push().verdicts[place]
    assert (refused.verdict, refused.reason) == ("rejected", "Only a check says what it checks.")
