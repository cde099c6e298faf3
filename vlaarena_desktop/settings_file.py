"""settings.toml as a person keeps it: read without the environment, written whole or not at all, comments kept."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import structs

from gpu_daemon.client import DaemonClient
from scenes import durable
from scenes.errors import BadInput, StoreError
from scenes.settings import converted, read
from sync.connection import checked_url
from vlaarena_desktop.settings import PREFIX, DesktopSettings

FILE = "settings.toml"
ALLOWED = {  # what may stand there, for a person who wrote something else
    "evaluator": "a name in quotes, at most 200 letters",
    "group": "a name in quotes, at most 200 letters",
    "daemon": 'an address in quotes, such as "tcp://127.0.0.1:5799", or ""',
    "workers": "a whole number from 1 to 16",
    "central": 'an address in quotes, such as "https://arena.example.org", or ""',
    "central_ca": 'the path of a PEM file in quotes, or ""',
    "max_steps": "a whole number from 0 to 1000",
    "checks_per_hundred": "a whole number from 0 to 100",
    "colors": '"system", "light" or "dark"',
    "language": '"system", "en" or "de"',
    "quality": '"auto", "plain", "soft" or "full"',
    "speed": "0.1, 0.25, 0.5, 1, 2 or 4",
    "linked_cameras": "true or false",
}
_ABOUT = {
    "evaluator": "Who watches and votes here. Empty: who sat here last.",
    "group": "The evaluator's group, such as a lab or a course.",
    "daemon": "Address of a running daemon. Empty: one is started on this machine.",
    "workers": "Processes of the daemon started on this machine.",
    "central": "Address of the central service that votes are sent to. Empty: nothing is sent.",
    "central_ca": "A file of certificates to trust there, in place of the system's.",
    "max_steps": "Control steps of an episode. 0: as many as suit the scene.",
    "checks_per_hundred": "Of a hundred blind battles so many are hidden checks, which are never rated.",
    "colors": "system, light or dark.",
    "language": "system, en or de; from the next start.",
    "quality": "How finely the viewers draw: auto, plain, soft or full.",
    "speed": "Of replays: 0.1, 0.25, 0.5, 1, 2 or 4.",
    "linked_cameras": "Whether both cameras move together at first.",
}
_HEAD = "# Settings of VLA Arena Desktop. Changes by hand count as soon as the file is saved.\n"
_AT = re.compile(r"at `\$\.(\w+)`")


def read_file(home: Path) -> DesktopSettings:
    """The settings as they stand in the file, whatever the environment says.

    Raises:
        BadInput: the file holds something that is not a setting; the hint says what may stand there.
    """
    settings = _read_fields(home)
    try:
        return checked(settings)
    except BadInput as error:
        raise BadInput(f"{home / FILE}: {error.message}", hint=error.hint) from error


def _read_fields(home: Path) -> DesktopSettings:
    try:
        return read(DesktopSettings, home / FILE, PREFIX, environment={})
    except BadInput as error:
        named = _AT.search(error.message)
        allowed = ALLOWED.get(named[1]) if named else None
        raise BadInput(error.message, hint=f"{named[1]}: {allowed}." if named and allowed else error.hint) from error


def in_force(filed: DesktopSettings, given: Mapping[str, Any]) -> DesktopSettings:
    """The settings of the file, those of the environment over them, and over both those given at the start.

    Raises:
        BadInput: a variable holds something that is not a setting.
    """
    values = structs.asdict(filed) | {name: os.environ[variable(name)] for name in from_environment()} | dict(given)
    return checked(converted(values, DesktopSettings, source=f"{PREFIX}_* in the environment", strict=False))


def from_environment() -> tuple[str, ...]:
    """The settings that a variable of the environment overrides."""
    return tuple(name for name in DesktopSettings.__struct_fields__ if variable(name) in os.environ)


def variable(name: str) -> str:
    """The variable that overrides a setting."""
    return f"{PREFIX}_{name.upper()}"


def changed(settings: DesktopSettings, name: str, value: Any) -> DesktopSettings:
    """The settings with one of them changed.

    Raises:
        BadInput: that is not such a setting; the message says what may stand there.
    """
    try:
        values = structs.asdict(settings) | {name: value}
        new = converted(values, DesktopSettings, source=FILE)
    except BadInput as error:
        raise BadInput(f"Expected {ALLOWED[name]}.") from error
    return checked(new)


def checked(settings: DesktopSettings) -> DesktopSettings:
    """The settings, if a daemon and a central service may stand at their addresses.

    Raises:
        BadInput: none may.
    """
    if settings.daemon:
        DaemonClient(settings.daemon).close()
    if settings.central:
        checked_url(settings.central)
    return settings


def write_file(home: Path, settings: DesktopSettings) -> None:
    """Write the settings; comments and order of the file are kept.

    Raises:
        StoreError: the file cannot be written; what stood there before is untouched.
    """
    path = home / FILE
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        durable.write(path, rewritten(before, settings).encode())
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not text"
        raise StoreError(
            f"{path} could not be written: {told}.", hint="Free some space, or check the folder's permissions."
        ) from error


def rewritten(before: str, settings: DesktopSettings) -> str:
    """The text of a file with these settings in it: changed where they stand, else at the end; whole if it is empty."""
    values, text = structs.asdict(settings), before
    missing = []
    for name, value in values.items():
        line = re.compile(rf"^(\s*{name}\s*=\s*)(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^#\n\"']*?)(\s*(?:#.*)?)$", re.MULTILINE)
        text, found = line.subn(partial(_with_value, value), text, count=1)
        default = getattr(DesktopSettings(), name)
        if not found and (value != default or not before.strip()):
            missing.append(name)
    head = "" if before.strip() else _HEAD
    gap = "" if not text or text.endswith("\n") else "\n"
    text = head + text + gap + "".join(f"\n# {_ABOUT[name]}\n{name} = {_toml(values[name])}\n" for name in missing)
    return text if _says(text, settings) else rewritten("", settings)


def _with_value(value: str | float | bool, line: re.Match[str]) -> str:
    return f"{line[1]}{_toml(value)}{line[3]}"


def _says(text: str, settings: DesktopSettings) -> bool:
    try:
        return converted(tomllib.loads(text), DesktopSettings, source=FILE) == settings
    except (tomllib.TOMLDecodeError, BadInput):
        return False


def _toml(value: str | float | bool) -> str:
    """A value as TOML writes it; JSON's strings are TOML's basic strings, except that TOML wants DEL escaped."""
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
