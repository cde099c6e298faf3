"""Battles as they are begun, found and listed, and what their open ones hide."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from scenes.database import Database
from scenes.errors import BadInput, NotFound, RuleBroken, StoreDamaged
from scenes.seal import key_from
from sync import outbox, sessions
from sync.blindness import commitment, hidden, open_hidden, seal_hidden
from sync.records import Battle, BattleKind, BattleStatus, Draw, Session, Sides, new_id, now

_MAX_SEED = 2**63 - 1  # SQLite's integers have 64 bits
_BLIND: tuple[BattleKind, ...] = ("rated", "check")
_RATED = "FROM battle JOIN session USING (session_id) WHERE battle.kind = 'rated' AND evaluator_id = ?"


class _Pair(Struct, frozen=True):
    """What a row says, or hides, about who met whom."""

    battle_id: str
    left_model_id: str | None
    right_model_id: str | None
    sealed: bytes | None


def start(database: Database, key: bytes, session: Session, draw: Draw) -> Battle:
    """Begin a battle: the pair is fixed, promised by its commitment, and sealed.

    So is what would tell more than a blind evaluator may know: a check rests as `rated` and says nothing of its kind,
    and the propensity, which differs from pair to pair, rests as 1, until the battle is closed.

    Raises:
        BadInput: the seed is out of range, a rated or practice pair is one model twice, or a check says not which.
    """
    _check(draw)
    blind = draw.kind in _BLIND
    battle_id, moment = new_id(), now()
    secret = hidden(draw.sides, draw.kind, draw.propensity, draw.check)
    with database.transaction():
        (count,) = database.rows("SELECT count(*) AS battles FROM battle WHERE session_id = ?", [session.session_id])
        database.insert(
            "battle",
            battle_id=battle_id,
            session_id=session.session_id,
            seq_in_session=count["battles"] + 1,
            sealed=seal_hidden(key, battle_id, secret),
            status="ongoing",
            kind="rated" if blind else draw.kind,
            seed=draw.seed,
            propensity=1.0 if blind else draw.propensity,
            first=draw.first,
            commitment=commitment(secret.nonce, draw.sides.left_model_id, draw.sides.right_model_id),
            created_at=moment,
            updated_at=moment,
        )
        sessions.touch(database, session.session_id)
        outbox.audit(database, "battle_started", battle_id)
    return find(database, battle_id)


def find(database: Database, battle_id: str) -> Battle:
    """The battle of this id.

    Raises:
        NotFound: there is none.
    """
    found = database.read(Battle, "SELECT * FROM battle WHERE battle_id = ?", [battle_id])
    if not found:
        raise NotFound(f"There is no battle '{battle_id[:80]}'.", hint="The page History lists all battles.")
    return found[0]


def listed(database: Database, status: BattleStatus | None, limit: int) -> list[Battle]:
    """The newest battles first."""
    return database.read(
        Battle,
        "SELECT * FROM battle WHERE ?1 IS NULL OR status = ?1 ORDER BY position DESC LIMIT ?2",
        [status, limit],
    )


def open_here(database: Database) -> list[Battle]:
    """The evaluator's ongoing battles of unknown models that have a turn to vote on, the newest first."""
    return database.read(
        Battle,
        """SELECT battle.* FROM battle JOIN session USING (session_id) WHERE status = 'ongoing' AND evaluator_id = ?
        AND battle.kind IN ('rated', 'practice', 'check')
        AND EXISTS (SELECT 1 FROM turn WHERE battle_id = battle.battle_id) ORDER BY battle.position DESC""",
        [sessions.evaluator(database).evaluator_id],
    )


def any_open(database: Database) -> bool:
    """Whether any battle still waits for its vote, or for its names to be told."""
    return bool(database.rows("SELECT 1 FROM battle WHERE left_model_id IS NULL AND status <> 'abandoned' LIMIT 1"))


