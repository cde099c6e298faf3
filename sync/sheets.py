"""Contact sheets of closed battles, and which files beside the log the service has been told of."""

from __future__ import annotations

from scenes.database import Database
from sync.offers import MAX_OFFERED, Sheet

NEWEST = 100  # battles that get a sheet: a service that is set late does not cost a day of rendering


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


def note_sheet(database: Database, sheet: Sheet) -> None:
    """The service has this sheet now, or does not want it."""
    database.execute("UPDATE sheet SET told = 1 WHERE battle_id = ?", [sheet.battle_id])


def note_bundle(database: Database, bundle_digest: str) -> None:
    """The service has this bundle now, or does not want it."""
    database.execute("INSERT INTO told_bundle (bundle_digest) VALUES (?) ON CONFLICT DO NOTHING", [bundle_digest])


def tell_again(database: Database) -> None:
    """The service lost what it had, or is another one: what was told is rendered and offered again."""
    database.execute("DELETE FROM sheet")
    database.execute("DELETE FROM told_bundle")
