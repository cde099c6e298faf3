"""Whose record it is: what everybody may read, only its own laboratory adds to or takes back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest
from central.servers import Service
from central.workstations import Asking, Workstation, rows
from msgspec.structs import replace
from sqlalchemy import text

from scenes.codec import decode, encode
from sync import api
from sync.operations import BODIES, Operation, TurnBody
from sync.records import Battle, Vote, new_id
from sync.server import ballots, devices
from sync.server.deferred import rebuild

FOREIGN = "It belongs to another laboratory."


def verdicts(pushed: api.Pushed) -> list[str]:
    return [each.verdict for each in pushed.verdicts]


@pytest.fixture
def stranger(central: Service) -> Iterator[Workstation]:
    other = Workstation(central)
    other.enrol()
    yield other
    other.close()


@pytest.fixture
def battle(lab: Workstation) -> Battle:
    """A battle of the laboratory that everybody may read of."""
    closed = lab.battle()
    lab.push()
    lab.upload()
    return closed


def vote_of(lab: Workstation) -> Vote:
    return msgspec.msgpack.decode(lab.last("vote").body, type=Vote)


def counted(central: Service, vote_id: str) -> list[tuple[int, str]]:
    found = rows(central, ballots.counting)
    return [(vote.rev, vote.vote) for vote in found if vote.vote_id == vote_id]


def test_nobody_withdraws_or_rewrites_anothers_vote(
    central: Service, lab: Workstation, battle: Battle, stranger: Workstation, visitor: Asking
) -> None:
    vote = vote_of(lab)
    assert visitor.ask("GET", f"/api/battles/{battle.battle_id}").json["votes"][0]["vote_id"] == vote.vote_id
    for rev, changes in ((2, {"vote": "right_better"}), (2, {"withdrawn": True}), (1, {})):
        forged = replace(vote, rev=rev, **changes)
        stranger.note_operation("vote", forged.vote_id, forged, rev)
    found = stranger.push().verdicts
    assert [(each.verdict, each.reason) for each in found] == [("rejected", FOREIGN)] * 3
    assert counted(central, vote.vote_id) == [(1, "left_better")]
    kept = text("SELECT count(*) FROM op_quarantine WHERE store_id = :store")
    assert rows(central, lambda c: c.execute(kept, {"store": stranger.store_id}).scalar()) == 3


def test_a_copy_of_a_record_gives_no_right_to_it(lab: Workstation, battle: Battle, stranger: Workstation) -> None:
    """The same evaluator, session and battle, word for word, under operations of one's own."""
    for each in lab.operations[:3]:
        stranger.note_operation(each.kind, each.record_id, each.body)
    vote = replace(vote_of(lab), rev=2, withdrawn=True)
    stranger.note_operation("vote", vote.vote_id, vote, 2)
    assert verdicts(stranger.push()) == ["rejected"] * 4


def test_nobody_renames_anothers_evaluator_or_comments_her_session(
    central: Service, lab: Workstation, battle: Battle, stranger: Workstation
) -> None:
    mallory = replace(lab.evaluator, name="Mallory")
    stranger.note_operation("evaluator", mallory.evaluator_id, mallory, 2)
    session = replace(lab.sit(), comment="defaced")
    stranger.note_operation("session", session.session_id, session, 2)
    own = replace(lab.sit(), session_id=new_id())
    stranger.note_operation("session", own.session_id, own)
    assert verdicts(stranger.push()) == ["rejected"] * 3
    name = text("SELECT name FROM evaluators WHERE evaluator_id = :name")
    assert rows(central, lambda c: c.execute(name, {"name": lab.evaluator.evaluator_id}).scalar()) == "Ada"


def test_nobody_adds_to_anothers_battle(central: Service, lab: Workstation, stranger: Workstation) -> None:
    """A turn that never gets its episodes would keep the vote from counting for ever."""
    closed = lab.battle()
    vote = lab.operations.pop()
    lab.push()
    lab.upload()
    stranger.turn(closed, seq=2)
    stranger.note_operation("vote", vote.record_id, vote.body)
    note = decode(lab.operations[-1].body, TurnBody).turn
    stranger.note(closed, note.turn_id)
    stranger.branch(closed, note.turn_id)
    assert verdicts(stranger.push()) == ["rejected"] * 4
    lab.note_operation("vote", vote.record_id, vote.body)
    assert verdicts(lab.push(lab.operations[-1:])) == ["applied"]
    assert counted(central, vote.record_id) == [(1, "left_better")]


