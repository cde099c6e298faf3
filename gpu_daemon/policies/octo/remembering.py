"""What has been computed once and is needed again: a bounded memory that forgets what was used longest ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by their keys, at most `size` of them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: dict[bytes, T] = {}

    def __len__(self) -> int:
        return len(self._known)

    def recalled(self, key: bytes, make: Callable[[], T]) -> T:
        """What is known under a key; made and kept if there is nothing yet."""
        value = self._known.pop(key) if key in self._known else make()
        self._known[key] = value
        if len(self._known) > self._size:
            del self._known[next(iter(self._known))]
        return value

    def forget(self) -> None:
        """Keep nothing."""
        self._known.clear()
