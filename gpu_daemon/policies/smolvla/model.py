"""SmolVLAModel: a SmolVLA checkpoint that answers pictures, a state and an instruction with action chunks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.smolvla.attention import remember
from gpu_daemon.policies.smolvla.checkpoint import fill_from
from gpu_daemon.policies.smolvla.config import ACTION, STATE, SmolVLAConfig, read_config
from gpu_daemon.policies.smolvla.expert import flow
from gpu_daemon.policies.smolvla.network import Network, build
from gpu_daemon.policies.smolvla.pictures import batch_of, prepared, present
from gpu_daemon.policies.smolvla.prefix import Marks, Prefix, assembled, marked, seen
from gpu_daemon.policies.smolvla.processing import WEIGHTS, Processing, read_processing
from gpu_daemon.policies.smolvla.text import Words
from gpu_daemon.policies.sources import normal
from gpu_daemon.policies.weights import chosen_device, chosen_dtype
from scenes.errors import BadInput

Pictures = Mapping[str, NDArray[np.uint8]]


class SmolVLAModel:
    """A loaded checkpoint. Between calls it keeps only what never changes: instructions' tokens, a missing camera's."""

    def __init__(self, config: SmolVLAConfig, processing: Processing, network: Network, words: Words) -> None:
        """Put the parts together; `load` reads them from folders."""
        self.config, self._processing, self._network, self._words = config, processing, network, words
        self._marks = Marks(*words.around_pictures()) if config.add_image_special_tokens else None
        self.device = network.state_proj.weight.device
        self.state_size, self.action_size = processing.state_size(config), processing.action_size(config)
        self._nothing: dict[torch.Size, Tensor] = {}  # what a missing camera looks like, by the shape of its picture

    @classmethod
    def load(
        cls,
        checkpoint_dir: str | Path,
        backbone_dir: str | Path,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
    ) -> SmolVLAModel:
        """Read a checkpoint; the backbone's folder stands for the repository that its config.json names.

        `dtype` is that of the language model and the expert; "auto" is bfloat16 on CUDA and float32 elsewhere.

        Raises:
            BadInput: a file is missing or damaged.
            Incompatible: the files are not those of a SmolVLA that can be computed here, or there is no such device.
        """
        checkpoint, backbone, on = Path(checkpoint_dir), Path(backbone_dir), chosen_device(device)
        config = read_config(checkpoint)
        processing = read_processing(checkpoint, config, on)
        network = build(config, backbone)
        words = Words(backbone, processing.tokenization)
        fill_from(checkpoint / WEIGHTS, network, on, chosen_dtype(dtype, on))
        return cls(config, processing, network, words)

    @torch.inference_mode()
    def predict_chunk(
        self, images: Pictures, state: NDArray[Any], instruction: str | list[str], noise: NDArray[Any] | None = None
    ) -> NDArray[np.float32]:
        """Actions in the robot's units, float32 (B, chunk, action size); without a batch dimension B is 1.

        `images` are uint8 ([B,] height, width, 3) by their keys, `state` has the shape ([B,] state size), `noise` is
        what the flow starts from, ([B,] chunk, max_action_dim); without it, it is drawn from PCG64(0).

        Raises:
            BadInput: a shape or type is not as it should be, or no picture has a key that the model takes.
        """
        prefix = self._prefix(images, state, instruction)
        start = torch.from_numpy(self._noise(noise, prefix.embedded.shape[0])).to(self.device)
        memory = remember(self._network.vlm_with_expert, prefix.embedded, prefix.there, prefix.blocks)
        actions = flow(self._network, self.config, memory, start)[:, :, : self.action_size]
        result: NDArray[np.float32] = self._processing.outputs.unscaled(ACTION, actions).cpu().numpy()
        return result

    @torch.inference_mode()
    def embed_prefix(self, images: Pictures, state: NDArray[Any], instruction: str | list[str]) -> NDArray[np.float32]:
        """What the language model reads, float32 (B, length, hidden): pictures, instruction, state.

        Raises:
            BadInput: as predict_chunk.
        """
        embedded: NDArray[np.float32] = self._prefix(images, state, instruction).embedded.float().cpu().numpy()
        return embedded

    def _prefix(self, images: Pictures, state: NDArray[Any], instruction: str | list[str]) -> Prefix:
        felt = self._state(state)
        batch = felt.shape[0]
        tokens, there = self._words.tokens(_instructions(instruction, batch))
        words = tokens.to(self.device), there.to(self.device)
        return assembled(self._network, self._pictures(images, batch), words, felt, self.config.prefix_length)

    def _pictures(self, images: Pictures, batch: int) -> list[tuple[Tensor, Tensor]]:
        """Each camera's tokens and which of them are there; missing cameras are appended as config.json allows."""
        given, rename, cameras = batch_of(images), self._processing.rename, self.config.cameras
        keys = present(given, rename, cameras)
        shown: list[tuple[Tensor, Tensor]] = []
        for key in keys:
            if given[key].shape[0] != batch:
                raise BadInput(f"There are {given[key].shape[0]} pictures '{key}' and {batch} states.")
            camera, size = rename.get(key, key), self.config.resize_imgs_with_padding
            picture = prepared(given[key], camera, size, self._processing.inputs, self.device)
            shown.append(self._shown(seen(self._network, picture), there=True))
        missing = min(self.config.empty_cameras, len(cameras) - len(keys))
        return shown + [self._shown(self._unseen(picture.shape), there=False)] * missing

    def _shown(self, tokens: Tensor, *, there: bool) -> tuple[Tensor, Tensor]:
        mask = torch.full(tokens.shape[:2], there, dtype=torch.bool, device=self.device)
        return (tokens, mask) if self._marks is None else marked(self._network, tokens, mask, self._marks)

    def _unseen(self, shape: torch.Size) -> Tensor:
        if shape not in self._nothing:
            black = torch.full((1, *shape[1:]), -1.0, device=self.device)
            self._nothing = {shape: seen(self._network, black).expand(shape[0], -1, -1)}
        return self._nothing[shape]

    def _state(self, state: NDArray[Any]) -> Tensor:
        """The state scaled and padded with zeros, (B, max_state_dim)."""
        given, size = np.atleast_2d(np.asarray(state, np.float32)), self.state_size
        if given.ndim != 2 or given.shape[1] != size or not np.isfinite(given).all():
            raise BadInput(f"The state has the shape {np.shape(state)}.", hint=f"{size} finite numbers are needed.")
        scaled = self._processing.inputs.scaled(STATE, torch.from_numpy(given).to(self.device))
        return torch.nn.functional.pad(scaled, (0, self.config.max_state_dim - size))

    def _noise(self, noise: NDArray[Any] | None, batch: int) -> NDArray[np.float32]:
        shape = batch, self.config.chunk_size, self.config.max_action_dim
        if noise is None:
            return normal(np.random.Generator(np.random.PCG64(0)), *shape)
        given = np.ascontiguousarray(noise, np.float32)
        if given.shape not in (shape, shape[1:] if batch == 1 else shape):
            raise BadInput(f"The noise has the shape {given.shape}.", hint=f"{shape} is needed.")
        return given.reshape(shape)


def _instructions(instruction: str | list[str], batch: int) -> tuple[str, ...]:
    """One instruction per state; a single one is for all."""
    given = (instruction,) * batch if isinstance(instruction, str) else tuple(instruction)
    if len(given) != batch:
        raise BadInput(f"There are {len(given)} instructions and {batch} states.", hint="Give one, or one for each.")
    return given
