"""Every error this product raises on purpose, and the Fault that carries one across a process border.

    ArenaError                      something expected went wrong: what happened and what to do
    ├── BadInput                    a value from outside was refused; nothing was changed
    │   ├── NotFound                no such model, robot, scene, ...; the hint lists what exists
    │   └── BadAction               a policy returned something that is not an action
    ├── Incompatible                a card, a robot and a scene do not fit each other
    ├── RuleBroken                  the arena's rules forbid it: a second vote, a turn after the vote
    ├── StoreError                  the local file could not be opened, read or written
    │   ├── StoreLocked             another program has it open
    │   ├── StoreDamaged            its bytes are not what was written
    │   └── StoreNewer              a newer version of this product wrote it
    ├── DaemonError                 the daemon could not do it
    │   ├── DaemonUnreachable       nobody answers at the address
    │   ├── VersionMismatch         the two ends speak different protocol versions
    │   ├── WorkerDied              the process that played has ended
    │   └── Refused                 the door did not take the request
    ├── SyncError                   the central service was not brought up to date; everything waits here
    │   ├── NotEnrolled             this workstation is not known at any service
    │   ├── ServiceUnreachable      nobody answers there, or not now
    │   └── ServiceRefused          it does not take this program, this workstation or this request
    ├── PolicyError                 a policy could not go on
    │   ├── PolicyRaised            its code raised an error
    │   └── PolicyTimeout           it did not answer within its deadline
    ├── SimulationUnstable          the physics left the world of finite numbers
    ├── GraphicsUnavailable         no OpenGL backend could be opened
    └── Cancelled                   somebody asked to stop

Anything that is not an ArenaError is a bug: it is logged with its traceback and shown as one plain sentence.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Fault(Struct, frozen=True):
    """An error at rest: what crosses a process border in place of an exception."""

    kind: Annotated[str, Meta(max_length=64)]
    message: Annotated[str, Meta(max_length=4000)]
    hint: Annotated[str, Meta(max_length=4000)] = ""
    detail: Annotated[str, Meta(max_length=20_000)] = ""

    def error(self) -> ArenaError:
        """The same error again, as the class it had; an unknown kind becomes a plain ArenaError."""
        kind = _KINDS.get(self.kind, ArenaError)
        return kind(self.message, hint=self.hint, detail=self.detail)


class ArenaError(Exception):
    """Something expected went wrong: `message` says what happened, `hint` what to do; `detail` is for the log."""

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message, self.hint, self.detail = message, hint, detail
        self.sealed_details: tuple[bytes, ...] = ()  # of a failed play: text sealed for the purpose "detail"

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def fault(self) -> Fault:
        """This error as a record, cut to the lengths a Fault may have."""
        return Fault(type(self).__name__, self.message[:4000], self.hint[:4000], self.detail[:20_000])


class BadInput(ArenaError):
    """A value from outside was refused; nothing was changed."""


class NotFound(BadInput):
    """No such thing; the hint lists what exists."""

    @classmethod
    def among(cls, what: str, wanted: str, valid: list[str]) -> NotFound:
        """`NotFound.among("robot", "ur5", ["panda"])`: the usual sentence."""
        known = ", ".join(sorted(valid)) or "none"
        return cls(f"There is no {what} called '{wanted[:80]}'.", hint=f"Available: {known}.")


class BadAction(BadInput):
    """A policy returned something that is not an action."""


class Incompatible(ArenaError):
    """A card, a robot and a scene do not fit each other."""


class RuleBroken(ArenaError):
    """The arena's rules forbid it."""


class StoreError(ArenaError):
    """The local file could not be opened, read or written."""


class StoreLocked(StoreError):
    """Another program has the store open."""


class StoreDamaged(StoreError):
    """The bytes in the store are not what was written."""


class StoreNewer(StoreError):
    """A newer version of this product wrote the store."""


class DaemonError(ArenaError):
    """The daemon could not do it."""


class DaemonUnreachable(DaemonError):
    """Nobody answers at the daemon's address."""


class VersionMismatch(DaemonError):
    """The two ends speak different protocol versions."""


class WorkerDied(DaemonError):
    """The process that played has ended."""


class Refused(DaemonError):
    """The door did not take the request."""


class SyncError(ArenaError):
    """The central service was not brought up to date. Everything that was to be sent waits here."""


class NotEnrolled(SyncError):
    """This workstation is not known at any service."""


class ServiceUnreachable(SyncError):
    """Nobody answers at the service's address, or not now."""

    retry_after: float = 0.0  # [s] that the service asked to be left alone; 0: it did not say


class ServiceRefused(SyncError):
    """The service does not take this program, this workstation or this request."""


class PolicyError(ArenaError):
    """A policy could not go on."""


class PolicyRaised(PolicyError):
    """A policy's own code raised an error."""


class PolicyTimeout(PolicyError):
    """A policy did not answer within its deadline."""


class SimulationUnstable(ArenaError):
    """The physics left the world of finite numbers."""


class GraphicsUnavailable(ArenaError):
    """No OpenGL backend could be opened."""


class Cancelled(ArenaError):
    """Somebody asked to stop."""


def _tree(root: type[ArenaError]) -> dict[str, type[ArenaError]]:
    return {root.__name__: root} | {k: v for child in root.__subclasses__() for k, v in _tree(child).items()}


_KINDS = _tree(ArenaError)
