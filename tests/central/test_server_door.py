"""The door: nothing enters but what an enrolled device signed, once, in its order, and no larger than it may be."""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest
from central.servers import Service
from central.workstations import Answer, Asking, Workstation, rows, token
from msgspec import structs
from sqlalchemy import text

from scenes.codec import decode, encode
from sync import api
from sync.keys import SigningKey
from sync.operations import TurnBody
from sync.records import new_id
from sync.server import devices

Request = tuple[str, bytes, dict[str, str]]  # path, body, headers
SEED = 20261122


def request_of(lab: Workstation) -> Request:
    push = api.Push(version=1, store_id=lab.store_id, operations=())
    body = encode(push)
    return api.PUSH, body, lab.signed("POST", api.PUSH, body)


def sent(lab: Workstation, request: Request) -> Answer:
    return lab.ask("POST", *request)


def flipped(told: bytes, choose: random.Random) -> bytes:
    place = choose.randrange(len(told))
    return told[:place] + bytes([told[place] ^ (1 << choose.randrange(8))]) + told[place + 1 :]


def forged(request: Request, choose: random.Random) -> Request:
    """Signed by a key of the attacker's own."""
    path, body, headers = request
    signed = api.request_text("POST", path, *(headers[h] for h in (api.H_VERSION, api.H_SEQUENCE, api.H_NONCE)), body)
    signature = SigningKey(choose.randbytes(32)).sign(signed)
    return path, body, headers | {api.H_SIGNATURE: base64.b64encode(signature).decode()}


def altered_body(request: Request, choose: random.Random) -> Request:
    return request[0], flipped(request[1], choose), request[2]


def truncated(request: Request, choose: random.Random) -> Request:
    return request[0], request[1][: choose.randrange(len(request[1]))], request[2]


def extended(request: Request, choose: random.Random) -> Request:
    return request[0], request[1] + choose.randbytes(1 + choose.randrange(64)), request[2]


def another_sequence(request: Request, choose: random.Random) -> Request:
    later = int(request[2][api.H_SEQUENCE]) + 1 + choose.randrange(1000)
    return request[0], request[1], request[2] | {api.H_SEQUENCE: str(later)}


def another_nonce(request: Request, choose: random.Random) -> Request:
    return request[0], request[1], request[2] | {api.H_NONCE: choose.randbytes(16).hex()}


def another_version(request: Request, choose: random.Random) -> Request:
    return request[0], request[1], request[2] | {api.H_VERSION: str(choose.choice((-1, 0, 2)))}


def another_path(request: Request, choose: random.Random) -> Request:
    return choose.choice((api.VERIFY, api.EPISODES, api.PUSH + "?again=1")), request[1], request[2]


def altered_signature(request: Request, choose: random.Random) -> Request:
    signature = flipped(base64.b64decode(request[2][api.H_SIGNATURE]), choose)
    return request[0], request[1], request[2] | {api.H_SIGNATURE: base64.b64encode(signature).decode()}


def without_a_header(request: Request, choose: random.Random) -> Request:
    gone = choose.choice((api.H_VERSION, api.H_DEVICE, api.H_SEQUENCE, api.H_NONCE, api.H_SIGNATURE))
    return request[0], request[1], {name: value for name, value in request[2].items() if name != gone}


def nonsense_header(request: Request, choose: random.Random) -> Request:
    name = choose.choice((api.H_VERSION, api.H_DEVICE, api.H_SEQUENCE, api.H_NONCE, api.H_SIGNATURE))
    told = choose.choice(("", "-1", "9" * 40, "\x7f", "' OR 1=1 --", "0x10", "1e3", "\u00b2", "vlaa", "=" * 90))
    return request[0], request[1], request[2] | {name: told}


MISTAKES: tuple[Callable[[Request, random.Random], Request], ...] = (
    *(forged, altered_body, truncated, extended, another_sequence, another_nonce, another_version, another_path),
    *(altered_signature, without_a_header, nonsense_header),
)


@pytest.fixture(scope="module")
def central(stopped_central: Service) -> Service:
    generous = dict.fromkeys(("ADDRESS_RATE", "ADDRESS_BURST", "DEVICE_RATE", "DEVICE_BURST"), "100000")
    stopped_central.start(**{f"VLAARENA_CENTRAL_{name}": value for name, value in generous.items()})
    return stopped_central


