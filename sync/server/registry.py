"""The models that the centre knows by their cards, and the bundles it offers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, text
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import decode, encode
from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.server import tables, webhooks
from sync.server.auditing import audited

MAX_CARDS = 500  # ratings take the cube of their number: a few seconds for so many


def cards(connection: Connection) -> list[ModelCard]:
    """Every registered card by its id."""
    found = connection.execute(text('SELECT card FROM cards ORDER BY model_id COLLATE "C"')).scalars()
    return [decode(bytes(each), ModelCard) for each in found]


def register(connection: Connection, chosen: Iterable[ModelCard]) -> list[str]:
    """Register cards, or replace those of the same id; which of them were new or changed.

    What plays in hidden checks alone is no model to compare, and is left out.

    Raises:
        BadInput: they would be more than any board can show.
    """
    changed = []
    for card in chosen:
        if card.status == "check":
            continue
        row = insert(tables.cards).values(model_id=card.id, card=encode(card))
        newer = {"card": row.excluded.card, "updated_at": func.now()}
        differs = tables.cards.c.card.is_distinct_from(row.excluded.card)
        statement = row.on_conflict_do_update(index_elements=["model_id"], set_=newer, where=differs)
        if connection.execute(statement.returning(tables.cards.c.model_id)).first() is not None:
            audited(connection, "operator", "model_registered", card.id)
            webhooks.note(connection, "model", card.id)
            changed.append(card.id)
    if connection.execute(text("SELECT count(*) FROM cards")).scalar_one() > MAX_CARDS:
        raise BadInput(f"At most {MAX_CARDS} models have a card here.", hint="`vlaarena-central model list`")
    return changed


def bundles(connection: Connection) -> list[str]:
    """The digests of the bundles at /v1/blobs."""
    statement = text("SELECT sha256 FROM blob_uses WHERE purpose = 'bundle' ORDER BY sha256")
    return list(connection.execute(statement).scalars())
