"""Instructions as tokens and as hidden states, each instruction encoded once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gpu_daemon.policies.octo.words import TextEncoder

_KEPT = 64  # instructions


class Instructions:
    """A tokenizer and a text encoder that remember what they have encoded."""

    def __init__(self, tokenizer: Tokenizer, encoder: TextEncoder, device: torch.device) -> None:
        self._tokenizer, self._encoder, self._device = tokenizer, encoder, device
        self._known: dict[bytes, NDArray[np.float32]] = {}

    def tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Token ids and attention mask, both (texts, words)."""
        read = self._tokenizer.encode_batch(list(texts))
        return np.array([each.ids for each in read]), np.array([each.attention_mask for each in read])

    def hidden(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """T5's last hidden states (texts, words, size).

        Each text is encoded by itself, so that a state never depends on what was encoded with or before it.
        """
        return np.concatenate([self._state(ids[row : row + 1], mask[row : row + 1]) for row in range(len(ids))])

    @torch.inference_mode()
    def _state(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        key = ids.tobytes() + mask.tobytes()
        if key not in self._known:
            if len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            given = (torch.from_numpy(each.astype(np.int64)).to(self._device) for each in (ids, mask))
            self._known[key] = self._encoder(*given).float().cpu().numpy()
        return self._known[key]