def test_no_forged_altered_truncated_or_misdirected_request_is_accepted(
    lab: Workstation, repeats: Callable[[int, int], int]
) -> None:
    choose = random.Random(SEED)
    accepted = []
    for number in range(repeats(220, 8500)):
        mistake = MISTAKES[number % len(MISTAKES)]
        answer = sent(lab, mistake(request_of(lab), choose))
        if answer.status not in (400, 401, 403, 409, 426):
            accepted.append((number, mistake.__name__, answer.status, answer.body))
    assert accepted == []
    assert sent(lab, request_of(lab)).status == 200


def test_no_replayed_or_reordered_request_is_accepted(lab: Workstation, repeats: Callable[[int, int], int]) -> None:
    choose = random.Random(SEED)
    accepted = []
    for number in range(repeats(40, 1500)):
        early, late = request_of(lab), request_of(lab)
        assert sent(lab, late).status == 200
        answer = sent(lab, choose.choice((early, late)))
        if (answer.status, answer.error.code) != (409, "replayed"):
            accepted.append((number, answer.status))
        assert answer.error.last_sequence == lab.sequence
    assert accepted == []


def test_sending_one_request_twice_at_once_lets_one_in(lab: Workstation) -> None:
    for _ in range(10):
        request = request_of(lab)
        with ThreadPoolExecutor(4) as senders:
            answers = senders.map(sent, [lab] * 4, [request] * 4)
            statuses = sorted(answer.status for answer in answers)
        assert statuses == [200, 409, 409, 409]


def test_a_cloned_workstation_goes_on_beyond_the_sequence_it_is_told(lab: Workstation) -> None:
    lab.sequence = 500
    lab.push([])
    lab.sequence = 3
    refused = lab.pushed([])
    assert (refused.error.code, refused.error.last_sequence) == ("replayed", 501)
    lab.sequence = refused.error.last_sequence or 0
    assert lab.pushed([]).status == 200


@pytest.mark.parametrize(("version", "code"), [(-2, "version_too_old"), (3, "version_too_new")])
def test_versions_too_far_away_are_refused(lab: Workstation, version: int, code: str) -> None:
    answer = lab.pushed([], version)
    assert answer.error.code == code
    assert answer.error.hint


@pytest.mark.parametrize("version", [-1, 0, 1, 2])
def test_the_two_versions_before_and_the_one_after_are_accepted(lab: Workstation, version: int) -> None:
    lab.battle()
    assert [each.verdict for each in lab.push(version=version).verdicts] == ["applied"] * 5


def test_what_a_newer_workstation_says_in_a_new_shape_is_deferred(lab: Workstation) -> None:
    lab.battle()
    lab.note_operation("vote", "v", encode({"vote_id": "v", "in": "another shape"}))
    assert [each.verdict for each in lab.push(version=2).verdicts][-1] == "deferred"
    lab.note_operation("vote", "w", encode({"vote_id": "w", "in": "another shape"}))
    assert [each.verdict for each in lab.push(lab.operations[-1:], version=1).verdicts] == ["rejected"]


def test_a_body_beyond_its_limit_is_refused_before_it_is_read(lab: Workstation) -> None:
    body = bytes(api.MAX_PUSH_BYTES + 1)
    answer = lab.ask("POST", api.PUSH, body, lab.signed("POST", api.PUSH, body))
    assert (answer.status, answer.error.code) == (413, "too_large")


def test_a_body_that_does_not_tell_its_length_is_read_up_to_the_limit(lab: Workstation) -> None:
    pieces = (bytes(2**16) for _ in range(100))
    answer = lab.pool.request(
        "POST", lab.service.url + api.PUSH, body=pieces, headers=lab.signed("POST", api.PUSH, b"")
    )
    assert answer.status == 413


def test_a_body_that_is_compressed_is_not_unpacked(lab: Workstation) -> None:
    push = encode(api.Push(version=1, store_id=lab.store_id, operations=()))
    body = gzip.compress(push + bytes(50 * 2**20))
    answer = lab.ask("POST", api.PUSH, body, lab.signed("POST", api.PUSH, body) | {"Content-Encoding": "gzip"})
    assert (answer.status, answer.error.code) == (400, "bad_request")


