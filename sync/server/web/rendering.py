"""Pages out of templates: everything escaped. The service adds a policy under which a browser runs nothing."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from scenes.catalog import robots, scenes

FRESH, FOR_EVER = "public, no-cache", "public, max-age=31536000, immutable"
HTML = "text/html"  # what answers it adds the charset
_PAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # of what has a page: such ids need no escape in a path
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # marks that turn what follows around

REASONS = {
    "few_battles": "fewer than 30 battles",
    "wide_interval": "an interval wider than 200 points",
    "not_connected": "no chain of preferences to the others",
    "robot_missing": "a robot on which it has not played",
}
OUTCOMES = {
    "left_better": "A is better",
    "right_better": "B is better",
    "tie": "Tie",
    "both_bad": "Both bad",
    "win": "Won",
    "loss": "Lost",
}
KINDS = {
    "rated": "Rated: two models drawn, judged blind.",
    "practice": "Practice: not rated.",
    "check": "A hidden check of the evaluation itself: not rated.",
    "experiment": "An experiment: not rated.",
    "chosen": "The models were chosen by name: not blind, not rated.",
}


def plain(said: object) -> str:
    """Text that people or models wrote, without control characters and marks that reorder what follows."""
    kept = (letter for letter in str(said).translate(_REORDERING) if letter == "\n" or _is_shown(letter))
    return "".join(kept)


def page(
    request: Request[Any, Any, Any], template: str, *, cache_control: str = FRESH, **known: Any
) -> Response[bytes]:
    """A page of a template."""
    return answer(request, html(template, path=request.url.path, **known), HTML, cache_control=cache_control)


def html(template: str, **known: Any) -> bytes:
    """A template with what is known. `path`: where the page stands."""
    return _environment().get_template(template).render(**known).encode()


def answer(
    request: Request[Any, Any, Any], content: bytes, media_type: str, *, cache_control: str = FRESH, **headers: str
) -> Response[bytes]:
    """Bytes with an ETag; nothing where the browser has them already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    given = {"Cache-Control": cache_control, "ETag": tag, **headers}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(b"", status_code=304, headers=given, media_type=media_type)
    return Response(content, headers=given, media_type=media_type)


def message(template: str, status: int, **known: Any) -> Response[bytes]:
    """A page that says why there is no other."""
    headers = {"Cache-Control": "no-store"}
    return Response(html(template, path="", **known), status_code=status, headers=headers, media_type=HTML)


@cache
def static(name: str) -> tuple[bytes, str]:
    """One of our own files, and its address, which changes with its content."""
    content = resources.files("sync.server.web").joinpath("static", name).read_bytes()
    return content, f"/static/{hashlib.sha256(content).hexdigest()[:16]}/{name}"


def has_parquet() -> bool:
    """Whether this service can write Parquet."""
    return importlib.util.find_spec("pyarrow") is not None


def page_of(what: str, record_id: str) -> str:
    """The path of a record's page; empty where its id is no word that can stand in a path."""
    return f"/{what}/{quote(record_id)}" if _PAGE_ID.fullmatch(record_id) else ""


def robot_name(robot_id: str) -> str:
    """A robot's name where it is one of ours, else its id."""
    known = robots().get(robot_id)
    return known.name if known else robot_id


def scene_name(scene_id: str) -> str:
    """A scene's name where it is one of ours, else its id."""
    known = scenes().get(scene_id)
    return known.name if known else scene_id


def _is_shown(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sync.server.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"plain": plain, "robot": robot_name, "scene": scene_name}
    made.globals |= {
        "style": static("board.css")[1],
        "icon": static("icon.svg")[1],
        "page_of": page_of,
        "REASONS": REASONS,
        "OUTCOMES": OUTCOMES,
        "KINDS": KINDS,
        "has_parquet": has_parquet(),
    }
    return made
