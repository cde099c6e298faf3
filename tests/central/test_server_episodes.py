"""Episodes: exact bytes under their SHA-256, in MongoDB first, then as pointers in PostgreSQL."""

from __future__ import annotations

import asyncio

from central.servers import Mongo, Service
from central.workstations import Asking, Workstation, rows
from sqlalchemy import text

from scenes.codec import encode
from scenes.episode import episode_id, read_episode
from sync import api
from sync.operations import range_digest, sign
from sync.server.documents import Documents
from sync.server.pointers import reconcile
from sync.server.postgres import engine_for


def statuses(service: Service, names: set[str]) -> set[str]:
    statement = text("SELECT DISTINCT status FROM episodes WHERE episode_id = ANY(:names)")
    return set(rows(service, lambda c: c.execute(statement, {"names": sorted(names)}).scalars().all()))


def reconciled(service: Service) -> tuple[int, int]:
    """What a reconciliation found and missed."""
    engine = engine_for(service.environment["VLAARENA_CENTRAL_DATABASE_URL"])

    async def run() -> tuple[int, int]:
        documents = Documents(
            service.environment["VLAARENA_CENTRAL_MONGO_URL"], service.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]
        )
        try:
            return await reconcile(engine, documents)
        finally:
            await documents.close()

    try:
        return asyncio.run(run())
    finally:
        engine.dispose()


def test_wanted_episodes_are_stored_and_wanted_no_more(lab: Workstation) -> None:
    lab.battle()
    assert set(lab.push().wanted_episodes) == set(lab.episodes)
    stored = lab.upload()
    assert (set(stored.stored), stored.refused) == (set(lab.episodes), ())
    assert lab.push([]).wanted_episodes == ()
    assert statuses(lab.service, set(lab.episodes)) == {"stored"}


def test_the_same_episode_again_is_success(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    lab.upload()
    assert set(lab.upload().stored) == set(lab.episodes)


def test_bytes_that_have_another_sha256_are_refused_alone(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    good, bad = lab.episodes
    lab.episodes[bad] += b"\0"
    stored = lab.upload()
    assert stored.stored == (good,)
    assert [each.episode_id for each in stored.refused] == [bad]


def test_bytes_that_are_no_episode_are_refused(lab: Workstation) -> None:
    content = encode({"not": "an episode"})
    lab.episodes[episode_id(content)] = content
    stored = lab.upload()
    assert (stored.stored, len(stored.refused)) == ((), 1)


def test_a_vote_counts_once_its_episodes_are_stored(lab: Workstation, visitor: Asking) -> None:
    closed = lab.battle()
    lab.push()
    assert visitor.json("GET", f"/api/battles/{closed.battle_id}").json["provisional"] is True
    before = visitor.json("GET", "/health").json["provisional_votes"]
    lab.upload()
    assert "provisional" not in visitor.json("GET", f"/api/battles/{closed.battle_id}").json
    assert visitor.json("GET", "/health").json["provisional_votes"] == before - 1


def test_documents_tell_what_an_episode_is_used_for(lab: Workstation, mongo: Mongo) -> None:
    closed = lab.battle()
    lab.push()
    lab.upload()
    turn_id = lab.last("turn").record_id
    with mongo.client() as client:
        episodes = client[lab.service.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]]["episodes"]
        (found,) = episodes.find({"uses.battle_id": closed.battle_id, "uses.side": "left"})
        assert found["uses"] == [
            {"session_id": closed.session_id, "battle_id": closed.battle_id, "turn_id": turn_id, "side": "left"}
        ]
        assert [run["model_id"] for run in found["runs"]] == ["alpha"]
        assert found["metrics"]["steps"] == 2
        names = {index["name"] for index in episodes.list_indexes()}
    assert {"episode_of_a_side", "episode_of_a_turn", "episodes_of_a_session", "runs_of_a_model"} <= names


def test_reading_an_episode_gives_actions_and_states_or_the_exact_bytes(lab: Workstation, visitor: Asking) -> None:
    lab.battle()
    lab.push()
    lab.upload()
    name = next(iter(lab.episodes))
    told = visitor.json("GET", f"/api/episodes/{name}").json
    trajectory = read_episode(lab.episodes[name]).trajectory
    assert [len(told["actions"]), len(told["states"])] == [2, 3]
    assert told["states"][1]["qpos"] == trajectory.component("qpos")[1].tolist()
    assert told["states"][2]["time"] == 0.2
    exact = visitor.ask("GET", f"/api/episodes/{name}", headers={"Accept": "application/octet-stream"})
    assert exact.body == lab.episodes[name]


def test_an_episode_of_no_closed_battle_is_not_told(lab: Workstation, visitor: Asking) -> None:
    lab.battle()
    lab.upload()
    answer = visitor.json("GET", f"/api/episodes/{next(iter(lab.episodes))}")
    assert (answer.status, answer.error.code) == (404, "not_found")


def test_a_crash_between_the_databases_is_repaired(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    lab.upload()
    forget = text("UPDATE episodes SET status = 'expected' WHERE episode_id = ANY(:names)")
    rows(lab.service, lambda c: c.execute(forget, {"names": list(lab.episodes)}).rowcount)
    found, lost = reconciled(lab.service)
    assert (found, lost) >= (2, 0)
    assert statuses(lab.service, set(lab.episodes)) == {"stored"}


def test_an_episode_that_mongodb_lost_is_wanted_again(lab: Workstation, mongo: Mongo) -> None:
    lab.battle()
    lab.push()
    lab.upload()
    gone = next(iter(lab.episodes))
    with mongo.client() as client:
        episodes = client[lab.service.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]]["episodes"]
        episodes.delete_one({"_id": gone})
    assert reconciled(lab.service)[1] == 1
    assert lab.push([]).wanted_episodes == (gone,)
    assert lab.upload([gone]).stored == (gone,)


def test_verify_finds_the_ranges_that_differ(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    digests = [sign(each, lab.key).digest for each in lab.operations]
    ranges = (
        api.Range(1, 3, range_digest(digests[:3])),
        api.Range(4, 5, range_digest(digests[3:][::-1])),
        api.Range(5, 6, range_digest(digests[4:])),
    )
    answer = lab.send(api.VERIFY, api.Verify(version=1, store_id=lab.store_id, ranges=ranges))
    verified = answer.record(api.Verified)
    assert verified.differing == (api.Span(4, 5), api.Span(5, 6))
    assert verified.last_seq == 5
