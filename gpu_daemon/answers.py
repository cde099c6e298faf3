"""Answers already given, kept so that a request asked again is answered and not done again."""

from __future__ import annotations

from collections import OrderedDict

Frames = tuple[bytes, ...]


class Answers:
    """The latest answers by request id; the oldest are forgotten beyond `max_count` or `max_bytes`."""

    def __init__(self, max_count: int, max_bytes: int) -> None:
        self._max_count, self._max_bytes = max_count, max_bytes
        self._frames: OrderedDict[str, Frames] = OrderedDict()
        self._bytes = 0

    def keep(self, request_id: str, frames: Frames) -> None:
        """Remember the answer to a request, and forget the oldest where there are too many."""
        self._frames[request_id] = frames
        self._bytes += sum(map(len, frames))
        while len(self._frames) > self._max_count or self._bytes > self._max_bytes:
            _, forgotten = self._frames.popitem(last=False)
            self._bytes -= sum(map(len, forgotten))

    def find(self, request_id: str) -> Frames | None:
        """The answer given to this request, unless it is new or forgotten."""
        return self._frames.get(request_id)
