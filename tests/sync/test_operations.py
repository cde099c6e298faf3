"""Operations are exact bytes: signed, read back, and refused when anything about them was altered."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from arena_samples import run
from outbox_rules import released

from scenes.codec import encode
from scenes.errors import BadInput
from sync.api import PulledBoard, PulledRow, Snapshot, etag_of, open_snapshot, request_text, sign_snapshot
from sync.keys import SigningKey, is_signed
from sync.operations import (
    KINDS,
    SIGNED_AS,
    BranchBody,
    Operation,
    SignedOperation,
    body_of,
    range_digest,
    read,
    sign,
)
from sync.records import Evaluator

KEY = SigningKey(bytes(range(32)))
OPERATION = Operation(
    op_id="0199b6b1-0000-7000-8000-000000000001",
    store_id="0199b6b1-0000-7000-8000-000000000002",
    seq=1,
    kind="evaluator",
    record_id="ada",
    rev=1,
    created_at="2026-11-22T08:00:00.000+00:00",
    body=encode(Evaluator(evaluator_id="ada", name="Ada", group="lab")),
)
# SHA-256 of the operation's bytes: both ends and every later version must write them like this
CANONICAL = "9ab2573e8f42f65a58a239f557f33823ffcbd629458cb563548a0b420a75f0b8"


def altered(**changes: object) -> Operation:
    return msgspec.structs.replace(OPERATION, **changes)


@pytest.fixture
def everything(arena, store) -> list[Operation]:
    """One released operation of each kind at least."""
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    note = store.add_note(store.turns(battle_id)[0].turn_id, "left", 1, "here")
    store.withdraw_note(note.note_id)
    arena.branch(battle_id)
    return released(store)


def test_the_bytes_of_an_operation_are_fixed() -> None:
    assert sign(OPERATION, KEY).digest.hex() == CANONICAL


def test_every_kind_comes_back_as_it_was(everything) -> None:
    assert {each.kind for each in everything} == set(KINDS)
    for operation in everything:
        signed = sign(operation, KEY)
        assert read(signed) == operation
        assert encode(body_of(read(signed))) == operation.body
        assert is_signed(KEY.public, signed.signature, SIGNED_AS + signed.content)


def test_no_byte_can_be_changed_unnoticed(everything) -> None:
    generator = np.random.Generator(np.random.PCG64(7))
    for operation in everything:
        signed = sign(operation, KEY)
        for place in generator.integers(0, len(signed.content), 200):
            content = bytearray(signed.content)
            content[place] ^= 1 << int(generator.integers(0, 8))
            assert not is_signed(KEY.public, signed.signature, SIGNED_AS + bytes(content))


def test_truncated_operations_are_refused(everything) -> None:
    for operation in everything:
        content = sign(operation, KEY).content
        for length in range(0, len(content), max(1, len(content) // 50)):
            with pytest.raises(BadInput):
                read(SignedOperation(content[:length], b""))


def test_a_signature_is_for_one_key_and_one_purpose() -> None:
    signed = sign(OPERATION, KEY)
    assert not is_signed(SigningKey.generate().public, signed.signature, SIGNED_AS + signed.content)
    assert not is_signed(KEY.public, signed.signature, signed.content)
    assert not is_signed(KEY.public, signed.signature[:-1], SIGNED_AS + signed.content)
    assert not is_signed(b"no key", signed.signature, SIGNED_AS + signed.content)


def test_another_way_of_writing_the_same_is_refused() -> None:
    values = msgspec.to_builtins(OPERATION) | {"body": OPERATION.body}
    backwards = msgspec.msgpack.encode(dict(reversed(values.items())))
    more = msgspec.msgpack.encode(values | {"more": 1})
    for content in (backwards, more):
        with pytest.raises(BadInput, match="one way of being written"):
            read(SignedOperation(content, b""))


@pytest.mark.parametrize("changes", [{"seq": 0}, {"rev": 0}, {"seq": -1}])
def test_numbers_begin_at_one(changes) -> None:
    with pytest.raises(BadInput, match="begin at 1"):
        read(sign(altered(**changes), KEY))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "prophecy"}, "not known here"),
        ({"kind": "vote"}, "not a Vote record"),
        ({"record_id": "grace"}, "another evaluator"),
        ({"body": OPERATION.body[:-1]}, "not a Evaluator record"),
        ({"body": b""}, "not a Evaluator record"),
    ],
)
def test_a_body_is_the_record_that_the_operation_names(changes, reason) -> None:
    with pytest.raises(BadInput, match=reason):
        body_of(altered(**changes))


def test_revisions_stand_in_vote_and_note(everything) -> None:
    for operation in everything:
        if operation.kind not in ("session", "evaluator"):
            with pytest.raises(BadInput, match="revision"):
                body_of(msgspec.structs.replace(operation, rev=operation.rev + 2))


def test_an_open_battle_is_no_operation(arena, store) -> None:
    battle = arena.battle()
    body = encode(store.battle(battle.battle_id))
    with pytest.raises(BadInput, match="battle"):
        body_of(altered(kind="battle", record_id=battle.battle_id, body=body))


def test_an_operation_of_a_kind_to_come_can_still_be_read_and_kept() -> None:
    signed = sign(altered(kind="prophecy", body=b"\x01\x02"), KEY)
    assert read(signed).kind == "prophecy"


def test_times_of_inferences_travel_exactly(everything) -> None:
    (branch,) = (body for body in map(body_of, everything) if isinstance(body, BranchBody))
    expected = run("beta", b"").inference_seconds
    assert np.array_equal(branch.run.inference_seconds, expected)
    assert branch.run.inference_seconds.dtype == np.float32


def test_the_digest_of_a_range_depends_on_order_and_content(everything) -> None:
    digests = [sign(operation, KEY).digest for operation in everything]
    assert range_digest(digests) != range_digest(digests[::-1])
    assert range_digest(digests) != range_digest(digests[:-1])
    assert range_digest([]) == range_digest([])


def test_a_board_is_opened_with_the_key_that_signed_it() -> None:
    row = PulledRow(
        model_id="alpha", rank=1, rank_low=1, rank_high=2, rating=1510.0, low=1490.0, high=1530.0, elo_score=1505.0,
        votes=3, wins=2, losses=1, ties=0, both_bad=0, win_rate=2 / 3,
    )  # fmt: skip
    board = PulledBoard(snapshot_id="s", created_at="now", method="Davidson", rows=(row,))
    snapshot = sign_snapshot(board, KEY)
    assert open_snapshot(snapshot, KEY.public) == board
    assert etag_of(snapshot.content).strip('"').isalnum()
    for other in (
        Snapshot(snapshot.content + b"\0", snapshot.signature),
        Snapshot(snapshot.content, bytes(64)),
        Snapshot(snapshot.content, sign(OPERATION, KEY).signature),
    ):
        with pytest.raises(BadInput, match="not signed"):
            open_snapshot(other, KEY.public)
    with pytest.raises(BadInput, match="not signed"):
        open_snapshot(snapshot, SigningKey.generate().public)


def test_the_text_of_a_request_covers_everything_that_is_sent() -> None:
    said = ("POST", "/v1/sync/push", "1", "7", "00" * 16, b"body")
    texts = {request_text(*said)}
    for place, other in enumerate(("GET", "/v1/sync/push?a=1", "2", "8", "01" * 16, b"BODY")):
        texts.add(request_text(*(other if at == place else part for at, part in enumerate(said))))
    assert len(texts) == 7