def folder_key(path: Path, database: Database) -> bytes:
    """The data folder's key. A lost one is not replaced while battles wait to be opened with it.

    Raises:
        StoreDamaged: it is lost or damaged.
    """
    if not path.exists() and any_open(database):
        raise StoreDamaged(
            f"{path} is missing, and open battles are sealed with it.",
            hint="Restore that file from a backup, or begin a new data folder with --home.",
        )
    return key_from(path)


def find_ongoing(database: Database, battle_id: str) -> Battle:
    """The battle of this id, if turns, votes and skipping are still open to it.

    Raises:
        NotFound: there is none.
        RuleBroken: it has a live vote, or has ended.
    """
    battle = find(database, battle_id)
    if battle.status == "ongoing":
        return battle
    if battle.status == "voted" and battle.left_model_id is None:
        raise RuleBroken("This battle has a vote.", hint="Undo the vote first, or let the battle close.")
    raise RuleBroken(f"This battle has ended ({battle.status}).", hint="Start a new battle.")


def check_closed(database: Database, battle_id: str) -> None:
    """RuleBroken unless the battle's models were revealed: nothing may be added to it before."""
    if find(database, battle_id).left_model_id is None:
        raise RuleBroken(
            "Notes and side experiments are for closed battles.",
            hint="Vote first. A battle that was given up never takes any.",
        )


def sides(database: Database, key: bytes, battle_id: str) -> Sides:
    """Who is on which side, open battle or not. For play requests only: nothing may show or log it."""
    find(database, battle_id)
    rows = database.read(_Pair, "SELECT * FROM battle WHERE battle_id = ?", [battle_id])
    return _sides(key, rows[0])


def left_minus_right(database: Database, key: bytes) -> dict[tuple[str, str], int]:
    """How often the smaller id of each pair stood left more than right in the evaluator's rated battles.

    Every draw counts, whatever became of it: only then do the sides stay balanced whatever is skipped.

    The database counts those in clear; only sealed ones are opened. One whose key was lost is passed over: it must
    not keep new ones from being drawn.
    """
    person, drawn = sessions.evaluator(database).evaluator_id, Counter[Sides]()
    for row in database.rows(f"SELECT left_model_id, right_model_id, count(*) {_RATED} GROUP BY 1, 2", [person]):
        left, right, battles = row.values()
        if left is not None:
            drawn[Sides(left, right)] = battles
    for pair in database.read(_Pair, f"SELECT battle.* {_RATED} AND battle.sealed IS NOT NULL", [person]):
        with suppress(StoreDamaged):
            secret = open_hidden(key, pair.battle_id, pair.sealed or b"")
            drawn[secret.sides] += secret.kind != "check"
    balance: Counter[tuple[str, str]] = Counter()
    for sides_of, battles in drawn.items():
        smaller, larger = sorted((sides_of.left_model_id, sides_of.right_model_id))
        balance[smaller, larger] += battles if sides_of.left_model_id == smaller else -battles
    return dict(balance)


def set_status(database: Database, battle_id: str, status: BattleStatus) -> None:
    """Move a battle on, within the transaction of what moved it."""
    database.execute("UPDATE battle SET status = ?, updated_at = ? WHERE battle_id = ?", [status, now(), battle_id])


def _sides(key: bytes, row: _Pair) -> Sides:
    if row.sealed is not None:
        return open_hidden(key, row.battle_id, row.sealed).sides
    assert row.left_model_id is not None
    assert row.right_model_id is not None
    return Sides(row.left_model_id, row.right_model_id)


def _check(draw: Draw) -> None:
    if not 0 <= draw.seed <= _MAX_SEED:
        raise BadInput(f"A seed lies between 0 and {_MAX_SEED}.")
    if draw.kind in ("rated", "practice") and draw.sides.left_model_id == draw.sides.right_model_id:
        raise BadInput(f"A {draw.kind} battle needs two different models.")
    if (draw.kind == "check") != (draw.check is not None):
        raise BadInput("A check, and nothing else, says what it checks.")
