"""Once fetched, models are checked and loaded without a word to any hub, even where the environment asks for one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from huggingface_hub import close_session
from small_hub import Asked, Repository, SmallHub, small_hub
from smolvla_cases import backbone, checkpoint

from gpu_daemon.models.fetching import fetch, parts_of
from gpu_daemon.models.hub import Hub
from gpu_daemon.policies.loading import unlocated_cards
from gpu_daemon.pool import worker_environment
from scenes.progress import finish

OCTO = Path(__file__).parent / "policies" / "octo"
SMOLVLA_CASE = "renamed_cameras"
CARDS = {
    "tiny-smolvla": """
adapter = "smolvla"
chunk = 6
state = "eef_axis_angle_fingers"
sources = [
    { role = "checkpoint", repository = "lab/smolvla", files = ["*.json", "*.safetensors"] },
    { role = "backbone", repository = "lab/smolvlm", files = ["*.json"] },
]
cameras = [{ key = "image", camera = "front" }, { key = "wrist_image", camera = "wrist" }]
""",
    "tiny-octo": """
adapter = "octo"
chunk = 4
statistics = "bridge_dataset"
sources = [
    { role = "checkpoint", repository = "lab/octo", files = ["*.json", "*/default/checkpoint"] },
    { role = "tokenizer", repository = "lab/t5", files = ["config.json", "tokenizer.json"] },
]
cameras = [{ key = "image_primary", camera = "front" }]
""",
}
CARDS["tiny-wrong"] = CARDS["tiny-octo"].replace("lab/octo", "lab/wrong")
COMMON = """
id = "{id}"
name = "Tiny"
organization = "Tests"
license = "MIT"
robots = ["panda"]
control_hz = 5.0
device = "cpu"
action = {{ space = "eef_delta" }}
"""
PLAYING = """
import sys
from pathlib import Path
from gpu_daemon.__main__ import main
from gpu_daemon.policies.loading import load, offered

home = sys.argv[1]
for card in offered(Path(home)):
    if not card.id.startswith("tiny-"):
        continue
    try:
        main(["models", "check", card.id, "--home", home])
    except SystemExit as end:
        print(card.id, "exits with", end.code)
        continue
    policy = load(card)
    policy.reset("put the bowl on the plate", 1)
    policy.close()
    print(card.id, "is loaded on", policy.device)
"""


class Played(NamedTuple):
    """What a process said that could reach the hub, and what the hub was asked meanwhile."""

    output: str
    asked: list[Asked]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(hub: SmallHub, place: Path) -> None:
    """Give the hub the tiny models; in one of them, config.json speaks of another width than the weights have."""
    octo = files_of(OCTO / "octo_tiny_15b")
    wrong = octo | {"config.json": octo["config.json"].replace(b'"mlp_dim": ', b'"mlp_dim": 1')}
    assert wrong != octo
    hub.repositories |= {
        "lab/smolvla": Repository(files_of(checkpoint(SMOLVLA_CASE, place))),
        "lab/smolvlm": Repository(files_of(backbone(SMOLVLA_CASE))),
        "lab/octo": Repository(octo),
        "lab/wrong": Repository(wrong),
        "lab/t5": Repository(files_of(OCTO / "t5_tiny")),
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The tiny models fetched, then checked and loaded as a worker would, with the hub listening."""
    home = tmp_path_factory.mktemp("home")
    (home / "cards").mkdir()
    with small_hub() as hub, pytest.MonkeyPatch.context() as patch:
        put(hub, home / "case")
        patch.setenv("HF_ENDPOINT", hub.address)
        for model_id, card in CARDS.items():
            (home / "cards" / f"{model_id}.toml").write_text(COMMON.format(id=model_id) + card)
            sources = unlocated_cards(home)[model_id].sources
            finish(fetch(parts_of(sources, home, Hub()), home, Hub()))
        close_session()
        hub.asked.clear()
        environment = worker_environment(os.environ | {"HF_HUB_OFFLINE": "0"})
        command = [sys.executable, "-c", PLAYING, str(home)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return Played(done.stdout + done.stderr, hub.asked)


def test_fetched_models_are_checked_and_loaded_without_a_word_to_the_hub(played: Played) -> None:
    for model_id in ("tiny-octo", "tiny-smolvla"):
        assert f"{model_id} is loaded on cpu" in played.output, played.output
    assert played.asked == []


def test_check_counts_the_weights_or_names_the_one_that_does_not_fit(played: Played) -> None:
    assert "weights are those of a SmolVLA" in played.output
    assert "weights are those of an Octo" in played.output
    assert "tiny-wrong exits with 1" in played.output
    assert re.search(r"BAD structure: The weights in .* is \(.*96.*\), expected \(.*196.*\)", played.output)


def test_no_setting_lets_a_worker_ask_a_hub() -> None:
    assert worker_environment({"HF_HUB_OFFLINE": "0"})["HF_HUB_OFFLINE"] == "1"
