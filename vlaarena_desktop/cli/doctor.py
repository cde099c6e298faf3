"""`vlaarena doctor`: versions, graphics, packages and the data folder, with advice for what is missing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from msgspec import Struct

from scenes.cameras import BACKENDS
from scenes.database import SQLITE_VERSION
from scenes.errors import ArenaError
from sync.store import Store
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.settings import home_folder

DISTRIBUTIONS = (
    "vlaarena",
    "mujoco",
    "numpy",
    "msgspec",
    "pyzmq",
    "PySide6_Essentials",
    "mink",
    "onnxruntime",
)
OPTIONAL = {"PySide6": "the window (extra `desktop`)", "mink": "playing (extra `daemon`)"}
_GRAPHICS_ADVICE = {
    "egl": "Debian packages: libegl1 libopengl0 libgl1-mesa-dri",
    "osmesa": "Debian packages: libosmesa6",
}
_PROBE_SECONDS = 60
_PROBE = """
from scenes.cameras import Cameras
from scenes.world import compile_world
world = compile_world("panda", "table")
world.reset(0)
cameras = Cameras(world.model)
cameras.render(world.data, "front", 64, 64)
print(cameras.backend)
print(cameras.renderer)
cameras.close()
"""


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    ok: bool
    value: str
    advice: str = ""


def doctor(arguments: Namespace) -> Report:
    """Look at everything that the application needs. Exit code 1 when something is missing."""
    findings = [
        *_versions(),
        *_packages(),
        *(_graphics(backend) for backend in BACKENDS),
        _display(),
        _folder(home_folder(arguments.home)),
    ]
    usable = any(finding.ok for finding in findings if finding.name.startswith("offscreen"))
    required = [finding for finding in findings if not finding.name.startswith(("offscreen", "display"))]
    lines = [
        f"{'ok ' if f.ok else '-- '} {f.name:32}{f.value}{f'  -> {f.advice}' if f.advice else ''}" for f in findings
    ]
    return Report(findings, "\n".join(lines), 0 if usable and all(finding.ok for finding in required) else 1)


def _versions() -> list[Finding]:
    found = [Finding("system", True, f"{platform.platform()}, Python {platform.python_version()}")]
    found.append(Finding("SQLite", True, SQLITE_VERSION))
    for name in DISTRIBUTIONS:
        try:
            found.append(Finding(name, True, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            found.append(Finding(name, False, "not installed", "install the product again: `make run`"))
    return found


def _packages() -> list[Finding]:
    return [
        Finding(f"for {purpose}", importlib.util.find_spec(module) is not None, module)
        for module, purpose in OPTIONAL.items()
    ]


def _graphics(backend: str) -> Finding:
    """Render one picture in a process of its own: a broken driver must not take this one with it."""
    environment = os.environ | {"MUJOCO_GL": backend, "PYOPENGL_PLATFORM": backend}
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Finding(f"offscreen {backend}", False, "no answer", "the graphics driver hangs; try the other backend")
    used, _, renderer = probe.stdout.strip().partition("\n")
    if probe.returncode == 0 and used == backend:
        return Finding(f"offscreen {backend}", True, renderer)
    return Finding(f"offscreen {backend}", False, "not available", _GRAPHICS_ADVICE.get(backend, ""))


def _display() -> Finding:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin":
        return Finding("display", True, os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "native"))
    virtual = "Xvfb can stand in" if shutil.which("Xvfb") else "no Xvfb either"
    return Finding("display", False, virtual, "the window needs a display; the commands do not")


def _folder(home: Path) -> Finding:
    try:
        with Store.open(home) as store:
            return Finding("data folder", True, f"{home}: {len(store.battles())} battles")
    except ArenaError as error:
        return Finding("data folder", False, error.message, error.hint)
