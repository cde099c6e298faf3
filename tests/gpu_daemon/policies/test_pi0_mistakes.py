"""Mistakes easily made around pi0, each made on purpose in a copy of the package; parity notices all of them."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pi0_checkpoint
import pytest
from mistaken_packages import mistaken

PACKAGE = "gpu_daemon.policies.pi0"
RECORDED = Path(__file__).parent / "pi0" / "recorded.npz"
_MIDDLE = "(left, width - new[1] - left, above, height - new[0] - above)"
_TOP_LEFT = "(width - new[1], 0, height - new[0], 0)"
_POSITIONS = "attention_mask=torch.ones_like(tokens),"

MISTAKES = {  # module, what is right in it, what is wrong
    "black is above and to the left": ("pictures", _MIDDLE, _TOP_LEFT),
    "pictures are smoothed": ("pictures", "align_corners=False)", "align_corners=False, antialias=True)"),
    "pictures go from 0 to 1": ("pictures", " * 2.0 - 1.0", ""),
    "the times' periods are float32": ("network", '"mps" else torch.float64', '"mps" else torch.float32'),
    "words are not scaled": ("network", "torch.tensor(words.scalar_embed_scale,", "torch.tensor(1.0,"),
    "the tower has twice the heads": ("structure", "heads_of(width), patch)", "2 * heads_of(width), patch)"),
    "positions count from 1": ("model", _POSITIONS, ""),
    "padding counts as words": ("model", "tokens[0][real[0]]", "tokens[0]"),
    "cameras come in another order": ("model", "in self.config.cameras if", "in self.config.cameras[::-1] if"),
    "the state is padded in front": ("model", "(0, room - size)", "(room - size, 0)"),
    "the state is not normalised": ("model", "self.processing.inputs.scaled(STATE, ", "("),
    "actions are not un-normalised": ("model", "self.processing.outputs.unscaled(ACTION, real)", "real"),
    "no newline ends the instruction": ("processing", '"pi0_new_line_processor" in before', "False"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pi0_checkpoint.write_checkpoint(tmp_path_factory.mktemp("pi0") / "made")


def disagreement(package: str, folder: Path) -> float:
    """The largest difference between this package's actions and lerobot's own."""
    model = import_module(f"{package}.model").Pi0Model.load(folder, folder / "tokenizer", "cpu", "float32")
    differences = []
    with np.load(RECORDED) as file:
        for number, (seed, (height, width), cameras, text) in enumerate(json.loads(str(file["cases"]))):
            pictures = {
                f"observation.images.{camera}": pi0_checkpoint.picture(10 * seed + place, height, width)
                for place, camera in enumerate(cameras)
            }
            actions = model.predict_chunk(pictures, file[f"{number}_state"], text, file[f"{number}_noise"])
            differences.append(np.abs(actions - file[f"{number}_actions"]).max())
    return float(max(differences))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_noticed(mistake: str, folder: Path, tmp_path: Path) -> None:
    module, right, wrong = MISTAKES[mistake]
    with mistaken(PACKAGE, module, right, wrong, tmp_path) as package:
        assert disagreement(package, folder) > 2e-5


def test_a_copy_without_a_mistake_agrees(folder: Path, tmp_path: Path) -> None:
    with mistaken(PACKAGE, "model", '"model.safetensors"', '"model.safetensors"', tmp_path) as package:
        assert disagreement(package, folder) <= 5e-6
