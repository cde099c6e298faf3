"""The words of an instruction, and which of them a learned model knows."""

from __future__ import annotations

import re

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

MAX_WORDS = 16  # of an instruction; more are left out
NOTHING, UNKNOWN, FIRST = 0, 1, 2  # numbers with a meaning of their own; the vocabulary's words come after


class Vocabulary(Struct, frozen=True):
    """The words a policy has learned; a word's number is its place here plus two."""

    words: tuple[str, ...]

    def numbers(self, instruction: str) -> NDArray[np.int64]:
        """An instruction's words as numbers, shape (MAX_WORDS,), filled up with 0; 1 is a word not known."""
        places = {word: number for number, word in enumerate(self.words, FIRST)}
        found = [places.get(word, UNKNOWN) for word in words_of(instruction)[:MAX_WORDS]]
        numbers = np.full(MAX_WORDS, NOTHING, np.int64)
        numbers[: len(found)] = found
        return numbers

    def unknown(self, instruction: str) -> tuple[str, ...]:
        """The words of an instruction that are not known, in their order, each once."""
        known = set(self.words)
        return tuple(word for word in dict.fromkeys(words_of(instruction)) if word not in known)


def words_of(instruction: str) -> list[str]:
    """The words of an instruction in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", instruction.casefold())
