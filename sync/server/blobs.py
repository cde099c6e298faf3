"""Blobs: files named by their SHA-256 in the data folder, with a row that says what each is for."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import digest
from scenes.errors import BadInput, NotFound, StoreDamaged
from sync.server import tables
from sync.server.auditing import audited
from sync.server.centre import Centre
from sync.server.door import Asked, signed_body

PURPOSES = {"bundle": ("application/octet-stream",), "sheet": ("image/png", "image/jpeg", "image/webp")}
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
_SHA256 = re.compile(r"[0-9a-f]{64}")


async def content(centre: Centre, sha256: str) -> tuple[bytes, str]:
    """A blob's bytes and media type.

    Raises:
        NotFound: there is none.
    """
    row = await centre.rows(lambda c: _row(c, sha256)) if _SHA256.fullmatch(sha256) else None
    if row is None:
        raise NotFound("There is no such blob.")
    try:
        return await centre.beside(lambda: centre.blobs.read(sha256)), row.media_type
    except StoreDamaged as error:
        raise NotFound("This blob is damaged here.", hint="It is asked for again.", detail=str(error)) from error


async def keep(centre: Centre, request: Asked, sha256: str) -> None:
    """Keep what a device sends; the same bytes again change nothing.

    Raises:
        BadInput: its bytes do not have this SHA-256, or it is not what its purpose says.
        RequestRefused: it is too large, or not signed.
    """
    device, body = await signed_body(centre, request, centre.settings.max_blob_bytes)
    purpose, subject = request.query_params.get("purpose", "bundle"), request.query_params.get("battle_id", "")
    media_type = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip()
    if not _SHA256.fullmatch(sha256) or digest(body) != sha256:
        raise BadInput("A blob's bytes do not have its SHA-256.")
    if media_type not in PURPOSES.get(purpose, ()):
        raise BadInput(f"A blob for '{purpose[:20]}' is not of this media type.", hint=", ".join(PURPOSES))
    if not body.startswith(_MAGIC.get(media_type, b"")):
        raise BadInput("A picture's bytes are not of its media type.")
    if purpose == "sheet":
        await centre.rows(lambda c: _check_battle(c, subject, device.device_id))
    await centre.beside(lambda: centre.blobs.keep(body))
    row = {"sha256": sha256, "media_type": media_type, "size_bytes": len(body), "purpose": purpose, "subject": subject}
    await centre.rows(lambda c: _note(c, row, device.device_id))


def _row(connection: Connection, sha256: str) -> Any:
    return connection.execute(text("SELECT media_type FROM blobs WHERE sha256 = :name"), {"name": sha256}).first()


def _note(connection: Connection, row: dict[str, Any], device_id: str) -> None:
    statement = insert(tables.blobs).values(row).on_conflict_do_nothing().returning(tables.blobs.c.sha256)
    if connection.execute(statement).first() is not None:
        audited(connection, f"device {device_id}", "blob_kept", row["sha256"], row["purpose"])


def _check_battle(connection: Connection, battle_id: str, device_id: str) -> None:
    """NotFound unless the battle is closed and came from a store of this device."""
    found = connection.execute(
        text(
            """SELECT 1 FROM op_log JOIN op_places USING (op_id)
            JOIN device_stores ON device_stores.store_id = op_places.store_id
            WHERE op_log.kind = 'battle' AND op_log.record_id = :battle AND device_id = :device LIMIT 1"""
        ),
        {"battle": battle_id.replace("\0", ""), "device": device_id},
    ).first()
    if found is None:
        raise NotFound("This device sent no such battle.", hint="Push the battle first.")
