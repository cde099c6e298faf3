from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from sqlite_utils.migrations import Migrations
from sqlite_utils.utils import sqlite3

from scenes.database import DAILY_BACKUPS, Database
from scenes.errors import StoreDamaged, StoreError, StoreLocked, StoreNewer

OURS = 0x54455354


def migrations(*names: str) -> Migrations:
    """The first makes a table of notes; the others only add a column of their name."""
    made = Migrations("test")
    for place, name in enumerate(names):
        sql = f'ALTER TABLE note ADD COLUMN "{name}" TEXT' if place else "CREATE TABLE note (text TEXT UNIQUE) STRICT"
        made(name=name)(lambda database, sql=sql: database.execute(sql))
    return made


def opened(path: Path, *names: str) -> Database:
    return Database.open(path, migrations(*(names or ("first",))), OURS)


class Note(msgspec.Struct):
    text: str


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.sqlite3"


def texts(database: Database) -> list[str]:
    return [row["text"] for row in database.rows("SELECT text FROM note ORDER BY rowid")]


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path): path.read_bytes() for path in found}


def test_what_a_transaction_kept_is_there_after_opening_again(path) -> None:
    database = opened(path)
    with database.transaction():
        database.insert("note", text="one")
        database.insert("note", text="two")
    database.close()
    database = opened(path)
    assert database.read(Note, "SELECT * FROM note") == [Note("one"), Note("two")]
    database.close()


def test_a_transaction_that_raises_keeps_nothing(path) -> None:
    database = opened(path)

    def keep_and_fail() -> None:
        with database.transaction():
            database.insert("note", text="one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert texts(database) == []
    database.close()


def test_every_commit_reaches_the_disk_and_keys_are_enforced(path) -> None:
    database = opened(path)
    settings = {
        name: database.rows(f"PRAGMA {name}")[0][column]
        for name, column in [
            ("journal_mode", "journal_mode"),
            ("synchronous", "synchronous"),
            ("foreign_keys", "foreign_keys"),
            ("busy_timeout", "timeout"),
        ]
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    database.close()


def test_a_second_program_is_refused_until_the_first_has_closed(path) -> None:
    database = opened(path)
    code = (
        "import sys; from pathlib import Path; from scenes.lock import FileLock;"
        "lock = FileLock(Path(sys.argv[1])); lock.release()"
    )
    command = [sys.executable, "-c", code, str(path.with_suffix(".lock"))]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"StoreLocked: {path.parent} is in use by another program (process {os.getpid()})" in refused.stderr
    with pytest.raises(StoreLocked):
        opened(path)
    database.close()
    assert subprocess.run(command, check=False).returncode == 0
    opened(path).close()


def test_a_writer_that_ignores_the_lock_is_reported_as_such(path) -> None:
    database = opened(path)
    database.execute("PRAGMA busy_timeout = 1")
    stranger = sqlite3.connect(str(path), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked), database.transaction():
        database.insert("note", text="one")
    stranger.close()
    database.insert("note", text="one")
    database.close()


@pytest.mark.parametrize("content", [b"", b"hello", b"x" * 9000, b"SQLite format 3\0" + b"\0" * 9000])
def test_a_file_that_is_not_ours_is_refused_and_left_alone(path, content) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"not a SQLite file|another program") as caught:
        opened(path)
    assert "Nothing was changed" in caught.value.hint
    assert files(path.parent) == {str(path): content}


def test_another_programs_database_is_refused_and_left_alone(path) -> None:
    stranger = sqlite3.connect(str(path))
    stranger.execute("CREATE TABLE note (text TEXT)")
    stranger.close()
    before = files(path.parent)
    with pytest.raises(StoreError, match="another program"):
        opened(path)
    assert files(path.parent) == before


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path) -> None:
    opened(path, "first", "second").close()
    before = files(path.parent)
    with pytest.raises(StoreNewer, match="second"):
        opened(path, "first")
    assert files(path.parent) == before


