"""Who may talk to the service: tokens that people are given, and the devices enrolled with them."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from msgspec import Struct
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from scenes.errors import BadInput, NotFound
from scenes.failpoints import reach
from sync.api import Enrol
from sync.records import new_id
from sync.server import tables
from sync.server.auditing import audited
from sync.server.refusals import RequestRefused
from sync.server.words import cleaned, is_unseen

Scope = Literal["enrol", "record", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TOKEN_PREFIX = "vlaa_"
PROGRAM_STORE = "api-"  # begins the ids of stores that the service keeps for programs
_TOKEN_BYTES = 32
_MOST_USES = 10_000
_MOST_DAYS = 3650
_MOST_LETTERS = 200  # of a name
_STORE_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")


class Token(Struct, frozen=True, kw_only=True):
    """What is known of a token; its text is told once and kept nowhere."""

    token_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    uses_left: int | None = None  # enrolments; None: as many as anybody likes


class Device(Struct, frozen=True, kw_only=True):
    """A workstation that may sign requests."""

    device_id: str
    name: str
    public_key: bytes
    last_sequence: int
    revoked_at: datetime | None


def create_token(
    connection: Connection, name: str, scopes: Collection[str], days: int | None = None, uses: int = 1
) -> tuple[str, str]:
    """A new token: its id and its text, which only its hash is kept of. It enrols `uses` devices.

    Raises:
        BadInput: that is no name or no number of days, or it could never enrol any.
        NotFound: there is no such scope.
    """
    if not 1 <= uses <= _MOST_USES:
        raise BadInput(f"A token enrols at least one device, and at most {_MOST_USES}.")
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise BadInput(
            f"A token is valid for 1 to {_MOST_DAYS} days.", hint="Without --days it is valid until revoked."
        )
    if not 1 <= len(name) <= _MOST_LETTERS or any(map(is_unseen, name)):
        raise BadInput(f"A token's name has 1 to {_MOST_LETTERS} letters, and nothing that steers a terminal.")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise NotFound.among("scope", " ".join(scopes), list(SCOPES))
    told, token_id = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES), new_id()
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    row = {"token_id": token_id, "name": name, "digest": _digest(told), "scopes": sorted(set(scopes))}
    left = uses if "enrol" in scopes else None
    connection.execute(insert(tables.tokens).values(**row, expires_at=expires, uses_left=left))
    audited(connection, "operator", "token_created", token_id, " ".join(sorted(set(scopes))))
    return token_id, told


def revoke_token(connection: Connection, token_id: str) -> None:
    """Let a token open nothing any more; the devices enrolled with it stay (`revoke_device`)."""
    _change(connection, "tokens", "token_id", token_id, "revoked_at = coalesce(revoked_at, now())")
    audited(connection, "operator", "token_revoked", token_id)


def tokens(connection: Connection) -> list[Token]:
    """Every token, the oldest first."""
    rows = connection.execute(
        text(f"SELECT {', '.join(Token.__struct_fields__)} FROM tokens ORDER BY created_at, token_id")
    )
    return [Token(**row._asdict()) for row in rows]


def state_of(token: Token) -> str:
    """Whether a token opens anything, and the day on which that ends or ended (UTC)."""
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at.astimezone(UTC):%Y-%m-%d}"
    if token.expires_at is not None and token.expires_at <= datetime.now(UTC):
        return f"expired {token.expires_at.astimezone(UTC):%Y-%m-%d}"
    if token.uses_left == 0:
        return "used up"
    return "valid" if token.expires_at is None else f"valid until {token.expires_at.astimezone(UTC):%Y-%m-%d}"


def token_with(connection: Connection, told: str, scope: Scope) -> Token:
    """The token of this text, if it is valid and has the scope.

    Raises:
        RequestRefused: unauthorized without such a token, forbidden where it lacks the scope.
    """
    digest = _digest(told)
    row = connection.execute(text("SELECT * FROM tokens WHERE digest = :digest"), {"digest": digest}).mappings().first()
    if row is None or not hmac.compare_digest(bytes(row["digest"]), digest) or not _is_valid(row):
        raise RequestRefused("unauthorized", "This token is not valid.", hint="Ask whoever runs the service for one.")
    if scope not in row["scopes"]:
        raise RequestRefused("forbidden", f"This token has no scope '{scope}'.", hint="Ask for another token.")
    connection.execute(
        update(tables.tokens).where(tables.tokens.c.token_id == row["token_id"]).values(last_used_at=func.now())
    )
    return Token(**{name: row[name] for name in Token.__struct_fields__})


def enrol(connection: Connection, request: Enrol) -> str:
    """Let a device in, and push for its store if nobody else does; its id. Enrolling the same key with the same token
    again gives the same device. For a store of other devices the operator allows it (`allow_device`).

    Raises:
        RequestRefused: the token does not allow it, or was used up, or this device was revoked.
    """
    token = token_with(connection, request.token, "enrol")
    check_store_id(request.store_id)
    row = {"device_id": new_id(), "name": cleaned(request.name) or "unnamed", "public_key": request.public_key}
    added = insert(tables.devices).values(**row, token_id=token.token_id).on_conflict_do_nothing()
    is_new = connection.execute(added.returning(tables.devices.c.device_id)).first() is not None
    known = allowed(_device(connection, "public_key", request.public_key))
    if is_new or not _came_with(connection, known, token):
        _use(connection, token, known)
    _claim(connection, known.device_id, request.store_id)
    audited(connection, f"token {token.token_id}", "device_enrolled", known.device_id, request.store_id)
    reach("enrol.in_tx")
    return known.device_id


def _came_with(connection: Connection, known: Device, token: Token) -> bool:
    """Whether it was this token that a device enrolled with last: its answer may have been lost."""
    statement = text("SELECT 1 FROM devices WHERE device_id = :device AND token_id = :token")
    return connection.execute(statement, {"device": known.device_id, "token": token.token_id}).first() is not None


def _use(connection: Connection, token: Token, known: Device) -> None:
    statement = text(
        """UPDATE tokens SET uses_left = uses_left - 1
        WHERE token_id = :token AND (uses_left IS NULL OR uses_left > 0) RETURNING 1"""
    )
    chosen = {"token": token.token_id, "device": known.device_id}
    if connection.execute(statement, chosen).first() is None:
        raise RequestRefused("unauthorized", "This token was used already.", hint="Ask whoever runs it for another.")
    connection.execute(text("UPDATE devices SET token_id = :token WHERE device_id = :device"), chosen)


def device(connection: Connection, device_id: str) -> Device | None:
    """The device of this id, revoked or not."""
    return _device(connection, "device_id", device_id)


def listed(connection: Connection) -> list[Device]:
    """Every device by name."""
    rows = connection.execute(text(f"SELECT {_DEVICE} FROM devices ORDER BY name, device_id"))
    return [Device(**row._asdict()) for row in rows]


def advanced(connection: Connection, device_id: str, done: bool) -> int | None:
    """None where a request's sequence number was noted (`limits.take_and_advance`), else the last one that was.

    Raises:
        RequestRefused: this device was revoked, or is not known (any more).
    """
    if done:
        reach("request.in_tx")
        return None
    return allowed(device(connection, device_id)).last_sequence


def allowed(known: Device | None) -> Device:
    """RequestRefused unless it is a device that may ask."""
    if known is None:
        raise RequestRefused("unauthorized", "This device is not known here.", hint="Enrol it.")
    if known.revoked_at is not None:
        raise RequestRefused("forbidden", "This device was revoked.", hint="Ask whoever runs the service.")
    return known


def allow_store(connection: Connection, device_id: str, store_id: str) -> None:
    """Let a device push for a store."""
    connection.execute(
        insert(tables.device_stores).values(device_id=device_id, store_id=store_id).on_conflict_do_nothing()
    )


def keys_for(connection: Connection, device_id: str, store_id: str) -> list[bytes]:
    """The public keys that may have signed a store's operations, the device's own first.

    A store that nobody pushed yet belongs to the device that pushes it first: so a forked store goes on.

    Raises:
        RequestRefused: the device may not push for this store.
    """
    check_store_id(store_id)
    rows = connection.execute(
        select(tables.devices.c.device_id, tables.devices.c.public_key)
        .join(tables.device_stores, tables.devices.c.device_id == tables.device_stores.c.device_id)
        .where(tables.device_stores.c.store_id == store_id, tables.devices.c.revoked_at.is_(None))
    ).all()
    if not rows and not _is_claimed(connection, store_id):
        _claim(connection, device_id, store_id)
        reach("store.in_tx")
        return keys_for(connection, device_id, store_id)
    keys = {row.device_id: bytes(row.public_key) for row in rows}
    if device_id not in keys:
        hint = f"Whoever runs the service allows it: vlaarena-central device allow {device_id} --store {store_id}"
        raise RequestRefused("forbidden", "This device may not push for this store.", hint=hint)
    return [keys.pop(device_id), *keys.values()]


def allow_device(connection: Connection, device_id: str, store_id: str | None = None) -> None:
    """Let a revoked device in again, or let a device push for one more store."""
    _change(connection, "devices", "device_id", device_id, "revoked_at = NULL")
    if store_id is not None:
        check_store_id(store_id)
        connection.execute(insert(tables.stores).values(store_id=store_id).on_conflict_do_nothing())
        allow_store(connection, device_id, store_id)
    audited(connection, "operator", "device_allowed", device_id, store_id or "")


def revoke_device(connection: Connection, device_id: str) -> None:
    """Let a device do nothing any more; what it sent stays."""
    _change(connection, "devices", "device_id", device_id, "revoked_at = coalesce(revoked_at, now())")
    audited(connection, "operator", "device_revoked", device_id)


def check_store_id(store_id: str) -> None:
    """BadInput unless it can be a workstation's store's id; those of programs belong to the service."""
    if not _STORE_ID.fullmatch(store_id) or store_id.startswith(PROGRAM_STORE):
        raise BadInput("That is no store id.", hint="Letters, digits, dots and dashes, at most 64.")


def _claim(connection: Connection, device_id: str, store_id: str) -> None:
    """Let a device push for a store that nobody pushes for; of two that come at once the first has it."""
    connection.execute(insert(tables.stores).values(store_id=store_id).on_conflict_do_nothing())
    connection.execute(text("SELECT 1 FROM stores WHERE store_id = :store FOR UPDATE"), {"store": store_id})
    if not _is_claimed(connection, store_id):
        allow_store(connection, device_id, store_id)


def _is_claimed(connection: Connection, store_id: str) -> bool:
    statement = text("SELECT 1 FROM device_stores WHERE store_id = :store")
    return connection.execute(statement, {"store": store_id}).first() is not None


_DEVICE = ", ".join(Device.__struct_fields__)


def _device(connection: Connection, column: str, value: object) -> Device | None:
    found = connection.execute(text(f"SELECT {_DEVICE} FROM devices WHERE {column} = :value"), {"value": value}).first()
    return Device(**found._asdict()) if found else None


def _change(connection: Connection, table: str, column: str, value: str, change: str) -> None:
    statement = text(f"UPDATE {table} SET {change} WHERE {column} = :value")
    if connection.execute(statement, {"value": value}).rowcount != 1:
        raise NotFound(f"There is no {table[:-1]} '{value[:80]}'.", hint=f"`vlaarena-central {table[:-1]} list`")


def _is_valid(row: Any) -> bool:
    return row["revoked_at"] is None and (row["expires_at"] is None or row["expires_at"] > datetime.now(UTC))


def _digest(told: str) -> bytes:
    """A token is 256 random bits: a plain hash keeps it as well as a slow one would."""
    return hashlib.sha256(told.encode()).digest()
