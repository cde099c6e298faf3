"""The commands as a person types them, on a data folder of their own, with one daemon process for all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from vlaarena_desktop.__main__ import main
from vlaarena_desktop.local_daemon import daemon_at


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
    """Run a command in this process: starting an interpreter for each would take most of the tests' time."""
    output, errors = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    return Answer(code, output.getvalue(), errors.getvalue())


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
