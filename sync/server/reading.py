"""What anybody may read of what was kept: closed battles, their episodes, the models, the board."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from msgspec import Struct
from sqlalchemy import Connection, text

from scenes.episode import Episode
from scenes.errors import BadInput, NotFound
from scenes.models import ModelCard
from sync.api import PulledRow
from sync.records import Battle, Session, Turn
from sync.server import registry
from sync.server.snapshots import Published

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MAX_NUMBERS = 2_000_000  # of an episode in JSON
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BattleTold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A battle as anybody may know it. One without a vote tells neither its models nor its nonce. None tells who judged
    it, nor in which sitting: one name, however made up, would link all votes of an evaluator."""

    battle_id: str
    robot_id: str
    scene_id: str
    status: str
    kind: str
    commitment: str
    turns: tuple[Turn, ...]
    left_model_id: str | None = None
    right_model_id: str | None = None
    nonce: str | None = None
    votes: tuple[dict[str, Any], ...] = ()
    provisional: bool = False  # an episode of it has not arrived yet


class EpisodeTold(Struct, frozen=True, kw_only=True):
    """An episode in JSON: what was done and where everything was."""

    episode_id: str
    robot_id: str
    scene_id: str
    instruction: str
    task_id: str | None
    termination: str
    control_hz: float
    actions: list[list[float]]  # as carried out: metres, radians, opening fraction
    states: list[dict[str, Any]]  # {qpos, qvel, time} before each step, and after the last


class ModelTold(Struct, frozen=True, kw_only=True):
    """The public facts of a model."""

    model_id: str
    name: str
    organization: str
    license: str
    parameters: int
    status: str
    robots: tuple[str, ...]


class BoardTold(Struct, frozen=True, kw_only=True):
    """The board published last, of one robot or over all."""

    snapshot_id: str
    created_at: str
    method: str
    votes: int
    robot_id: str | None
    rows: tuple[PulledRow, ...]


def battle(connection: Connection, battle_id: str) -> BattleTold | None:
    """A closed battle and its turns; with a vote also its models and the last revision of its votes. None: no such."""
    if not _ID.fullmatch(battle_id):
        return None
    chosen = {"name": battle_id}
    row = connection.execute(_BATTLE, chosen).mappings().first()
    if row is None:
        return None
    turns = tuple(Turn(**found) for found in connection.execute(_TURNS, chosen).mappings())
    names = ("left_model_id", "right_model_id", "nonce", "votes")
    told = {name: row[name] for name in BattleTold.__struct_fields__ if name not in ("turns", *names)}
    if row["status"] != "voted":
        return BattleTold(**told, turns=turns)
    votes = tuple(dict(found) for found in connection.execute(_VOTES, chosen).mappings())
    return BattleTold(**told | {name: row[name] for name in names[:3]}, turns=turns, votes=votes)


def open_battle(battle: Battle, session: Session, turns: tuple[Turn, ...]) -> BattleTold:
    """A battle without a vote: neither its models nor its nonce."""
    return BattleTold(
        battle_id=battle.battle_id,
        robot_id=session.robot_id,
        scene_id=session.scene_id,
        status=battle.status,
        kind=battle.kind,
        commitment=battle.commitment,
        turns=turns,
    )


def check_episode(connection: Connection, name: str) -> None:
    """NotFound unless this episode is part of a closed battle."""
    known = _SHA256.fullmatch(name) and connection.execute(_USED, {"name": name}).first()
    if not known:
        raise NotFound("There is no such episode of a closed battle.")


def episode_told(name: str, episode: Episode) -> EpisodeTold:
    """An episode as JSON can say it.

    Raises:
        BadInput: it has more numbers than anybody reads as text.
    """
    trajectory = episode.trajectory
    qpos, qvel = trajectory.component("qpos"), trajectory.component("qvel")
    if qpos.size + qvel.size + episode.processed_actions.size > _MAX_NUMBERS:
        raise BadInput("This episode is too long to be told in JSON.", hint="Accept: application/octet-stream")
    states = [
        {"qpos": qpos[k].tolist(), "qvel": qvel[k].tolist(), "time": trajectory.begins(k) * trajectory.timestep}
        for k in range(trajectory.steps + 1)
    ]
    return EpisodeTold(
        episode_id=name,
        robot_id=trajectory.robot_id,
        scene_id=trajectory.scene_id,
        instruction=episode.instruction,
        task_id=episode.task_id,
        termination=episode.termination,
        control_hz=trajectory.control_hz,
        actions=np.atleast_2d(episode.processed_actions).tolist(),
        states=states,
    )


def models(connection: Connection) -> list[ModelTold]:
    """Every registered model."""
    return [_model(card) for card in registry.cards(connection)]


def board(published: Published, robot_id: str | None) -> BoardTold:
    """One board of a snapshot.

    Raises:
        NotFound: it has none of this robot.
    """
    found = published.board
    rows = tuple(row for row in found.rows if row.robot_id == robot_id)
    if robot_id is not None and not rows:
        raise NotFound("No board of this robot was published.", hint="GET /api/leaderboard is the board of all robots.")
    return BoardTold(
        snapshot_id=found.snapshot_id,
        created_at=found.created_at,
        method=found.method,
        votes=found.votes,
        robot_id=robot_id,
        rows=rows,
    )


def is_named(etag: str, told: str) -> bool:
    """Whether an If-None-Match names this ETag: alone, among others, weakly, or as `*` (RFC 9110, section 13.1.2)."""
    return bool({"*", etag} & {part.strip().removeprefix("W/") for part in told.split(",")})


def _model(card: ModelCard) -> ModelTold:
    return ModelTold(
        model_id=card.id,
        name=card.name,
        organization=card.organization,
        license=card.license,
        parameters=card.parameters,
        status=card.status,
        robots=card.robots,
    )


_BATTLE = text(
    """SELECT battles.*, robot_id, scene_id, EXISTS (
        SELECT 1 FROM turns JOIN episodes ON episode_id IN (left_episode_id, right_episode_id)
        WHERE turns.battle_id = battles.battle_id AND episodes.status <> 'stored') AS provisional
    FROM battles JOIN sessions USING (session_id) WHERE battle_id = :name"""
)
_TURNS = text("SELECT * FROM turns WHERE battle_id = :name ORDER BY seq")
_VOTES = text(
    """SELECT DISTINCT ON (vote_id) vote_id, rev, vote, withdrawn, origin, comment, tags, voted_at
    FROM votes WHERE battle_id = :name ORDER BY vote_id, rev DESC"""
)
_USED = text(
    """SELECT 1 FROM turns WHERE left_episode_id = :name OR right_episode_id = :name
    UNION ALL SELECT 1 FROM branches WHERE episode_id = :name LIMIT 1"""
)
