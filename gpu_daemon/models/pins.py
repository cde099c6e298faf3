"""Pins: what was fetched, in a TOML file beside the files themselves; playing reads only these.

    <data folder>/models/<organization>--<name>/<revision>/vlaarena-pin.toml, config.json, model.safetensors, ...

One folder serves every card that names the repository. A folder without a pin is unfinished and not used.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from gpu_daemon.models.patterns import EVERYTHING, PIN_NAME, check_name, folder_name, is_safe, matches
from scenes import durable
from scenes.errors import BadInput
from scenes.models import Source
from scenes.settings import read

Text = Annotated[str, Meta(max_length=1000)]
LOCAL = "local-"  # begins the revision of what came from a folder that named none
REVISION = re.compile(rf"({LOCAL})?[0-9a-f]{{40}}")
_MAX_FILES = 4096


class PinnedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One file as it was when it was fetched."""

    path: Annotated[str, Meta(min_length=1, max_length=400)]
    size: Annotated[int, Meta(ge=0)]  # bytes
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Pin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was fetched of a repository, from where, and on which terms."""

    repository: Text
    revision: Annotated[str, Meta(max_length=64)]  # the commit, or "local-" and a digest of the files
    origin: Literal["hub", "folder"]
    license: Text  # as the repository stated it when it was fetched
    license_accepted_at: Text  # UTC
    fetched_at: Text  # UTC
    patterns: Annotated[tuple[Text, ...], Meta(max_length=256)]  # of the cards it was fetched for
    files: Annotated[tuple[PinnedFile, ...], Meta(max_length=_MAX_FILES)]

    def serves(self, source: Source) -> bool:
        """Whether everything that a card's source names was fetched."""
        wanted = source.files or (EVERYTHING,)
        return EVERYTHING in self.patterns or set(wanted) <= set(self.patterns)

    def files_for(self, source: Source) -> tuple[PinnedFile, ...]:
        """The files that a card's source names."""
        if not source.files:
            return self.files
        return tuple(file for file in self.files if any(matches(file.path, pattern) for pattern in source.files))


def models_folder(home: Path) -> Path:
    """Where fetched models lie."""
    return home / "models"


def repository_folder(home: Path, repository: str) -> Path:
    """Where all that was fetched of one repository lies.

    Raises:
        BadInput: it is not the name of a repository.
    """
    return models_folder(home) / folder_name(repository)


def pin_folder(home: Path, pin: Pin) -> Path:
    """Where a pin's files lie."""
    return repository_folder(home, pin.repository) / pin.revision


def pins_of(home: Path, repository: str) -> tuple[Pin, ...]:
    """Everything that was fetched of a repository, the latest first.

    Raises:
        BadInput: a pin cannot be read, or lies beside files that are not its own.
    """
    pins = []
    for path in sorted(repository_folder(home, repository).glob(f"*/{PIN_NAME}")):
        pin = read_pin(path)
        if path.parent != pin_folder(home, pin):
            raise BadInput(
                f"{path} is the pin of {pin.repository} at {pin.revision}, and lies in another folder.",
                hint="Give that folder its name back, or remove it.",
            )
        pins.append(pin)
    return tuple(sorted(pins, key=lambda pin: pin.fetched_at, reverse=True))


def find_pin(home: Path, source: Source) -> Pin | None:
    """The latest pin that has all a card's source names; at the card's own revision, if it has one.

    Raises:
        BadInput: a pin cannot be read.
    """
    for pin in pins_of(home, source.repository):
        if pin.serves(source) and source.revision in {"", pin.revision}:
            return pin
    return None


def altered(home: Path, pin: Pin, source: Source) -> tuple[str, ...]:
    """Which of a source's files are gone or have another size; quick, so it is asked before every play."""
    folder = pin_folder(home, pin)
    return tuple(file.path for file in pin.files_for(source) if _size(folder / file.path) != file.size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def read_pin(path: Path) -> Pin:
    """A pin from its file.

    Raises:
        BadInput: it is not a pin, or names files that are never read or could lie elsewhere.
    """
    pin = read(Pin, path, "VLAARENA_PIN", environment={})
    folder_name(pin.repository)
    for file in pin.files:
        check_name(file.path, str(path))
        if not is_safe(file.path):
            raise BadInput(f"{path} names '{file.path}', a kind of file that is never read.", hint="Fetch it again.")
    if not REVISION.fullmatch(pin.revision):
        raise BadInput(f"{path} names no revision.", hint="Fetch the model again.")
    return pin


def write_pin(home: Path, pin: Pin) -> Path:
    """Write a pin beside its files: from now on they may be played.

    Raises:
        OSError: it cannot be written.
    """
    path = pin_folder(home, pin) / PIN_NAME
    facts = {name: value for name, value in structs.asdict(pin).items() if name != "files"}
    lines = [f"{name} = {_value(value)}" for name, value in facts.items()]
    for file in pin.files:
        lines += ["", "[[files]]", *(f"{name} = {_value(value)}" for name, value in structs.asdict(file).items())]
    durable.write(path, ("\n".join(lines) + "\n").encode())
    return path


def digest(files: tuple[PinnedFile, ...]) -> str:
    """One SHA-256 for several files: of the text that `sha256sum` would print for them, in the order of their names."""
    text = "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return hashlib.sha256(text.encode()).hexdigest()


def merged(older: Pin, newer: Pin) -> Pin:
    """One pin for what was fetched of the same revision at two times."""
    files = {file.path: file for file in (*older.files, *newer.files)}
    patterns = tuple(sorted({*older.patterns, *newer.patterns}))
    return structs.replace(newer, files=tuple(files[path] for path in sorted(files)), patterns=patterns)


def _value(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's too; TOML wants DEL escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
