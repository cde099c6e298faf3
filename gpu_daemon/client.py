"""DaemonClient: how the application talks to a daemon. Blocking; each call makes its own connection."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from types import TracebackType

from uuid_utils import uuid7

from gpu_daemon.address import checked
from gpu_daemon.connection import Connection
from gpu_daemon.messages import (
    SILENCE_SECONDS,
    Accepted,
    Failed,
    Finished,
    ListModels,
    Models,
    Play,
    Reply,
    Snapshot,
    Welcome,
)
from scenes.episode import Played
from scenes.errors import ArenaError, BadInput, DaemonUnreachable
from scenes.models import ModelCard
from scenes.progress import Job, Progress

CONNECT_SECONDS = 3.0


class DaemonClient:
    """A daemon at an address. May be used from any thread: connections are never shared.

    Raises, from every call:
        DaemonUnreachable: nobody answers at the address, or no longer.
        VersionMismatch: the daemon speaks another version.
    """

    def __init__(self, address: str, timeout: float = CONNECT_SECONDS, silence: float = SILENCE_SECONDS) -> None:
        self.address = checked(address)
        self._timeout, self._silence = timeout, silence  # [s]
        self._closed = Event()

    def __enter__(self) -> DaemonClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every call under way, on whatever thread, with Cancelled."""
        self._closed.set()

    def hello(self) -> Welcome:
        """Who is there."""
        with self._connected() as connection:
            return connection.welcome

    def models(self) -> tuple[ModelCard, ...]:
        """The cards of all models this daemon offers, in alphabetical order of id."""
        with self._connected() as connection:
            connection.send(ListModels(str(uuid7())))
            reply, _ = connection.receive(self._silence)
        if isinstance(reply, Models):
            return reply.cards
        raise _error(reply)

    def play(self, plays: Sequence[Play]) -> Job[tuple[Played, ...]]:
        """Play several episodes at once; Progress speaks of all of them together.

        Closing the job cancels all of them, and so does the failure of one. When the connection was lost, the
        same plays may be asked for again: what has been played is not played again.

        Raises:
            ArenaError: one of them failed, as the class it had; `sealed_details` hold the technical detail.
        """
        if len({play.request_id for play in plays}) < len(plays):
            raise BadInput("Two plays of one turn have the same request id.")
        with self._connected() as connection:
            together = _Together(plays)
            try:
                for play in plays:
                    connection.send(play)
                while together.unanswered:
                    together.hear(*connection.receive(self._silence))
                    yield together.progress
            except DaemonUnreachable:
                raise
            except BaseException:
                for request_id in together.unanswered:
                    connection.cancel(request_id)
                raise
        return together.answers

    def _connected(self) -> Connection:
        return Connection(self.address, self._timeout, self._closed)


class _Together:
    """What is known so far of several plays."""

    def __init__(self, plays: Sequence[Play]) -> None:
        self._fractions = {play.request_id: 0.0 for play in plays}
        self._played: dict[str, Played] = {}
        self._waiting = set(self._fractions)
        self.unanswered = set(self._fractions)

    @property
    def progress(self) -> Progress:
        text = "Waiting for the daemon" if self._waiting == self.unanswered else "Playing"
        return Progress(sum(self._fractions.values()), len(self._fractions), text)

    @property
    def answers(self) -> tuple[Played, ...]:
        return tuple(self._played[request_id] for request_id in self._fractions)

    def hear(self, reply: Reply, episode: bytes) -> None:
        if isinstance(reply, Failed) and (reply.request_id in self.unanswered or not reply.request_id):
            self.unanswered.discard(reply.request_id)
            raise _error(reply)
        if isinstance(reply, Welcome | Models | Failed) or reply.request_id not in self.unanswered:
            return
        if isinstance(reply, Finished):
            self._played[reply.request_id] = Played(episode, reply.sealed_run)
            self._fractions[reply.request_id] = 1.0
            self.unanswered.discard(reply.request_id)
        elif isinstance(reply, Snapshot):
            self._fractions[reply.request_id] = Progress(reply.done, reply.total).fraction
        if not isinstance(reply, Accepted):
            self._waiting.discard(reply.request_id)


def _error(reply: Reply) -> ArenaError:
    """The error in a reply, and its technical detail, which stays sealed."""
    if not isinstance(reply, Failed):
        return BadInput("The daemon gave an answer that does not fit the request.", hint="Is it a vlaarena-daemon?")
    error = reply.fault.error()
    error.sealed_details = (reply.sealed_detail,) if reply.sealed_detail else ()
    return error
