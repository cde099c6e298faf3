"""Battles of programs that play elsewhere and record here (scope `record`).

The centre plays nothing. While such a battle is open its models rest sealed, and are told to nobody but, sealed once
more, to the daemon whose public key came with the request; a vote closes it, and then all of it becomes operations of a
store that belongs to the token, signed by the service.
"""

from __future__ import annotations

import secrets
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import decode, digest, encode
from scenes.episode import Episode
from scenes.errors import BadInput, NotFound, RuleBroken
from scenes.failpoints import reach
from scenes.seal import derived, seal, unseal
from sync.api import Push
from sync.keys import SigningKey
from sync.operations import sign
from sync.records import MAX_TURNS, Battle, Session, Turn, Vote, now
from sync.server import recorded, registry, rows, tables
from sync.server.api_bodies import NewBattle, NewTurnOfBattle, NewVote
from sync.server.auditing import audited
from sync.server.devices import PROGRAM_STORE
from sync.server.opening import opened
from sync.server.recorded import Open, Record


def begin(connection: Connection, key: SigningKey, token_id: str, new: NewBattle) -> Open:
    """Begin a battle between the models named, or a pair drawn by lot; the one that this very request began before.

    Raises:
        BadInput: there are no two such models for this robot.
        RuleBroken: a request of this id began another battle, or one that has ended.
    """
    if new.request_id is not None and (begun := _begun(connection, key, token_id, new)) is not None:
        return begun
    left, right, kind, propensity = _pair(connection, new)
    found = recorded.opened(token_id, new, (left, right), kind, propensity)
    battle = found.battle
    sealed = seal(_key(key), encode(found), battle.battle_id)
    row = {"battle_id": battle.battle_id, "token_id": token_id, "battle": sealed}
    connection.execute(insert(tables.open_battles).values(row))
    audited(connection, f"token {token_id}", "battle_begun", battle.battle_id)
    reach("record.open_in_tx")
    return found


def find(connection: Connection, key: SigningKey, battle_id: str) -> tuple[Open, list[Turn], str] | None:
    """An open battle, its turns and the token it belongs to; None if there is none."""
    columns = tables.open_battles.c
    statement = select(columns.token_id, columns.battle, columns.turns).where(columns.battle_id == battle_id)
    row = connection.execute(statement.with_for_update()).first() if "\0" not in battle_id else None
    if row is None:
        return None
    found = decode(unseal(_key(key), bytes(row.battle), battle_id), Open)
    return found, [decode(bytes(each), Turn) for each in row.turns], row.token_id


def add_turn(
    connection: Connection,
    key: SigningKey,
    token_id: str,
    battle_id: str,
    new: NewTurnOfBattle,
    episodes: list[Episode],
) -> Turn:
    """Add a turn of two kept episodes to an open battle; the same turn again is the one that is there.

    Raises:
        NotFound: this token has no such open battle, or an episode was not uploaded.
        BadInput: the episodes are not of this battle, or not comparable.
        RuleBroken: the battle has ended, or has all the turns it may have.
    """
    found, turns, _ = _owned(connection, key, token_id, battle_id)
    for turn in turns:
        if _said(turn) == _said(new):
            return turn
    if len(turns) >= MAX_TURNS:
        raise RuleBroken(f"A battle has at most {MAX_TURNS} turns.", hint="Vote.")
    _check_comparable(found.session, new, episodes)
    turn = recorded.turn(battle_id, len(turns) + 1, new, episodes)
    columns = tables.open_battles.c
    written = update(tables.open_battles).where(columns.battle_id == battle_id)
    connection.execute(written.values(turns=[encode(each) for each in (*turns, turn)]))
    reach("record.turn_in_tx")
    return turn


def vote(connection: Connection, key: SigningKey, token_id: str, new: NewVote) -> tuple[Vote, Battle]:
    """Close a battle with a vote: everything about it becomes operations, and its models may be told.

    Raises:
        NotFound: this token has no such open battle.
        RuleBroken: it has no turn, or has ended.
    """
    found, turns, _ = _owned(connection, key, token_id, new.battle_id)
    if not turns:
        raise RuleBroken("A vote needs a turn.", hint="Record one first.")
    closed = structs.replace(found.battle, status="voted", updated_at=now())
    cast = recorded.vote(found.session, closed, turns, new)
    records: list[Record] = [
        ("evaluator", found.evaluator.evaluator_id, found.evaluator),
        ("session", found.session.session_id, found.session),
        ("battle", closed.battle_id, closed),
        *(("turn", turn.turn_id, recorded.turn_body(closed, turn)) for turn in turns),
        ("vote", cast.vote_id, cast),
    ]
    _log(connection, key, token_id, records)
    connection.execute(delete(tables.open_battles).where(tables.open_battles.c.battle_id == new.battle_id))
    audited(connection, f"token {token_id}", "battle_voted", new.battle_id)
    reach("record.vote_in_tx")
    return cast, closed


