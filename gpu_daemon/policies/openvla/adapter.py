"""The adapter `openvla`: one camera, one action per inference, in the units of the data set its card names.

The card's source "checkpoint" is the folder of the model; `statistics` is the data set; `dtype` "bfloat16" halves the
30 GB that 7 billion float32 numbers take.
"""

from __future__ import annotations

from math import prod

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_daemon.policies.openvla.actions import statistics_for
from gpu_daemon.policies.openvla.checkpoint import Checkpoint, read_checkpoint
from gpu_daemon.policies.openvla.model import OpenVLAModel, checked_skeleton
from gpu_daemon.policies.sources import source_folder
from gpu_daemon.policies.weights import shapes_of
from scenes.errors import Incompatible
from scenes.models import ModelCard
from scenes.policy import Observation

_ARM_JOINTS = 7


class OpenVLAPolicy:
    """One OpenVLA checkpoint."""

    def __init__(self, card: ModelCard) -> None:
        """Load the weights.

        Raises:
            Incompatible: the card does not fit the model, or its files have not been fetched.
            NotFound: the checkpoint does not know the card's data set; the hint lists the valid ones.
            BadInput: a file is missing or unreadable.
        """
        folder = source_folder(card, "checkpoint")
        _check_card(card, read_checkpoint(folder))
        self._camera, self._statistics = card.cameras[0].key, card.statistics or None
        self._model = OpenVLAModel.load(folder, card.device, card.dtype)
        self.device = str(self._model.device)
        self.reset("", 0)

    @staticmethod
    def check(card: ModelCard) -> str:
        """Whether the fetched files fit this implementation and the card, in one sentence; headers alone are read.

        Raises:
            BadInput: a file is missing or damaged.
            Incompatible: they do not fit.
            NotFound: the checkpoint does not know the card's data set.
        """
        checkpoint = read_checkpoint(source_folder(card, "checkpoint"))
        _check_card(card, checkpoint)
        shapes = shapes_of(checked_skeleton(checkpoint))
        return f"All {len(shapes)} weights are those of OpenVLA: {sum(map(prod, shapes.values()))} parameters."

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode. The model remembers nothing and its answers are greedy: the seed changes nothing."""
        self._instruction = instruction

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action, shape (1, size)."""
        image = observation.images[self._camera]
        return self._model.predict(image, self._instruction, self._statistics)[None].astype(np.float32)

    def close(self) -> None:
        """Give back the memory of the weights; it acts no more. Closing twice is allowed."""
        self.__dict__.pop("_model", None)
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def _check_card(card: ModelCard, checkpoint: Checkpoint) -> None:
    if len(card.cameras) != 1 or card.chunk != 1 or card.state != "none":
        raise Incompatible(
            f"OpenVLA sees one camera and no state, and names one action at a time; '{card.id}' says otherwise.",
            hint="Give its card one camera, chunk 1 and no state.",
        )
    named = len(statistics_for(checkpoint.statistics, card.statistics).q01)
    if named != (wanted := card.action.size(_ARM_JOINTS)):
        raise Incompatible(
            f"Actions of '{card.statistics}' have {named} numbers, but the card '{card.id}' says {wanted}.",
            hint="Correct the card's action space or its data set.",
        )
