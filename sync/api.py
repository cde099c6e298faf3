"""What workstation and central service say to each other: the protocol document of sync.

Bodies under /v1/sync/ are MessagePack (scenes.codec), elsewhere and in refusals JSON. Every request under /v1/sync/ but
the enrolment is signed: its headers carry the device, a sequence that grows with every request of the device, a nonce,
and an Ed25519 signature over `request_text`. The service refuses a sequence that does not grow with `replayed` and
tells the last one, so that a restored or copied workstation can go on beyond it.

A store id that the service has never seen belongs to the device that pushes it first: a forked store goes on without
enrolling again.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scenes.codec import decode, encode
from scenes.episode import Sha256
from scenes.errors import BadInput
from scenes.models import ModelCard
from sync.keys import SigningKey, is_signed
from sync.operations import SignedOperation
from sync.ratings.agreement import Agreement
from sync.ratings.snapshot import Made

VERSION = 1
SUPPORTED_BEHIND, SUPPORTED_AHEAD = 2, 1  # the service takes VERSION - 2 .. VERSION + 1; what it cannot read it defers

PUSH = "/v1/sync/push"
EPISODES = "/v1/sync/episodes"
VERIFY = "/v1/sync/verify"
ENROL = "/v1/sync/enrol"
PULL = "/v1/sync/pull"
BLOBS = "/v1/blobs/{sha256}"
REGISTRY = "/v1/registry"

H_VERSION = "VLAArena-Version"
H_DEVICE = "VLAArena-Device"
H_SEQUENCE = "VLAArena-Sequence"  # an integer that grows with every request of a device
H_NONCE = "VLAArena-Nonce"  # 32 hexadecimal digits
H_SIGNATURE = "VLAArena-Signature"  # base64 of 64 bytes
CONTENT_TYPE = "application/msgpack"

MAX_OPERATIONS = 1000  # of one push
MAX_PUSH_BYTES = 2**20
MAX_EPISODES_BYTES = 16 * 2**20
MAX_RANGES = 1000  # of one verify
MAX_WANTED = 500  # episodes asked for in one answer
SNAPSHOT_SIGNED_AS = b"vlaarena snapshot 1\n"

VerdictWord = Literal["applied", "dup", "rejected", "deferred"]
ErrorCode = Literal[
    "bad_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "rate_limited",
    "version_too_old",
    "version_too_new",
    "store_forked",
    "replayed",
    "unavailable",
]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
Seq = Annotated[int, Meta(ge=1, lt=2**53)]
Reason = Annotated[str, Meta(max_length=2000)]


class ErrorBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every refusal, in JSON, with the HTTP status that suits it."""

    code: ErrorCode
    message: str
    hint: str = ""
    last_sequence: int | None = None  # with `replayed`: the last sequence this device was seen with
    forked_at: int | None = (
        None  # with `store_forked`: the first number under which the service knows another operation
    )


class Enrol(Struct, frozen=True, kw_only=True):
    """A workstation introduces itself with a token that a person gave it. Not signed: the service knows no key yet."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    public_key: Key
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    store_id: Id


class Enrolled(Struct, frozen=True, kw_only=True):
    """The device's name from now on, and the Ed25519 public key that signs the service's snapshots."""

    device_id: Id
    server_key: Key
    version: int


class Push(Struct, frozen=True, kw_only=True):
    """Operations of one store in the order of their numbers; none of them: only to ask which episodes are wanted."""

    version: int
    store_id: Id
    operations: Annotated[tuple[SignedOperation, ...], Meta(max_length=MAX_OPERATIONS)]


class Verdict(Struct, frozen=True):
    """What became of one operation; `reason` where it was rejected or deferred."""

    op_id: str
    verdict: VerdictWord
    reason: Reason = ""


class Pushed(Struct, frozen=True, kw_only=True):
    """What became of a push. With `forked_at` nothing was applied: from that number on the store is another one.

    A deferred operation below `expected_seq` is kept at the service until it understands it; one at or beyond it lies
    behind a gap, and is sent again with what fills the gap.
    """

    verdicts: tuple[Verdict, ...]
    expected_seq: int  # the number the service waits for next from this store
    forked_at: int | None = None
    wanted_episodes: Annotated[tuple[Sha256, ...], Meta(max_length=MAX_WANTED)] = ()


class EpisodeUpload(Struct, frozen=True):
    """An episode's exact bytes under their SHA-256."""

    episode_id: Sha256
    content: bytes


class Episodes(Struct, frozen=True, kw_only=True):
    """Episodes that the service asked for, at most MAX_EPISODES_BYTES in all."""

    version: int
    episodes: Annotated[tuple[EpisodeUpload, ...], Meta(max_length=MAX_WANTED)]


class Refusal(Struct, frozen=True):
    """Why one episode was not kept."""

    episode_id: str
    reason: Reason