def test_a_damaged_page_is_refused_and_left_alone(path) -> None:
    database = opened(path)
    for count in range(500):
        database.insert("note", text=f"{count} " * 50)
    database.close()
    content = bytearray(path.read_bytes())
    content[5 * 4096 : 5 * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        opened(path)
    assert path.read_bytes() == content


def test_each_migration_of_an_existing_file_is_preceded_by_a_backup(path) -> None:
    database = opened(path, "first")
    database.insert("note", text="one")
    database.close()
    assert not (path.parent / "backups").exists()
    opened(path, "first", "second", "third").close()
    before = sorted((path.parent / "backups").glob("*-before-*"))
    assert [copy.stem.split("-before-")[1] for copy in before] == ["second", "third"]
    copy = sqlite3.connect(str(before[0]))
    assert copy.execute("SELECT * FROM note").fetchall() == [("one",)]
    copy.close()


def test_a_migration_that_fails_changes_nothing(path) -> None:
    opened(path, "first").close()
    broken = migrations("first")

    def second(database) -> None:
        database.execute("ALTER TABLE note ADD COLUMN more TEXT")
        database.execute("CREATE TABLE note (text TEXT)")

    broken(name="second")(second)
    with pytest.raises(StoreError):
        Database.open(path, broken, OURS)
    database = opened(path, "first")
    database.insert("note", text="one")
    assert list(database.rows("SELECT * FROM note")[0]) == ["text"]
    database.close()


def test_one_backup_a_day_is_made_and_the_last_seven_are_kept(path) -> None:
    opened(path).close()
    backups = path.parent / "backups"
    backups.mkdir()
    for day in range(10, 20):
        (backups / f"notes-2020-01-{day}.sqlite3").write_bytes(b"old")
    (backups / "notes-20200101T000000Z-before-second.sqlite3").write_bytes(b"kept")
    for _ in range(2):
        opened(path).close()
    daily = sorted(copy.name for copy in backups.glob("notes-????-??-??.sqlite3"))
    assert len(daily) == DAILY_BACKUPS
    assert daily[0] == "notes-2020-01-14.sqlite3"
    restored = sqlite3.connect(str(backups / daily[-1]))
    assert restored.execute("PRAGMA quick_check").fetchone() == ("ok",)
    assert restored.execute("PRAGMA application_id").fetchone() == (OURS,)
    restored.close()
    assert len(list(backups.iterdir())) == DAILY_BACKUPS + 1


def test_a_full_disk_is_an_error_that_says_so_and_loses_nothing(path) -> None:
    database = opened(path)
    database.insert("note", text="kept")
    database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="full"), database.transaction():
        database.insert("note", text="much" * 100_000)
    database.execute("PRAGMA max_page_count = 1000000")
    database.insert("note", text="more")
    assert texts(database) == ["kept", "more"]
    database.close()


def test_no_error_of_sqlite_escapes(path) -> None:
    database = opened(path)
    database.insert("note", text="one")
    for sql in (
        "NONSENSE",
        "SELECT * FROM nowhere",
        "INSERT INTO note VALUES ('one')",
        "INSERT INTO note VALUES (x'00')",
    ):
        with pytest.raises(StoreError):
            database.execute(sql)
    with pytest.raises(StoreDamaged):
        database.read(Note, "SELECT 1 AS other FROM note")
    database.close()
    with pytest.raises(StoreError):
        database.rows("SELECT 1")


def test_a_missing_folder_is_an_error(tmp_path) -> None:
    with pytest.raises(StoreError):
        opened(tmp_path / "missing" / "notes.sqlite3")


def test_a_program_killed_while_making_the_file_leaves_no_half_one(path) -> None:
    path.with_name(f"{path.name}.new").write_bytes(b"half a draft")
    opened(path).close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["notes.lock", "notes.sqlite3"]
