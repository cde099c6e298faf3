"""How the service is doing, as /health and `doctor` tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import text

from scenes.errors import ArenaError
from sync.server import ballots, publishing
from sync.server.centre import Centre

State = Literal["ok", "degraded", "down"]


class Health(Struct, frozen=True, kw_only=True):
    """One word for all of it, and each part."""

    status: State
    postgres: bool
    mongo: bool
    ratings: str  # "ok", "stale", "failed" or "never"
    last_ratings_at: datetime | None = None
    provisional_votes: int | None = None  # that wait for an episode
    quarantined: int | None = None  # operations that somebody should look at


async def health_of(centre: Centre) -> Health:
    """Ask both databases and the worker's last words."""
    postgres = mongo = True
    ratings, last, provisional, quarantined = "never", None, None, None
    try:
        row = await centre.rows(publishing.last_ratings)
        provisional = await centre.rows(ballots.count_provisional)
        quarantined = await centre.rows(lambda c: int(c.execute(_QUARANTINED).scalar_one()))
        if row is not None:
            last, ratings = row["last_run_at"], _word(centre, row["status"], row["last_run_at"])
    except ArenaError:
        postgres = False
    try:
        await centre.documents.ping()
    except ArenaError:
        mongo = False
    return Health(
        status="down" if not postgres else "ok" if mongo and ratings == "ok" else "degraded",
        postgres=postgres,
        mongo=mongo,
        ratings=ratings,
        last_ratings_at=last,
        provisional_votes=provisional,
        quarantined=quarantined,
    )


def _word(centre: Centre, status: str, last: datetime) -> str:
    if status != "ok":
        return "failed"
    age = (datetime.now(UTC) - last).total_seconds()
    return "stale" if age > 60 * centre.settings.stale_after_minutes else "ok"


_QUARANTINED = text("SELECT count(*) FROM op_quarantine WHERE resolved_at IS NULL")
