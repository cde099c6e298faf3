"""What a workstation remembers of its central service: who it is there, its last visit, the board it brought home."""

from __future__ import annotations

from msgspec import Struct

from scenes.database import Database
from scenes.errors import ArenaError
from scenes.failpoints import reach
from sync import sheets
from sync.api import PulledBoard, Snapshot, etag_of, open_snapshot
from sync.records import now


class Device(Struct, frozen=True, kw_only=True):
    """This workstation as the service at `url` knows it."""

    device_id: str
    url: str
    public_key: bytes  # of the key that enrolled
    server_key: bytes  # signs the service's boards
    enrolled_at: str


class Visit(Struct, frozen=True, kw_only=True):
    """The last time the service was visited, and the last time everything was done there."""

    tried_at: str
    done_at: str | None = None
    message: str = ""  # why the last try did not get that far
    hint: str = ""


def find(database: Database) -> Device | None:
    """Who this workstation is at the service; None before it was enrolled."""
    found = database.read(Device, "SELECT * FROM device")
    return found[0] if found else None


def keep(database: Database, device: Device) -> None:
    """Remember an enrolment, the latest one. A board of another service is forgotten."""
    with database.transaction():
        before = find(database)
        if before is not None and before.server_key != device.server_key:
            database.execute("DELETE FROM pulled_board")
            sheets.tell_again(database)
        database.execute("DELETE FROM device")
        database.insert(
            "device",
            only_row=1,
            device_id=device.device_id,
            url=device.url,
            public_key=device.public_key,
            server_key=device.server_key,
            sequence=0,
            enrolled_at=device.enrolled_at,
        )
        reach("enrol.in_keep")


def next_sequence(database: Database, beyond: int = 0) -> int:
    """The sequence of the next request, on the disk before it is used; above `beyond`, too."""
    with database.transaction():
        database.execute("UPDATE device SET sequence = max(sequence, ?) + 1", [beyond])
        (row,) = database.rows("SELECT sequence FROM device")
        reach("sequence.in_tx")
    reach("sequence.after_tx")
    return int(row["sequence"])


def last_visit(database: Database) -> Visit | None:
    """The last visit, if there was one."""
    found = database.read(Visit, "SELECT * FROM sync_visit")
    return found[0] if found else None


def note_visit(database: Database, error: ArenaError | None) -> None:
    """Remember how a visit ended: with everything done, or with an error."""
    moment, before = now(), last_visit(database)
    done_at = moment if error is None else before.done_at if before else None
    message, hint = ("", "") if error is None else (error.message, error.hint)
    database.execute(
        """INSERT INTO sync_visit (only_row, tried_at, done_at, message, hint) VALUES (1, ?1, ?2, ?3, ?4)
        ON CONFLICT (only_row) DO UPDATE SET tried_at = ?1, done_at = ?2, message = ?3, hint = ?4""",
        [moment, done_at, message, hint],
    )


def kept_etag(database: Database) -> str | None:
    """The ETag of the board that is kept, whose content must still be the one it names."""
    snapshot = _snapshot(database)
    return etag_of(snapshot.content) if snapshot else None


def keep_board(database: Database, snapshot: Snapshot) -> None:
    """Keep a board whose signature was checked in place of the one before."""
    database.execute(
        """INSERT INTO pulled_board (only_row, etag, content, signature, pulled_at) VALUES (1, ?1, ?2, ?3, ?4)
        ON CONFLICT (only_row) DO UPDATE SET etag = ?1, content = ?2, signature = ?3, pulled_at = ?4""",
        [etag_of(snapshot.content), snapshot.content, snapshot.signature, now()],
    )


class Kept(Struct, frozen=True, kw_only=True):
    """The board that was last fetched, as it lies here; to open it may take place on any thread."""

    snapshot: Snapshot
    url: str
    server_key: bytes
    pulled_at: str

    @property
    def etag(self) -> str:
        """Of its content."""
        return etag_of(self.snapshot.content)

    def open(self) -> PulledBoard:
        """The board; BadInput if the kept bytes are not those the service signed."""
        return open_snapshot(self.snapshot, self.server_key)


def kept_board(database: Database) -> Kept | None:
    """The board that was last fetched, unopened; None before the first."""
    snapshot, known = _snapshot(database), find(database)
    if snapshot is None or known is None:
        return None
    (row,) = database.rows("SELECT pulled_at FROM pulled_board")
    return Kept(snapshot=snapshot, url=known.url, server_key=known.server_key, pulled_at=row["pulled_at"])


def board(database: Database) -> PulledBoard | None:
    """The board that was last fetched, its signature checked again; None before the first.

    Raises:
        BadInput: the kept bytes are not those the service signed.
    """
    snapshot, device = _snapshot(database), find(database)
    return open_snapshot(snapshot, device.server_key) if snapshot and device else None


def _snapshot(database: Database) -> Snapshot | None:
    found = database.read(Snapshot, "SELECT content, signature FROM pulled_board")
    return found[0] if found else None
