"""What helps to find a fault, as text that may be shown to strangers: no names, keys, ids or open battles."""

from __future__ import annotations

import getpass
import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct, structs

from scenes.database import SQLITE_VERSION
from scenes.models import ModelCard
from vlaarena_desktop import logs, settings_file
from vlaarena_desktop.settings import DesktopSettings

_DISTRIBUTIONS = ("vlaarena", "PySide6_Essentials", "mujoco", "numpy", "msgspec", "pyzmq", "onnxruntime")
_LOG_LINES = 60
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}")
_LEFT_OUT = "(what was logged since the open battle began is left out)"
_IDS = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_SECRETS = re.compile(r"\b[0-9a-fA-F]{24,}\b|[A-Za-z0-9+_-]{36,}={0,2}")
_HOMES = re.compile(r"(/home/|/Users/|[A-Za-z]:\\Users\\)[^/\\\s'\":]+")


class Situation(Struct, frozen=True, kw_only=True):
    """What the window knows of itself when somebody asks for help."""

    home: Path
    settings: DesktopSettings
    renderer: str
    platform: str  # Qt's
    daemon: str  # DaemonState
    battle: str  # ArenaState
    cards: tuple[ModelCard, ...]
    open_since: str | None = None  # when the oldest open battle began, ISO 8601
    evaluators: tuple[str, ...] = ()


def diagnostics(situation: Situation) -> str:
    """Versions, graphics, daemon, settings and the end of the log, redacted."""
    lines = logs.last_lines(situation.home, _LOG_LINES)
    told = [line for line in _before(lines, situation.open_since) if line]
    sections = {
        "Versions": _versions(),
        "Window": [f"renderer: {situation.renderer or 'none'}", f"platform: {situation.platform}"],
        "Daemon": [f"state: {situation.daemon}", f"models on offer: {len(situation.cards)}"],
        "Battle": [f"state: {situation.battle}"],
        "Settings": _settings(situation.settings),
        "Log": [redacted(line, situation) for line in told] or ["empty"],
    }
    return "\n\n".join("\n".join((title, "-" * len(title), *rows)) for title, rows in sections.items()) + "\n"


def redacted(line: str, situation: Situation) -> str:
    """A line without folders, people, models, ids and anything that looks like a key."""
    for folder, sign in ((str(situation.home), "<data folder>"), (str(Path.home()), "~")):
        line = line.replace(folder, sign)
    line = _HOMES.sub("~", line)
    line = _SECRETS.sub("<secret>", _IDS.sub("<id>", line))
    names = [name for card in situation.cards for name in (card.id, card.name)]
    return _without(_without(line, names, "<model>"), (*_people(), *situation.evaluators), "<person>")


def _before(lines: Sequence[str], open_since: str | None) -> list[str]:
    """The lines logged before an open battle began: nothing of it may be told."""
    if open_since is None:
        return list(lines)
    began = datetime.fromisoformat(open_since).astimezone().strftime("%Y-%m-%d %H:%M:%S,000")
    kept: list[str] = []
    for line in lines:
        if _MOMENT.match(line) and line[: len(began)] >= began:
            return [*kept, _LEFT_OUT]
        kept.append(line)
    return kept if kept and _MOMENT.match(kept[0]) else [_LEFT_OUT]  # a piece without a time may be of any time


def _versions() -> list[str]:
    rows = [f"system: {platform.system()} {platform.release()} {platform.machine()}"]
    rows += [f"Python: {platform.python_version()}", f"SQLite: {SQLITE_VERSION}"]
    for name in _DISTRIBUTIONS:
        try:
            rows.append(f"{name}: {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            rows.append(f"{name}: not installed")
    return rows


def _settings(settings: DesktopSettings) -> list[str]:
    """Every setting; of names and addresses only whether there is one."""
    private = ("evaluator", "group", "daemon", "central", "central_ca")
    values = {
        name: ("set" if value else "not set") if name in private else value
        for name, value in structs.asdict(settings).items()
    }
    overriding = [settings_file.variable(name) for name in settings_file.from_environment()]
    return [
        *(f"{name}: {value}" for name, value in values.items()),
        f"overridden by: {', '.join(overriding) or 'nothing'}",
    ]


def _people() -> tuple[str, ...]:
    try:
        return (getpass.getuser(), platform.node())
    except (OSError, KeyError, ImportError):
        return (os.environ.get("USER", ""), platform.node())


def _without(line: str, names: Iterable[str], sign: str) -> str:
    """The line without these words, the longest first, whatever their case."""
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", sign, line, flags=re.IGNORECASE)
    return line
