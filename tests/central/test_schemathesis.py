"""The OpenAPI document and the service agree: whatever anybody asks, or who may, is answered as documented."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from arena_samples import card, episode
from central.servers import Service
from central.workstations import Asking, Workstation, rows, token
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.serialization import Binary

from scenes.codec import digest, encode
from sync import api
from sync.keys import SigningKey
from sync.offers import OFFER, Offer
from sync.server import registry

SOAKING = bool(os.environ.get("VLAARENA_SOAK"))
EXAMPLES = 150 if SOAKING else 4
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
TOLD = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
Known = dict[str, list[str]]


@schemathesis.serializer(api.CONTENT_TYPE, "image/png")
def bytes_as_they_are(_: Any, value: Any) -> bytes:
    """A body that is bytes already; another one as MessagePack."""
    told = value.data if isinstance(value, Binary) else value
    return told if isinstance(told, bytes) else msgspec.msgpack.encode(told)


@pytest.fixture(scope="module")
def central(stopped_central: Service) -> Service:
    generous = dict.fromkeys(("ADDRESS_RATE", "ADDRESS_BURST", "DEVICE_RATE", "DEVICE_BURST", "ENROL_RATE"), "100000")
    stopped_central.start(**{f"VLAARENA_CENTRAL_{name}": value for name, value in generous.items()})
    rows(stopped_central, lambda c: registry.register(c, [card("ibis"), card("rook")]))
    return stopped_central


@pytest.fixture
def programs_token(central: Service) -> str:
    return token(central, "record")


@pytest.fixture
def schema(central: Service) -> Any:
    return schemathesis.openapi.from_url(f"{central.url}/docs/openapi.json")


@pytest.fixture
def known(lab: Workstation, visitor: Asking, programs_token: str) -> Known:
    """Ids that lead somewhere: of a closed battle and its episodes, of an open one."""
    closed = lab.battle()
    lab.push()
    lab.upload()
    new = {"robot_id": "panda", "scene_id": "table", "evaluator": "a program"}
    opened = visitor.json("POST", "/api/sessions/init", new, programs_token).json["battle_id"]
    bearer = {"Authorization": f"Bearer {programs_token}"}
    kept = visitor.ask("POST", "/api/episodes", episode(variant=9).to_bytes(), bearer).json["episode_id"]
    return {
        "battle_id": [closed.battle_id, opened],
        "episode_id": [*lab.episodes, kept],
        "left_episode_id": [kept],
        "right_episode_id": [kept],
        "sha256": [digest(b"")],
        "robot_id": ["panda"],
        "instruction": [episode().instruction],
    }


def informed(told: Any, known: Known, choose: st.DataObject) -> Any:
    """Values that were made up, some replaced by those that lead somewhere."""
    if not isinstance(told, dict):
        return told
    names = [name for name in told if name in known]
    return told | {name: choose.draw(st.sampled_from([told[name], *known[name], *known[name]])) for name in names}


def bodies(lab: Workstation, path: str) -> st.SearchStrategy[bytes]:
    """What a device might send here: what belongs here, what belongs elsewhere, either spoiled, and anything."""
    enrol = api.Enrol(token=token(lab.service), public_key=SigningKey.generate().public, name="x", store_id="store")
    records = {
        api.PUSH: api.Push(version=1, store_id=lab.store_id, operations=()),
        api.EPISODES: api.Episodes(version=1, episodes=(api.EpisodeUpload("0" * 64, b"x"),)),
        api.VERIFY: api.Verify(version=1, store_id=lab.store_id, ranges=(api.Range(1, 5, bytes(32)),)),
        OFFER: Offer(version=1, sheets=(), bundles=("0" * 64,)),
        api.ENROL: enrol,
    }
    right, any_of_them = st.just(encode(records.get(path, enrol))), st.sampled_from([*map(encode, records.values())])
    spoiled = st.builds(lambda told, cut, more: told[:cut] + more, right, st.integers(0, 200), st.binary(max_size=9))
    return st.sampled_from([right, right, any_of_them, spoiled, st.binary(max_size=300)]).flatmap(lambda each: each)


@pytest.fixture
def asked(schema: Any, central: Service) -> Iterator[Counter[tuple[str, int]]]:
    found: Counter[tuple[str, int]] = Counter()
    yield found
    print(f"{sum(found.values())} requests:", *(f"{path} {status}: {n}" for (path, status), n in sorted(found.items())))


def test_whatever_is_asked_is_answered_as_documented(
    schema: Any, central: Service, lab: Workstation, programs_token: str, known: Known, asked: Counter[tuple[str, int]]
) -> None:
    session = requests.Session()
    good = {"Authorization": f"Bearer {programs_token}"}
    bearers = st.sampled_from([good, good, good, {}, {"Authorization": "Bearer x"}])

    def ask_once(case: Any, choose: st.DataObject) -> None:
        case.path_parameters = informed(case.path_parameters, known, choose)
        case.body = informed(case.body, known, choose)
        sent: dict[str, Any] = {"headers": choose.draw(bearers)}
        if case.operation.path.startswith("/v1/") and choose.draw(st.integers(0, 3)):
            sent |= signed(case, choose)
        answer = case.call(base_url=central.url, session=session, **sent)
        asked[case.operation.path, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    def signed(case: Any, choose: st.DataObject) -> dict[str, Any]:
        """The request under a device's signature, which nothing that was made up replaces."""
        case.body = choose.draw(bodies(lab, case.operation.path)) if case.method != "GET" else b""
        case.headers, case.query, case.cookies = {}, {}, {}
        case.media_type = case.media_type or api.CONTENT_TYPE
        headers = lab.signed(case.method, case.formatted_path, case.body) | {"Content-Type": case.media_type}
        return {"headers": headers, "data": case.body}

    for found in schema.get_all_operations():
        for mode in MODES:
            made_up = found.ok().as_strategy(generation_mode=mode)
            with contextlib.suppress(Unsatisfiable):  # bytes have no opposite
                TOLD(given(case=made_up, choose=st.data())(lambda case, choose: ask_once(case, choose)))()
    session.close()
    deep = {(path, 200) for path in (api.PUSH, api.VERIFY, api.EPISODES, api.PULL, "/api/battles/{battle_id}")}
    assert len(deep & set(asked)) >= (len(deep) if SOAKING else 3), asked


UNTOLD = (
    (500, "application/json", b'{"code": "unavailable", "message": ""}', "Server error"),
    (418, "application/json", b"{}", "Undocumented status code"),
    (200, "text/html", b"[]", "Undocumented Content-Type"),
    (200, "application/json", b'[{"model_id": 1}]', "Response violates schema"),
)


@pytest.mark.parametrize(("status", "kind", "body", "noticed"), UNTOLD)
def test_an_answer_that_is_not_documented_is_noticed(
    schema: Any, central: Service, status: int, kind: str, body: bytes, noticed: str
) -> None:
    case, answer = schema["/api/models"]["GET"].Case(), requests.get(f"{central.url}/api/models", timeout=60)
    answer.status_code, answer.raw.headers["Content-Type"], answer._content = status, kind, body
    with pytest.raises(FailureGroup) as told:
        case.validate_response(answer, checks=CHECKS)
    assert any(noticed in f"{each.title} {each}" for each in told.value.exceptions), told.value.exceptions
