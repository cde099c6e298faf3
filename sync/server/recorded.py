"""The records that become of what a program tells about a battle."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import numpy as np
from msgspec import Struct

from scenes.codec import digest, encode
from scenes.episode import Episode, Run
from sync.blindness import commitment
from sync.operations import Operation, OperationKind, TurnBody
from sync.records import Battle, Evaluator, Session, Turn, Vote, Watched, new_id, now
from sync.server.api_bodies import NewBattle, NewTurnOfBattle, NewVote

_OPERATOR = uuid.UUID("6d0f5c1e-3a2b-5d43-9a51-6f3f8d6c2b10")  # names evaluators of programs
_REQUEST = uuid.UUID("0b9a1c52-7d1e-5f0a-8c44-2e6b5d7f9a31")  # names battles by requests
Record = tuple[OperationKind, str, Any]


class Open(Struct, frozen=True, kw_only=True):
    """A battle that has no vote yet. It rests sealed."""

    evaluator: Evaluator
    session: Session
    battle: Battle  # with its models and nonce in clear
    asked: str = ""  # SHA-256 of the request


def opened(token_id: str, new: NewBattle, pair: tuple[str, str], kind: Any, propensity: float) -> Open:
    """A fresh battle with its session; the same name of an evaluator under the same token is the same person."""
    evaluator = Evaluator(evaluator_id=str(uuid.uuid5(_OPERATOR, f"{token_id} {new.evaluator}")), name=new.evaluator)
    moment = now()
    session = Session(
        session_id=new_id(),
        robot_id=new.robot_id,
        scene_id=new.scene_id,
        evaluator_id=evaluator.evaluator_id,
        created_at=moment,
        last_active_at=moment,
    )
    battle = _battle(named(token_id, new), session, pair, kind, propensity)
    return Open(evaluator=evaluator, session=session, battle=battle, asked=digest(encode(new)))


def named(token_id: str, new: NewBattle) -> str:
    """The id of a battle to begin: a request with an id always has the same."""
    return new_id() if new.request_id is None else str(uuid.uuid5(_REQUEST, f"{token_id} {new.request_id}"))


def _battle(battle_id: str, session: Session, pair: tuple[str, str], kind: Any, propensity: float) -> Battle:
    nonce = secrets.token_hex(32)
    return Battle(
        battle_id=battle_id,
        session_id=session.session_id,
        seq_in_session=1,
        left_model_id=pair[0],
        right_model_id=pair[1],
        status="ongoing",
        kind=kind,
        seed=secrets.randbits(31),
        propensity=propensity,
        first=secrets.choice(("left", "right")),
        commitment=commitment(nonce, *pair),
        nonce=nonce,
        void_reason=None,
        created_at=session.created_at,
        updated_at=session.created_at,
    )


def turn(battle_id: str, seq: int, new: NewTurnOfBattle, episodes: list[Episode]) -> Turn:
    """A turn of two episodes; its task is theirs, if they have one in common."""
    return Turn(
        turn_id=new_id(),
        battle_id=battle_id,
        seq=seq,
        instruction=new.instruction,
        task_id=episodes[0].task_id if episodes[0].task_id == episodes[1].task_id else None,
        start=new.start,
        left_episode_id=new.left_episode_id,
        right_episode_id=new.right_episode_id,
        created_at=now(),
    )


def operation(store_id: str, seq: int, record: Record) -> Operation:
    """A record as the operation of this number."""
    kind, record_id, body = record
    return Operation(
        op_id=new_id(),
        store_id=store_id,
        seq=seq,
        kind=kind,
        record_id=record_id,
        rev=1,
        created_at=now(),
        body=encode(body),
    )


def turn_body(battle: Battle, turn: Turn) -> TurnBody:
    """A turn with who made its episodes."""
    left = _run(turn.left_episode_id, battle.left_model_id or "")
    return TurnBody(turn=turn, left=left, right=_run(turn.right_episode_id, battle.right_model_id or ""))


def _run(episode_id: str, model_id: str) -> Run:
    """Who made an episode, as far as a program tells it."""
    return Run(
        run_id=new_id(),
        episode_id=episode_id,
        model_id=model_id,
        checkpoint_revision="",
        weights_sha256="",
        daemon_version="",
        gl_renderer="",
        device="",
        inference_seconds=np.zeros(0, np.float32),
        wall_seconds=0.0,
        created_at=now(),
    )


def vote(session: Session, battle: Battle, turns: list[Turn], new: NewVote) -> Vote:
    """The vote that closes a battle."""
    tasks = {turn.task_id for turn in turns}
    place = {name: getattr(session, name) for name in ("evaluator_id", "session_id", "robot_id", "scene_id")}
    models = {name: getattr(battle, name) for name in ("left_model_id", "right_model_id")}
    said = {name: getattr(new, name) for name in ("vote", "comment", "tags", "left_progress", "right_progress")}
    return Vote(
        vote_id=new_id(),
        rev=1,
        battle_id=battle.battle_id,
        task_id=tasks.pop() if len(tasks) == 1 else None,
        withdrawn=False,
        origin="cli",
        kind=battle.kind,
        watched=Watched(),
        opened_at=battle.created_at,
        voted_at=now(),
        **place | models | said,
    )
