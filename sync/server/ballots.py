"""The votes that count for the public board, read from the rows as records.

Models come to the board by their cards: whoever runs the service registers them, so that no workstation fills the board
with names. Votes on other models are kept, and count as soon as both have a card.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from sync.records import Vote, Watched

_WATCHED = Watched.__struct_fields__
_COLUMNS = ", ".join([f"votes.{name}" for name in Vote.__struct_fields__ if name != "watched"] + list(_WATCHED))
CARDED = """votes.left_model_id IN (SELECT model_id FROM cards)
    AND votes.right_model_id IN (SELECT model_id FROM cards)"""
_COUNTING = text(
    f"""SELECT DISTINCT ON (vote_id) {_COLUMNS} FROM votes JOIN battles USING (battle_id)
    WHERE battles.status = 'voted' AND votes.kind = 'rated' AND votes.origin = 'window' AND {CARDED}
    AND NOT EXISTS (SELECT 1 FROM turns JOIN episodes ON episode_id IN (left_episode_id, right_episode_id)
        WHERE turns.battle_id = battles.battle_id AND episodes.status <> 'stored')
    ORDER BY vote_id, rev DESC"""
)
_PROVISIONAL = text(
    """SELECT count(DISTINCT votes.vote_id) FROM votes JOIN turns USING (battle_id)
    JOIN episodes ON episodes.episode_id IN (left_episode_id, right_episode_id) WHERE episodes.status = 'expected'"""
)
_UNREGISTERED = text(
    """SELECT model_id, count(DISTINCT vote_id) AS votes FROM votes JOIN battles USING (battle_id)
    CROSS JOIN LATERAL unnest(ARRAY[votes.left_model_id, votes.right_model_id]) AS model_id
    WHERE battles.status = 'voted' AND votes.kind = 'rated' AND model_id NOT IN (SELECT model_id FROM cards)
    GROUP BY model_id ORDER BY 2 DESC, 1 LIMIT 20"""
)


def counting(connection: Connection) -> list[Vote]:
    """Of every rated vote on registered models whose episodes are all stored its last revision, unless withdrawn."""
    return [vote_of(row) for row in connection.execute(_COUNTING).mappings() if not row["withdrawn"]]


def count_provisional(connection: Connection) -> int:
    """How many votes wait for an episode of their battle, and count for nothing until then."""
    return int(connection.execute(_PROVISIONAL).scalar_one())


def unregistered(connection: Connection) -> list[tuple[str, int]]:
    """Models without a card that rated votes speak of, and how many: the twenty with most."""
    return [(row.model_id, row.votes) for row in connection.execute(_UNREGISTERED)]


def vote_of(row: Any) -> Vote:
    """A row as the record it was made of."""
    watched = Watched(**{name: row[name] for name in _WATCHED})
    plain = {name: row[name] for name in Vote.__struct_fields__ if name != "watched"}
    return Vote(**plain | {"tags": tuple(row["tags"]), "watched": watched})
