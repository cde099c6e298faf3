"""The adapter `openvla`: one camera, one action per inference, in the units of the data set its card names.

The card's source "checkpoint" is the folder of the model; `statistics` is the data set; `dtype` "bfloat16" halves the
30 GB that 7 billion float32 numbers take.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gpu_daemon.policies.openvla.model import OpenVLAModel
from gpu_daemon.policies.sources import source_folder
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
        if len(card.cameras) != 1 or card.chunk != 1 or card.state != "none":
            raise Incompatible(
                f"OpenVLA sees one camera and no state, and names one action at a time; '{card.id}' says otherwise.",
                hint="Give its card one camera, chunk 1 and no state.",
            )
        self._camera, self._statistics = card.cameras[0].key, card.statistics or None
        self._model = OpenVLAModel.load(source_folder(card, "checkpoint"), card.device, card.dtype)
        self.device = str(self._model.device)
        self._check_size(card)
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode. The model remembers nothing and its answers are greedy: the seed changes nothing."""
        self._instruction = instruction

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action, shape (1, size)."""
        image = observation.images[self._camera]
        return self._model.predict(image, self._instruction, self._statistics)[None].astype(np.float32)

    def close(self) -> None:
        """Give back the memory of the weights."""
        del self._model

    def _check_size(self, card: ModelCard) -> None:
        named, wanted = len(self._model.statistics(self._statistics).q01), card.action.size(_ARM_JOINTS)
        if named != wanted:
            raise Incompatible(
                f"Actions of '{card.statistics}' have {named} numbers, but the card '{card.id}' says {wanted}.",
                hint="Correct the card's action space or its data set.",
            )