def test_the_laboratory_itself_renames_comments_and_withdraws(lab: Workstation, battle: Battle) -> None:
    lab.note_operation("evaluator", lab.evaluator.evaluator_id, replace(lab.evaluator, name="Ada L."), 2)
    lab.note_operation("session", lab.sit().session_id, replace(lab.sit(), comment="a dim lamp"), 2)
    lab.vote_again(4, withdrawn=True)
    assert verdicts(lab.push(lab.operations[5:])) == ["applied"] * 3


def test_a_vote_that_stands_is_taken_back_as_it_was_and_nothing_else(
    central: Service, lab: Workstation, battle: Battle
) -> None:
    vote = vote_of(lab)
    for rev, changes in ((2, {"vote": "right_better"}), (2, {"vote": "tie", "withdrawn": True}), (3, {})):
        changed = replace(vote, rev=rev, **changes)
        lab.note_operation("vote", vote.vote_id, changed, rev)
    assert verdicts(lab.push(lab.operations[5:])) == ["rejected"] * 3
    assert counted(central, vote.vote_id) == [(1, "left_better")]


def test_a_vote_that_was_undone_before_the_reveal_arrives_with_all_its_revisions(
    central: Service, lab: Workstation
) -> None:
    lab.battle()
    lab.vote_again(4, withdrawn=True)
    lab.vote_again(5, withdrawn=False, vote="tie")
    assert verdicts(lab.push()) == ["applied"] * 7
    assert counted(central, lab.operations[4].record_id) == []
    lab.upload()
    assert counted(central, lab.operations[4].record_id) == [(3, "tie")]


def copied(lab: Workstation, **changes: object) -> Workstation:
    """A copy of a workstation's folder, or what is left of it."""
    fields = {"key": lab.key, "device_id": lab.device_id, "store_id": lab.store_id, "sequence": 10_000} | changes
    copy = Workstation(lab.service, **fields)
    copy.operations, copy.evaluator, copy.session = list(lab.operations), lab.evaluator, lab.session
    return copy


def test_a_store_that_forked_goes_on_with_what_it_brought_before(lab: Workstation, battle: Battle) -> None:
    """Only what came after the fork is sent anew: the vote that is taken back is the other store's."""
    copy = copied(lab, store_id=new_id())
    withdrawn = copy.vote_again(4, withdrawn=True)
    session = copy.note_operation("session", lab.sit().session_id, replace(lab.sit(), comment="again"), 2)
    copy.operations = [replace(withdrawn, store_id=copy.store_id, seq=1), replace(session, seq=2)]
    assert verdicts(copy.push()) == ["applied"] * 2
    copy.close()


def test_a_restored_store_on_a_new_device_goes_on_once_the_operator_allows_it(
    central: Service, lab: Workstation, battle: Battle
) -> None:
    restored = Workstation(central, store_id=lab.store_id)
    restored.enrol()
    restored.operations, restored.evaluator, restored.session = list(lab.operations), lab.evaluator, lab.session
    restored.vote_again(4, withdrawn=True)
    refused = restored.pushed(restored.operations[5:])
    assert (refused.status, refused.error.code) == (403, "forbidden")
    assert f"device allow {restored.device_id} --store {lab.store_id}" in refused.error.hint
    rows(central, lambda c: devices.allow_device(c, restored.device_id, lab.store_id))
    assert verdicts(restored.push(restored.operations[5:])) == ["applied"]
    restored.close()


def test_a_store_that_sent_the_same_operations_holds_the_records(lab: Workstation, battle: Battle) -> None:
    """A copy under another store and another device, which the service was never told belongs here."""
    copy = Workstation(lab.service)
    copy.enrol()
    copy.operations = [replace(each, store_id=copy.store_id) for each in lab.operations]
    copy.evaluator, copy.session = lab.evaluator, lab.session
    copy.vote_again(4, withdrawn=True)
    assert verdicts(copy.push()) == ["dup"] * 5 + ["applied"]
    copy.close()


def test_who_owns_what_follows_from_the_logs_again(
    central: Service, lab: Workstation, battle: Battle, stranger: Workstation
) -> None:
    rows(central, rebuild)
    forged = replace(vote_of(lab), rev=2, withdrawn=True)
    stranger.note_operation("vote", forged.vote_id, forged, 2)
    assert verdicts(stranger.push()) == ["rejected"]
    lab.vote_again(4, withdrawn=True)
    assert verdicts(lab.push(lab.operations[5:])) == ["applied"]


