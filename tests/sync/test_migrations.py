"""A store of an older version is brought to the newest: after a backup, with nothing lost, or not at all."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from arena_samples import Arena, ballot
from sqlite_utils.migrations import Migrations

from scenes.database import Database
from scenes.errors import StoreError, StoreNewer
from scenes.seal import key_from
from sync import schema, sessions
from sync.records import BattleQuery, Choice
from sync.store import Store

# SHA-256 of the tables as released: a released migration is never edited
FIRST_MIGRATION = "d821718244e3b59720dfc0866d8c8d92998562d3f84459628890d64abdb8778b"
LATER_ACTIONS = ("note_added", "note_withdrawn", "branch_recorded", "evaluator_seated", "session_commented")


def first_version() -> Migrations:
    """The migrations as version 1 had them."""
    migrations = Migrations("vlaarena")
    migrations(name="0001_the_first_battle")(schema.the_first_battle)
    return migrations


def opened_as_first_version(folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    database = Database.open(folder / "arena.sqlite3", first_version(), schema.APPLICATION_ID)
    sessions.identify(database)
    return Store(folder, database, key_from(folder / "seal.key"))


def old_store(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """A folder that version 1 left, with battles in every state; returns all its rows."""
    with opened_as_first_version(folder) as store:
        arena = Arena(store)
        choices: tuple[Choice, ...] = ("left_better", "tie")
        for choice in choices:
            store.close_battle(arena.voted_battle(choice))
        store.void_battle(arena.played_battle(), "other")
        store.abandon_battle(arena.battle().battle_id)
        undone = arena.voted_battle()
        store.undo_vote(undone)
        store.void_turn(undone, "turn", "a technical failure", (b"detail",))
        arena.voted_battle("both_bad")
        return every_row(store)


def every_row(store: Store) -> dict[str, list[dict[str, Any]]]:
    tables = store._database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [row["name"] for row in tables if not row["name"].startswith(("_", "sqlite_"))]
    return {name: store._database.rows(f"SELECT rowid, * FROM {name} ORDER BY rowid") for name in names}


def test_the_first_migration_is_as_it_was_released(folder) -> None:
    with opened_as_first_version(folder) as store:
        rows = store._database.rows(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%sqlite%' ORDER BY name"
        )
    assert hashlib.sha256("\n".join(row["sql"] for row in rows).encode()).hexdigest() == FIRST_MIGRATION


def test_a_store_of_the_first_version_loses_nothing(folder) -> None:
    before = old_store(folder)
    assert len(before["audit"]) > 10
    assert [table for table, rows in before.items() if not rows] == []
    with Store.open(folder) as store:
        after = every_row(store)
        assert {table: after[table] for table in before} == before
        assert set(after) - set(before) == {"note", "note_withdrawal", "branch", "branch_run"}
        assert store._database.rows("PRAGMA foreign_key_check") == []
        assert store._database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert len(store.find_battles(BattleQuery())) == len(before["battle"])


def test_a_migrated_store_goes_on_where_it_stood(folder) -> None:
    old_store(folder)
    with Store.open(folder) as store:
        assert len(store.close_voted()) == 1
        (waiting,) = store.open_battles()
        store.cast_vote(waiting.battle_id, ballot())
        store.close_battle(waiting.battle_id)
        note = store.add_note(store.turns(waiting.battle_id)[0].turn_id, "left", 1, "here")
        last = store._database.rows("SELECT audit_id, action, detail FROM audit ORDER BY audit_id DESC LIMIT 1")[0]
        count = store._database.rows("SELECT count(*) AS entries, max(audit_id) AS newest FROM audit")[0]
        assert (last["action"], last["detail"]) == ("note_added", note.note_id)
        assert count["entries"] == count["newest"] == last["audit_id"]


def test_the_audit_knows_the_new_actions_and_still_refuses_others(folder) -> None:
    old_store(folder)
    with Store.open(folder) as store:
        for action in LATER_ACTIONS:
            store._database.insert("audit", at="now", action=action, battle_id=None, detail="")
        with pytest.raises(StoreError, match="CHECK"):
            store._database.insert("audit", at="now", action="forgotten", battle_id=None, detail="")
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            store._database.insert("audit", at="now", action="note_added", battle_id="nothing", detail="")
        for change in ("UPDATE audit SET detail = ''", "DELETE FROM audit"):
            with pytest.raises(StoreError, match="audit"):
                store._database.execute(change)


def test_a_backup_of_the_old_store_is_made_first(folder) -> None:
    before = old_store(folder)
    Store.open(folder).close()
    (backup,) = (folder / "backups").glob("*-before-0002_the_replay_room.sqlite3")
    copy = sqlite3.connect(backup)
    for table, rows in before.items():
        assert copy.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(rows),)
    assert copy.execute("SELECT name FROM sqlite_master WHERE name IN ('note', 'branch')").fetchall() == []
    copy.close()
    Store.open(folder).close()
    assert len(list((folder / "backups").glob("*-before-*"))) == 1


def test_the_backup_opens_as_a_store_again(folder, tmp_path) -> None:
    before = old_store(folder)
    Store.open(folder).close()
    (backup,) = (folder / "backups").glob("*-before-*")
    restored = tmp_path / "restored"
    restored.mkdir()
    (restored / "arena.sqlite3").write_bytes(backup.read_bytes())
    (restored / "seal.key").write_bytes((folder / "seal.key").read_bytes())
    with Store.open(restored) as store:
        after = every_row(store)
        assert {table: after[table] for table in before} == before


def test_a_migration_that_fails_halfway_leaves_the_store_as_it_was(folder) -> None:
    before = old_store(folder)
    path = folder / "arena.sqlite3"
    spoiler = sqlite3.connect(path)
    spoiler.execute("CREATE TABLE wider_audit (in_the_way TEXT)")
    spoiler.commit()
    spoiler.close()
    with pytest.raises(StoreError, match="wider_audit"):
        Store.open(folder)
    with opened_as_first_version(folder) as store:
        assert every_row(store) == before | {"wider_audit": []}
        store._database.execute("DROP TABLE wider_audit")
    with Store.open(folder) as store:
        assert len(every_row(store)["audit"]) == len(before["audit"])


def test_a_store_of_this_version_is_refused_by_the_first_one(folder) -> None:
    Store.open(folder).close()
    with pytest.raises(StoreNewer, match="0002_the_replay_room"):
        opened_as_first_version(folder)
