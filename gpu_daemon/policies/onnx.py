"""The adapter `onnx`: plays any exported policy from its card through onnxruntime on one thread; no torch.

The card names the file (`checkpoint`), its SHA-256, the words it knows and its cameras. The model takes one picture
per camera under the camera's key, uint8 (1, height, width, 3); `proprioception`, float32 (1, 10); `words`, int64
(1, 16); and, if it samples, `noise`, float32 (1, chunk, size). It answers with `actions`, float32 (1, chunk, size).
"""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from msgspec import Struct
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as reasons

from gpu_daemon.policies.proprioception import SIZE, proprioception
from scenes.errors import BadInput, Incompatible
from scenes.models import ModelCard
from scenes.policy import Observation
from scenes.settings import converted
from scenes.words import MAX_WORDS, Vocabulary

_REFUSALS = (reasons.Fail, reasons.InvalidArgument, reasons.InvalidGraph, reasons.InvalidProtobuf, reasons.NoModel)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """What a card may say about sampling."""

    noise: float = 0.0  # standard deviation of what a sampling model begins with; 0 gives the same actions each time


class OnnxPolicy:
    """One exported policy."""

    def __init__(self, card: ModelCard) -> None:
        """Load the weights and check that they fit the card.

        Raises:
            BadInput: the file is missing or is not the one the card means.
            Incompatible: the model's inputs or outputs are not those the card promises.
        """
        self._card = card
        self._options = converted(card.options, Options, source=f"options of '{card.id}'")
        self._vocabulary = Vocabulary(card.words)
        self._session = _session(_content(card), card.id)
        self._samples = "noise" in [each.name for each in self._session.get_inputs()]
        self._check_inputs()
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode; words it does not know count as unknown ones."""
        self._words = self._vocabulary.numbers(instruction)[None]
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next actions, shape (chunk, size)."""
        given = self._given(observation)
        actions: NDArray[np.float32] = self._session.run(["actions"], given)[0][0]
        return actions

    def close(self) -> None:
        """Nothing is held that ends before the policy does."""

    def _given(self, observation: Observation) -> dict[str, NDArray[Any]]:
        given: dict[str, NDArray[Any]] = {each.key: observation.images[each.key][None] for each in self._card.cameras}
        given["proprioception"] = proprioception(observation)[None]
        given["words"] = self._words
        if self._samples:
            fresh = self._generator.standard_normal(self._chunk, dtype=np.float32)
            given["noise"] = np.float32(self._options.noise) * fresh
        return given

    @property
    def _chunk(self) -> tuple[int, int, int]:
        return 1, self._card.chunk, self._card.action.size(7)

    def _check_inputs(self) -> None:
        """The model must ask for what the card gives, in the same shapes."""
        wanted: dict[str, tuple[tuple[int, ...], str]] = {
            each.key: ((1, each.height, each.width, 3), "tensor(uint8)") for each in self._card.cameras
        }
        wanted["proprioception"] = ((1, SIZE), "tensor(float)")
        wanted["words"] = ((1, MAX_WORDS), "tensor(int64)")
        if self._samples:
            wanted["noise"] = (self._chunk, "tensor(float)")
        asked = {each.name: (tuple(each.shape), each.type) for each in self._session.get_inputs()}
        answered = {each.name: tuple(each.shape) for each in self._session.get_outputs()}
        if asked != wanted or answered.get("actions") != self._chunk:
            raise Incompatible(
                f"The weights of '{self._card.id}' do not fit its card.",
                hint="Export the policy again, with its card.",
                detail=f"the card gives {wanted}, the model asks for {asked} and answers {answered}",
            )


def _content(card: ModelCard) -> bytes:
    """The weights: a path below `resources`, or anywhere; refused unless they are the ones the card means."""
    path = Path(card.checkpoint)
    place = path if path.is_absolute() else files("resources").joinpath(*path.parts)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise BadInput(f"The weights of '{card.id}' cannot be read: {card.checkpoint}.", detail=str(error)) from error
    found = sha256(content).hexdigest()
    if card.weights_sha256 and found != card.weights_sha256:
        raise BadInput(
            f"The weights of '{card.id}' are not the ones its card means.",
            hint="Fetch or export them again.",
            detail=f"sha256 {found}, card {card.weights_sha256}",
        )
    return content


def _session(content: bytes, model_id: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _REFUSALS as error:
        raise BadInput(f"The weights of '{model_id}' are not an ONNX model.", detail=str(error)) from error
