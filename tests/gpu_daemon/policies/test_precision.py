"""On CUDA, no model's convolution is cut to TF32, which has 10 bits of a number where float32 has 23."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openvla_checkpoint
import pi0_checkpoint
import pytest
import smolvla_cases
import torch
from octo_cases import FOLDER, TOKENIZER, arrays, task_of

from gpu_daemon.policies.octo import OctoModel
from gpu_daemon.policies.openvla import OpenVLAModel
from gpu_daemon.policies.pi0.model import Pi0Model
from gpu_daemon.policies.smolvla import SmolVLAModel


def smolvla(place: Path) -> Any:
    model = smolvla_cases.load(SmolVLAModel, "renamed_cameras", place)
    return model.predict_chunk(*smolvla_cases.asked("renamed_cameras"))


def octo(_: Path) -> Any:
    model = OctoModel.load(FOLDER / "tiny_15", TOKENIZER, device="cpu")
    return model.readout(arrays("v15_five")[0], task_of(model, "v15_five"))


def openvla(place: Path) -> Any:
    model = OpenVLAModel.load(openvla_checkpoint.write_checkpoint(place), "cpu")
    return model.predict(openvla_checkpoint.picture(1, 64, 64), "lift it", "bridge_orig")


def pi0(place: Path) -> Any:
    folder = pi0_checkpoint.write_checkpoint(place / "made")
    model = Pi0Model.load(folder, folder / "tokenizer", "cpu")
    noise = np.zeros((model.config.chunk_size, model.config.max_action_dim), np.float32)
    pictures = {model.config.cameras[0]: pi0_checkpoint.picture(1, 48, 64)}
    return model.predict_chunk(pictures, np.zeros(8, np.float32), "lift it", noise)


@pytest.fixture
def cut() -> Iterator[list[bool]]:
    """For each convolution since, whether CUDA might have cut it."""
    seen: list[bool] = []

    def look(module: torch.nn.Module, _: Any) -> None:
        if isinstance(module, torch.nn.Conv2d):
            seen.append(torch.backends.cudnn.allow_tf32)

    hook = torch.nn.modules.module.register_module_forward_pre_hook(look)
    yield seen
    hook.remove()


@pytest.mark.parametrize("answer", [smolvla, octo, openvla, pi0], ids=lambda answer: answer.__name__)
def test_convolutions_keep_float32_whole(answer: Callable[[Path], Any], cut: list[bool], tmp_path: Path) -> None:
    assert np.isfinite(answer(tmp_path)).all()
    assert set(cut) == {False}
    assert torch.backends.cudnn.allow_tf32
