"""The addresses of the public board. All are GET, need no token, and answer with plain pages or files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response, Router, route
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery

from scenes.errors import ArenaError, NotFound
from sync.server import boards
from sync.server.answers import refused
from sync.server.centre import Centre
from sync.server.refusals import STATUS, refusal_of
from sync.server.web import battles, downloads, feed
from sync.server.web.rendering import FOR_EVER, answer, message, page, static
from sync.server.web.views import BoardView, Views
from sync.server.web.whiskers import scale_for

Asked = Request[Any, Any, Any]
Central = NamedDependency[Centre]
Seen = NamedDependency[Views]
Word = FromQuery[str]
Part = FromPath[str]
STATIC = {"board.css": "text/css", "icon.svg": "image/svg+xml"}
_FORMATS: dict[str, tuple[Callable[[boards.PublicBoard], bytes], str]] = {
    "csv": (downloads.as_csv, "text/csv"),
    "json": (downloads.as_json, "application/json"),
    "parquet": (downloads.as_parquet, "application/vnd.apache.parquet"),
}


def public_board() -> Router:
    """Every page of the public board, for one application; `centre` is the application's own."""
    views = Views()
    return Router(
        path="/",
        route_handlers=[*_PAGES],
        dependencies={"views": Provide(lambda: views, sync_to_thread=False)},
        exception_handlers={ArenaError: _refused, HTTPException: _unreadable},
        include_in_schema=False,
    )


def _at(path: str) -> route:
    """Shown at this path, to those who only ask whether it is there too."""
    return route(path, http_method=["GET", "HEAD"])


@_at("/")
async def global_board(
    request: Asked, centre: Central, views: Seen, robot: Word = "", scene: Word = ""
) -> Response[bytes]:
    """The newest board over all robots, or narrowed."""
    return await _board(request, centre, await _seen(centre, views, robot, scene))


@_at("/robots/{robot_id:str}")
async def robot_board(
    request: Asked, centre: Central, views: Seen, robot_id: Part, scene: Word = ""
) -> Response[bytes]:
    """The newest board of one robot."""
    return await _board(request, centre, await _seen(centre, views, robot_id, scene))


@_at("/snapshots/{snapshot_id:str}")
async def snapshot_board(
    request: Asked, centre: Central, views: Seen, snapshot_id: Part, robot: Word = ""
) -> Response[bytes]:
    """A board as it was published, for good."""
    seen = await _seen(centre, views, robot, "", snapshot_id)
    return await _board(request, centre, seen, fixed=True)


@_at("/models/{model_id:str}")
async def model(request: Asked, centre: Central, views: Seen, model_id: Part) -> Response[bytes]:
    """What is publicly known of a model."""
    _check_id(model_id)
    seen = await centre.rows(lambda c: views.model(c, model_id))
    scale = scale_for([(row.low, row.rating, row.high) for _, row in seen.standings])
    return await _page(request, centre, "model.html", model=seen, scale=scale)


@_at("/battles/{battle_id:str}")
async def battle(request: Asked, centre: Central, battle_id: Part) -> Response[bytes]:
    """A closed battle."""
    _check_id(battle_id)
    seen, newest = await centre.rows(lambda c: (battles.battle_page(c, battle_id), boards.newest(c)))
    names = {card.id: card.name for card in newest.board.cards} if newest else {}
    return await _page(request, centre, "battle.html", battle=seen, names=names)


@_at("/sheets/{sha256:str}")
async def sheet(request: Asked, centre: Central, sha256: Part) -> Response[bytes]:
    """The pictures of a battle that was voted on."""
    _check_id(sha256)
    media_type = await centre.rows(lambda c: battles.sheet_of(c, sha256))
    if media_type is None:
        raise NotFound("There is no such picture of a battle that was voted on.")
    content = await centre.beside(partial(centre.blobs.read, sha256))
    return answer(request, content, media_type, cache_control=FOR_EVER)


