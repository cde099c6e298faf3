"""The end of a battle: its names and runs are written in clear, and what is known of it may be sent."""

from __future__ import annotations

import logging
from typing import get_args

from msgspec import Struct

from scenes.database import Database
from scenes.episode import Run
from scenes.errors import NotFound, RuleBroken, StoreDamaged
from scenes.failpoints import reach
from sync import battles, outbox, votes
from sync.blindness import Hidden, commitment, open_hidden, open_run
from sync.records import Battle, CheckKind, Reveal, VoidReason, now
from sync.rows import columns_of_run, run_of

_log = logging.getLogger(__name__)


class _Sealed(Struct, frozen=True):
    turn_id: str
    side: str
    sealed: bytes


def close(database: Database, key: bytes, battle_id: str) -> Reveal:
    """Make the vote final and disclose the models; closing a closed battle says the same again.

    Raises:
        RuleBroken: there is no vote.
        StoreDamaged: the names do not open, or are not those promised at the start; nothing was changed.
    """
    battle = battles.find(database, battle_id)
    if battle.left_model_id is not None:
        return reveal(database, battle_id)
    if battle.status != "voted":
        raise RuleBroken("A battle closes with a vote.", hint="Vote, or skip it with a reason.")
    reach("close.before_tx")
    with database.transaction():
        _disclose(database, key, battle, void_reason=None)
        outbox.audit(database, "battle_closed", battle_id)
        reach("close.in_tx")
    reach("close.after_tx")
    return reveal(database, battle_id)


def close_voted(database: Database, key: bytes) -> list[Reveal]:
    """Close every battle that has a vote; one that does not open is logged and stays as it is."""
    reveals = []
    for battle in battles.listed(database, "voted", -1):
        try:
            if battle.left_model_id is None:
                reveals.append(close(database, key, battle.battle_id))
        except StoreDamaged as error:
            _log.error("battle %s stays open: %s", battle.battle_id, error)
    return reveals


def void(database: Database, key: bytes, battle_id: str, reason: VoidReason) -> Reveal:
    """End a battle without a vote, for a reason, and disclose the models.

    Raises:
        BadInput: that is no reason; the hint lists them.
        RuleBroken: the battle has a vote or has ended.
    """
    if reason not in get_args(VoidReason):
        raise NotFound.among("reason to skip a battle", reason, list(get_args(VoidReason)))
    battle = battles.find_ongoing(database, battle_id)
    with database.transaction():
        _disclose(database, key, battle, void_reason=reason)
        outbox.audit(database, "battle_voided", battle_id, reason)
    return reveal(database, battle_id)


def abandon(database: Database, battle_id: str) -> None:
    """Give a battle up for good. Its models stay sealed.

    Raises:
        RuleBroken: the battle has a vote or has ended.
    """
    battles.find_ongoing(database, battle_id)
    with database.transaction():
        battles.set_status(database, battle_id, "abandoned")
        outbox.audit(database, "battle_abandoned", battle_id)


def abandon_unplayed(database: Database) -> int:
    """Give up whatever was begun and has no turn: nobody plays it any more, nobody can vote on it; how many."""
    unplayed = database.rows(
        """SELECT battle_id FROM battle WHERE status = 'ongoing'
        AND NOT EXISTS (SELECT 1 FROM turn WHERE battle_id = battle.battle_id)"""
    )
    for row in unplayed:
        abandon(database, row["battle_id"])
    return len(unplayed)


def reveal(database: Database, battle_id: str) -> Reveal:
    """Who played in a closed battle.

    Raises:
        RuleBroken: it is not closed.
    """
    battle = battles.find(database, battle_id)
    if battle.left_model_id is None or battle.right_model_id is None or battle.nonce is None:
        raise RuleBroken("The models are revealed when the battle is closed.", hint="Vote first.")
    return Reveal(
        battle_id=battle_id,
        left_model_id=battle.left_model_id,
        right_model_id=battle.right_model_id,
        commitment=battle.commitment,
        nonce=battle.nonce,
        vote=votes.live(database, battle_id),
        check=battle.check,
    )


def runs(database: Database, battle_id: str) -> list[Run]:
    """Who made the episodes of a closed battle: left then right, turn by turn.

    Raises:
        RuleBroken: it is not closed.
    """
    reveal(database, battle_id)
    rows = database.rows(
        """SELECT run.* FROM run JOIN turn USING (turn_id) WHERE run.battle_id = ?
        ORDER BY turn.seq, run.side""",
        [battle_id],
    )
    return [run_of(row) for row in rows]


def _disclose(database: Database, key: bytes, battle: Battle, void_reason: str | None) -> None:
    """Write in clear all that the battle hid, within a transaction."""
    secret = _secret(database, key, battle)
    left, right = secret.sides.left_model_id, secret.sides.right_model_id
    for row in database.read(_Sealed, "SELECT * FROM run WHERE battle_id = ?", [battle.battle_id]):
        _write_run(database, row, open_run(key, battle.battle_id, row.sealed))
    database.execute(
        "UPDATE vote SET left_model_id = ?, right_model_id = ?, kind = ? WHERE battle_id = ?",
        [left, right, secret.kind or battle.kind, battle.battle_id],
    )
    database.execute(
        """UPDATE battle SET left_model_id = ?1, right_model_id = ?2, nonce = ?3, kind = coalesce(?4, kind),
            propensity = coalesce(?5, propensity), "check" = ?6, sealed = NULL, status = ?7, void_reason = ?8,
            updated_at = ?9 WHERE battle_id = ?10""",
        [
            *(left, right, secret.nonce, secret.kind, secret.propensity, _kind_of_check(secret)),
            *("void" if void_reason else "voted", void_reason, now(), battle.battle_id),
        ],
    )
    outbox.release(database, battle.battle_id)


def _kind_of_check(secret: Hidden) -> CheckKind | None:
    """Checks begun by an earlier version were of one model twice, or a battle mirrored."""
    if secret.kind != "check" or secret.check is not None:
        return secret.check
    return "aa" if secret.sides.left_model_id == secret.sides.right_model_id else "swapped"


def _secret(database: Database, key: bytes, battle: Battle) -> Hidden:
    sealed = database.rows("SELECT sealed FROM battle WHERE battle_id = ?", [battle.battle_id])[0]["sealed"]
    secret = open_hidden(key, battle.battle_id, sealed)
    promised = commitment(secret.nonce, secret.sides.left_model_id, secret.sides.right_model_id)
    if promised != battle.commitment:
        raise StoreDamaged("The models of this battle are not those promised at its start.", hint="Restore a backup.")
    return secret


def _write_run(database: Database, row: _Sealed, run: Run) -> None:
    columns = columns_of_run(run) | {"sealed": None}
    names = ", ".join(f"{name} = ?" for name in columns)
    database.execute(
        f"UPDATE run SET {names} WHERE turn_id = ? AND side = ?", [*columns.values(), row.turn_id, row.side]
    )
