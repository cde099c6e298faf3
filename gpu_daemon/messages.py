"""The protocol between a client and the daemon's door: every message, and their order.

Transport: DEALER (client) to ROUTER (door). One message is one frame holding a MessagePack map tagged with
its class name; `Finished` is followed by one binary frame, the episode's bytes. Nothing else is ever sent.

    client                          door
    Hello            ->
                     <-             Welcome                  (or Failed with VersionMismatch, then nothing)
    ListModels       ->
                     <-             Models
    Play             ->
                     <-             Accepted ...             repeated every second while the play waits
                     <-             Snapshot ...             droppable; the last one is repeated every second
                     <-             Finished + episode  |  Failed
    Cancel           ->
                     <-             Failed with Cancelled

Every request carries an id made by the client. The same id again gets the same answer and is never done
twice; a running id attaches the new connection to it. Only a request that was never accepted (Refused,
NotFound) may be sent again. The door answers Hello within a second whatever a model does. A frame that is no
request is answered with Failed and an empty request id.

A Play request is the only message of an episode that names a model. What the daemon knows of the maker (Run)
and the technical detail of a failure come back sealed with the key in the request (scenes/seal.py).
"""

from __future__ import annotations

from typing import Annotated, TypeVar, cast

from msgspec import Meta, Struct

from scenes.codec import decode, encode
from scenes.episode import Instruction, State
from scenes.errors import BadInput, Fault, VersionMismatch
from scenes.models import ModelCard
from scenes.seal import KEY_BYTES

T = TypeVar("T")

VERSION = 2  # 2: cards may be for hidden checks alone
MAX_MESSAGE_BYTES = 1 * 2**20
MAX_EPISODE_BYTES = 64 * 2**20
REPEAT_SECONDS = 1.0  # a running job's last Snapshot is sent again this often
SILENCE_SECONDS = 10.0  # a client that hears nothing for so long gives up

RequestId = Annotated[str, Meta(min_length=8, max_length=64)]
Name = Annotated[str, Meta(max_length=64)]
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Hello(Struct, frozen=True, tag=True):
    """Opens a conversation."""

    version: int
    client: Name


class Welcome(Struct, frozen=True, tag=True):
    """The door is up and speaks this version."""

    version: int
    daemon_version: Name
    mujoco_version: Name
    workers: int
    busy: int


class ListModels(Struct, frozen=True, tag=True):
    """Asks which models this daemon offers."""

    request_id: RequestId


class Models(Struct, frozen=True, tag=True):
    """Every card, active or not, in alphabetical order of id."""

    request_id: RequestId
    cards: Annotated[tuple[ModelCard, ...], Meta(max_length=1000)]


class Play(Struct, frozen=True, tag=True, kw_only=True):
    """Play one episode, from `start_state` exactly; without one, the seed decides where things lie."""

    request_id: RequestId
    model_id: Name
    robot_id: Name
    scene_id: Name
    bundle_digest: Name
    instruction: Instruction
    seed: Seed
    policy_seed: Seed
    max_steps: Annotated[int, Meta(ge=1, le=1000)]
    seal_key: Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
    start_state: State | None = None


class Accepted(Struct, frozen=True, tag=True):
    """The request was understood; `position` is its place in the queue (1: the next one)."""

    request_id: RequestId
    position: int


class Snapshot(Struct, frozen=True, tag=True):
    """How far a request is: `done` of `total` control steps."""

    request_id: RequestId
    done: int
    total: int


class Finished(Struct, frozen=True, tag=True):
    """The episode follows as a binary frame. `sealed_run` opens to a Run with purpose "run"."""

    request_id: RequestId
    sealed_run: Annotated[bytes, Meta(max_length=2**20)]


class Failed(Struct, frozen=True, tag=True):
    """The request ended without an episode. `sealed_detail` opens to text with purpose "detail"."""

    request_id: str
    fault: Fault
    sealed_detail: Annotated[bytes, Meta(max_length=2**20)] = b""


class Cancel(Struct, frozen=True, tag=True):
    """Stop this request."""

    request_id: RequestId


Request = Hello | ListModels | Play | Cancel
Reply = Welcome | Models | Accepted | Snapshot | Finished | Failed


def to_bytes(message: Request | Reply) -> bytes:
    """A message as one frame.

    Raises:
        BadInput: it is too large to be read at the other end.
    """
    return _bounded(encode(message))


def read_request(content: bytes) -> Request:
    """A frame as a request.

    Raises:
        BadInput: it is too large or not a request of this protocol.
    """
    return _read(content, cast("type[Request]", Request), "request")


def read_reply(content: bytes) -> Reply:
    """A frame as a reply.

    Raises:
        BadInput: it is too large or not a reply of this protocol.
    """
    return _read(content, cast("type[Reply]", Reply), "reply")


def mismatch(client_version: int, daemon_version: int) -> VersionMismatch:
    """The error for two ends that speak different versions: it names the older one and what to update."""
    older = "application" if client_version < daemon_version else "daemon"
    return VersionMismatch(
        f"The application speaks protocol version {client_version}, the daemon version {daemon_version}.",
        hint=f"The {older} is the older of the two: update it and start it again.",
    )


def _read(content: bytes, kind: type[T], name: str) -> T:
    try:
        return decode(_bounded(content), kind)
    except BadInput as error:
        message = f"This is not a {name} of protocol version {VERSION}."
        raise BadInput(message, hint=error.hint, detail=error.detail or error.message) from error


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_MESSAGE_BYTES:
        raise BadInput(f"A message of {len(content)} bytes is larger than {MAX_MESSAGE_BYTES}.")
    return content
