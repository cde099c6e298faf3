"""What the door and its workers say to each other, over a socket in a folder that only this user may enter.

    worker                          door
    Ready            ->
                     <-             Assignment + the Play as the client sent it
    Snapshot ...     ->             before every step
                     <-             Cancel                   (looked for between steps)
    Finished + episode | Failed ->  then the worker is free again

A worker ends when its standard input closes, so none outlives its door.
"""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from gpu_daemon.messages import Cancel, Failed, Finished, Snapshot
from scenes.codec import decode, encode
from scenes.models import ModelCard


class Ready(Struct, frozen=True, tag=True):
    """The worker has started and waits for an assignment."""

    pid: int


class Assignment(Struct, frozen=True, tag=True):
    """Play the episode in the frame that follows, with this card's policy."""

    card: ModelCard
    loaded_policies: int  # how many policies to keep in memory
    longest_step_s: float  # a worker that takes longer has no door any more, and ends itself


Order = Assignment | Cancel
Report = Ready | Snapshot | Finished | Failed


def to_bytes(message: Order | Report) -> bytes:
    """A message as one frame."""
    return encode(message)


def read_order(content: bytes) -> Order:
    """A frame as an order.

    Raises:
        BadInput: it is not one.
    """
    return decode(content, cast("type[Order]", Order))


def read_report(content: bytes) -> Report:
    """A frame as a report.

    Raises:
        BadInput: it is not one.
    """
    return decode(content, cast("type[Report]", Report))
