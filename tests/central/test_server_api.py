"""The roadmap's routes: reading is for everybody; programs with a token record battles, blind until the vote."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from arena_samples import card, episode
from central.servers import Mongo, Service
from central.workstations import Asking, Workstation, rows, token
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text

from scenes.codec import decode
from scenes.seal import derived
from sync.blindness import commitment
from sync.records import Sides
from sync.server import registry
from sync.server.envelopes import PURPOSE
from sync.server.routes import state

CANARIES = ("quokka-91", "axolotl-72")
NEW = {"robot_id": "panda", "scene_id": "table", "evaluator": "a program"}
PLACES = (
    *(
        "/api/battles/{0}",
        "/battles/{0}",
        "/api/episodes/{1}",
        "/sheets/{1}",
        "/api/leaderboard",
        "/health",
        "/metrics",
    ),
    *("/docs", "/docs/openapi.json", "/changelog", "/method", "/feed.atom"),
)


@pytest.fixture(scope="module")
def program(central: Service) -> str:
    """The token of a program that may record; two models are registered."""
    rows(central, lambda c: registry.register(c, [card(name) for name in CANARIES]))
    return token(central, "record")


def begun(visitor: Asking, program: str, **changes: Any) -> Any:
    answer = visitor.json("POST", "/api/sessions/init", NEW | changes, program)
    assert answer.status == 201, answer.body
    return answer.json


def uploaded(visitor: Asking, program: str, variant: int) -> str:
    headers = {"Authorization": f"Bearer {program}", "Content-Type": "application/octet-stream"}
    answer = visitor.ask("POST", "/api/episodes", episode(variant=variant).to_bytes(), headers)
    assert answer.status == 201, answer.body
    return answer.json["episode_id"]


def turn(visitor: Asking, program: str, battle_id: str) -> Any:
    left, right = uploaded(visitor, program, 1), uploaded(visitor, program, 2)
    new = {"instruction": episode().instruction, "left_episode_id": left, "right_episode_id": right}
    return visitor.json("POST", f"/api/battles/{battle_id}/turns", new, program)


def test_a_recorded_battle_becomes_ordinary_operations(visitor: Asking, program: str, central: Service) -> None:
    begun_ = begun(visitor, program)
    assert turn(visitor, program, begun_["battle_id"]).status == 201
    revealed = visitor.json("POST", "/api/votes", {"battle_id": begun_["battle_id"], "vote": "tie"}, program).json
    names = (revealed["left_model_id"], revealed["right_model_id"])
    assert sorted(names) == sorted(CANARIES)
    assert commitment(revealed["nonce"], *names) == begun_["commitment"]
    statement = text("SELECT kind FROM op_log WHERE store_id LIKE 'api-%' ORDER BY position DESC LIMIT 5")
    kinds = rows(central, lambda c: c.execute(statement).scalars().all())
    assert list(kinds) == ["vote", "turn", "battle", "session", "evaluator"]
    told = visitor.json("GET", f"/api/battles/{begun_['battle_id']}").json
    assert (told["left_model_id"], told["votes"][0]["vote"]) == (names[0], "tie")


def test_no_model_of_an_open_battle_leaves_the_service(visitor: Asking, program: str, central: Service) -> None:
    battle_id = begun(visitor, program)["battle_id"]
    turn(visitor, program, battle_id)
    for path in (f"/api/battles/{battle_id}", "/api/leaderboard", "/health", "/metrics"):
        answer = visitor.json("GET", path)
        assert answer.status == 200
        assert not any(name.encode() in answer.body for name in CANARIES), path
    assert "left_model_id" not in visitor.json("GET", f"/api/battles/{battle_id}").json
    statement = text("SELECT battle FROM open_battles WHERE battle_id = :name")
    resting = bytes(rows(central, lambda c: c.execute(statement, {"name": battle_id}).scalar_one()))
    assert not any(name.encode() in resting for name in CANARIES)
    assert not any(name in central.log.read_text() for name in CANARIES)


def test_nothing_that_is_said_or_kept_on_the_way_to_a_vote_names_its_models(
    visitor: Asking, program: str, central: Service, mongo: Mongo
) -> None:
    opened = visitor.json("POST", "/api/sessions/init", NEW, program)
    battle_id = opened.json["battle_id"]
    kept = uploaded(visitor, program, 3)
    other = {"instruction": "another", "left_episode_id": kept, "right_episode_id": kept}
    said = [
        opened,
        turn(visitor, program, battle_id),
        visitor.json("POST", f"/api/battles/{battle_id}/turns", other, program),
        visitor.json("POST", f"/api/battles/{battle_id}/turns", {"left": 1}, program),
        visitor.json("POST", "/api/votes", {"battle_id": battle_id, "vote": "neither"}, program),
        visitor.json("POST", "/api/votes", {"battle_id": battle_id, "vote": "tie"}, token(central, "record")),
        visitor.json("POST", "/api/sessions/init", NEW | {"robot_id": "nobody"}, program),
        *(visitor.ask("GET", path.format(battle_id, kept)) for path in PLACES),
    ]
    assert {answer.status for answer in said} == {200, 201, 400, 404}
    for answer in said:
        assert not any(name.encode() in answer.body + str(answer.headers).encode() for name in CANARIES), answer
    kept_rows = "SELECT 1 FROM {} t WHERE t::text LIKE '%' || :name || '%'"
    registered = "(SELECT * FROM audit WHERE action <> 'model_registered')"  # that is for everybody
    for table in (registered, "open_battles", "worker_status", "buckets", "op_quarantine"):
        statement = text(kept_rows.format(table))
        assert not any(rows(central, lambda c, s=statement, n=n: c.execute(s, {"name": n}).all()) for n in CANARIES)
    with mongo.client() as client:
        document = client[central.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]].episodes.find_one({"_id": kept})
    assert document is not None
    assert (document["runs"], document["uses"]) == ([], [])


def test_a_drawn_pair_is_told_to_the_daemon_alone(visitor: Asking, program: str) -> None:
    key = X25519PrivateKey.generate()
    told = begun(visitor, program, daemon_key=base64.b64encode(key.public_key().public_bytes_raw()).decode())
    sealed = base64.b64decode(told["sealed"])
    shared = key.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
    padded = AESGCM(derived(shared, PURPOSE)).decrypt(sealed[32:44], sealed[44:], told["battle_id"].encode())
    sides = decode(padded[4 : 4 + int.from_bytes(padded[:4], "big")], Sides)
    assert sorted((sides.left_model_id, sides.right_model_id)) == sorted(CANARIES)


def test_a_second_vote_is_refused(visitor: Asking, program: str) -> None:
    battle_id = begun(visitor, program)["battle_id"]
    turn(visitor, program, battle_id)
    ballot = {"battle_id": battle_id, "vote": "left_better"}
    assert visitor.json("POST", "/api/votes", ballot, program).status == 201
    again = visitor.json("POST", "/api/votes", ballot, program)
    assert (again.status, again.error.code) == (409, "conflict")
    late = turn(visitor, program, battle_id)
    assert (late.status, late.error.code) == (409, "conflict")


def test_a_vote_without_a_turn_is_refused(visitor: Asking, program: str) -> None:
    ballot = {"battle_id": begun(visitor, program)["battle_id"], "vote": "tie"}
    assert visitor.json("POST", "/api/votes", ballot, program).status == 409


def test_battles_of_another_token_are_not_found(visitor: Asking, program: str, central: Service) -> None:
    battle_id = begun(visitor, program)["battle_id"]
    other = token(central, "record")
    assert turn(visitor, other, battle_id).status == 404


@pytest.mark.parametrize("path", ["/api/sessions/init", "/api/votes", "/api/battles/x/turns", "/api/episodes"])
def test_recording_needs_a_token_with_its_scope(visitor: Asking, central: Service, path: str) -> None:
    assert visitor.json("POST", path, {}).status == 401
    assert visitor.json("POST", path, {}, "vlaa_made-up").status == 401
    assert visitor.json("POST", path, {}, token(central, "enrol")).status == 403


def test_models_are_told_by_their_cards(visitor: Asking, program: str) -> None:
    told = visitor.json("GET", "/api/models").json
    assert {model["model_id"] for model in told} >= set(CANARIES)
    assert {model["organization"] for model in told} == {"Lab"}


def test_the_leaderboard_is_not_sent_twice_to_who_has_it(visitor: Asking, program: str) -> None:
    first = visitor.json("GET", "/api/leaderboard")
    assert (first.status, first.json["robot_id"]) == (200, None)
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = visitor.ask("GET", "/api/leaderboard", headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag), known
    assert visitor.ask("GET", "/api/leaderboard", headers={"If-None-Match": '"x"'}).status == 200


def test_nothing_that_anybody_may_read_links_the_votes_of_an_evaluator(visitor: Asking, lab: Workstation) -> None:
    battle = lab.battle()
    lab.push()
    lab.upload()
    told = visitor.json("GET", f"/api/battles/{battle.battle_id}")
    assert told.json["votes"][0]["vote"]
    assert lab.session is not None
    hers = (lab.evaluator.evaluator_id, lab.evaluator.name, lab.session.session_id)
    episodes = [f"/api/episodes/{name}" for name in lab.episodes]
    for path in (f"/api/battles/{battle.battle_id}", f"/battles/{battle.battle_id}", *episodes):
        answer = visitor.ask("GET", path)
        assert answer.status == 200
        assert not [word for word in hers if word.encode() in answer.body], path


def test_every_route_is_documented(visitor: Asking) -> None:
    paths = set(visitor.json("GET", "/docs/openapi.json").json["paths"])
    assert {"/api/sessions/init", "/api/votes", "/v1/sync/push", "/v1/registry", "/health"} <= paths


def test_the_interface_is_shown_without_scripts_and_without_anybody_else(visitor: Asking) -> None:
    page = visitor.ask("GET", "/docs")
    text = page.body.decode()
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"] == visitor.ask("GET", "/health").headers["Content-Security-Policy"]
    assert not re.findall(r"<script|<iframe|\sstyle=|\son\w+=|javascript:|//[\w.-]+\.\w+", text)
    told = visitor.json("GET", "/docs/openapi.json").json
    for path, methods in told["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r'id="([^"]+)"', text))
    assert {"record-NewVote", "record-ErrorBody"} <= links


def test_answers_keep_browsers_from_mistakes(visitor: Asking) -> None:
    for path in ("/health", "/docs", "/docs/openapi.json", "/", "/nowhere"):
        headers = visitor.ask("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script" not in headers["Content-Security-Policy"]


def test_metrics_are_told_to_who_is_inside_or_has_a_token_for_them(visitor: Asking, central: Service) -> None:
    assert b"vlaarena_requests_total" in visitor.ask("GET", "/metrics").body
    through_a_proxy = {"X-Forwarded-For": "10.0.0.7"}
    assert visitor.ask("GET", "/metrics", headers=through_a_proxy).status == 401
    for scope, status in (("record", 403), ("admin", 200)):
        shown = through_a_proxy | {"Authorization": f"Bearer {token(central, scope)}"}
        assert visitor.ask("GET", "/metrics", headers=shown).status == status


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("::1", True), ("172.18.0.5", True), ("fe80::1%eth0", True), ("93.184.215.14", False),
     ("2606:2800::1", False), ("unknown", False), ("", False)],
)  # fmt: skip
def test_who_is_inside_is_told_by_the_address(host: str, inside: bool) -> None:
    assert state._is_inside(host) is inside