def test_few_bytes_do_not_become_many_numbers(lab: Workstation) -> None:
    """Each would unpack to 16 MB: it is refused by what it claims, and the rest goes on."""
    closed = lab.battle()
    for operation in list(lab.operations):
        if operation.kind == "turn":
            body = decode(operation.body, TurnBody)
            swollen = structs.replace(body.left, inference_seconds=np.zeros(4_000_000, np.float32))
            lab.note_operation("turn", new_id(), structs.replace(body, left=swollen))
    lab.note(closed, decode(lab.last("turn").body, TurnBody).turn.turn_id)
    verdicts = lab.push().verdicts
    assert [each.verdict for each in verdicts] == ["applied"] * 5 + ["rejected", "applied"]
    assert "larger than" in verdicts[5].reason


def test_a_store_of_a_program_takes_nothing_from_workstations(lab: Workstation) -> None:
    lab.store_id = "api-0192"
    lab.battle()
    assert (lab.pushed().status, lab.pushed().error.code) == (400, "bad_request")
    assert lab.ask("POST", api.ENROL, encode(_enrolment(lab))).status == 400


def test_json_bodies_have_a_limit_too(visitor: Asking, central: Service) -> None:
    new = {"robot_id": "panda", "scene_id": "table", "evaluator": "x" * 200_000}
    answer = visitor.json("POST", "/api/sessions/init", new, token(central, "record"))
    assert answer.status == 413


def test_a_revoked_device_does_nothing_until_it_is_allowed_again(lab: Workstation) -> None:
    rows(lab.service, lambda c: devices.revoke_device(c, lab.device_id))
    assert (lab.pushed([]).status, lab.pushed([]).error.code) == (403, "forbidden")
    refused = lab.ask("POST", api.ENROL, encode(_enrolment(lab)))
    assert refused.status == 403
    rows(lab.service, lambda c: devices.allow_device(c, lab.device_id))
    assert lab.pushed([]).status == 200


def _enrolment(lab: Workstation) -> api.Enrol:
    return api.Enrol(token=token(lab.service), public_key=lab.key.public, name="lab", store_id=lab.store_id)


def test_enrolling_needs_a_valid_token_of_that_scope(visitor: Asking, central: Service) -> None:
    newcomer = Workstation(central)
    revoked_id, revoked = rows(central, lambda c: devices.create_token(c, "old", ["enrol"]))
    rows(central, lambda c: devices.revoke_token(c, revoked_id))
    expired_id, expired = rows(central, lambda c: devices.create_token(c, "short", ["enrol"], days=1))
    past = text("UPDATE tokens SET expires_at = now() WHERE token_id = :name")
    rows(central, lambda c: c.execute(past, {"name": expired_id}))
    for told, status in ((revoked, 401), (expired, 401), ("vlaa_" + "x" * 43, 401), (token(central, "record"), 403)):
        enrolment = api.Enrol(token=told, public_key=newcomer.key.public, name="n", store_id=newcomer.store_id)
        assert visitor.ask("POST", api.ENROL, encode(enrolment)).status == status
    newcomer.close()


def test_tokens_rest_as_hashes_and_stand_in_no_log(lab: Workstation, central: Service) -> None:
    told = token(central)
    lab.enrol(told)
    kept = rows(central, lambda c: str(c.execute(text("SELECT tokens::text FROM tokens")).scalars().all()))
    assert told not in kept
    assert told not in central.log.read_text()


def test_what_operators_and_devices_do_is_audited_for_good(lab: Workstation) -> None:
    statement = text("SELECT action FROM audit WHERE subject = :name")
    actions = rows(lab.service, lambda c: c.execute(statement, {"name": lab.device_id}).scalars().all())
    assert list(actions) == ["device_enrolled"]
    for table in ("audit", "op_log"):
        with pytest.raises(Exception, match="only grows"):
            rows(lab.service, lambda c, table=table: c.execute(text(f"DELETE FROM {table}")))


def test_logs_are_json_without_bodies(lab: Workstation) -> None:
    lab.battle("wombat-55", "numbat-66")
    lab.push()
    lab.push([])  # a line is written after its answer: that of the first is there by now
    lines = lab.service.log.read_text().splitlines()
    told = [msgspec.json.decode(line) for line in lines if line.startswith("{")]
    answered = [line for line in told if line.get("route") == api.PUSH]
    assert any(each | {"status": 200, "device": lab.device_id} == each for each in answered)
    assert not any("wombat-55" in line for line in lines)
