"""The roadmap's routes under /api: reading is for everybody, recording needs a token with the scope `record`."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from scenes.codec import digest
from scenes.episode import read_episode
from scenes.errors import NotFound
from scenes.failpoints import reach
from sync.api import EpisodeUpload
from sync.records import Turn
from sync.server import episodes_in, reading, recording, snapshots
from sync.server.api_bodies import BattleBegun, EpisodeKept, NewBattle, NewTurnOfBattle, NewVote, Revealed
from sync.server.centre import Centre
from sync.server.documenting import BYTES, JSON, NOTHING, WITH_TOKEN, operation, refusals
from sync.server.door import limited_body, token_of
from sync.server.envelopes import sealed_for
from sync.server.reading import BattleTold, BoardTold, EpisodeTold, ModelTold
from sync.server.refusals import RequestRefused

Asked = Request[Any, Any, Any]
MAX_EPISODE_BYTES = 15 * 2**20
_BINARY = BYTES
_FRESH = "public, no-cache"
_RECORDS: dict[str, Any] = {"security": [*WITH_TOKEN], "responses": refusals(400, 401, 403, 404, 409)}


async def records(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse whoever has no token with the scope `record`, before the body is read."""
    token = await token_of(connection.app.state["centre"], connection, "record")
    connection.scope["state"]["token_id"] = token.token_id


@post("/api/sessions/init", guards=[records], **_RECORDS)
async def begin_battle(data: NewBattle, request: Asked, centre: Centre) -> BattleBegun:
    """Begin a session with one battle."""
    token_id = _token(request)
    reach("record.before_open")
    found = await centre.rows(lambda c: recording.begin(c, centre.key, token_id, data))
    reach("record.after_open")
    return BattleBegun(
        session_id=found.session.session_id,
        battle_id=found.battle.battle_id,
        seed=found.battle.seed,
        first=found.battle.first,
        commitment=found.battle.commitment,
        sealed=sealed_for(data.daemon_key, found.battle) if data.daemon_key else None,
    )


@get("/api/battles/{battle_id:str}", responses=refusals(404))
async def battle(battle_id: str, centre: Centre) -> BattleTold:
    """A battle; its models once it has ended."""
    closed = await centre.rows(lambda c: reading.battle(c, battle_id))
    if closed is not None:
        return closed
    found = await centre.rows(lambda c: recording.find(c, centre.key, battle_id))
    if found is None:
        raise NotFound("There is no such battle.")
    return reading.open_battle(found[0].battle, found[0].session, tuple(found[1]))


@post("/api/battles/{battle_id:str}/turns", guards=[records], **_RECORDS)
async def add_turn(battle_id: str, data: NewTurnOfBattle, request: Asked, centre: Centre) -> Turn:
    """Record a turn of two uploaded episodes."""
    token_id, episodes = _token(request), []
    for name in (data.left_episode_id, data.right_episode_id):
        content = await centre.documents.content(name)
        if content is None:
            raise NotFound("An episode of this turn was not uploaded.", hint="POST /api/episodes")
        episodes.append(read_episode(content))
    reach("record.before_turn")
    turn = await centre.rows(lambda c: recording.add_turn(c, centre.key, token_id, battle_id, data, episodes))
    reach("record.after_turn")
    return turn


@post("/api/votes", guards=[records], **_RECORDS)
async def vote(data: NewVote, request: Asked, centre: Centre) -> Revealed:
    """Close a battle with a vote, and learn who played."""
    token_id = _token(request)
    reach("record.before_vote")
    cast, closed = await centre.rows(lambda c: recording.vote(c, centre.key, token_id, data))
    reach("record.after_vote")
    return Revealed(
        vote_id=cast.vote_id,
        battle_id=closed.battle_id,
        left_model_id=closed.left_model_id,
        right_model_id=closed.right_model_id,
        commitment=closed.commitment,
        nonce=closed.nonce,
    )


@post(
    "/api/episodes",
    guards=[records],
    request_max_body_size=None,
    operation_class=operation((BYTES,)),
    **_RECORDS,
)
async def keep_episode(request: Asked, centre: Centre) -> EpisodeKept:
    """Keep an episode: the body is its exact bytes."""
    content = await limited_body(request, MAX_EPISODE_BYTES)
    uploads = (EpisodeUpload(digest(content), content),)
    kept = await episodes_in.keep(centre, episodes_in.begin(centre, uploads, unasked=True))
    if kept.refused:
        raise RequestRefused("bad_request", kept.refused[0].reason)
    return EpisodeKept(kept.stored[0])


@get(
    "/api/episodes/{episode_id:str}",
    responses=refusals(404),
    operation_class=operation(answers={200: (JSON, BYTES)}),
)
async def episode(episode_id: str, request: Asked, centre: Centre) -> Response[EpisodeTold | bytes]:
    """An episode of a closed battle: actions and states in JSON, or its exact bytes as application/octet-stream."""
    await centre.rows(lambda c: reading.check_episode(c, episode_id))
    content = await centre.documents.content(episode_id)
    if content is None:
        raise NotFound("This episode has not arrived yet.", hint="It comes with the next sync of its workstation.")
    headers = {"ETag": f'"{episode_id}"', "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept"}
    if _BINARY in request.headers.get("accept", ""):
        return Response(content, media_type=_BINARY, headers=headers)
    found = await centre.beside(lambda: reading.episode_told(episode_id, read_episode(content)))
    return Response(found, headers=headers)


@get("/api/models", responses=refusals())
async def models(centre: Centre) -> list[ModelTold]:
    """Every registered model."""
    return await centre.rows(reading.models)


@get(
    "/api/leaderboard",
    responses=refusals(400, 404),
    operation_class=operation(answers={304: NOTHING}),
)
async def leaderboard(request: Asked, centre: Centre, robot_id: str | None = None) -> Response[BoardTold | bytes]:
    """The board published last: of one robot, or over all. 304 where If-None-Match names it."""
    robot_id, named = robot_id or None, request.headers.get("if-none-match", "")
    etag = await centre.rows(snapshots.etag) if robot_id is None and named else None
    if etag is not None and reading.is_named(etag, named):
        return _unchanged(etag)
    published = await centre.rows(snapshots.latest)
    found = reading.board(published, robot_id)
    if reading.is_named(published.etag, named):
        return _unchanged(published.etag)
    return Response(found, headers={"ETag": published.etag, "Cache-Control": _FRESH})


def _unchanged(etag: str) -> Response[BoardTold | bytes]:
    return Response(b"", status_code=304, headers={"ETag": etag, "Cache-Control": _FRESH})


def _token(request: Asked) -> str:
    return str(request.scope["state"]["token_id"])


ROUTES = (begin_battle, battle, add_turn, vote, keep_episode, episode, models, leaderboard)
