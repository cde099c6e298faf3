"""Whose key signs here: the database knows it, so that a wrong data folder is noticed before anything is signed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, text

from scenes.errors import StoreError
from sync.keys import SigningKey
from sync.server.centre import KEY_FILE, server_key
from sync.server.postgres import transaction


def folder_key(engine: Engine, home: Path) -> SigningKey:
    """The service's key, from its data folder; made where neither folder nor database has one.

    Raises:
        StoreError: the folder is not the service's, or cannot be read or written.
        StoreDamaged: the file holds no key, or a restore was cut off.
        DatabaseAway: PostgreSQL does not answer.
    """
    check_folder(engine, home)
    key = server_key(home)
    transaction(engine, lambda connection: check_key(connection, key))
    return key


def check_folder(engine: Engine, home: Path) -> None:
    """StoreError unless the folder holds the key that signs here, or none does yet; nothing is made or noted."""
    noted = transaction(engine, _noted)
    if noted is None:
        return
    if not (home / KEY_FILE).exists():
        raise _foreign(f"{home} holds no key.")
    if server_key(home).public != noted:
        raise _foreign(f"{home} holds another key than the one that signs here.")


def check_key(connection: Connection, key: SigningKey) -> None:
    """Note the first key that signs here; StoreError where it is another one."""
    noted = _noted(connection)
    if noted is None:
        connection.execute(text(_NOTE), {"key": key.public})
        noted = _noted(connection)
    if noted != key.public:
        raise _foreign("This data folder holds another key than the one that signs here.")


def _noted(connection: Connection) -> bytes | None:
    found = connection.execute(text("SELECT public_key FROM service_key")).scalar()
    return None if found is None else bytes(found)


def _foreign(said: str) -> StoreError:
    hint = "Name the service's own data folder: workstations accept no other key. If it is lost for good, "
    return StoreError(said, hint=hint + "DELETE FROM service_key, and every workstation enrols again.")


_NOTE = "INSERT INTO service_key (public_key) VALUES (:key) ON CONFLICT DO NOTHING"
