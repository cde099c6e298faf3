"""How it stands between this workstation and its central service, read from the rows of the store."""

from __future__ import annotations

from msgspec import Struct

from scenes.database import Database
from sync import device, sending
from sync.device import Visit
from sync.sending import Quarantined, Waiting


class Status(Struct, frozen=True, kw_only=True):
    """What is sent, what waits, what was not taken, and how the last visit ended."""

    url: str | None  # None: not enrolled
    device_id: str | None
    waiting: Waiting
    sent: int  # operations that the service has, those it rejected or put off included
    deferred: int
    quarantined: tuple[Quarantined, ...]
    visit: Visit | None


def status(database: Database) -> Status:
    """How it stands now."""
    known, counts = device.find(database), sending.counts(database)
    return Status(
        url=known.url if known else None,
        device_id=known.device_id if known else None,
        waiting=sending.waiting(database),
        sent=sum(count for verdict, count in counts.items() if verdict != "waiting"),
        deferred=counts.get("deferred", 0),
        quarantined=tuple(sending.quarantined(database)),
        visit=device.last_visit(database),
    )