class EpisodesStored(Struct, frozen=True, kw_only=True):
    """Which episodes are kept now, newly or since before, and which are refused."""

    stored: tuple[Sha256, ...]
    refused: tuple[Refusal, ...] = ()


class Range(Struct, frozen=True):
    """The operations numbered `first` to `last`, and the digest over theirs (`operations.range_digest`)."""

    first: Seq
    last: Seq
    digest: Key


class Span(Struct, frozen=True):
    """The operations numbered `first` to `last`."""

    first: Seq
    last: Seq


class Verify(Struct, frozen=True, kw_only=True):
    """What this workstation holds to be at the service."""

    version: int
    store_id: Id
    ranges: Annotated[tuple[Range, ...], Meta(max_length=MAX_RANGES)]


class Verified(Struct, frozen=True, kw_only=True):
    """Where the two differ: a range of which the service lacks an operation differs, too."""

    differing: tuple[Span, ...]
    last_seq: int  # the service's last number of this store; 0: none
    wanted_episodes: Annotated[tuple[Sha256, ...], Meta(max_length=MAX_WANTED)] = ()


class PulledRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model's place on a board of the centre."""

    model_id: str
    robot_id: str | None = None  # None: over the declared robots with equal weights
    rank: int
    rank_low: int
    rank_high: int
    rating: float
    low: float  # 95 % interval
    high: float
    elo_score: float
    votes: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    win_rate: float
    provisional: bool = False
    battles: int | None = None  # None: a service of an earlier version did not tell
    evaluators: int | None = None
    flags: tuple[str, ...] = ()  # why it is provisional (`ratings.board.Flag`; a newer service may know others)
    general_low: float | None = None  # 95 % for evaluators in general; None: there are fewer than three
    general_high: float | None = None
    better_than_next: float | None = None  # probability; None for the last


class PulledPair(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What two models did against each other in the votes that count, as the first sees it; smaller id first."""

    first: str
    second: str
    robot_id: str | None = None  # None: on all declared robots
    wins: int = 0
    losses: int = 0
    ties: int = 0
    both_bad: int = 0


class PairWeight(Struct, frozen=True):
    """How much a battle between two models would tell; smaller id first."""

    first: str
    second: str
    weight: float
    robot_id: str | None = None


class PulledBoard(Struct, frozen=True, kw_only=True):
    """What the centre tells every workstation: its last published board, and whom to compare next."""

    snapshot_id: str
    created_at: str
    method: str  # how the ratings were computed, in one line
    rows: tuple[PulledRow, ...]
    cards: tuple[ModelCard, ...] = ()
    pair_weights: tuple[PairWeight, ...] = ()
    bundles: tuple[Sha256, ...] = ()  # scene bundles at /v1/blobs/{sha256}
    votes: int = 0  # that the board counts
    battles: int | None = None  # None: a service of an earlier version did not tell
    evaluators: int | None = None
    robots: tuple[str, ...] = ()  # over which the overall rating is the equal-weight mean
    pairs: tuple[PulledPair, ...] = ()
    declared: tuple[str, ...] = ()  # the robots that whoever runs the service declared; none: all that have votes
    made: Made | None = None  # None: a service of an earlier version did not tell
    agreement: Agreement | None = None  # of evaluators who judged the same; None: the same, or of no votes


class Snapshot(Struct, frozen=True):
    """A board as it travels. Its ETag is the SHA-256 of `content` in quotes."""

    content: bytes  # scenes.codec.encode(PulledBoard)
    signature: bytes  # by the server key over SNAPSHOT_SIGNED_AS + content


def request_text(method: str, target: str, version: str, sequence: str, nonce: str, body: bytes) -> bytes:
    """What a request's signature stands over. `target` is path and query as sent; the rest are the headers' texts."""
    return digested_text(method, target, version, sequence, nonce, hashlib.sha256(body).hexdigest())


def digested_text(method: str, target: str, version: str, sequence: str, nonce: str, body_digest: str) -> bytes:
    """`request_text` for whoever has the body's SHA-256 in hexadecimal."""
    return "\n".join((method.upper(), target, version, sequence, nonce, body_digest)).encode()


def etag_of(content: bytes) -> str:
    """The ETag of a snapshot's content."""
    return f'"{hashlib.sha256(content).hexdigest()}"'


def sign_snapshot(board: PulledBoard, key: SigningKey) -> Snapshot:
    """A board with the service's signature."""
    content = encode(board)
    return Snapshot(content, key.sign(SNAPSHOT_SIGNED_AS + content))


def open_snapshot(snapshot: Snapshot, server_key: bytes) -> PulledBoard:
    """The board, if the service signed it.

    Raises:
        BadInput: it did not, or the content is no board.
    """
    if not is_signed(server_key, snapshot.signature, SNAPSHOT_SIGNED_AS + snapshot.content):
        raise BadInput(
            "The board was not signed by the service this workstation is enrolled at.",
            hint="Enrol again if the service was set up anew; otherwise tell whoever runs it.",
        )
    return decode(snapshot.content, PulledBoard)