def _begun(connection: Connection, key: SigningKey, token_id: str, new: NewBattle) -> Open | None:
    """The battle that a request of this id began, if one did."""
    battle_id = recorded.named(token_id, new)
    found = find(connection, key, battle_id)
    if found is None:
        _check_not_ended(connection, battle_id)
        return None
    if found[0].asked != digest(encode(new)):
        raise RuleBroken("Another request of this id began a battle.", hint="Name each request anew.")
    return found[0]


def _said(turn: Turn | NewTurnOfBattle) -> tuple[str, str, str, str]:
    return turn.instruction, turn.start, turn.left_episode_id, turn.right_episode_id


def _pair(connection: Connection, new: NewBattle) -> tuple[str, str, Any, float]:
    active = sorted(
        card.id for card in registry.cards(connection) if card.status == "active" and new.robot_id in card.robots
    )
    named = [name for name in (new.left_model_id, new.right_model_id) if name is not None]
    for name in named:
        if name not in active:
            raise NotFound.among("active model for this robot", name, active)
    if len(named) == 2 and named[0] != named[1]:
        return named[0], named[1], "chosen", 1.0
    if named or len(active) < 2:
        raise BadInput("A battle needs two different models that fit this robot.", hint="Name both, or neither.")
    left, right = secrets.SystemRandom().sample(active, 2)
    return left, right, "rated", 2 / (len(active) * (len(active) - 1))


def _owned(connection: Connection, key: SigningKey, token_id: str, battle_id: str) -> tuple[Open, list[Turn], str]:
    found = find(connection, key, battle_id)
    if found is None:
        _check_not_ended(connection, battle_id)
    if found is None or found[2] != token_id:
        raise NotFound("There is no such open battle.")
    return found


def _check_not_ended(connection: Connection, battle_id: str) -> None:
    ended = text("SELECT 1 FROM battles WHERE battle_id = :name")
    if "\0" not in battle_id and connection.execute(ended, {"name": battle_id}).first():
        raise RuleBroken("This battle has ended.", hint="Begin another one.")


def _check_comparable(session: Session, new: NewTurnOfBattle, episodes: list[Episode]) -> None:
    """Both sides carried out this instruction, here, from the same state and for the same time."""
    for each in episodes:
        place = (each.trajectory.robot_id, each.trajectory.scene_id, each.instruction, each.start)
        if place != (session.robot_id, session.scene_id, new.instruction, new.start):
            raise BadInput("An episode is of another instruction, start, robot or scene than its turn.")
        if each.termination not in ("success", "max_steps"):
            raise BadInput("A technical failure ended an episode.", hint="Play it again.")
    left, right = episodes
    alike = (left.seed, left.max_steps, left.trajectory.bundle_digest)
    if alike != (right.seed, right.max_steps, right.trajectory.bundle_digest):
        raise BadInput("The two sides were not played under the same conditions.")
    if new.start == "reset" and left.start_digest != right.start_digest:
        raise BadInput("The two sides did not start from the same state.")


def _log(connection: Connection, key: SigningKey, token_id: str, records: list[Record]) -> None:
    """Append records to the log of the token's own store, signed by the service."""
    store_id = f"{PROGRAM_STORE}{token_id}"
    connection.execute(insert(tables.stores).values(store_id=store_id).on_conflict_do_nothing())
    last = text("SELECT last_seq FROM stores WHERE store_id = :store FOR UPDATE")
    first = 1 + int(connection.execute(last, {"store": store_id}).scalar_one())
    signed = tuple(sign(recorded.operation(store_id, seq, each), key) for seq, each in enumerate(records, first))
    found = opened(Push(version=1, store_id=store_id, operations=signed))
    refused = [each.reason for each in rows.push(connection, store_id, found).verdicts if each.verdict != "applied"]
    if refused:
        raise BadInput(f"This battle cannot be recorded: {refused[0]}")


def _key(key: SigningKey) -> bytes:
    return derived(key.private, "open battles")
