"""A long job is a generator: it yields Progress, returns its result and is cancelled by closing it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")


class Progress(Struct, frozen=True):
    """How far a job is: `done` of `total`, in whatever unit the job counts; total 0 means unknown."""

    done: float
    total: float
    text: str = ""

    @property
    def fraction(self) -> float:
        """Between 0 and 1; 0 while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


Job = Generator[Progress, None, T]


def finish(job: Job[T], on_progress: Callable[[Progress], None] | None = None) -> T:
    """Run a job to its end on this thread and return its result; its ArenaError passes through."""
    while True:
        try:
            progress = next(job)
        except StopIteration as stop:
            result: T = stop.value
            return result
        if on_progress is not None:
            on_progress(progress)
