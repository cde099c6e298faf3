"""A reminder to rest: judging is work for the eyes. It counts time, never battles or votes."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from vlaarena_desktop.arena import ArenaState

REST_AFTER_SECONDS = 30 * 60.0
BREAK_SECONDS = 5 * 60.0  # a pause as long as this is a rest
_JUDGING = ("playing", "watching", "voted")


class RestReminder(QObject):
    """Says that it is time when the next replay begins, not in the middle of one."""

    due = Signal(int)  # minutes of judging since the last rest

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._state, self._since = "idle", clock()
        self._judged = 0.0  # [s] since the last rest or reminder
        self._unrested = 0.0  # [s] since the last rest

    @Slot(str)
    def follow(self, state: ArenaState) -> None:
        """The battle moved on."""
        passed, before = self._clock() - self._since, self._state
        self._state, self._since = state, self._clock()
        if before in _JUDGING:
            self._judged += passed
            self._unrested += passed
        elif passed >= BREAK_SECONDS:
            self._judged = self._unrested = 0.0
        if state == "watching" and self._judged >= REST_AFTER_SECONDS:
            self._judged = 0.0
            self.due.emit(int(self._unrested // 60))
