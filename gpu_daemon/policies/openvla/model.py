"""OpenVLA 7B from a published checkpoint: one picture and an instruction give one action."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.openvla.actions import decoded, statistics_for, unnormalized
from gpu_daemon.policies.openvla.checkpoint import ActionStatistics, Checkpoint, read_checkpoint
from gpu_daemon.policies.openvla.network import Network, skeleton
from gpu_daemon.policies.openvla.pictures import pictures_of
from gpu_daemon.policies.openvla.prompt import prompt_tokens, read_tokenizer
from gpu_daemon.policies.weights import (
    check_shapes,
    chosen_device,
    chosen_dtype,
    fill,
    safetensors_shapes,
    shapes_of,
    stream,
)
from scenes.errors import PolicyError


class OpenVLAModel:
    """A loaded OpenVLA. Its answers are greedy, so the same input gives the same action each time."""

    def __init__(self, checkpoint: Checkpoint, network: Network, device: torch.device, dtype: torch.dtype) -> None:
        self._checkpoint, self._network = checkpoint, network
        self.device, self.dtype = device, dtype
        self._llama = network.language_model.config
        self._tokenizer = read_tokenizer(checkpoint.folder)
        self._prompt: tuple[str, Tensor] | None = None

    @classmethod
    def load(
        cls, checkpoint_dir: Path | str, device: str | torch.device = "auto", dtype: str | torch.dtype = "auto"
    ) -> OpenVLAModel:
        """Load a folder in the format of openvla/openvla-7b, one tensor at a time.

        `device` is auto, cuda, mps or cpu; `dtype` is auto (bfloat16 on CUDA, else float32), float32 or bfloat16.

        Raises:
            BadInput: a file is missing or unreadable.
            Incompatible: the weights are not those that config.json describes (the message names them), or there is
                no such device or type.
        """
        where = chosen_device(device)
        kind = chosen_dtype(dtype, where)
        checkpoint = read_checkpoint(Path(checkpoint_dir))
        network = checked_skeleton(checkpoint)
        fill(network, stream(checkpoint.weights), where, kind)
        network.complete(where)
        return cls(checkpoint, network, where, kind)

    def statistics(self, unnorm_key: str | None = None) -> ActionStatistics:
        """The action statistics of a data set; None where there is only one.

        Raises:
            NotFound: there is no such data set; the hint lists the valid ones.
        """
        return statistics_for(self._checkpoint.statistics, unnorm_key)

    @torch.inference_mode()
    def predict(
        self, image_uint8: NDArray[np.uint8], instruction: str, unnorm_key: str | None = None
    ) -> NDArray[np.float64]:
        """The action [7] in the units of the data set, for a picture (height, width, 3) and an instruction.

        Raises:
            NotFound: there is no such data set; the hint lists the valid ones.
            BadInput: the picture is not uint8 in three colours.
            PolicyError: the model ended its answer before it had named all numbers.
        """
        statistics = self.statistics(unnorm_key)
        tokens = self.action_tokens(image_uint8, instruction, len(statistics.q01))
        config = self._checkpoint.config
        vocabulary = self._llama.vocab_size - config.pad_to_multiple_of
        return unnormalized(decoded(np.array(tokens), vocabulary, config.n_action_bins), statistics)

    @torch.inference_mode()
    def action_tokens(self, image_uint8: NDArray[np.uint8], instruction: str, count: int = 7) -> list[int]:
        """The tokens that the model answers with, `count` of them.

        Raises:
            BadInput: the picture is not uint8 in three colours.
            PolicyError: the model ended its answer early.
        """
        pictures = tuple(
            picture.to(self.device, self.dtype) for picture in pictures_of(image_uint8, self._checkpoint.preprocessing)
        )
        prefix = self._network.prefix(self._tokens(instruction), pictures)
        tokens = self._network.answer(prefix, count, self._llama.eos_token_id)
        if len(tokens) < count:
            raise PolicyError(
                f"The model ended its answer after {len(tokens)} of {count} numbers.",
                hint="Check that the checkpoint was trained to answer with actions.",
            )
        return tokens

    def _tokens(self, instruction: str) -> Tensor:
        """The prompt (1, n), kept until another instruction comes."""
        if self._prompt is None or self._prompt[0] != instruction:
            tokens = prompt_tokens(self._tokenizer, instruction, self._llama.bos_token_id, self._llama.vocab_size)
            self._prompt = instruction, torch.tensor([tokens], device=self.device)
        return self._prompt[1]


def checked_skeleton(checkpoint: Checkpoint) -> Network:
    """The network without weights, once the checkpoint's have been found to fit it.

    Raises:
        BadInput: they are unreadable.
        Incompatible: they do not fit; the message names them.
    """
    found = safetensors_shapes(checkpoint.weights)
    network = skeleton(checkpoint.config, found)
    check_shapes(found, shapes_of(network), str(checkpoint.folder))
    return network