@_at("/method")
async def method(request: Asked, centre: Central) -> Response[bytes]:
    """How ratings are made."""
    return await _page(request, centre, "method.html", snapshot=await centre.rows(boards.newest))


@_at("/changelog")
async def changelog(request: Asked, centre: Central, before: FromQuery[int] = 2**62) -> Response[bytes]:
    """Every published board, a page at a time."""
    shown = await centre.rows(lambda c: boards.listed(c, before=before))
    return await _page(request, centre, "changelog.html", snapshots=shown, full=len(shown) == boards.LISTED)


@_at("/feed.atom")
async def atom(request: Asked, centre: Central) -> Response[bytes]:
    """The newest boards, for feed readers."""
    snapshots = await centre.rows(lambda c: boards.listed(c, 30))
    return answer(request, feed.atom(snapshots, centre.settings.public_url.rstrip("/")), feed.ATOM)


@_at("/download/{name:str}")
async def download(
    request: Asked, centre: Central, views: Seen, name: Part, robot: Word = "", scene: Word = "", snapshot: Word = ""
) -> Response[bytes]:
    """A board as a file."""
    stem, _, ending = name.partition(".")
    if stem != "board" or ending not in _FORMATS:
        raise NotFound("There is no such file.", hint="board.csv, board.json or board.parquet")
    seen = await _seen(centre, views, robot, scene, snapshot)
    if seen.shown is None:
        raise NotFound("No board has been published yet.", hint="Come back when there are votes.")
    write, media_type = _FORMATS[ending]
    content = await centre.beside(partial(write, seen.shown))
    return answer(request, content, media_type, **{"Content-Disposition": f'attachment; filename="{name}"'})


@_at("/static/{version:str}/{name:str}")
async def file(request: Asked, version: Part, name: Part) -> Response[bytes]:
    """The stylesheet and the icon; `version` only makes a new address where they changed."""
    if name not in STATIC:
        raise NotFound("There is no such file.")
    return answer(request, static(name)[0], STATIC[name], cache_control=FOR_EVER)


@_at("/{rest:path}")
async def unknown(rest: Part) -> Response[bytes]:
    """Every other address."""
    raise NotFound("There is no such page.", hint="The board is one click away.")


_PAGES = (
    *(global_board, robot_board, snapshot_board, model, battle, sheet),
    *(method, changelog, atom, download, file, unknown),
)


def _check_id(told: str) -> None:
    """NotFound where it holds what no id may and no database takes."""
    if not told.isprintable():
        raise NotFound("There is no such page.", hint="The board is one click away.")


async def _seen(centre: Central, views: Seen, robot: str, scene: str, snapshot_id: str = "") -> BoardView:
    if snapshot_id:
        _check_id(snapshot_id)
        return await centre.rows(lambda c: views.snapshot(c, snapshot_id, robot))
    return await centre.rows(lambda c: views.board(c, robot, scene))


async def _board(request: Asked, centre: Centre, seen: BoardView, *, fixed: bool = False) -> Response[bytes]:
    rows = seen.shown.rows if seen.shown else ()
    scale = scale_for([(row.low, row.rating, row.high) for row in rows])
    return await _page(request, centre, "board.html", view=seen, scale=scale, fixed=fixed)


async def _page(request: Asked, centre: Centre, template: str, **known: Any) -> Response[bytes]:
    return await centre.beside(partial(page, request, template, **known))


def _refused(request: Asked, error: ArenaError) -> Response[bytes]:
    """Why there is no such page, as a page for whoever reads pages; details of anything else stay in the log."""
    if "text/html" not in request.headers.get("accept", "text/html"):
        return refused(request, error)
    refusal = refusal_of(error)
    return message("message.html", STATUS[refusal.body.code], title=refusal.message, hint=refusal.hint)


def _unreadable(request: Asked, error: HTTPException) -> Response[bytes]:
    if "text/html" not in request.headers.get("accept", "text/html"):
        return refused(request, error)
    found = error.status_code == 404
    title = "There is no such page." if found else "This address cannot be read."
    return message("message.html", error.status_code, title=title, hint="The board is one click away.")
