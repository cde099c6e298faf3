"""A store of an older version is brought to the newest: after a backup, with nothing lost, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from arena_samples import ballot
from outbox_rules import check_whole, released
from sqlite_utils.migrations import Migrations

from scenes.database import Database
from scenes.errors import StoreError, StoreNewer
from scenes.seal import key_from
from sync import schema, sessions
from sync.records import BattleQuery
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


def old_store(folder: Path, version: str = "0001") -> dict[str, list[dict[str, Any]]]:
    """A folder as that version's own code left it, with battles in every state; returns all its rows."""
    with zipfile.ZipFile(Path(__file__).parent / "stores" / f"version_{version}.zip") as archive:
        archive.extractall(folder)
    path = folder / "arena.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [row["name"] for row in tables if not row["name"].startswith(("_", "sqlite_"))]
        rows = {name: connection.execute(f"SELECT rowid, * FROM {name} ORDER BY rowid").fetchall() for name in names}
    return {name: [dict(row) for row in found] for name, found in rows.items()}


def without_outbox(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The outbox gets places anew: nothing was sent before there was a service."""
    return {table: found for table, found in rows.items() if table != "outbox"}


def since_then(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the first version with the columns that came later, empty."""
    return rows | {"battle": [row | {"check": None} for row in rows["battle"]]}


def as_noted(rows: dict[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """What the outbox said from the first version on, but for the place."""
    columns = ("op_id", "kind", "record_id", "rev", "held", "created_at")
    return sorted(tuple(row[column] for column in columns) for row in rows["outbox"])


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
        assert {table: after[table] for table in without_outbox(before)} == since_then(without_outbox(before))
        assert set(as_noted(after)) > set(as_noted(before))
        assert set(after) - set(before) == {
            *("note", "note_withdrawal", "branch", "branch_run"),
            *("store_fork", "device", "sync_visit", "pulled_board", "registration", "sheet", "told_bundle"),
            "files_compared",
        }
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
    assert len(list((folder / "backups").glob("*-before-*"))) == len(
        ("0002_the_replay_room", "0003_sync", "0004_registrations", "0005_checks", "0006_sheets", "0007_files_compared")
    )


def test_the_backup_opens_as_a_store_again(folder, tmp_path) -> None:
    before = old_store(folder)
    Store.open(folder).close()
    (backup,) = (folder / "backups").glob("*-before-0002_*")
    restored = tmp_path / "restored"
    restored.mkdir()
    (restored / "arena.sqlite3").write_bytes(backup.read_bytes())
    (restored / "seal.key").write_bytes((folder / "seal.key").read_bytes())
    with Store.open(restored) as store:
        after = every_row(store)
        assert {table: after[table] for table in without_outbox(before)} == since_then(without_outbox(before))


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
    with pytest.raises(StoreNewer, match="0002_the_replay_room, 0003_sync"):
        opened_as_first_version(folder)


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_what_older_versions_released_gets_its_bytes(folder, version) -> None:
    before = old_store(folder, version)
    with Store.open(folder) as store:
        check_whole(store)
        kinds = [operation.kind for operation in released(store)]
        assert kinds[0] == "evaluator"
        assert kinds.count("note") == len(before.get("note", [])) + len(before.get("note_withdrawal", []))
        assert kinds.count("branch") == len(before.get("branch", []))
        assert [row["held"] for row in store._database.rows("SELECT held FROM outbox WHERE body IS NULL")] == [1] * 3


def test_bodies_are_made_once(folder) -> None:
    old_store(folder, "0002")
    with Store.open(folder) as store:
        first = released(store)
    with Store.open(folder) as store:
        assert released(store) == first


def test_a_death_while_bodies_are_made_is_made_good_at_the_next_start(folder) -> None:
    old_store(folder, "0002")
    Database.open(folder / "arena.sqlite3", schema.migrations, schema.APPLICATION_ID).close()
    with Store.open(folder) as store:
        check_whole(store)


def test_a_closed_check_of_an_older_version_learns_of_which_kind_it_was(folder) -> None:
    older = first_version()
    older(name="0002_the_replay_room")(schema.the_replay_room)
    older(name="0003_sync")(schema.sync_with_the_centre)
    older(name="0004_registrations")(schema.registrations_and_checks)
    folder.mkdir(exist_ok=True)
    database = Database.open(folder / "arena.sqlite3", older, schema.APPLICATION_ID)
    with contextlib.closing(database):
        sessions.identify(database)
        session = sessions.open_session(database, "panda", "table")
        for number, (kind, right) in enumerate((("check", "a"), ("check", "b"), ("rated", "b")), start=1):
            sides = {"left_model_id": "a", "right_model_id": right, "nonce": "n", "commitment": "c" * 64}
            began = {"seq_in_session": number, "seed": 1, "propensity": 0.5, "first": "left", "created_at": ""}
            ended = {"battle_id": f"b{number}", "status": "voted", "kind": kind, "updated_at": ""}
            database.insert("battle", session_id=session.session_id, **sides, **began, **ended)
    key_from(folder / "seal.key")
    with Store.open(folder) as store:
        assert [battle.check for battle in store.battles()] == [None, "swapped", "aa"]
        with pytest.raises(StoreError, match=r"never changes|final"):
            store._database.execute("UPDATE battle SET \"check\" = 'noop'")