@pytest.mark.parametrize("kind", ["vote", "turn", "note", "branch"])
def test_an_id_of_another_battle_is_rejected_and_holds_up_nothing(lab: Workstation, battle: Battle, kind: str) -> None:
    first_turn = lab.operations[3].record_id
    lab.note(battle, first_turn)
    lab.branch(battle, first_turn)
    lab.push(lab.operations[5:])
    taken = {each.kind: each.record_id for each in lab.operations}[kind]
    other = Workstation(lab.service)
    other.enrol()
    own = other.battle()
    turn_id = other.operations[3].record_id
    other.note(own, turn_id)
    other.branch(own, turn_id)
    place = next(place for place, each in enumerate(other.operations) if each.kind == kind)
    other.operations[place] = renamed(other.operations[place], taken)
    other.battle("beta", "gamma")
    found = other.push().verdicts
    assert found[place].verdict == "rejected"
    assert found[place].reason
    assert verdicts(api.Pushed(verdicts=found[7:], expected_seq=1)) == ["applied"] * 3
    assert [each.verdict for each in other.push().verdicts].count("dup") >= 5
    other.close()


def renamed(operation: Operation, taken: str) -> Operation:
    """The operation under an id that is another battle's."""
    body = decode(operation.body, BODIES[operation.kind])
    match operation.kind:
        case "turn":
            changed = replace(body, turn=replace(body.turn, turn_id=taken))
        case "branch":
            changed = replace(body, branch=replace(body.branch, branch_id=taken))
        case _:
            changed = replace(body, **{f"{operation.kind}_id": taken})
    return replace(operation, record_id=taken, body=encode(changed))


def enrolled(central: Service, told: str, **fields: object) -> tuple[Workstation, int]:
    """A workstation that shows this token, and what it is answered."""
    made = Workstation(central, **fields)
    body = api.Enrol(token=told, public_key=made.key.public, name="lab", store_id=made.store_id)
    answer = made.ask("POST", api.ENROL, encode(body))
    if answer.status == 200:
        made.device_id = answer.record(api.Enrolled).device_id
    return made, answer.status


@pytest.mark.parametrize("uses", [1, 2])
def test_a_token_enrols_as_many_devices_as_it_says(central: Service, uses: int) -> None:
    """The same device may ask again: its answer may have been lost."""
    _, told = rows(central, lambda c: devices.create_token(c, "a test", ["enrol"], uses=uses))
    first, status = enrolled(central, told)
    again, repeated = enrolled(central, told, key=first.key, store_id=first.store_id)
    assert (status, repeated, again.device_id) == (200, 200, first.device_id)
    rest = [enrolled(central, told)[1] for _ in range(2)]
    assert rest == ([200, 401] if uses == 2 else [401, 401])


def test_a_command_says_how_often_a_token_enrols(central: Service) -> None:
    made = central.command("token", "create", "a class", "--uses", "1")
    token_id, told = made.stdout.split()
    assert enrolled(central, told)[1] == 200
    listed = {line.split()[0]: line for line in central.command("token", "list").stdout.splitlines()}
    assert "used up" in listed[token_id]
    assert central.command("token", "create", "nobody", "--uses", "0").returncode != 0


def test_a_store_of_others_is_not_had_for_a_token(central: Service, lab: Workstation, battle: Battle) -> None:
    _, told = rows(central, lambda c: devices.create_token(c, "a test", ["enrol"], uses=3))
    for _ in range(3):
        thief, status = enrolled(central, told, store_id=lab.store_id)
        assert status == 200
        assert thief.pushed([]).status == 403
    allowed = text("SELECT device_id FROM device_stores WHERE store_id = :store")
    assert rows(central, lambda c: list(c.execute(allowed, {"store": lab.store_id}).scalars())) == [lab.device_id]


def test_of_devices_that_come_at_once_for_a_new_store_one_has_it(central: Service) -> None:
    _, told = rows(central, lambda c: devices.create_token(c, "a test", ["enrol"], uses=8))
    store_id, gate = new_id(), Barrier(8)

    def one(_: int) -> Workstation:
        gate.wait()
        return enrolled(central, told, store_id=store_id)[0]

    with ThreadPoolExecutor(8) as together:
        came = list(together.map(one, range(8)))
    assert sorted(each.pushed([]).status for each in came) == [200] + [403] * 7
