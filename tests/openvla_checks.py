"""What must hold for OpenVLA's parts, against what openvla's own computation gave for the same random checkpoint.

`openvla/recorded.npz` was recorded with timm 0.9.16, torchvision 0.29 and transformers 4.40.1, put together as in
openvla's modeling_prismatic.py and processing_prismatic.py. A check takes the package that it is about and the folder
of the checkpoint, so that it can be turned on a package with a mistake.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from msgspec import Struct
from openvla_checkpoint import picture

RECORDED = Path(__file__).parent / "gpu_daemon" / "policies" / "openvla" / "recorded.npz"
PACKAGE = "gpu_daemon.policies.openvla"


class Case(Struct, frozen=True):
    """One recorded prediction."""

    number: int
    seed: int
    height: int
    width: int
    instruction: str
    key: str

    @property
    def picture(self) -> Any:
        return picture(self.seed, self.height, self.width)

    def recorded(self, what: str) -> Any:
        with np.load(RECORDED) as file:
            return file[f"{self.number}_{what}"]


def cases() -> list[Case]:
    with np.load(RECORDED) as file:
        return [Case(number, *each) for number, each in enumerate(json.loads(str(file["cases"])))]


def of(package: str, module: str, name: str) -> Any:
    return getattr(import_module(f"{package}.{module}"), name)


def network(package: str, folder: Path) -> Any:
    model = of(package, "model", "OpenVLAModel").load(folder, "cpu", "float32")
    return model._network


def pixels_agree(package: str, folder: Path) -> None:
    """Every picture is resized and normalised as PIL and torchvision do it, to the last bit."""
    checkpoint = of(package, "checkpoint", "read_checkpoint")(folder)
    for case in cases():
        seen = of(package, "pictures", "pictures_of")(case.picture, checkpoint.preprocessing)
        assert np.array_equal(torch.cat(seen, 1)[0].numpy(), case.recorded("pixels"))


@torch.inference_mode()
def patches_agree(package: str, folder: Path) -> None:
    """Both towers give timm's patches after the second to last block, DINOv2's channels first."""
    backbone = network(package, folder).vision_backbone
    found = backbone(_pictures(folder))[0].numpy()
    wanted = cases()[0].recorded("patches")
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-4


@torch.inference_mode()
def prefix_agrees(package: str, folder: Path) -> None:
    """Llama reads the prompt's first token, then the projected patches, then the rest of the prompt."""
    found, case = network(package, folder), cases()[0]
    tokens = torch.from_numpy(case.recorded("prompt"))[None]
    prefix = found.prefix(tokens, _pictures(folder))[0]
    patches = case.recorded("projected")
    words = found.language_model.get_input_embeddings()(tokens[0])
    assert torch.equal(prefix[0], words[0])
    assert np.abs(prefix[1 : 1 + len(patches)].numpy() - patches).max() <= 1e-4
    assert torch.equal(prefix[1 + len(patches) :], words[1:])


def prompts_agree(package: str, folder: Path) -> None:
    """The prompt has the tokens that transformers' own Llama tokenizer gives, and the empty token last."""
    tokenizer = of(package, "prompt", "read_tokenizer")(folder)
    for case in cases():
        tokens = of(package, "prompt", "prompt_tokens")(tokenizer, case.instruction, 1, 32064)
        assert tokens == case.recorded("prompt").tolist()


def numbers_agree(package: str, folder: Path) -> None:
    """Tokens become the numbers that openvla makes of them, for each data set."""
    checkpoint = of(package, "checkpoint", "read_checkpoint")(folder)
    for case in cases():
        statistics = of(package, "actions", "statistics_for")(checkpoint.statistics, case.key)
        numbers = of(package, "actions", "decoded")(case.recorded("tokens"), 32000, checkpoint.config.n_action_bins)
        found = of(package, "actions", "unnormalized")(numbers, statistics)
        assert found.dtype == np.float64
        assert np.array_equal(found, case.recorded("action"))


def predictions_agree(package: str, folder: Path, device: str = "cpu") -> None:
    """From picture and instruction to the action: the same tokens, the same float64 numbers."""
    model = of(package, "model", "OpenVLAModel").load(folder, device, "float32")
    for case in cases():
        assert model.action_tokens(case.picture, case.instruction) == case.recorded("tokens").tolist()
        found = model.predict(case.picture, case.instruction, case.key)
        assert np.array_equal(found, case.recorded("action"))


CHECKS = (pixels_agree, patches_agree, prefix_agrees, prompts_agree, numbers_agree, predictions_agree)


def _pictures(folder: Path) -> Any:
    """The first case's pictures, by the module that is not under trial."""
    preprocessing = of(PACKAGE, "checkpoint", "read_checkpoint")(folder).preprocessing
    return of(PACKAGE, "pictures", "pictures_of")(cases()[0].picture, preprocessing)
