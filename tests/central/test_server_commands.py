"""The operator's commands, and what becomes of the service when everything is lost but a backup."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from arena_samples import card
from central.servers import Mongo, Postgres, Service, running
from central.workstations import Workstation, rows
from sqlalchemy import text

from scenes.errors import BadInput, NotFound, StoreDamaged
from sync import api
from sync.server import backups, migrating, registry, tables
from sync.server.doctor import examine
from sync.server.limits import RateLimit
from sync.server.postgres import DatabaseAway, in_rows
from sync.server.settings import CentralSettings, central_settings


def settings_of(service: Service, **changes: object) -> CentralSettings:
    names = ("database_url", "mongo_url", "mongo_database")
    told = {name: service.environment[f"VLAARENA_CENTRAL_{name.upper()}"] for name in names}
    return msgspec.convert(told | changes, CentralSettings)


Run = Callable[..., tuple[int, str, str]]


def test_the_tables_are_those_that_the_migrations_made(central: Service) -> None:
    statement = text(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name <> 'alembic_version'"
    )
    made = rows(central, lambda c: {tuple(row) for row in c.execute(statement)})
    assert made == {(table.name, column.name) for table in tables.EVERY for column in table.columns}


def test_migrating_twice_changes_nothing(central: Service) -> None:
    url = central.environment["VLAARENA_CENTRAL_DATABASE_URL"]
    assert migrating.migrate(url) == migrating.newest()


def test_migrations_are_written_out_without_a_database(stopped_central: Service, operator: Run) -> None:
    nowhere = {"VLAARENA_CENTRAL_DATABASE_URL": "postgresql://nowhere.invalid/x"}
    code, told, _ = operator(stopped_central, "migrate", "--sql", **nowhere)
    assert code == 0
    assert "CREATE TABLE op_log" in told


def test_a_service_on_an_empty_database_says_what_to_do(postgres: Postgres, stopped_central: Service) -> None:
    postgres.execute("CREATE DATABASE empty_of_tables")
    told = stopped_central.command(
        "serve", "--bind", "127.0.0.1:0", VLAARENA_CENTRAL_DATABASE_URL=postgres.url("empty_of_tables")
    )
    assert told.returncode != 0
    assert "vlaarena-central migrate" in told.stderr


def test_tokens_are_made_told_once_and_revoked(central: Service, operator: Run) -> None:
    token_id, told = operator(central, "token", "create", "lab 3", "--scope", "enrol")[1].split()
    lab = Workstation(central)
    lab.enrol(told)
    listed = operator(central, "token", "list")[1]
    assert token_id in listed
    assert told not in listed
    assert operator(central, "token", "revoke", token_id)[0] == 0
    late = Workstation(central)
    enrolment = api.Enrol(token=told, public_key=late.key.public, name="late", store_id=late.store_id)
    assert late.ask("POST", api.ENROL, msgspec.msgpack.encode(enrolment)).status == 401
    lab.close()
    late.close()


def test_what_is_not_there_is_told_with_what_to_do(central: Service, operator: Run) -> None:
    code, _, said = operator(central, "device", "revoke", "nobody")
    assert code == 2
    assert "vlaarena-central device list" in said


def test_the_quarantine_can_be_read_with_its_reasons(central: Service, operator: Run, lab: Workstation) -> None:
    poisoned = lab.note_operation("vote", "v", b"\xc0")
    lab.push()
    told = next(line for line in operator(central, "quarantine")[1].splitlines() if poisoned.op_id in line)
    assert f"store {lab.store_id} number 1  rejected  vote" in told


def test_cards_are_registered_once(central: Service) -> None:
    cards = [card("heron"), card("egret")]
    idle = card("idle", status="check")
    assert rows(central, lambda c: registry.register(c, [*cards, idle])) == ["heron", "egret"]
    assert rows(central, lambda c: registry.register(c, [*cards[:1], card("egret", name="Egret 2")])) == ["egret"]


def test_the_doctor_finds_what_is_missing(central: Service) -> None:
    found = {each.what: each.good for each in examine(settings_of(central), central.home)}
    assert found["PostgreSQL"]
    assert found["tables"]
    assert found["MongoDB"]
    astray = settings_of(central, database_url="postgresql://127.0.0.1:9/none")
    assert not {each.what: each.good for each in examine(astray, central.home)}["PostgreSQL"]


def test_a_database_that_does_not_answer_is_an_error_of_its_own() -> None:
    with pytest.raises(DatabaseAway):
        in_rows("postgresql://127.0.0.1:9/none", lambda c: None)


def test_settings_come_from_the_file_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "central.toml").write_text('bind = "0.0.0.0:80"\nrobots = ["panda"]\n')
    monkeypatch.setenv("VLAARENA_CENTRAL_CONNECTIONS", "3")
    found = central_settings(tmp_path)
    assert (found.port, found.robots, found.connections) == (80, ("panda",), 3)
    (tmp_path / "central.toml").write_text("bindd = 1\n")
    with pytest.raises(BadInput):
        central_settings(tmp_path)


def test_a_rate_limit_lets_a_burst_through_and_then_so_many_a_second() -> None:
    moment = [0.0]
    limit = RateLimit(2.0, 3, clock=lambda: moment[0])
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 1]
    assert limit.wait("b") == 0
    moment[0] = 0.5
    assert [limit.wait("a"), limit.wait("a")] == [0, 1]


def test_a_damaged_backup_is_not_restored(central: Service, tmp_path: Path) -> None:
    settings, target = settings_of(central), tmp_path / "backup"
    backups.backup(settings, central.home, target)
    with pytest.raises(BadInput, match="not empty"):
        backups.backup(settings, central.home, target)
    with pytest.raises(BadInput, match="tables already"):
        backups.restore(settings, tmp_path / "home", target)
    with (target / backups.ROWS).open("r+b") as file:
        file.write(b"\xff")
    with pytest.raises(StoreDamaged):
        backups.restore(settings, tmp_path / "home", target)
    with pytest.raises(NotFound):
        backups.check(tmp_path)


def test_a_service_is_ready_soon(stopped_central: Service, server_logs: Path) -> None:
    """`python -m sync.server serve`: 3 s on a quiet machine; the bound leaves room for one that has much else to do."""
    service = Service(server_logs, stopped_central.home, stopped_central.environment)
    began = time.monotonic()
    try:
        service.start()
        assert time.monotonic() - began < 20
    finally:
        service.stop()


def test_without_mongodb_the_service_says_so_and_votes_still_arrive(
    new_service: Callable[..., Service], server_logs: Path
) -> None:
    with running(Mongo(server_logs)) as own:
        service = new_service(MONGO_URL=own.url, MONGO_PATIENCE_S="0.5")
        service.start()
        lab = Workstation(service)
        lab.enrol()
        own.kill()
        lab.battle()
        assert [each.verdict for each in lab.push().verdicts] == ["applied"] * 5
        uploads = tuple(api.EpisodeUpload(name, content) for name, content in lab.episodes.items())
        refused = lab.send(api.EPISODES, api.Episodes(version=1, episodes=uploads))
        assert (refused.status, refused.error.code, refused.headers["Retry-After"]) == (503, "unavailable", "5")
        assert lab.json("GET", "/health").json["mongo"] is False
        own.start()
        assert set(lab.upload().stored) == set(lab.episodes)
        lab.close()
        service.stop()
