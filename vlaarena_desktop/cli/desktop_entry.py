"""`vlaarena desktop-entry install | remove`: the menu of a Linux desktop, and vlaarena:// links opened from anywhere.

The file follows the Desktop Entry Specification 1.5 of freedesktop.org: its section "The Exec key" says how a command
is quoted; "x-scheme-handler" of the Shared MIME-info Specification which links it opens.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from importlib import resources
from pathlib import Path

from msgspec import Struct

from scenes import durable
from scenes.errors import RuleBroken, StoreError
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.settings import home_folder

NAME = "vlaarena"
INK = "#0B6E63"  # of the icon: it is drawn in currentColor
_QUOTED = '"`$\\'  # what stands behind a backslash within the quotes of an Exec key
_REFRESH_SECONDS = 20
_BY_HAND = "Open a link with: vlaarena open LINK"
_ELSEWHERE = {
    "darwin": "macOS hands links only to application bundles, and this is none.",
    "win32": "Windows hands links to what its registry names, and this command does not write there.",
}


class DesktopEntry(Struct, frozen=True):
    """The files of a desktop entry, and whether they are there now."""

    entry: str
    icon: str
    installed: bool


def install(arguments: Namespace) -> Report:
    """Write the entry for this user, with this interpreter and, if one is named, this data folder.

    Raises:
        RuleBroken: this system has no such entries; the hint says how links are opened without.
        StoreError: a file cannot be written.
    """
    entry, icon = _places()
    command = [sys.executable, "-m", "vlaarena_desktop"]
    if arguments.home is not None:
        command += ["--home", str(home_folder(arguments.home))]
    drawn = _resource("icons", f"{NAME}.svg").replace("currentColor", INK)
    words = {"command": " ".join(map(_quoted, command)), "icon": _escaped(str(icon))}
    try:
        for path, text in ((icon, drawn), (entry, _resource("desktop", f"{NAME}.desktop").format(**words))):
            path.parent.mkdir(parents=True, exist_ok=True)
            durable.write(path, text.encode())
    except OSError as error:
        raise StoreError(f"{error.filename or entry} could not be written.", hint="Look at its folder.") from error
    _refresh(entry.parent)
    text = f"VLA Arena is in the menu, and vlaarena:// links open in it: {entry}"
    return Report(DesktopEntry(str(entry), str(icon), installed=True), text)


def remove(arguments: Namespace) -> Report:
    """Take the entry away again.

    Raises:
        RuleBroken: this system has no such entries.
        StoreError: a file cannot be removed.
    """
    entry, icon = _places()
    there = entry.exists()
    try:
        for path in (entry, icon):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{error.filename} could not be removed.", hint="Look at its folder.") from error
    if there:
        _refresh(entry.parent)
    text = f"Removed: {entry}" if there else "There was no entry."
    return Report(DesktopEntry(str(entry), str(icon), installed=False), text)


def _places() -> tuple[Path, Path]:
    """Where this user's entry and its icon belong (XDG Base Directory Specification)."""
    if sys.platform in _ELSEWHERE:
        raise RuleBroken(_ELSEWHERE[sys.platform], hint=_BY_HAND)
    told = Path(os.environ.get("XDG_DATA_HOME", ""))
    data = told if told.is_absolute() else Path.home() / ".local" / "share"
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg"
    return data / "applications" / f"{NAME}.desktop", icon


def _resource(*parts: str) -> str:
    return resources.files("resources").joinpath(*parts).read_text(encoding="utf-8")


def _quoted(argument: str) -> str:
    """An argument of the Exec key, in quotes; `%` begins a field there."""
    within = "".join(f"\\{letter}" if letter in _QUOTED else letter for letter in argument)
    return _escaped(f'"{within}"'.replace("%", "%%"))


def _escaped(value: str) -> str:
    """A value of type string."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _refresh(applications: Path) -> None:
    """Tell the desktop, if it keeps a database; without one it looks into the folder itself."""
    tool = shutil.which("update-desktop-database")
    if tool is not None:
        subprocess.run([tool, "-q", str(applications)], capture_output=True, timeout=_REFRESH_SECONDS, check=False)
