"""The worker: one job at a time whoever asks, boards that follow from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import msgspec
import pytest
from central.servers import Service
from central.workstations import Asking, Workstation, rows
from sqlalchemy import text

from scenes.codec import encode
from scenes.errors import BadInput
from sync import api
from sync.api import open_snapshot
from sync.operations import sign
from sync.records import Vote
from sync.server import deferred, jobs, opening, snapshots
from sync.server import rows as service_rows
from sync.server.centre import server_key
from sync.server.jobs import Work, run
from sync.server.postgres import engine_for, transaction
from sync.server.settings import CentralSettings, central_settings
from sync.server.standings import standings
from sync.server.worker import work_until_stopped

DAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def work(central: Service) -> Iterator[Work]:
    engine = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], 4)
    settings = CentralSettings(
        mongo_url=central.environment["VLAARENA_CENTRAL_MONGO_URL"],
        mongo_database=central.environment["VLAARENA_CENTRAL_MONGO_DATABASE"],
    )
    yield Work(settings, central.home, engine)
    engine.dispose()


def played(lab: Workstation) -> None:
    for left, right, choice in (
        ("alpha", "beta", "left_better"),
        ("gamma", "alpha", "right_better"),
        ("beta", "gamma", "tie"),
        ("alpha", "gamma", "both_bad"),
    ):
        lab.battle(left, right, choice)
    lab.push()
    lab.upload()


def board(work: Work) -> api.PulledBoard:
    return transaction(work.engine, lambda c: snapshots.latest(c)).board


def test_the_board_is_the_one_of_the_workstations_own_log(lab: Workstation, work: Work) -> None:
    played(lab)
    assert run(work, "ratings") == "done"
    votes = [msgspec.msgpack.decode(each.body, type=Vote) for each in lab.operations if each.kind == "vote"]
    everyone = transaction(work.engine, lambda c: c.execute(text("SELECT count(DISTINCT vote_id) FROM votes")).scalar())
    found = board(work)
    assert found.votes == len(votes) == everyone
    assert encode(found.rows) == encode(standings(votes).rows)


def test_a_pulled_board_is_signed_by_the_key_told_at_enrolment(lab: Workstation, work: Work) -> None:
    played(lab)
    run(work, "ratings")
    answer = lab.pull()
    snapshot = answer.record(api.Snapshot)
    assert open_snapshot(snapshot, lab.enrol().server_key) == board(work)
    assert answer.headers["ETag"] == api.etag_of(snapshot.content)
    assert lab.pull(answer.headers["ETag"]).status == 304


def test_the_log_alone_gives_the_same_snapshot_again(lab: Workstation, work: Work) -> None:
    played(lab)
    lab.vote_again(4, withdrawn=True)
    lab.push(lab.operations[-1:])
    run(work, "ratings")
    before = board(work)
    count = transaction(work.engine, deferred.rebuild)
    logged = transaction(work.engine, lambda c: c.execute(text("SELECT count(*) FROM op_log")).scalar())
    assert count == logged
    after = transaction(work.engine, snapshots.compute)
    assert after.snapshot_id == before.snapshot_id
    assert encode(after) == encode(before)


def test_the_same_votes_publish_no_second_snapshot(lab: Workstation, work: Work) -> None:
    played(lab)
    run(work, "ratings")
    count = text("SELECT count(*) FROM snapshots")
    before = transaction(work.engine, lambda c: c.execute(count).scalar())
    run(work, "ratings")
    assert transaction(work.engine, lambda c: c.execute(count).scalar()) == before


def test_statistics_of_models_stand_in_their_tables(lab: Workstation, work: Work) -> None:
    played(lab)
    run(work, "ratings")
    statement = text("SELECT model_id, rating FROM model_stats_by_robot WHERE robot_id = 'panda'")
    kept = transaction(work.engine, lambda c: {row.model_id: row.rating for row in c.execute(statement)})
    assert kept == {row.model_id: row.rating for row in board(work).rows if row.robot_id == "panda"}
    total = text("SELECT sum(vote_count) FROM model_stats_total")
    assert transaction(work.engine, lambda c: c.execute(total).scalar()) == 2 * board(work).votes


def test_two_workers_never_do_the_same_slot(work: Work) -> None:
    at_once = Barrier(4)

    def one(_: int) -> str:
        at_once.wait()
        return run(work, "ratings", DAY)

    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(one, range(4)))
    assert outcomes.count("done") == 1
    assert run(work, "ratings", DAY) == "done_before"
    claimed = text("SELECT count(*) FROM job_runs WHERE job = 'ratings' AND slot = :slot")
    assert transaction(work.engine, lambda c: c.execute(claimed, {"slot": DAY.isoformat()}).scalar()) == 1


def test_a_worker_that_dies_lets_the_next_one_in(central: Service, work: Work) -> None:
    died = central.command("worker", "--once", "ratings", VLAARENA_FAILPOINT="ratings.in_tx")
    assert died.returncode == 77
    assert run(work, "ratings") == "done"


def test_while_one_worker_works_another_leaves_the_job_alone(work: Work) -> None:
    with jobs._lock(work.engine, "ratings") as ours:
        assert ours
        assert run(work, "ratings") == "busy"


def test_a_failed_job_is_told(work: Work, visitor: Asking) -> None:
    astray = Work(work.settings, Path("/proc/nowhere"), work.engine)
    with pytest.raises(Exception, match="nowhere"):
        run(astray, "ratings")
    assert visitor.json("GET", "/health").json["ratings"] == "failed"
    run(work, "ratings")
    assert visitor.json("GET", "/health").json == visitor.json("GET", "/health").json | {"ratings": "ok"}


def test_an_operation_of_a_newer_program_is_applied_by_a_newer_service(lab: Workstation, work: Work) -> None:
    lab.push([])
    lab.battle()
    signed = tuple(sign(each, lab.key) for each in lab.operations)
    push = api.Push(version=1, store_id=lab.store_id, operations=signed)
    older = opening.opened(push, ("evaluator", "session", "battle", "turn"))
    pushed = transaction(work.engine, lambda c: service_rows.push(c, lab.store_id, older))
    assert [each.verdict for each in pushed.verdicts] == ["applied"] * 4 + ["deferred"]
    assert transaction(work.engine, deferred.retry_deferred) == 1
    again = lab.push()
    assert [each.verdict for each in again.verdicts] == ["dup"] * 5
    vote = text("SELECT count(*) FROM votes WHERE vote_id = :name")
    found = transaction(work.engine, lambda c: c.execute(vote, {"name": lab.operations[4].record_id}).scalar())
    assert found == 1


def test_what_nobody_finishes_expires(central: Service, work: Work) -> None:
    begin = text(
        """INSERT INTO tokens (token_id, name, digest, scopes) VALUES ('t', 't', sha256('t'), '{record}');
        INSERT INTO open_battles (battle_id, token_id, battle, created_at)
        VALUES ('old', 't', '', now() - interval '31 days'), ('new', 't', '', now())"""
    )
    rows(central, lambda c: c.connection.cursor().execute(begin.text))
    assert run(work, "expiry") == "done"
    left = text("SELECT battle_id FROM open_battles WHERE token_id = 't'")
    assert transaction(work.engine, lambda c: list(c.execute(left).scalars())) == ["new"]


def test_a_timetable_that_is_none_is_refused(central: Service) -> None:
    settings = msgspec.structs.replace(central_settings(central.home), ratings_cron="whenever")
    with pytest.raises(BadInput, match="timetable"):
        work_until_stopped(settings, central.home)


def test_service_and_worker_share_one_key(central: Service, lab: Workstation) -> None:
    assert server_key(central.home).public == lab.enrol().server_key
