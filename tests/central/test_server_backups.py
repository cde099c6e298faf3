"""Backups are whole or none, old ones go only for whole ones, and none is put over anything that is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from central.servers import Mongo, Postgres, Service

from scenes.lock import FileLock
from sync.server import backups

Run = Callable[..., tuple[int, str, str]]
BAD_INPUT = 2  # exit code


@pytest.fixture(scope="module")
def whole(central: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a service that keeps one file."""
    blob = central.home / "blobs" / "ab" / "abc"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"content")
    target = tmp_path_factory.mktemp("whole") / "backup"
    made = central.command("backup", str(target))
    assert made.returncode == 0, made.stderr
    return target


@pytest.fixture
def broken(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine whose pg_dump fails in the middle."""
    program = tmp_path / "programs" / "pg_dump"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nfor word; do case $word in --file=*) echo half > "${word#--file=}";; esac; done\nexit 1\n'
    )
    program.chmod(0o755)
    return {"VLAARENA_PG_BIN": str(program.parent)}


def test_a_name_that_a_failed_backup_took_is_free(
    central: Service, operator: Run, broken: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kept" / "backup"
    code, _, said = operator(central, "backup", str(target), **broken)
    assert (code, target.exists()) == (1, False)
    assert "pg_dump did not succeed" in said
    monkeypatch.delenv("VLAARENA_PG_BIN")
    assert operator(central, "backup", str(target))[0] == 0
    assert [path.name for path in target.parent.iterdir()] == ["backup"]
    assert sorted(path.name for path in target.iterdir() if path.name != "blobs") == sorted(
        [backups.ROWS, backups.DOCUMENTS, backups.MANIFEST, backups.KEY_FILE]
    )
    backups.check(target)


def test_failed_backups_push_no_whole_one_out(
    central: Service,
    whole: Path,
    operator: Run,
    broken: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "kept"
    old = [folder / f"2026010{day}T021500Z" for day in (1, 2, 3)]
    for path in old:
        shutil.copytree(whole, path)
    (folder / "20260104T021500Z").mkdir()  # half of one, as they were written before
    (folder / "of somebody else").mkdir()
    for _ in range(2):
        assert operator(central, "backup", "--keep", "3", str(folder), **broken)[0] == 1
        assert all(path.exists() for path in old)
        assert len(list(folder.glob("*.half"))) == 1  # that of this time alone
    monkeypatch.delenv("VLAARENA_PG_BIN")
    code, said, complaint = operator(central, "backup", "--keep", "3", str(folder))
    assert code == 0, complaint
    newest = Path(said.split()[-1])
    assert set(folder.iterdir()) == {*old[1:], newest, folder / "of somebody else"}
    backups.check(newest)


def test_a_backup_that_is_being_written_is_nobody_elses(central: Service, operator: Run, tmp_path: Path) -> None:
    half = tmp_path / f"20260101T021500Z{backups.HALF}"
    half.mkdir()
    lock = FileLock(half / backups.LOCK)
    assert operator(central, "backup", "--keep", "1", str(tmp_path))[0] == 0
    code, _, said = operator(central, "backup", str(tmp_path / "20260101T021500Z"))
    assert (code, "under way" in said) == (BAD_INPUT, True)
    lock.release()
    assert operator(central, "backup", str(tmp_path / "20260101T021500Z"))[0] == 0
    assert not half.exists()
    assert operator(central, "backup", "--keep", "0", str(tmp_path))[0] == BAD_INPUT


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE foo (a int)", "CREATE VIEW tokens AS SELECT 1", "CREATE SCHEMA a CREATE TABLE b (c int)"],
)
def test_a_database_with_tables_of_others_is_left_alone(
    new_service: Callable[..., Service], postgres: Postgres, mongo: Mongo, whole: Path, operator: Run, statement: str
) -> None:
    other = new_service(template="template0")
    name = other.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]
    postgres.execute(statement, name)
    code, _, said = operator(other, "restore", str(whole))
    assert (code, other.home.exists()) == (BAD_INPUT, False)
    assert "The database holds a table already: " in said
    with mongo.client() as client:
        assert client[name].list_collection_names() == []


def test_a_database_with_episodes_is_left_alone(
    new_service: Callable[..., Service], postgres: Postgres, mongo: Mongo, whole: Path, operator: Run
) -> None:
    other = new_service(template="template0")
    name = other.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]
    with mongo.client() as client:
        client[name]["episodes"].insert_one({"_id": "somebody's"})
    code, _, said = operator(other, "restore", str(whole))
    assert (code, other.home.exists()) == (BAD_INPUT, False)
    assert "MongoDB holds episodes already" in said
    assert postgres.execute("SELECT 1 FROM pg_class WHERE relname = 'op_log'", name) == []


def test_what_the_manifest_does_not_name_is_not_restored(
    new_service: Callable[..., Service], postgres: Postgres, whole: Path, operator: Run, tmp_path: Path
) -> None:
    """And an extension of PostgreSQL that brings tables is no reason to refuse."""
    source, other = shutil.copytree(whole, tmp_path / "copy"), new_service(template="template0")
    (source / "blobs" / "ab" / "planted").write_bytes(b"nobody checked it")
    postgres.execute("CREATE EXTENSION pg_stat_statements", other.environment["VLAARENA_CENTRAL_MONGO_DATABASE"])
    code, _, complaint = operator(other, "restore", str(source))
    assert code == 0, complaint
    assert [path.name for path in (other.home / "blobs").rglob("*")] == ["ab", "abc"]
