"""The adapter `pi0`: plays a pi0 checkpoint of lerobot's from its card; one made for another robot is refused.

The card's source "checkpoint" is the model's folder, "tokenizer" that of PaliGemma's tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_daemon.policies.pi0.config import Pi0Config, read_config
from gpu_daemon.policies.pi0.model import Pi0Model, checked_skeleton
from gpu_daemon.policies.pi0.processing import Processing, read_processing
from gpu_daemon.policies.proprioception import STATE_SIZES, state_vector
from gpu_daemon.policies.smolvla.config import ACTION, STATE
from gpu_daemon.policies.sources import normal, source_folder
from scenes.errors import Incompatible
from scenes.models import ModelCard
from scenes.policy import Observation

PICTURES = "observation.images."  # what a checkpoint's keys of cameras begin with; a card may leave it out
_ARM_JOINTS = 7


class Pi0Policy:
    """One pi0 checkpoint that plays."""

    def __init__(self, card: ModelCard) -> None:
        """Check that the checkpoint fits the card, then load it.

        Raises:
            BadInput: a file is missing or damaged.
            Incompatible: nothing has been fetched, the files are not those of a pi0, or they do not fit the card.
        """
        checkpoint, tokenizer = source_folder(card, "checkpoint"), source_folder(card, "tokenizer")
        self._card, self._keys = card, _checked(card, checkpoint)
        self._model = Pi0Model.load(checkpoint, tokenizer, card.device, card.dtype)
        self.device = str(self._model.device)
        self.reset("", 0)

    @staticmethod
    def check(card: ModelCard) -> str:
        """Whether the fetched files fit this implementation and the card, in one sentence; headers alone are read.

        Raises:
            BadInput: a file is missing or damaged.
            Incompatible: they do not fit.
        """
        checkpoint = source_folder(card, "checkpoint")
        _checked(card, checkpoint)
        network = checked_skeleton(checkpoint, read_config(checkpoint))
        count = sum(tensor.numel() for tensor in network.state_dict().values())
        return f"All {len(network.state_dict())} weights are those of a pi0 with {count} parameters."

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode; nothing of the last one is kept."""
        self._instruction = instruction
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next actions, shape (chunk, size), from fresh noise."""
        config = self._model.config
        noise = normal(self._generator, config.chunk_size, config.max_action_dim)
        images = {key: observation.images[ours] for ours, key in self._keys.items()}
        state = state_vector(self._card.state, observation)
        return self._model.predict_chunk(images, state, self._instruction, noise)[: self._card.chunk]

    def close(self) -> None:
        """Give back the memory of the weights; it acts no more. Closing twice is allowed."""
        self.__dict__.pop("_model", None)
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def _checked(card: ModelCard, checkpoint: Path) -> dict[str, str]:
    """The card's camera keys and those of the checkpoint that they mean, once both have been compared."""
    config = read_config(checkpoint)
    processing = read_processing(checkpoint, config)
    before = {new: old for old, new in processing.rename.items()}
    valid = [before.get(key, key) for key in config.cameras]
    meant = {each.key: each.key if each.key in valid else PICTURES + each.key for each in card.cameras}
    unknown = [key for key in meant if meant[key] not in valid]
    reasons = [*_differences(card, config, processing), *(f"It takes no picture '{key}'." for key in unknown)]
    if not meant or len(set(meant.values())) < len(card.cameras):
        reasons.append("The card gives it no picture, or one twice.")
    if reasons:
        raise Incompatible(
            f"The checkpoint of '{card.id}' does not fit its card: {' '.join(reasons)}",
            hint=f"Choose one that was fine-tuned on this robot, or correct the card. Cameras: {', '.join(valid)}.",
        )
    return meant


def _differences(card: ModelCard, config: Pi0Config, processing: Processing) -> Iterator[str]:
    if (has := processing.action_size(config)) != (wants := card.action.size(_ARM_JOINTS)):
        yield f"Its actions have {has} numbers and the card's {wants}."
    if (has := processing.state_size(config)) != STATE_SIZES[card.state]:
        yield f"It reads a state of {has} numbers and the card's '{card.state}' has {STATE_SIZES[card.state]}."
    if card.chunk > config.chunk_size:
        yield f"It answers with {config.chunk_size} actions and the card promises {card.chunk}."
    if processing.outputs.lacks(ACTION) or processing.inputs.lacks(STATE):
        yield "It holds no statistics that bring its numbers into a robot's units, as a base model does not."
