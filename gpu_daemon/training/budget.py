"""Budget: how long a command may go on."""

from __future__ import annotations

from time import monotonic


class Budget:
    """Minutes of wall time from now on; work stops at the next good place after it is spent."""

    def __init__(self, minutes: float) -> None:
        self._end = monotonic() + 60.0 * minutes

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return monotonic() >= self._end
