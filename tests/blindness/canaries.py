"""Models whose every public fact is a random string that stands nowhere else, and the search for such strings."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import secrets
import string
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LETTERS = string.ascii_lowercase + string.digits
_KNOWN_BY = 10  # letters by which a canary is recognised, so that one cut short is found as well

# Adapter, control rate [Hz] and options: they differ in speed, and in the number of steps of a turn.
KINDS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("scripted-expert", 10.0, {"speed": 0.3}),
    ("scripted-expert", 5.0, {"speed": 0.75}),
    ("scripted-expert", 10.0, {"speed": 1.0, "gentleness": 0.0, "aligns": False}),
    ("random-walk", 10.0, {}),
    ("random-walk", 5.0, {}),
    ("random-walk", 20.0, {}),
)
_ACTION = {"space": "eef_delta", "translation_scale": 0.045, "rotation_scale": 0.35}


def canary() -> str:
    return secrets.choice(string.ascii_lowercase) + "".join(secrets.choice(_LETTERS) for _ in range(15))


@dataclass(frozen=True)
class Canary:
    """A model, the words of its card, and a number among its options."""

    id: str
    words: tuple[str, ...]
    numbers: tuple[float, ...] = ()


def place(folder: Path, kinds: Iterable[tuple[str, float, dict[str, Any]]] = KINDS) -> dict[str, Canary]:
    """Replace the cards in a data folder by new models of these kinds; by id."""
    cards = folder / "cards"
    cards.mkdir(exist_ok=True)
    for old in cards.glob("*.toml"):
        old.unlink()
    placed = [_place(cards, *kind) for kind in kinds]
    return {model.id: model for model in placed}


def _place(cards: Path, adapter: str, control_hz: float, options: dict[str, Any]) -> Canary:
    names = ("id", "name", "organization", "license", "checkpoint", "revision", "weights_sha256", "notes")
    words = {name: canary() for name in names}
    numbers: tuple[float, ...] = ()
    if adapter == "scripted-expert":
        numbers = (0.09 + 0.001 * random.SystemRandom().random(),)
        options = options | {"hover": numbers[0]}
    elif adapter == "random-walk":
        options = options | {"mark": canary()}
    card = words | {"adapter": adapter, "control_hz": control_hz, "robots": ["panda"], "action": _ACTION}
    extra = {"reads_state": True} if adapter == "scripted-expert" else {"stochastic": True}
    (cards / f"{words['id']}.toml").write_text("\n".join(_toml(card | extra | {"options": options})))
    marks = [str(value) for name, value in options.items() if name == "mark"]
    return Canary(words["id"], (*words.values(), *marks), numbers)


def _toml(table: dict[str, Any]) -> list[str]:
    """Lines of TOML: what its values share with JSON, and tables in one line."""
    tables = {name: value for name, value in table.items() if isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items() if name not in tables]
    return lines + [f"{name} = {{ {', '.join(_toml(value))} }}" for name, value in tables.items()]


class Search:
    """What names a model: its words in any spelling that a search would find, and the digests of its id."""

    def __init__(self, model: Canary) -> None:
        stems = [word[:_KNOWN_BY] for word in model.words]
        digits = [repr(number)[:_KNOWN_BY] for number in model.numbers]
        digests = [hashlib.new(kind, model.id.encode()).digest() for kind in ("sha256", "sha1", "md5")]
        packed = [struct.pack(order, number) for number in model.numbers for order in (">d", "<d")]
        self._plain = [stem.encode() for stem in (*stems, *digits)] + [stem.encode().hex().encode() for stem in stems]
        self._plain += [digest.hex().encode() for digest in digests]
        self._exact = [spelt for stem in stems for spelt in _base64(stem.encode())] + digests + packed
        self._exact += [base64.b64encode(digest).rstrip(b"=") for digest in digests]

    def finds(self, content: bytes, plain: bytes) -> bool:
        """Whether the model is named in what was read, given also as `plain` text."""
        return any(each in plain for each in self._plain) or any(each in content for each in self._exact)


def plain(content: bytes) -> bytes:
    """Small letters without zeros: then a text is alike in UTF-8, UTF-16 and UTF-32."""
    return content.translate(None, b"\0").lower()


def _base64(content: bytes) -> list[bytes]:
    """What is the same in Base64 wherever the content begins: three ways to fall into groups of three bytes."""
    spelt = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content)
        first, last = (0, 2, 3)[before], (before + len(content)) * 8 // 6
        spelt.append(encoded[first:last])
    return spelt


def naming(pair: Iterable[Canary], everyone: Iterable[Canary], sources: Mapping[str, bytes]) -> list[str]:
    """The sources that name a model of the pair, unless they name every model there is: that list is public."""
    wanted, all_of_them = [Search(model) for model in pair], [Search(model) for model in everyone]
    found = []
    for source, content in sources.items():
        text = plain(content)
        if any(each.finds(content, text) for each in wanted):
            public = all(each.finds(content, text) for each in all_of_them)
            found += [] if public else [source]
    return found
