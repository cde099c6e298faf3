"""What the rows say about the records that a batch of operations speaks of, read once for the whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, TextClause, text

from sync.operations import Body, BranchBody, TurnBody
from sync.records import Battle, Branch, Evaluator, Note, Session, Turn, Vote


@dataclass
class Known:
    """Records by their ids; while a batch is applied it grows with it."""

    evaluators: dict[str, int] = field(default_factory=dict)  # rev
    sessions: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)  # rev, robot, scene, evaluator
    battles: dict[str, Battle] = field(default_factory=dict)
    turns: dict[str, tuple[str, int, str, str]] = field(default_factory=dict)  # battle, seq, left, right episode
    turn_places: set[tuple[str, int]] = field(default_factory=set)
    votes: dict[tuple[str, int], tuple[str, bool]] = field(default_factory=dict)  # (id, rev): choice, withdrawn
    vote_battles: dict[str, str] = field(default_factory=dict)  # by vote id
    voters: dict[tuple[str, str], str] = field(default_factory=dict)  # (battle, evaluator): vote id
    notes: dict[str, tuple[int, str]] = field(default_factory=dict)  # rev, battle
    branches: dict[str, str] = field(default_factory=dict)  # battle
    runs: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)  # evaluators and sessions of other laboratories


def known_about(connection: Connection, bodies: Iterable[Body]) -> Known:
    """All that the rows hold about what these records are or point at."""
    names = _names(bodies)
    known = Known()
    known.evaluators = {row.evaluator_id: row.rev for row in _rows(connection, _EVALUATORS, names["evaluator"])}
    for row in _rows(connection, _SESSIONS, names["session"]):
        known.sessions[row.session_id] = (row.rev, row.robot_id, row.scene_id, row.evaluator_id)
    for row in _rows(connection, _BATTLES, names["battle"]):
        known.battles[row.battle_id] = Battle(**row._asdict())
    for row in _either(connection, "turns", names["battle"], "turn_id", names["turn"]):
        known.turns[row.turn_id] = (row.battle_id, row.seq, row.left_episode_id, row.right_episode_id)
        known.turn_places.add((row.battle_id, row.seq))
    for row in _either(connection, "votes", names["battle"], "vote_id", names["vote"]):
        known.votes[row.vote_id, row.rev] = (row.vote, row.withdrawn)
        known.vote_battles[row.vote_id] = row.battle_id
        known.voters[row.battle_id, row.evaluator_id] = row.vote_id
    for row in _rows(connection, _NOTES, names["note"]):
        known.notes[row.note_id] = (row.rev, row.battle_id)
    known.branches = {row.branch_id: row.battle_id for row in _rows(connection, _BRANCHES, names["branch"])}
    known.runs = {row.run_id for row in _rows(connection, _RUNS, names["run"])}
    return known


def _names(bodies: Iterable[Body]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for body in bodies:
        for kind, name in _named(body):
            if "\0" not in name:
                names[kind].add(name)
    return names


def _named(body: Body) -> list[tuple[str, str]]:
    """What a record is and points at."""
    match body:
        case Evaluator():
            return [("evaluator", body.evaluator_id)]
        case Session():
            return [("session", body.session_id), ("evaluator", body.evaluator_id)]
        case Battle():
            return [("battle", body.battle_id), ("session", body.session_id)]
        case TurnBody():
            runs = [("run", body.left.run_id), ("run", body.right.run_id)]
            return [("turn", body.turn.turn_id), ("battle", body.turn.battle_id), *runs]
        case Vote():
            places = [("battle", body.battle_id), ("session", body.session_id), ("evaluator", body.evaluator_id)]
            return [("vote", body.vote_id), *places]
        case Note():
            return [("note", body.note_id), ("battle", body.battle_id), ("evaluator", body.evaluator_id)]
        case BranchBody():
            return [*_of_branch(body.branch), ("run", body.run.run_id)]


def _of_branch(branch: Branch) -> list[tuple[str, str]]:
    return [("branch", branch.branch_id), ("battle", branch.battle_id), ("evaluator", branch.evaluator_id)]


def _rows(connection: Connection, statement: TextClause, names: set[str]) -> Iterable[Any]:
    return connection.execute(statement, {"names": sorted(names)}) if names else ()


def _either(connection: Connection, table: str, battles: set[str], key: str, names: set[str]) -> Iterable[Any]:
    """The rows of these battles, and those of these ids, whichever battle they are of."""
    columns = _COLUMNS_OF[table]
    asked = (("battle_id", battles), (key, names))
    found = [_rows(connection, text(f"SELECT {columns} FROM {table} WHERE {by} = ANY(:names)"), of) for by, of in asked]
    return (row for rows in found for row in rows)


def same_turn(known: Known, turn: Turn) -> bool:
    """Whether the turn of this id is known, as this one."""
    return known.turns.get(turn.turn_id) == (turn.battle_id, turn.seq, turn.left_episode_id, turn.right_episode_id)


_EVALUATORS = text("SELECT evaluator_id, rev FROM evaluators WHERE evaluator_id = ANY(:names)")
_SESSIONS = text("SELECT * FROM sessions WHERE session_id = ANY(:names)")
_COLUMNS = ", ".join(f'"{name}"' for name in Battle.__struct_fields__)
_BATTLES = text(f"SELECT {_COLUMNS} FROM battles WHERE battle_id = ANY(:names)")
_COLUMNS_OF = {
    "turns": "turn_id, battle_id, seq, left_episode_id, right_episode_id",
    "votes": "vote_id, rev, battle_id, evaluator_id, vote, withdrawn",
}
_NOTES = text("SELECT note_id, rev, battle_id FROM notes WHERE note_id = ANY(:names)")
_BRANCHES = text("SELECT branch_id, battle_id FROM branches WHERE branch_id = ANY(:names)")
_RUNS = text("SELECT run_id FROM runs WHERE run_id = ANY(:names)")
