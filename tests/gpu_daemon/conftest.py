"""A few demonstrations, recorded once for all tests of training; a small model hub and the commands that fetch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_hub import SmallHub, small_hub
from tiny_models import Models, add_card, fill

from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import TrainingConfig, read_config
from gpu_daemon.training.demonstrations import demonstrate
from scenes.progress import finish

TRAINING_FILE = """
folder = "work"
cards = "cards"
weights = "weights"
processes = 2
shard_episodes = 2
test_starts = 1
max_steps = 6
[demonstrations]
episodes = 6
max_steps = 12
[[policies]]
id = "seeing"
name = "Seeing"
network = "film-cnn"
cloning_steps = 24
batch = 8
warm_up = 4
early_step = 12
early_id = "seeing-early"
early_name = "Seeing, early"
dagger_episodes = 2
dagger_steps = 12
[[policies]]
id = "flowing"
name = "Flowing"
network = "flow"
start_from = "seeing"
cloning_steps = 12
batch = 8
warm_up = 4
"""


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> TrainingConfig:
    """A training of three shards, its demonstrations recorded."""
    file = tmp_path_factory.mktemp("training") / "training.toml"
    file.write_text(TRAINING_FILE, encoding="utf-8")
    config = read_config(file)
    assert finish(demonstrate(config, Budget(5))) == 3
    assert len(list(Path(config.folder).rglob("*.npz"))) == 3
    return config


@pytest.fixture(scope="session")
def hub_client() -> Iterator[None]:
    """The hub's client keeps one session, which takes long to make; it ends with the tests."""
    import huggingface_hub

    yield
    huggingface_hub.close_session()


@pytest.fixture
def hub(hub_client: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub on this machine with both repositories of the tiny card."""
    with small_hub() as small:
        fill(small)
        monkeypatch.setenv("HF_ENDPOINT", small.address)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield small


@pytest.fixture
def models(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Models:
    """The daemon's command for models, with a data folder that holds the tiny card."""
    add_card(tmp_path)
    return Models(tmp_path, capsys, monkeypatch)
