from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from msgspec import json

from gpu_daemon.training.evaluation import Table, other_task, with_objects_swapped
from gpu_daemon.training.steps import Validation
from scenes.catalog import find_scene
from scenes.models import read_cards
from scenes.world import compile_world

SMALL = """
folder = "work"
cards = "cards"
weights = "weights"
processes = 1
shard_episodes = 4
validation_starts = 1
horizons = [2, 4]
test_starts = 1
max_steps = 4
[demonstrations]
episodes = 12
max_steps = 40
bursts = 0.2
random_starts = 0.0
[[policies]]
id = "mine"
name = "Mine"
network = "film-cnn"
cloning_steps = 48
batch = 16
warm_up = 5
dagger_episodes = 2
dagger_steps = 12
"""


def train(step: str, file: Path, minutes: str = "1") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gpu_daemon", "train", step, "--config", str(file), "--budget-minutes", minutes]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_minute_of_everything_ends_well_under_the_mean_action(tmp_path: Path) -> None:
    file = tmp_path / "training.toml"
    file.write_text(SMALL, encoding="utf-8")
    done = train("all", file)
    assert done.returncode == 0, done.stderr
    found = json.decode((tmp_path / "work" / "mine" / "validation.json").read_bytes(), type=Validation)
    assert found.error < 0.75 * found.error_of_mean
    card = read_cards([tmp_path / "cards"])["mine"]
    assert card.adapter == "onnx"
    assert "of always answering with the mean action" in card.notes
    results = json.decode((tmp_path / "work" / "mine" / "results-mine.json").read_bytes(), type=Table)
    assert results.rows[0].condition == "plain"
    assert "Actions carried out of a chunk, chosen on 5 validation starts: 4 (2:" in card.notes
    assert "12 demonstrations" not in card.notes  # the first shard is kept for validation
    assert "8 demonstrations, 4 episodes of its own with interventions" in card.notes
    assert "Losses of actions/places by step" in card.notes


def test_without_torch_the_missing_extra_is_named(tmp_path: Path) -> None:
    file = tmp_path / "training.toml"
    file.write_text(SMALL, encoding="utf-8")
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from gpu_daemon.__main__ import main\n"
        f"main(['train', 'export', '--config', {str(file)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "vlaarena[daemon,train]" in done.stderr


def test_what_the_product_runs_on_needs_no_torch() -> None:
    named = [
        line for line in requires("vlaarena") or [] if line.startswith(("torch", "onnx>", "onnxscript", "safetensors"))
    ]
    assert {line.partition("extra == ")[2].strip("'\"") for line in named} == {"train", "vla"}
    root = Path(__file__).parents[2]
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert not any("torch" in line for name in ("desktop", "daemon") for line in extras[name])


def test_playing_a_learned_policy_imports_no_torch() -> None:
    script = (
        "import sys\n"
        "from gpu_daemon import worker, kit, server, __main__\n"
        "from gpu_daemon.policies import loading, onnx\n"
        "assert 'torch' not in sys.modules and 'onnx' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_another_object_is_named_and_nothing_else_is_changed() -> None:
    scene = find_scene("table")
    for task in scene.tasks:
        other = other_task(scene, task)
        assert (other.family, other.direction) == (task.family, task.direction)
        assert other.object_id != task.object_id


def test_two_objects_change_places_and_the_rest_stays() -> None:
    world = compile_world("panda", "table")
    world.reset(7)
    before = {each.id: world.object_pose(each.id)[0] for each in world.scene.objects}
    world.restore(with_objects_swapped(world, 7))
    after = {each.id: world.object_pose(each.id)[0] for each in world.scene.objects}
    assert after["red_cube"] == pytest.approx(before["green_cube"])
    assert after["green_cube"] == pytest.approx(before["red_cube"])
    assert after["bowl"] == pytest.approx(before["bowl"])
