"""Links to a moment of a battle: `vlaarena://battle/<battle id>?turn=1&step=12&camera=front`."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import UUID

from msgspec import Struct

from scenes.errors import BadInput

SCHEME, PLACE = "vlaarena", "battle"
EXAMPLE = f"{SCHEME}://{PLACE}/<battle id>?turn=1&step=12&camera=front"
_LONGEST = 500  # characters
_LARGEST = 1_000_000  # turns and steps; a turn's own end is checked where it is shown
_FIELDS = {"turn", "step", "camera"}


class Link(Struct, frozen=True):
    """A moment of a battle, and the camera to see it through (empty: the free view)."""

    battle_id: str
    turn: int = 1
    step: int = 0  # control step of the robot, as the transport counts
    camera: str = ""


def link_text(link: Link) -> str:
    """A link as one copies it."""
    asked = {"turn": str(link.turn), "step": str(link.step)} | ({"camera": link.camera} if link.camera else {})
    return f"{SCHEME}://{PLACE}/{quote(link.battle_id)}?{urlencode(asked)}"


def read_link(text: str) -> Link:
    """A link from what was pasted or handed over.

    Raises:
        BadInput: it is not a link to a moment of a battle; the message says which part is wrong.
    """
    text = text.strip()
    try:
        parts = urlsplit(text[:_LONGEST])
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _wrong("it is not an address", text) from error
    if (parts.scheme.lower(), parts.netloc.lower()) != (SCHEME, PLACE) or len(text) > _LONGEST:
        raise _wrong(f"it does not begin with {SCHEME}://{PLACE}/", text)
    unknown = sorted(asked.keys() - _FIELDS) + sorted(name for name, values in asked.items() if len(values) > 1)
    if unknown:
        raise _wrong(f"'{unknown[0][:40]}' is not asked for once", text)
    battle_id = _battle_id(parts.path.removeprefix("/"), text)
    turn, step = _number(asked, "turn", 1, text), _number(asked, "step", 0, text)
    return Link(battle_id, turn, step, asked.get("camera", [""])[0])


def _battle_id(path: str, text: str) -> str:
    try:
        return str(UUID(path))
    except ValueError as error:
        raise _wrong("it names no battle", text) from error


def _number(asked: dict[str, list[str]], name: str, least: int, text: str) -> int:
    given = asked.get(name, [str(least)])[0]
    if not given.isascii() or not given.isdigit() or len(given) > 9 or not least <= int(given) <= _LARGEST:
        raise _wrong(f"its {name} is not a number from {least} on", text)
    return int(given)


def _wrong(why: str, text: str) -> BadInput:
    return BadInput(f"This is not a link to a battle: {why}.", hint=f"A link looks like {EXAMPLE}", detail=text[:200])
