"""Contact sheets of closed battles, and which files beside the log the service has been told of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from scenes.database import Database
from sync.offers import MAX_OFFERED, Sheet
from sync.records import now

NEWEST = 100  # battles that get a sheet: a service that is set late does not cost a day of rendering
COMPARED_EVERY = timedelta(days=1)


def lacking(database: Database) -> str | None:
    """The newest closed battle with a vote that has no contact sheet yet; None: all of the newest have theirs."""
    rows = database.rows(
        """SELECT battle_id FROM (SELECT battle_id, position FROM battle WHERE status = 'voted'
            AND left_model_id IS NOT NULL ORDER BY position DESC LIMIT ?)
        WHERE battle_id NOT IN (SELECT battle_id FROM sheet) ORDER BY position DESC LIMIT 1""",
        [NEWEST],
    )
    return rows[0]["battle_id"] if rows else None


def keep(database: Database, battle_id: str, sha256: str | None) -> None:
    """Note which picture is the battle's; None: none can be rendered here."""
    database.execute(
        "INSERT INTO sheet (battle_id, sha256, told) VALUES (?, ?, 0) ON CONFLICT (battle_id) DO NOTHING",
        [battle_id, sha256],
    )


def untold_sheets(database: Database) -> list[Sheet]:
    """Sheets that were not offered yet, the newest first."""
    return database.read(
        Sheet,
        """SELECT battle_id, sha256 FROM sheet JOIN battle USING (battle_id) WHERE told = 0 AND sha256 IS NOT NULL
        ORDER BY position DESC LIMIT ?""",
        [MAX_OFFERED],
    )


def untold_bundles(database: Database) -> list[str]:
    """Bundles of turns that were released, which were not offered yet."""
    rows = database.rows(
        """SELECT DISTINCT bundle_digest FROM outbox JOIN turn ON turn_id = record_id
        JOIN episode ON episode_id = left_episode_id
        WHERE outbox.kind = 'turn' AND held = 0 AND verdict IS NOT NULL
        AND bundle_digest NOT IN (SELECT bundle_digest FROM told_bundle) ORDER BY 1 LIMIT ?""",
        [MAX_OFFERED],
    )
    return [row["bundle_digest"] for row in rows]


def named_bundles(database: Database) -> list[str]:
    """Every bundle that an episode here was played in."""
    return [row["bundle_digest"] for row in database.rows("SELECT DISTINCT bundle_digest FROM episode ORDER BY 1")]


def note_sheet(database: Database, sheet: Sheet, refused: bool = False) -> None:
    """The service has this sheet now, or does not want it. One that it refused is never offered again."""
    change = "told = 1, sha256 = NULL" if refused else "told = 1"
    database.execute(f"UPDATE sheet SET {change} WHERE battle_id = ?", [sheet.battle_id])


def note_bundle(database: Database, bundle_digest: str) -> None:
    """The service has this bundle now, or does not want it."""
    database.execute("INSERT INTO told_bundle (bundle_digest) VALUES (?) ON CONFLICT DO NOTHING", [bundle_digest])


def tell_again(database: Database) -> None:
    """The service lost what it had, or is another one: what was told is rendered and offered again."""
    database.execute("DELETE FROM sheet")
    database.execute("DELETE FROM told_bundle")


def must_compare(database: Database) -> bool:
    """Whether the service was not asked for a day which files it lost of those it was told of."""
    rows = database.rows("SELECT at FROM files_compared")
    if not rows:
        return True
    age = datetime.fromisoformat(now()) - datetime.fromisoformat(rows[0]["at"])
    return not timedelta(0) <= age < COMPARED_EVERY  # a clock that was set back does not put it off


def note_compared(database: Database) -> None:
    """The service was asked about every file it was told of."""
    database.execute(
        "INSERT INTO files_compared (only_row, at) VALUES (1, ?1) ON CONFLICT (only_row) DO UPDATE SET at = ?1", [now()]
    )


def told_sheets(database: Database, after: str = "") -> list[Sheet]:
    """Sheets that the service was told of, in the order of their battles' ids, beyond one of them."""
    return database.read(
        Sheet,
        """SELECT battle_id, sha256 FROM sheet WHERE told = 1 AND sha256 IS NOT NULL AND battle_id > ?
        ORDER BY battle_id LIMIT ?""",
        [after, MAX_OFFERED],
    )


def told_bundles(database: Database, after: str = "") -> list[str]:
    """Bundles that the service was told of, in their order, beyond one of them."""
    rows = database.rows(
        "SELECT bundle_digest FROM told_bundle WHERE bundle_digest > ? ORDER BY 1 LIMIT ?", [after, MAX_OFFERED]
    )
    return [row["bundle_digest"] for row in rows]


def lost_there(database: Database, lost: Iterable[Sheet], bundles: Iterable[str]) -> None:
    """The service lacks these: sheets are rendered again, if their battles are among the newest, bundles offered."""
    with database.transaction():
        for sheet in lost:
            database.execute("DELETE FROM sheet WHERE battle_id = ? AND sha256 = ?", [sheet.battle_id, sheet.sha256])
        for name in bundles:
            database.execute("DELETE FROM told_bundle WHERE bundle_digest = ?", [name])
