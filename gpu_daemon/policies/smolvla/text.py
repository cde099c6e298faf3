"""Instructions as tokens, as lerobot 0.6.1's tokenizer and new-line steps make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor
from transformers import AutoTokenizer

from scenes.errors import BadInput

_KEPT = 64  # instructions whose tokens are remembered


class Tokenization(Struct, frozen=True):
    """How instructions become tokens."""

    max_length: int
    padding: str | bool = "max_length"  # or "longest": to the longest of a batch
    padding_side: str = "right"
    truncation: bool | str = True
    newline: bool = True  # every instruction ends with one


class Words:
    """A backbone's tokenizer, used in a checkpoint's way."""

    def __init__(self, backbone: Path, way: Tokenization) -> None:
        """Read the tokenizer's files.

        Raises:
            BadInput: they are missing or damaged, or the way of padding is unknown.
        """
        if way.padding not in ("longest", "max_length", True, False) or way.padding_side not in ("left", "right"):
            raise BadInput(
                f"Instructions cannot be padded to '{way.padding}' on the side '{way.padding_side}'.",
                hint="Known: longest, max_length; left, right.",
            )
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(
                backbone, local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # the tokenizers library raises nothing narrower
            raise BadInput(
                f"There is no readable tokenizer in {backbone}.", hint="Fetch the model again.", detail=str(error)
            ) from error
        self._way = way
        self._known: dict[tuple[str, ...], tuple[Tensor, Tensor]] = {}

    def tokens(self, instructions: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """Token ids, int64 (B, length), and which of them are no padding, bool (B, length)."""
        if instructions not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[instructions] = self._tokenized(instructions)
        return self._known[instructions]

    def around_pictures(self) -> tuple[Tensor, Tensor]:
        """The token ids before and after a picture, for checkpoints that mark pictures.

        Raises:
            BadInput: the tokenizer does not know these tokens.
        """
        names = ("fake_image_token_id", "global_image_token_id")
        fake, whole = (getattr(self._tokenizer, name, None) for name in names)
        if fake is None or whole is None:
            raise BadInput(
                "The tokenizer knows no tokens for pictures.", hint="Fetch the backbone that config.json names."
            )
        return torch.tensor([fake, whole]), torch.tensor([fake])

    def _tokenized(self, instructions: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        ended = [text if text.endswith("\n") or not self._way.newline else f"{text}\n" for text in instructions]
        found = self._tokenizer(
            ended,
            max_length=self._way.max_length,
            truncation=self._way.truncation,
            padding=self._way.padding,
            padding_side=self._way.padding_side,
            return_tensors="pt",
        )
        return found["input_ids"], found["attention_mask"].to(torch.bool)
