"""The commands as a person runs them: real processes, a data folder of their own, one daemon for all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from vlaarena_desktop.local_daemon import daemon_at

VLAARENA = [sys.executable, "-m", "vlaarena_desktop"]


class Answer(NamedTuple):
    code: int
    output: str
    errors: str

    @property
    def record(self) -> Any:
        """What --json printed."""
        return json.loads(self.output)


Command = Callable[..., Answer]


def run(*arguments: str) -> Answer:
    done = subprocess.run([*VLAARENA, *arguments], capture_output=True, text=True, timeout=120)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose daemon also offers two models with names found nowhere else."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "cards").mkdir()
    for original, canary in (("scripted-careful", "canary-quetzal"), ("random-walk", "canary-axolotl")):
        card = (Path(__file__).parents[2] / "gpu_daemon" / "cards" / f"{original}.toml").read_text()
        lines = [f'id = "{canary}"' if line.startswith("id =") else line for line in card.splitlines()]
        (folder / "cards" / f"{canary}.toml").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def daemon(home: Path) -> Iterator[str]:
    with daemon_at("", home) as address:
        yield address


@pytest.fixture(scope="module")
def vlaarena(home: Path) -> Command:
    """Run a command on the module's data folder."""
    return lambda *arguments: run(*arguments, "--home", str(home))
