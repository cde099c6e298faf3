"""The arena's rules at the centre: what an operation must fulfil, and the rows that it becomes.

A record that another operation brought already (copies of a store that went on apart) is left as it is; one that
contradicts it is refused with the reason, and kept in quarantine.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
import numpy as np

from scenes.episode import Run
from scenes.errors import RuleBroken
from sync.blindness import commitment
from sync.operations import Body, BranchBody, TurnBody
from sync.records import MAX_COMMENT, Battle, Evaluator, Note, Session, Vote
from sync.server.known import Known, same_turn

Rows = defaultdict[str, list[dict[str, Any]]]  # by table


class Missing(RuleBroken):
    """A record that it hangs on is not known: it may stand in an operation that waits for a newer service."""


def apply(body: Body, rev: int, known: Known, rows: Rows) -> None:
    """Add the rows that a record becomes.

    Raises:
        Missing: a record that it hangs on is not known.
        RuleBroken: the arena's rules forbid it; nothing was added.
    """
    match body:
        case Evaluator():
            _evaluator(body, rev, known, rows)
        case Session():
            _session(body, rev, known, rows)
        case Battle():
            _battle(body, known, rows)
        case TurnBody():
            _turn(body, known, rows)
        case Vote():
            _vote(body, known, rows)
        case Note():
            _note(body, rev, known, rows)
        case BranchBody():
            _branch(body, known, rows)


def episodes_of(body: Body) -> tuple[str, ...]:
    """The episodes that a record needs as its evidence."""
    match body:
        case TurnBody():
            return (body.turn.left_episode_id, body.turn.right_episode_id)
        case BranchBody():
            return (body.branch.episode_id,)
        case _:
            return ()


def _evaluator(evaluator: Evaluator, rev: int, known: Known, rows: Rows) -> None:
    _require(1 <= len(evaluator.name) <= 200, "An evaluator's name has 1 to 200 characters.")
    _require(len(evaluator.group or "") <= 200, "A group's name has at most 200 characters.")
    _require_own(known, evaluator.evaluator_id)
    if rev > known.evaluators.get(evaluator.evaluator_id, 0):
        known.evaluators[evaluator.evaluator_id] = rev
        rows["evaluators"].append(msgspec.structs.asdict(evaluator) | {"rev": rev})


def _session(session: Session, rev: int, known: Known, rows: Rows) -> None:
    _require_own(known, session.session_id)
    _require_evaluator(known, session.evaluator_id)
    _require(len(session.comment or "") <= MAX_COMMENT, "Its comment is too long.")
    place = (session.robot_id, session.scene_id, session.evaluator_id)
    present = known.sessions.get(session.session_id)
    _require(present is None or present[1:] == place, "A session stays with its robot, scene and evaluator.")
    if present is None or rev > present[0]:
        known.sessions[session.session_id] = (rev, *place)
        rows["sessions"].append(msgspec.structs.asdict(session) | {"rev": rev})


def _battle(battle: Battle, known: Known, rows: Rows) -> None:
    _require_known(battle.session_id in known.sessions, "Its session is not known.")
    _require_own(known, battle.session_id)
    left, right = battle.left_model_id or "", battle.right_model_id or ""
    _require(battle.status in ("voted", "void"), "Only battles that have ended are sent.")
    _require((battle.status == "void") == (battle.void_reason is not None), "A void battle has a reason.")
    _require(commitment(battle.nonce or "", left, right) == battle.commitment, "Its names are not those promised.")
    _require(battle.kind != "rated" or left != right, "A rated battle is between two models.")
    _require(battle.check is None or battle.kind == "check", "Only a check says what it checks.")
    _require(0 < battle.propensity <= 1 and 0 <= battle.seed < 2**63, "Its propensity or seed cannot be one.")
    present = known.battles.get(battle.battle_id)
    if present is None:
        known.battles[battle.battle_id] = battle
        rows["battles"].append(msgspec.structs.asdict(battle))
    else:
        same = msgspec.structs.replace(battle, updated_at=present.updated_at) == present
        _require(same, "This battle is known with another end.")


def _turn(body: TurnBody, known: Known, rows: Rows) -> None:
    turn = body.turn
    battle = _closed_battle(known, turn.battle_id)
    _require(1 <= turn.seq <= 6, "A battle has at most six turns.")
    left = ("left", body.left, battle.left_model_id, turn.left_episode_id)
    right = ("right", body.right, battle.right_model_id, turn.right_episode_id)
    for _, run, model_id, episode_id in (left, right):
        _require(run.model_id == model_id, "A run is of another model than its side.")
        _require(run.episode_id == episode_id, "A run made another episode than its side's.")
    if same_turn(known, turn):
        return
    _require(turn.turn_id not in known.turns, "This turn is known with other episodes.")
    _require((turn.battle_id, turn.seq) not in known.turn_places, "This battle has another turn of this number.")
    before = (turn.battle_id, turn.seq - 1)
    _require_known(turn.seq == 1 or before in known.turn_places, "The turn before it is not known.")
    _require(not {body.left.run_id, body.right.run_id} & known.runs, "A run belongs to another turn.")
    known.turns[turn.turn_id] = (turn.battle_id, turn.seq, turn.left_episode_id, turn.right_episode_id)
    known.turn_places.add((turn.battle_id, turn.seq))
    rows["turns"].append(msgspec.structs.asdict(turn))
    for side, run, *_ in (left, right):
        known.runs.add(run.run_id)
        rows["runs"].append(_run(run) | {"turn_id": turn.turn_id, "branch_id": None, "side": side})


def _vote(vote: Vote, known: Known, rows: Rows) -> None:
    battle = _closed_battle(known, vote.battle_id)
    _, robot_id, scene_id, evaluator_id = known.sessions.get(vote.session_id, (0, "", "", ""))
    _require_evaluator(known, vote.evaluator_id)
    _require(vote.session_id == battle.session_id, "It is of another session than its battle.")
    told = (vote.robot_id, vote.scene_id, vote.evaluator_id, vote.kind)
    _require(told == (robot_id, scene_id, evaluator_id, battle.kind), "It says otherwise than its battle and session.")
    names = (vote.left_model_id, vote.right_model_id)
    _require(names == (battle.left_model_id, battle.right_model_id), "It names other models than its battle.")
    _require_known((vote.battle_id, 1) in known.turn_places, "A vote needs a turn.")
    _check_ballot(vote)
    _check_revision(vote, known)
    voter = known.voters.setdefault((vote.battle_id, vote.evaluator_id), vote.vote_id)
    _require(voter == vote.vote_id, "This evaluator has another vote on this battle.")
    present = known.votes.get((vote.vote_id, vote.rev))
    _require(present in (None, (vote.vote, vote.withdrawn)), "This revision of the vote is known with another choice.")
    if present is None:
        known.votes[vote.vote_id, vote.rev] = (vote.vote, vote.withdrawn)
        known.vote_battles[vote.vote_id] = vote.battle_id
        columns = msgspec.structs.asdict(vote) | msgspec.structs.asdict(vote.watched) | {"tags": list(vote.tags)}
        rows["votes"].append({name: value for name, value in columns.items() if name != "watched"})


def _check_revision(vote: Vote, known: Known) -> None:
    """A vote that stands is only ever taken back, as it was; one that was taken back may be cast again until its
    battle closes, which its workstation sees to."""
    _require(known.vote_battles.get(vote.vote_id, vote.battle_id) == vote.battle_id, "It is of another battle's vote.")
    if vote.rev == 1:
        return
    before = known.votes.get((vote.vote_id, vote.rev - 1))
    if before is None:
        raise Missing("Its revision before this one is not known.")
    _require(before[1] or (vote.vote, vote.withdrawn) == (before[0], True), "A vote that stands is only taken back.")


def _check_ballot(vote: Vote) -> None:
    watched = vote.watched
    _require(0 <= watched.left_coverage <= 1 and 0 <= watched.right_coverage <= 1, "Coverage lies between 0 and 1.")
    _require(0 <= watched.dwell_seconds < float("inf"), "A dwell time is a number of seconds.")
    progress = (vote.left_progress, vote.right_progress)
    _require(all(value is None or 0 <= value <= 100 for value in progress), "Progress lies between 0 and 100.")
    _require(len(vote.comment or "") <= MAX_COMMENT and len(vote.tags) <= 20, "Its comment or tags are too long.")
    _require(all(len(tag) <= 40 for tag in vote.tags), "A tag has at most 40 characters.")


def _note(note: Note, rev: int, known: Known, rows: Rows) -> None:
    _closed_battle(known, note.battle_id)
    _check_turn(known, note.turn_id, note.battle_id)
    _require_evaluator(known, note.evaluator_id)
    present = known.notes.get(note.note_id)
    _require(present is None or present[1] == note.battle_id, "A note stays with its battle.")
    if present is None or rev > present[0]:
        known.notes[note.note_id] = (rev, note.battle_id)
        rows["notes"].append(msgspec.structs.asdict(note) | {"rev": rev})


def _branch(body: BranchBody, known: Known, rows: Rows) -> None:
    branch = body.branch
    _closed_battle(known, branch.battle_id)
    _check_turn(known, branch.turn_id, branch.battle_id)
    _require_evaluator(known, branch.evaluator_id)
    made = (body.run.model_id, body.run.episode_id)
    _require(made == (branch.model_id, branch.episode_id), "Its run is of another model or episode.")
    of = known.branches.get(branch.branch_id)
    _require(of in (None, branch.battle_id), "It is of another battle's branch.")
    if of is not None:
        return
    _require(body.run.run_id not in known.runs, "Its run belongs to another play.")
    known.branches[branch.branch_id] = branch.battle_id
    known.runs.add(body.run.run_id)
    rows["branches"].append(msgspec.structs.asdict(branch))
    rows["runs"].append(_run(body.run) | {"turn_id": None, "branch_id": branch.branch_id, "side": branch.side})


def _closed_battle(known: Known, battle_id: str) -> Battle:
    battle = known.battles.get(battle_id)
    if battle is None:
        raise Missing("Its battle is not known.")
    _require_own(known, battle.session_id)
    return battle


def _check_turn(known: Known, turn_id: str, battle_id: str) -> None:
    turn = known.turns.get(turn_id)
    _require_known(turn is not None, "Its turn is not known.")
    _require(turn is not None and turn[0] == battle_id, "Its battle has no such turn.")


def _run(run: Run) -> dict[str, Any]:
    times = np.ascontiguousarray(run.inference_seconds, "<f4").tobytes()
    return msgspec.structs.asdict(run) | {"inference_seconds": times}


def _require(fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise RuleBroken(reason)


def _require_known(fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise Missing(reason)


def _require_evaluator(known: Known, evaluator_id: str) -> None:
    _require_known(evaluator_id in known.evaluators, "Its evaluator is not known.")
    _require_own(known, evaluator_id)


def _require_own(known: Known, name: str) -> None:
    """Everything public about a record is known to everybody: only its own laboratory adds to it or revises it."""
    _require(name not in known.foreign, "It belongs to another laboratory.")
