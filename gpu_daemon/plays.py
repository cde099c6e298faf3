"""PlayUnderWay: one play between its acceptance and its answer, with its listeners and deadlines."""

from __future__ import annotations

from collections import deque

from msgspec import structs

from gpu_daemon.messages import Accepted, Play, Snapshot
from gpu_daemon.settings import DaemonSettings
from scenes.models import ModelCard

MAX_LISTENERS = 8  # connections that may wait for one play; the latest count


class PlayUnderWay:
    """Waiting until `assign`, then played. `cancelled`: answered already, its worker has yet to stop."""

    def __init__(self, play: Play, card: ModelCard, frame: bytes, now: float) -> None:
        self.play = structs.replace(play, start_state=None)
        self.card, self.frame = card, frame
        self.listeners: deque[bytes] = deque(maxlen=MAX_LISTENERS)
        self.cancelled = False
        self.repeated_at = now
        self.assigned_at: float | None = None
        self._stepped_at: float | None = None  # when the latest step ended
        self._first_step_at: float | None = None
        self._snapshot = Snapshot(play.request_id, 0, play.max_steps)

    def listen(self, connection: bytes) -> None:
        """Send what comes to this connection as well."""
        if connection not in self.listeners:
            self.listeners.append(connection)

    def assign(self, now: float) -> None:
        """A worker has it now; the frame is no longer needed."""
        self.assigned_at, self.frame = now, b""

    def step(self, snapshot: Snapshot, now: float) -> None:
        """The worker is about to carry out the next step."""
        self._snapshot, self.repeated_at = snapshot, now
        if snapshot.done > 0:
            self._stepped_at = now
            self._first_step_at = self._first_step_at or now

    def standing(self, position: int) -> Accepted | Snapshot:
        """Where the play is: Accepted with its `position` while it waits, else the last Snapshot."""
        return Accepted(self.play.request_id, position) if self.assigned_at is None else self._snapshot

    def exceeded(self, now: float, settings: DaemonSettings) -> float | None:
        """The deadline [s] that has passed, or None."""
        if self.assigned_at is None:
            return None
        if self._stepped_at is None or self._first_step_at is None:
            return _passed(self.assigned_at, settings.load_timeout_s, now)
        return _passed(self._stepped_at, settings.step_timeout_s, now) or _passed(
            self._first_step_at, settings.play_timeout_s, now
        )


def _passed(since: float, limit: float, now: float) -> float | None:
    return limit if now - since > limit else None
