"""One daemon for all tests about faults, with short deadlines and a model for every way to misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.daemons import CARD, RunningDaemon, add_card, running_daemon

MANNERS = {
    "well": "behaves",
    "slow": "slow",
    "unloadable": "does not load",
    "hanging": "hangs",
    "holding": "holds the interpreter",
    "flooding": "floods",
    "raising": "raises",
    "suicidal": "kills itself",
    "leaving": "exits",
    "nan": "not a number",
    "infinite": "infinite",
    "short": "too small",
    "long": "too many",
    "objects": "an object",
    "nothing": "nothing",
}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("daemon")
    for model_id, manner in MANNERS.items():
        add_card(folder, f"canary-{model_id}", manner)
    elsewhere = folder / "cards" / "canary-elsewhere.toml"
    elsewhere.write_text(CARD.format(id="canary-elsewhere", manner="behaves").replace("panda", "another-robot"))
    return folder


@pytest.fixture(scope="session")
def daemon(home: Path) -> Iterator[RunningDaemon]:
    with running_daemon(home, step_timeout_s="1") as running:
        yield running
