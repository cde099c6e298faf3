"""What waits for a newer service: with all that hangs on it, in order, each alone, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from central.servers import Service
from central.workstations import Workstation, rows
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import decode, encode
from sync import api
from sync.operations import Operation, sign
from sync.records import Battle, Evaluator, new_id
from sync.server import belonging, deferred, tables
from sync.server.opening import reopened
from sync.server.rows import _quarantine_row

NEWER = api.VERSION + api.SUPPORTED_AHEAD


@pytest.fixture(autouse=True)
def _nothing_waits(central: Service) -> Iterator[None]:
    yield
    rows(central, lambda c: c.execute(text("DELETE FROM op_quarantine")))


def verdicts(pushed: api.Pushed) -> list[str]:
    return [each.verdict for each in pushed.verdicts]


def waiting(central: Service) -> int:
    count = text("SELECT count(*) FROM op_quarantine WHERE verdict = 'deferred' AND resolved_at IS NULL")
    return rows(central, lambda c: int(c.execute(count).scalar_one()))


def put(central: Service, lab: Workstation, operation: Operation, reason: str = "newer") -> None:
    """As an older service deferred it: from now on this one reads it."""
    found = reopened(sign(operation, lab.key))
    row = _quarantine_row(found, "deferred", reason)
    rows(central, lambda c: c.execute(insert(tables.op_quarantine).values(**row)))


def newer(operation: Operation) -> Operation:
    """The operation in a shape that only a newer service reads."""
    fields = msgspec.msgpack.decode(operation.body)
    return replace(operation, body=msgspec.msgpack.encode(fields | {"status": {"word": "voted"}}))


def understood(central: Service, lab: Workstation, real: Operation) -> None:
    """As if this service were updated and read that shape: what it keeps of the operation is what it reads now."""
    found = reopened(sign(real, lab.key))
    row = {"name": real.op_id, "content": found.signed.content, "signature": found.signed.signature}
    change = text("UPDATE op_quarantine SET content = :content, signature = :signature WHERE op_id = :name")
    rows(central, lambda c: c.execute(change, row))


def test_what_hangs_on_a_deferred_battle_waits_with_it_and_follows_it(central: Service, lab: Workstation) -> None:
    closed = lab.battle()
    lab.note(closed, lab.operations[3].record_id)
    lab.vote_again(4, withdrawn=True)
    lab.branch(closed, lab.operations[3].record_id)
    real = lab.operations[2]
    lab.operations[2] = newer(real)
    pushed = lab.push(version=NEWER)
    assert verdicts(pushed) == ["applied"] * 2 + ["deferred"] * 6
    assert pushed.expected_seq == 9
    assert rows(central, deferred.retry_deferred) == 0
    assert waiting(central) == 6
    understood(central, lab, real)
    assert rows(central, deferred.retry_deferred) == 6
    assert waiting(central) == 0
    lab.operations[2] = real
    assert verdicts(lab.push()) == ["dup"] * 8
    revisions = text("SELECT count(*) FROM votes WHERE battle_id = :name")
    assert rows(central, lambda c: c.execute(revisions, {"name": closed.battle_id}).scalar()) == 2


def test_what_hangs_on_something_deferred_before_waits_too(central: Service, lab: Workstation) -> None:
    """In a later push, and of the store that goes on after a fork."""
    lab.battle()
    real = lab.operations[2]
    lab.operations[2] = newer(real)
    assert verdicts(lab.push(lab.operations[:3], version=NEWER)) == ["applied"] * 2 + ["deferred"]
    assert verdicts(lab.push(lab.operations[3:4])) == ["deferred"]
    forked = Workstation(central, key=lab.key, device_id=lab.device_id, sequence=10_000)
    forked.operations = [replace(lab.operations[4], store_id=forked.store_id, seq=1)]
    assert verdicts(forked.push()) == ["deferred"]
    understood(central, lab, real)
    assert rows(central, deferred.retry_deferred) == 3
    forked.close()


def test_where_nothing_waits_a_record_that_hangs_on_nothing_is_rejected(lab: Workstation) -> None:
    lab.battle()
    del lab.operations[2]
    lab.operations = [replace(each, seq=seq) for seq, each in enumerate(lab.operations, 1)]
    assert verdicts(lab.push()) == ["applied"] * 2 + ["rejected"] * 2


def test_what_another_laboratory_left_waiting_changes_nothing(central: Service, lab: Workstation) -> None:
    other = Workstation(central)
    other.enrol()
    other.note_operation("hologram", new_id(), b"\xc0")
    assert verdicts(other.push()) == ["deferred"]
    lab.battle()
    vote = lab.operations[4]
    lab.operations = [replace(vote, seq=1)]
    assert verdicts(lab.push()) == ["rejected"]
    other.close()


def test_what_never_comes_is_rejected_once_nothing_before_it_waits(central: Service, lab: Workstation) -> None:
    lab.battle()
    lab.operations[2] = newer(lab.operations[2])
    lab.push(version=NEWER)
    turn = lab.operations[3].op_id
    poisoned = replace(lab.operations[2], body=encode(replace(lab.battle(), nonce="0" * 64)))
    understood(central, lab, replace(poisoned, record_id=decode(poisoned.body, Battle).battle_id))
    assert rows(central, deferred.retry_deferred) == 0
    reasons = text("SELECT reason FROM op_quarantine WHERE verdict = 'rejected' AND op_id = :name")
    assert rows(central, lambda c: c.execute(reasons, {"name": turn}).scalar()) == "Its battle is not known."
    assert waiting(central) == 0


def test_an_operation_deferred_for_each_copy_of_a_store_is_applied_once(central: Service, lab: Workstation) -> None:
    copy = Workstation(central, key=lab.key, device_id=lab.device_id, sequence=10_000)
    lab.push([])
    copy.push([])
    made = lab.note_operation("evaluator", lab.evaluator.evaluator_id, lab.evaluator)
    put(central, lab, made)
    put(central, lab, replace(made, store_id=copy.store_id, seq=7))
    assert rows(central, deferred.retry_deferred) == 1
    assert waiting(central) == 0
    logged = text("SELECT count(*) FROM op_log WHERE op_id = :name")
    assert rows(central, lambda c: c.execute(logged, {"name": made.op_id}).scalar()) == 1
    copy.close()


def test_one_that_is_refused_holds_up_no_other(central: Service, lab: Workstation) -> None:
    """By the rules, for a NUL, and by the database alone."""
    lab.push([])
    good = [Evaluator(evaluator_id=new_id(), name=name) for name in ("Grace", "Edsger")]
    nul = Evaluator(evaluator_id=new_id(), name="No\0")
    put(central, lab, lab.note_operation("evaluator", good[0].evaluator_id, good[0]))
    put(central, lab, lab.note_operation("evaluator", nul.evaluator_id, nul))
    lab.battle()
    for each in lab.operations[2:4]:
        put(central, lab, each)
    too_far = replace(decode(lab.operations[4].body, Battle), seq_in_session=2**40)
    put(central, lab, replace(lab.operations[4], body=encode(too_far)))
    put(central, lab, lab.note_operation("evaluator", good[1].evaluator_id, good[1]))
    assert rows(central, deferred.retry_deferred) == 4
    told = rows(central, lambda c: c.execute(text("SELECT reason FROM op_quarantine WHERE resolved_at IS NULL")).all())
    assert sorted(row.reason for row in told) == [
        "A text of it holds a NUL character.",
        "The database refuses what it says.",
    ]
    assert waiting(central) == 0


def test_no_laboratory_leaves_more_than_its_share(central: Service, lab: Workstation) -> None:
    """What goes beyond stays at the workstation: its number is not consumed."""
    lab.push([])
    for _ in range(3):
        lab.note_operation("hologram", new_id(), b"\xc0")
    filled = text(
        """INSERT INTO op_quarantine (op_id, store_id, seq, kind, verdict, reason, digest, content, signature)
        SELECT 'x' || i, :store, i, 'hologram', 'deferred', '', int4send(i), '', '' FROM generate_series(1, :n) AS i"""
    )
    count = belonging.MAX_WAITING - 2
    rows(central, lambda c: c.execute(filled, {"store": lab.store_id, "n": count}))
    pushed = lab.push()
    assert verdicts(pushed) == ["deferred"] * 3
    assert pushed.expected_seq == 3
    assert waiting(central) == belonging.MAX_WAITING
