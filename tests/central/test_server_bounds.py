"""Few bytes never become much memory, and no text is taken that no database keeps."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from arena_samples import card, episode
from central.servers import Mongo, Service
from central.workstations import Asking, Workstation, rows, token
from sqlalchemy import text

from scenes.codec import decode, encode
from scenes.episode import Episode, episode_id
from scenes.errors import BadInput
from sync import api
from sync.keys import SigningKey
from sync.operations import MAX_INFERENCES, TurnBody, sign
from sync.server import reading, registry
from sync.server.episodes_in import UNASKED
from sync.server.opening import opened
from sync.server.plausible import MAX_PUSH_ARRAYS, MAX_STEPS
from sync.server.refusals import RequestRefused


def swollen(lab: Workstation, inferences: int) -> None:
    """Let the last turn's runs claim so many inferences; all of them zero, so that they take no room on the way."""
    place = max(place for place, each in enumerate(lab.operations) if each.kind == "turn")
    body = decode(lab.operations[place].body, TurnBody)
    times = np.zeros(inferences, np.float32)
    left, right = (msgspec.structs.replace(run, inference_seconds=times) for run in (body.left, body.right))
    grown = encode(msgspec.structs.replace(body, left=left, right=right))
    lab.operations[place] = msgspec.structs.replace(lab.operations[place], body=grown)


def test_a_run_of_countless_inferences_is_rejected_alone(central: Service, lab: Workstation) -> None:
    lab.battle()
    lab.battle()
    swollen(lab, MAX_INFERENCES + 1)
    found = lab.push().verdicts
    assert [each.verdict for each in found] == ["applied"] * 6 + ["rejected"] * 2
    kept = text("SELECT count(*) FROM op_quarantine WHERE op_id = :name")
    assert rows(central, lambda c: c.execute(kept, {"name": found[6].op_id}).scalar()) == 1


def test_a_run_of_as_many_inferences_as_there_may_be_is_taken(lab: Workstation) -> None:
    lab.battle()
    swollen(lab, MAX_INFERENCES)
    assert [each.verdict for each in lab.push().verdicts] == ["applied"] * 5


def test_opening_a_push_takes_no_more_memory_than_it_may(central: Service) -> None:
    """The 43 KB that took a gigabyte, a full push of them, and one of runs that each are as long as they may be."""
    lab = Workstation(central, key=SigningKey.generate())
    lab.battle()
    swollen(lab, MAX_INFERENCES)
    longest = lab.operations[3]
    swollen(lab, 16 * 2**20 - 2)
    for operation, word in ((lab.operations[3], "rejected"), (longest, "too_large")):
        signed = [sign(msgspec.structs.replace(operation, seq=seq, op_id=_id(seq)), lab.key) for seq in range(1, 401)]
        push = api.Push(version=api.VERSION, store_id=lab.store_id, operations=tuple(signed))
        tracemalloc.start()
        try:
            assert _opening(push) == word
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < MAX_PUSH_ARRAYS + 16 * 2**20


def _opening(push: api.Push) -> str:
    """What becomes of all its operations."""
    try:
        found = opened(push)
    except RequestRefused as refused:
        return refused.body.code
    return "rejected" if {each.body for each in found} == {None} else "opened"


def _id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


@pytest.mark.parametrize(
    "grown",
    [
        lambda e: {"trajectory": msgspec.structs.replace(e.trajectory, states=np.zeros((2**23, 1)))},
        lambda e: {"trajectory": msgspec.structs.replace(e.trajectory, states=np.zeros((2**40, 0)))},
        lambda e: {"raw_actions": np.zeros((MAX_STEPS + 1, 0), np.float32)},
        lambda e: {"processed_actions": np.zeros((2**40, 0))},
    ],
)
def test_an_episode_that_grows_when_it_is_opened_is_refused(
    lab: Workstation, grown: Callable[[Episode], dict[str, object]]
) -> None:
    honest = episode(variant=7)
    content = msgspec.structs.replace(honest, **grown(honest)).to_bytes()
    assert len(content) < 20_000
    lab.new_episode = lambda: content
    lab.battle()
    lab.push()
    refused = lab.upload().refused
    assert [each.episode_id for each in refused] == [episode_id(content)]


def test_an_episode_of_more_numbers_than_anybody_reads_is_not_told_in_json() -> None:
    honest = episode(variant=1)
    long = msgspec.structs.replace(honest, processed_actions=np.zeros((MAX_STEPS, 300)))
    with pytest.raises(BadInput, match="JSON"):
        reading.episode_told("x", long)


def test_a_nul_in_a_text_is_refused_before_any_database_sees_it(central: Service, lab: Workstation) -> None:
    lab.battle()
    session = msgspec.structs.replace(lab.sit(), comment="no \0 in text")
    lab.note_operation("session", session.session_id, session, 2)
    lab.battle("beta", "gamma")
    found = lab.push().verdicts
    assert [each.verdict for each in found] == ["applied"] * 5 + ["rejected"] + ["applied"] * 3
    assert "NUL" in found[5].reason


def stored(central: Service, names: list[str]) -> set[str]:
    found = text("SELECT episode_id FROM episodes WHERE status = 'stored' AND episode_id = ANY(:names)")
    return rows(central, lambda c: set(c.execute(found, {"names": names}).scalars()))


def test_episodes_that_no_turn_needs_are_refused_until_one_does(central: Service, lab: Workstation) -> None:
    lab.battle()
    needed = list(lab.episodes)
    for variant in range(3):
        content = episode(variant=2**30 + variant).to_bytes()
        lab.episodes[episode_id(content)] = content
    early = lab.upload()
    assert (early.stored, {each.reason for each in early.refused}) == ((), {UNASKED})
    assert stored(central, list(lab.episodes)) == set()
    lab.push()
    late = lab.upload()
    assert sorted(late.stored) == sorted(needed)
    assert {each.episode_id for each in late.refused} == set(lab.episodes) - set(needed)


def test_what_a_program_uploads_and_never_uses_is_forgotten(
    central: Service, lab: Workstation, visitor: Asking, mongo: Mongo
) -> None:
    """An episode of a turn stays, also of a battle that is open; one that is young stays, too."""
    rows(central, lambda c: registry.register(c, [card("ibis"), card("rook")]))
    program = token(central, "record")
    headers = {"Authorization": f"Bearer {program}", "Content-Type": "application/octet-stream"}
    names = []
    for variant in range(5):
        content = episode(variant=2**31 + variant).to_bytes()
        names.append(visitor.ask("POST", "/api/episodes", content, headers).json["episode_id"])
    new = {"robot_id": "panda", "scene_id": "table", "evaluator": "a program"}
    battle_id = visitor.json("POST", "/api/sessions/init", new, program).json["battle_id"]
    turn = {"instruction": episode().instruction, "left_episode_id": names[0], "right_episode_id": names[1]}
    assert visitor.json("POST", f"/api/battles/{battle_id}/turns", turn, program).status == 201
    lab.battle()
    lab.push()
    lab.upload()
    old = text("UPDATE episodes SET stored_at = now() - interval '60 days' WHERE episode_id <> :young")
    rows(central, lambda c: c.execute(old, {"young": names[4]}))
    assert central.command("worker", "--once", "expiry").returncode == 0
    assert stored(central, [*names, *lab.episodes]) == {*names[:2], names[4], *lab.episodes}
    with mongo.client() as client:
        kept = client[central.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]]["episodes"].distinct("_id")
    assert set(names) & set(kept) == {*names[:2], names[4]}
