"""pi0 from a checkpoint in lerobot's format: pictures, a state and an instruction give an action chunk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gpu_daemon.policies.pi0.config import Pi0Config, read_config
from gpu_daemon.policies.pi0.network import expected_shapes, fill_network, found_shapes, skeleton
from gpu_daemon.policies.pi0.pictures import prepared
from gpu_daemon.policies.pi0.processing import Processing, read_processing
from gpu_daemon.policies.pi0.structure import sizes_of
from gpu_daemon.policies.smolvla.config import ACTION, STATE
from gpu_daemon.policies.smolvla.text import Words
from gpu_daemon.policies.weights import (
    check_shapes,
    chosen_device,
    chosen_dtype,
    full_precision,
    safetensors_shapes,
    stream,
)
from scenes.errors import BadInput

WEIGHTS = "model.safetensors"


class Pi0Model:
    """A loaded pi0; it remembers nothing but the tokens of instructions."""

    def __init__(self, network: Any, config: Pi0Config, processing: Processing, words: Words) -> None:
        self._network, self._words = network, words
        self.config, self.processing = config, processing
        self.device: torch.device = network.action_out_proj.weight.device

    @classmethod
    def load(
        cls, checkpoint_dir: Path | str, tokenizer_dir: Path | str, device: str = "auto", dtype: str = "auto"
    ) -> Pi0Model:
        """Load a folder in the format of lerobot/pi0_base, one tensor at a time, and PaliGemma's tokenizer.

        `device` is auto, cuda, mps or cpu; `dtype` is auto (bfloat16 on CUDA, else float32), float32 or bfloat16.

        Raises:
            BadInput: a file is missing or unreadable.
            Incompatible: the weights are not those of a pi0 (the message names them), config.json or a pipeline asks
                for what is not done here, or there is no such device or type.
        """
        where, checkpoint = chosen_device(device), Path(checkpoint_dir)
        kind = chosen_dtype(dtype, where)
        config = read_config(checkpoint)
        processing = read_processing(checkpoint, config)
        words = Words(Path(tokenizer_dir), processing.tokenization)
        network = checked_skeleton(checkpoint, config)
        fill_network(network, stream([checkpoint / WEIGHTS]), where, kind)
        return cls(network, config, processing, words)

    @torch.inference_mode()
    def predict_chunk(
        self,
        images: Mapping[str, NDArray[np.uint8]],
        state: NDArray[np.float32],
        instruction: str,
        noise: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Actions (chunk, size) in the robot's units.

        `images` are (height, width, 3) under the checkpoint's keys, `state` is (n,), `noise` (chunk, max_action_dim).
        Cameras that are not given are left out; lerobot masks them, which is the same.

        Raises:
            BadInput: no camera's picture is given, or a shape is wrong.
        """
        words = self._tokens(instruction)
        pixels = torch.stack(self._pictures(images)).to(self.device)[None]
        vision = self._network.model.vlm.vision_tower.embeddings
        places = torch.full((pixels.shape[1] * vision.num_patches,), self._network.config.vlm_config.image_token_id)
        tokens = torch.cat([places, words])[None].to(self.device)
        with full_precision():
            actions = self._network.sample_actions(
                state=self._state(state)[None].to(self.device),
                input_ids=tokens,
                pixel_values=pixels,
                noise=torch.from_numpy(noise)[None].to(self.device),
                attention_mask=torch.ones_like(tokens),
                pixel_attention_mask=torch.ones(pixels.shape[:2], dtype=torch.bool, device=self.device),
            )
        real = actions[0, :, : self.processing.action_size(self.config)].to("cpu", torch.float32)
        found: NDArray[np.float32] = self.processing.outputs.unscaled(ACTION, real).numpy()
        return found

    def _tokens(self, instruction: str) -> Tensor:
        """The instruction's tokens (n,); padding is left out, for it is masked everywhere."""
        tokens, real = self._words.tokens((instruction,))
        return tokens[0][real[0]]

    def _pictures(self, images: Mapping[str, NDArray[np.uint8]]) -> list[Tensor]:
        named = {self.processing.rename.get(key, key): image for key, image in images.items()}
        present = [key for key in self.config.cameras if key in named]
        if not present or len(present) < len(images):
            raise BadInput(
                f"pi0 was given pictures of {', '.join(images) or 'no camera'}.",
                hint=f"It takes: {', '.join(self.config.cameras)}.",
            )
        size, inputs = self.config.image_resolution, self.processing.inputs
        return [prepared(named[key], key, size, inputs) for key in present]

    def _state(self, state: NDArray[np.float32]) -> Tensor:
        size, room = self.processing.state_size(self.config), self.config.max_state_dim
        if state.shape != (size,):
            raise BadInput(f"pi0 was given a state of shape {state.shape}.", hint=f"This checkpoint reads ({size},).")
        scaled = self.processing.inputs.scaled(STATE, torch.from_numpy(state).to(torch.float32))
        return functional.pad(scaled, (0, room - size))


def checked_skeleton(checkpoint: Path, config: Pi0Config) -> Any:
    """The network without weights, once the checkpoint's have been found to fit it.

    Raises:
        BadInput: they are missing or unreadable.
        Incompatible: they do not fit; the message names them.
    """
    found = found_shapes(safetensors_shapes([checkpoint / WEIGHTS]))
    network = skeleton(config, sizes_of(found))
    check_shapes(found, expected_shapes(network), str(checkpoint))
    return network
