"""Blobs: files named by their SHA-256 in the data folder, a row of what each is, and rows of what it is used for."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import digest
from scenes.errors import BadInput, NotFound, StoreDamaged
from scenes.failpoints import reach
from sync.content import ContentFolder
from sync.offers import BUNDLE_TYPE, MAX_OFFER_BYTES, MAX_SHEET_BYTES, SHEET_TYPE, Offer, Sheet, Wanted
from sync.server import contents, tables
from sync.server.auditing import audited
from sync.server.centre import Centre
from sync.server.door import Asked, body_version, record_of, signed_body
from sync.server.refusals import RequestRefused

BUNDLE, SHEET = "bundle", "sheet"
TYPES = {BUNDLE: BUNDLE_TYPE, SHEET: SHEET_TYPE}
MOST_SHEETS = 8  # of one battle: each copy of a workstation may have rendered its own
_SHA256 = re.compile(r"[0-9a-f]{64}")


async def content(centre: Centre, sha256: str) -> tuple[bytes, str]:
    """A blob's bytes and media type.

    Raises:
        NotFound: there is none that may be shown.
    """
    row = await centre.rows(lambda c: _row(c, sha256)) if _SHA256.fullmatch(sha256) else None
    if row is None:
        raise NotFound("There is no such blob.")
    try:
        return await centre.beside(lambda: centre.blobs.read(sha256)), row.media_type
    except StoreDamaged as error:
        raise NotFound("This blob is damaged here.", hint="It is asked for again.", detail=str(error)) from error


async def wanted(centre: Centre, request: Asked) -> Wanted:
    """What of an offer is lacking here: sheets of battles that the device sent, bundles that an episode names."""
    device, body = await signed_body(centre, request, MAX_OFFER_BYTES)
    asked: Offer = record_of(body, Offer)
    body_version(request, asked.version)
    sheets = await centre.rows(lambda c: _lacking_sheets(c, centre.blobs, asked.sheets, device.device_id))
    named = sorted(await centre.documents.named_bundles(asked.bundles)) if asked.bundles else []
    kept = await centre.rows(lambda c: _kept_bundles(c, centre.blobs, named)) if named else set()
    bundles = [name for name in named if name not in kept]
    return Wanted(sheets=tuple(sheets), bundles=tuple(bundles))


async def keep(centre: Centre, request: Asked, sha256: str) -> None:
    """Keep what a device sends; the same bytes again change nothing.

    Raises:
        BadInput: its bytes do not have this SHA-256, or it is not what its purpose says.
        NotFound: no episode names this bundle, or no voted battle of the device this sheet is of.
        RequestRefused: it is too large, or not signed.
    """
    purpose, subject = request.query_params.get("purpose", BUNDLE), request.query_params.get("battle_id", "")
    most = MAX_SHEET_BYTES if purpose == SHEET else centre.settings.max_blob_bytes
    device, body = await signed_body(centre, request, min(most, centre.settings.max_blob_bytes))
    media_type = request.headers.get("content-type", BUNDLE_TYPE).partition(";")[0].strip()
    if not _SHA256.fullmatch(sha256) or digest(body) != sha256:
        raise BadInput("A blob's bytes do not have its SHA-256.")
    if TYPES.get(purpose) != media_type:
        raise BadInput(f"A blob for '{purpose[:20]}' is not of this media type.", hint=f"{TYPES}")
    if purpose == SHEET:
        await centre.rows(lambda c: _check_battle(c, subject, device.device_id))
    elif sha256 not in await centre.documents.named_bundles([sha256]):
        raise NotFound("No episode here was played in this bundle.", hint="Send the episodes first.")
    check = contents.check_png if purpose == SHEET else contents.check_archive
    await centre.beside(lambda: check(body))
    reach("blob.before_file")
    await centre.beside(lambda: centre.blobs.keep(body))
    reach("blob.after_file")
    row = {"sha256": sha256, "media_type": media_type, "size_bytes": len(body), "purpose": purpose}
    await centre.rows(lambda c: _note(c, row, subject if purpose == SHEET else "", device.device_id))
    reach("blob.after_tx")


def _row(connection: Connection, sha256: str) -> Any:
    return connection.execute(text(_SHOWN), {"name": sha256}).first()


def _note(connection: Connection, row: dict[str, Any], subject: str, device_id: str) -> None:
    statement = insert(tables.blobs).values(row | {"subject": subject}).on_conflict_do_nothing()
    connection.execute(statement)
    use = {"purpose": row["purpose"], "subject": subject, "sha256": row["sha256"]}
    added = insert(tables.blob_uses).values(use).on_conflict_do_nothing().returning(tables.blob_uses.c.sha256)
    if connection.execute(added).first() is not None:
        audited(connection, f"device {device_id}", "blob_kept", row["sha256"], row["purpose"])
    reach("blob.in_tx")


def _check_battle(connection: Connection, battle_id: str, device_id: str) -> None:
    """NotFound unless the battle was voted on and came from a store of this device."""
    if battle_id not in _own_battles(connection, [battle_id], device_id):
        raise NotFound("This device sent no such battle with a vote.", hint="Push the battle first.")
    uses = text("SELECT count(*) FROM blob_uses WHERE purpose = 'sheet' AND subject = :battle")
    if connection.execute(uses, {"battle": battle_id}).scalar_one() >= MOST_SHEETS:
        raise RequestRefused("conflict", "This battle has contact sheets enough.")


def _own_battles(connection: Connection, names: list[str], device_id: str) -> set[str]:
    """Those of these battles that were voted on and came from a store of this device."""
    sent = {"names": [name.replace("\0", "") for name in names], "device": device_id}
    return set(connection.execute(text(_OWN), sent).scalars())


def _lacking_sheets(
    connection: Connection, folder: ContentFolder, offered: tuple[Sheet, ...], device_id: str
) -> list[Sheet]:
    """Of voted battles of the device those that have no file here, and of battles that have not sheets enough."""
    own = _own_battles(connection, [sheet.battle_id for sheet in offered], device_id)
    known: dict[str, set[str]] = {battle_id: set() for battle_id in own}
    for use in connection.execute(text(_SHEETS), {"names": sorted(own)}):
        if _is_whole(folder, use.sha256, use.size_bytes):
            known[use.subject].add(use.sha256)
    free = {battle_id for battle_id in own if len(known[battle_id]) < MOST_SHEETS}
    return [each for each in offered if each.battle_id in free and each.sha256 not in known[each.battle_id]]


def _kept_bundles(connection: Connection, folder: ContentFolder, names: list[str]) -> set[str]:
    found = connection.execute(text(_BUNDLES), {"names": names})
    return {row.sha256 for row in found if _is_whole(folder, row.sha256, row.size_bytes)}


def forget_lost(connection: Connection, folder: ContentFolder) -> int:
    """Forget the blobs whose files are gone or cut off, so that no page and no board offers them; how many.

    Workstations ask once a day what is lacking of what they sent, and send it again.
    """
    rows = connection.execute(text("SELECT sha256, size_bytes FROM blobs ORDER BY sha256")).all()
    lost = [row.sha256 for row in rows if not _is_whole(folder, row.sha256, row.size_bytes)]
    for table in ("blob_uses", "blobs") if lost else ():
        connection.execute(text(f"DELETE FROM {table} WHERE sha256 = ANY(:names)"), {"names": lost})
    return len(lost)


def damaged(connection: Connection, folder: ContentFolder) -> tuple[int, list[str]]:
    """How many blobs there are, and which of them do not have their SHA-256; every file is read."""
    names = list(connection.execute(text("SELECT sha256 FROM blobs ORDER BY sha256")).scalars())
    return len(names), [name for name in names if not _is_sound(folder, name)]


def _is_whole(folder: ContentFolder, sha256: str, size: int) -> bool:
    """Whether a file is there with so many bytes; its content is not read."""
    try:
        return folder.path(sha256).stat().st_size == size
    except FileNotFoundError:
        return False


def _is_sound(folder: ContentFolder, sha256: str) -> bool:
    try:
        folder.read(sha256)
    except (NotFound, StoreDamaged):
        return False
    return True


_SHOWN = """SELECT media_type FROM blobs JOIN blob_uses USING (sha256)
    LEFT JOIN battles ON battle_id = blob_uses.subject
    WHERE sha256 = :name AND (blob_uses.purpose <> 'sheet' OR battles.status = 'voted') LIMIT 1"""
_OWN = """SELECT DISTINCT op_log.record_id FROM op_log JOIN op_places USING (op_id)
    JOIN device_stores ON device_stores.store_id = op_places.store_id JOIN battles ON battle_id = op_log.record_id
    WHERE op_log.kind = 'battle' AND op_log.record_id = ANY(:names) AND device_id = :device AND status = 'voted'"""
_SHEETS = """SELECT blob_uses.subject, sha256, size_bytes FROM blob_uses JOIN blobs USING (sha256)
    WHERE blob_uses.purpose = 'sheet' AND blob_uses.subject = ANY(:names)"""
_BUNDLES = """SELECT sha256, size_bytes FROM blob_uses JOIN blobs USING (sha256)
    WHERE blob_uses.purpose = 'bundle' AND sha256 = ANY(:names)"""
