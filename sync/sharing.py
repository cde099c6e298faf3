"""Files beside the log: contact sheets and scene bundles that the service lacks are sent, bundles missing here fetched.

All of it can wait: votes, battles and episodes went before, and a service that does not know such files is left alone.
"""

from __future__ import annotations

from msgspec import Struct

from scenes.codec import digest
from scenes.errors import NotFound, ServiceRefused, StoreDamaged
from scenes.failpoints import reach
from scenes.progress import Job, Progress
from sync import api, device, sheets
from sync.centre import Centre
from sync.connection import NothingThere
from sync.ledger import Ledger
from sync.offers import BUNDLE_TYPE, MAX_OFFERED, OFFER, SHEET_TYPE, Offer, Sheet, Wanted


class Shared(Struct, frozen=True, kw_only=True):
    """What went each way."""

    sheets: int = 0
    bundles: int = 0
    fetched: int = 0
    refused: tuple[str, ...] = ()  # by the service, and why


def share(centre: Centre) -> Job[Shared]:
    """Offer what was not offered yet, send what is wanted of it, and fetch the bundles that episodes here lack.

    Raises:
        SyncError: the service cannot be reached or refuses.
    """
    sent = Shared()
    if centre.ledger.do(sheets.must_compare):
        yield from _compared(centre)
    while offer := _offer(centre.ledger):
        yield Progress(0, 0, "Offering pictures")
        reach("offer.before_send")
        try:
            wanted = yield from centre.post(OFFER, offer, Wanted)
        except NothingThere:
            break  # an earlier version of the service
        reach("offer.after_send")
        sent = yield from _sent(centre, offer, wanted, sent)
    fetched = yield from _fetched(centre)
    return Shared(sheets=sent.sheets, bundles=sent.bundles, refused=sent.refused, fetched=fetched)


def _compared(centre: Centre) -> Job[None]:
    """Ask which files the service lost of those it was told of. What it has is not sent again."""
    ledger, sheet, bundle = centre.ledger, "", ""
    while True:
        pictures, bundles = tuple(ledger.do(sheets.told_sheets, sheet)), tuple(ledger.do(sheets.told_bundles, bundle))
        if not pictures and not bundles:
            break
        yield Progress(0, 0, "Comparing pictures")
        offer = Offer(version=api.VERSION, sheets=pictures, bundles=bundles)
        try:
            wanted = yield from centre.post(OFFER, offer, Wanted)
        except NothingThere:
            return  # an earlier version of the service
        ledger.do(sheets.lost_there, set(wanted.sheets) & set(pictures), set(wanted.bundles) & set(bundles))
        sheet, bundle = pictures[-1].battle_id if pictures else sheet, bundles[-1] if bundles else bundle
    ledger.do(sheets.note_compared)


def _offer(ledger: Ledger) -> Offer | None:
    """What was not offered yet; None: nothing."""
    pictures, bundles = tuple(ledger.do(sheets.untold_sheets)), tuple(ledger.do(sheets.untold_bundles))
    return Offer(version=api.VERSION, sheets=pictures, bundles=bundles) if pictures or bundles else None


def _sent(centre: Centre, offer: Offer, wanted: Wanted, before: Shared) -> Job[Shared]:
    """What is wanted of an offer, sent; each file is told of once, whatever becomes of it."""
    ledger, refused = centre.ledger, list(before.refused)
    pictures = bundles = 0
    for place, sheet in enumerate(offer.sheets):
        yield Progress(place, len(offer.sheets), "Sending pictures")
        path = f"{api.BLOBS.format(sha256=sheet.sha256)}?purpose=sheet&battle_id={sheet.battle_id}"
        before_it = len(refused)
        if sheet in wanted.sheets:
            pictures += yield from _put(centre, path, _picture(ledger, sheet), SHEET_TYPE, refused)
        ledger.folders.drop_sheet(sheet.sha256)
        reach("sheet.after_drop")
        ledger.do(sheets.note_sheet, sheet, len(refused) > before_it)
        reach("sheet.after_note")
    for name in offer.bundles:
        yield Progress(0, 0, "Sending scenes")
        if name in wanted.bundles:
            path = f"{api.BLOBS.format(sha256=name)}?purpose=bundle"
            bundles += yield from _put(centre, path, _bundle(ledger, name), BUNDLE_TYPE, refused)
        ledger.do(sheets.note_bundle, name)
        reach("bundle.after_note")
    return Shared(sheets=before.sheets + pictures, bundles=before.bundles + bundles, refused=tuple(refused))


def _put(centre: Centre, path: str, content: bytes | None, media_type: str, refused: list[str]) -> Job[bool]:
    """Whether the service took a file; a refusal of one does not hold up the others."""
    if content is None:
        return False
    reach("blob.before_send")
    try:
        yield from centre.put(path, content, media_type)
    except ServiceRefused as error:
        refused.append(str(error))
        return False
    reach("blob.after_send")
    return True


def _picture(ledger: Ledger, sheet: Sheet) -> bytes | None:
    try:
        return ledger.folders.sheets.read(sheet.sha256)
    except (NotFound, StoreDamaged):
        return None


def _bundle(ledger: Ledger, name: str) -> bytes | None:
    try:
        return ledger.folders.bundle(name)
    except StoreDamaged:
        return None


def _fetched(centre: Centre) -> Job[int]:
    """Fetch the bundles that episodes here name, that are missing or damaged here, and that the service offers."""
    ledger = centre.ledger
    board = ledger.do(device.board)
    offered = set(board.bundles) if board else set[str]()
    missing = [name for name in ledger.do(sheets.named_bundles) if name in offered and _bundle(ledger, name) is None]
    for place, name in enumerate(missing[:MAX_OFFERED]):
        yield Progress(place, len(missing), "Fetching scenes")
        answer = yield from centre.get(api.BLOBS.format(sha256=name), None)
        if digest(answer.body) != name:
            raise ServiceRefused("The service answered with another scene than the one asked for.")
        reach("fetch.after_send")
        ledger.folders.keep_bundle(name, answer.body)
        reach("fetch.after_keep")
    return len(missing)
