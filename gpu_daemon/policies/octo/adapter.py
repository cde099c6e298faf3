"""The adapter `octo`: an Octo model plays from its card; the executor averages its chunks and moves the gripper.

The card names the sources `checkpoint` and `tokenizer` (T5's config.json and tokenizer.json), the key of the
`statistics` that give actions their units, and cameras by the model's own keys (`image_primary`, `image_wrist`); a
camera that the card leaves out is not looked at. A card says `execute = 1`, with `ensemble = 4` as in the reference:
carrying out more of a chunk at once is possible, but then the model never sees the pictures in between.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.octo.model import OctoModel
from gpu_daemon.policies.octo.pictures import resized
from gpu_daemon.policies.octo.playing import History
from gpu_daemon.policies.octo.scaling import Normalization, chosen
from gpu_daemon.policies.sources import source_folder
from scenes.errors import Incompatible
from scenes.models import ModelCard
from scenes.policy import Observation
from scenes.settings import converted

_CROPPED = "image_primary"  # the only camera whose training pictures were cropped at random


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """What a card may say of its checkpoint."""

    normalization: Normalization = "normal"
    step: int = 0  # of training; 0: the latest


class OctoPolicy:
    """One loaded Octo model that acts."""

    def __init__(self, card: ModelCard) -> None:
        """Load the weights and check that they fit the card.

        Raises:
            BadInput: a file is missing or damaged, or there are no such statistics.
            Incompatible: a source has not been fetched, or card and model do not fit each other.
        """
        self._card = card
        self._options = converted(card.options, Options, source=f"options of '{card.id}'")
        self._model = OctoModel.load(
            source_folder(card, "checkpoint"),
            source_folder(card, "tokenizer"),
            step=self._options.step or None,
            device=card.device,
            dtype=card.dtype,
        )
        self._check(self._model)
        self.device = str(self._model.device)
        self._history = History(self._model.window)
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode: no frame and no noise of the last one is left."""
        self._history.reset()
        self._model.forget()
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self._task = self._model.create_task(texts=[instruction])

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next actions, shape (chunk, size), in the units of the data set that the card names."""
        sides = self._model.pictures
        frame = {
            each.key: resized(observation.images[each.key], sides[each.key], cropped=each.key == _CROPPED)
            for each in self._card.cameras
        }
        seen: dict[str, Any] = dict(self._history.observation(frame))
        noise = self._model.noise(self._generator)
        chunk: NDArray[np.float32] = self._model.predict_chunk(
            seen, self._task, self._card.statistics, self._options.normalization, noise
        )[0]
        return chunk

    def close(self) -> None:
        """Give back the model's memory; it acts no more."""
        self.__dict__.pop("_model", None)

    def _check(self, model: OctoModel) -> None:
        """The card must promise what the model answers, and ask for no camera that the model does not know."""
        card, size = self._card, chosen(model.statistics, self._card.statistics).size
        unknown = [each.key for each in card.cameras if each.key not in model.pictures]
        if unknown or not card.cameras:
            raise Incompatible(
                f"The card '{card.id}' gives the cameras {', '.join(unknown) or 'none'}.",
                hint=f"The model looks at: {', '.join(model.pictures)}.",
            )
        if (card.chunk, card.action.size(7)) != (model.chunk, size):
            raise Incompatible(
                f"The card '{card.id}' promises chunks of {card.chunk} x {card.action.size(7)} numbers; "
                f"the model answers {model.chunk} x {size} for '{card.statistics}'.",
                hint="Correct the card, or choose other statistics: "
                + ", ".join(sorted(key for key, each in model.statistics.items() if each.size == card.action.size(7))),
            )
