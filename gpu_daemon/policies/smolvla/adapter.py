"""The adapter `smolvla`: plays a SmolVLA checkpoint from its card; a checkpoint made for another robot is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.proprioception import STATE_SIZES, state_vector
from gpu_daemon.policies.smolvla.config import ACTION, EMPTY, STATE, SmolVLAConfig, read_config
from gpu_daemon.policies.smolvla.model import SmolVLAModel
from gpu_daemon.policies.smolvla.processing import Processing, read_processing
from gpu_daemon.policies.sources import normal, source_folder
from scenes.errors import Incompatible
from scenes.models import ModelCard
from scenes.policy import Observation
from scenes.settings import converted

PICTURES = "observation.images."  # what every camera's key begins with in a checkpoint; a card may leave it out
ARM_JOINTS = 7
SO_100 = "six are the joints of an SO-100 arm, as in lerobot's smolvla_base"


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """There are none: all that matters stands in the checkpoint."""


class SmolVLAPolicy:
    """One SmolVLA checkpoint that plays."""

    def __init__(self, card: ModelCard) -> None:
        """Check that the checkpoint fits the card, then load it.

        Raises:
            BadInput: a file is missing or damaged.
            Incompatible: nothing has been fetched, the files are not those of a SmolVLA, or they do not fit the card.
        """
        converted(card.options, Options, source=f"options of '{card.id}'")
        checkpoint, backbone = source_folder(card, "checkpoint"), source_folder(card, "backbone")
        self._card, self._keys = card, _checked(card, checkpoint)
        self._model = SmolVLAModel.load(checkpoint, backbone, card.device, card.dtype)
        self.device = str(self._model.device)
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode; nothing of the last one is kept."""
        self._instruction = instruction
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next actions, shape (chunk, size), from fresh noise."""
        config = self._model.config
        noise = normal(self._generator, 1, config.chunk_size, config.max_action_dim)
        images = {key: observation.images[ours] for ours, key in self._keys.items()}
        state = state_vector(self._card.state, observation)
        return self._model.predict_chunk(images, state, self._instruction, noise)[0, : self._card.chunk]

    def close(self) -> None:
        """Give back the memory of the weights; it acts no more. Closing twice is allowed."""
        self.__dict__.pop("_model", None)
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def _checked(card: ModelCard, checkpoint: Path) -> dict[str, str]:
    """The card's camera keys and those of the checkpoint that they mean, once both have been compared."""
    config = read_config(checkpoint)
    processing = read_processing(checkpoint, config, torch.device("cpu"))
    valid = _camera_keys(config, processing)
    if reasons := [*_sizes(card, config, processing), *_cameras(card, valid)]:
        raise Incompatible(
            f"The checkpoint of '{card.id}' does not fit its card: {' '.join(reasons)}",
            hint="Choose a checkpoint that was fine-tuned on this robot, or correct the card.",
        )
    return {camera.key: _meant(camera.key, valid) for camera in card.cameras}


def _sizes(card: ModelCard, config: SmolVLAConfig, processing: Processing) -> Iterator[str]:
    has, wants = processing.action_size(config), card.action.size(ARM_JOINTS)
    if has != wants:
        yield f"Its actions have {has} numbers and the card's {wants}{'; ' + SO_100 if has == 6 else ''}."
    if (has := processing.state_size(config)) != STATE_SIZES[card.state]:
        yield f"It reads a state of {has} numbers and the card's '{card.state}' has {STATE_SIZES[card.state]}."
    if card.chunk > config.chunk_size:
        yield f"It answers with {config.chunk_size} actions and the card promises {card.chunk}."
    if processing.outputs.lacks(ACTION) or processing.inputs.lacks(STATE):
        yield "It holds no statistics that bring its numbers into a robot's units."


def _cameras(card: ModelCard, valid: Sequence[str]) -> Iterator[str]:
    keys = [camera.key for camera in card.cameras]
    listed = ", ".join(valid)
    if not keys:
        yield f"The card gives it no picture; it takes {listed}."
    for key in keys:
        if _meant(key, valid) not in valid:
            yield f"It takes no picture '{key}', only {listed}."
        elif [_meant(each, valid) for each in keys].count(_meant(key, valid)) > 1:
            yield f"The card gives it the picture '{_meant(key, valid)}' twice."


def _camera_keys(config: SmolVLAConfig, processing: Processing) -> tuple[str, ...]:
    """Under which keys pictures may be given: renamed ones by their old key, as in the preprocessor's rename_map."""
    before = {new: old for old, new in processing.rename.items()}
    return tuple(before.get(camera, camera) for camera in config.cameras if not camera.startswith(EMPTY))


def _meant(key: str, valid: Sequence[str]) -> str:
    return key if key in valid else PICTURES + key
