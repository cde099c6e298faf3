"""Operations as they arrive: their signatures, which take most of the time, and what they say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from scenes.codec import decode
from scenes.errors import BadInput
from sync import operations
from sync.api import VERSION, Push
from sync.keys import is_signed
from sync.operations import BODIES, KINDS, SIGNED_AS, Body, Operation, SignedOperation, body_of
from sync.server.plausible import MAX_PUSH_ARRAYS, array_bytes, has_nul
from sync.server.refusals import RequestRefused

_OP_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_KIND = 40
_MOST = 2**31  # revisions


class Opened(Struct, frozen=True, kw_only=True):
    """An operation of a push whose signature is good."""

    signed: SignedOperation
    operation: Operation
    digest: bytes  # of its content
    body_digest: bytes
    body: Body | None  # None: not readable, for this reason
    reason: str = ""
    deferred: bool = False  # a newer program may read it: kept until this service can
    poisoned: bool = False  # it is read, but no service will ever keep it


class _Poisoned(BadInput):
    """What no service will ever keep."""


def check_signatures(operations: Sequence[SignedOperation], keys: Sequence[bytes]) -> None:
    """RequestRefused (forbidden) unless every operation was signed with one of the keys. Lets other threads run."""
    for signed in operations:
        message = SIGNED_AS + signed.content
        if not any(is_signed(key, signed.signature, message) for key in keys):
            raise RequestRefused(
                "forbidden",
                "An operation was not signed by a device of this store.",
                hint="Enrol the device that signed it for this store.",
            )


def opened(push: Push, known_kinds: Sequence[str] = KINDS) -> list[Opened]:
    """Every operation of a push, in its order; whose they are, `check_signatures` tells. An unreadable body does not
    hold up the others.

    Raises:
        RequestRefused: bad_request, because one is no operation of this store, or their numbers do not grow;
            too_large, because they take too much memory together.
    """
    found, left = [], MAX_PUSH_ARRAYS
    for signed in push.operations:
        found.append(_opened(signed, push, known_kinds))
        left -= array_bytes(found[-1].body)
        if left < 0:
            raise RequestRefused("too_large", "These operations take too much memory.", hint="Send fewer at a time.")
    numbers = [each.operation.seq for each in found]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise RequestRefused("bad_request", "The operations of a push come in the order of their numbers.")
    if len({each.operation.op_id for each in found}) != len(found):
        raise RequestRefused("bad_request", "An operation stands in this push twice.")
    return found


def reopened(signed: SignedOperation, known_kinds: Sequence[str] = KINDS) -> Opened:
    """An operation that was kept: its signature was good when it came."""
    return _read(signed, VERSION, known_kinds)


def _opened(signed: SignedOperation, push: Push, known_kinds: Sequence[str]) -> Opened:
    found = _read(signed, push.version, known_kinds)
    if found.operation.store_id != push.store_id:
        raise RequestRefused("bad_request", "An operation belongs to another store than its push.")
    return found


def _read(signed: SignedOperation, version: int, known_kinds: Sequence[str]) -> Opened:
    operation, reason = _envelope(signed, version)
    body: Body | None = None
    poisoned = False
    newer = operation.kind not in known_kinds or operation.kind not in BODIES
    try:
        if newer:
            reason = reason or "This service does not know such operations yet."
        elif not reason:
            body = _kept_body(operation)
    except BadInput as error:
        reason, poisoned = f"{error.message} {error.detail}".strip(), isinstance(error, _Poisoned)
    return Opened(
        signed=signed,
        operation=operation,
        digest=signed.digest,
        body_digest=hashlib.sha256(operation.body).digest(),
        body=body,
        reason=reason[:500],
        deferred=body is None and not poisoned and (newer or version > VERSION),
        poisoned=poisoned,
    )


def _kept_body(operation: Operation) -> Body:
    body = body_of(operation)
    if b"\0" in operation.body and has_nul(body):
        raise _Poisoned("A text of it holds a NUL character.")
    return body


def _envelope(signed: SignedOperation, version: int) -> tuple[Operation, str]:
    """The operation, and why it cannot be taken, if it is written in an unknown way."""
    try:
        operation, reason = operations.read(signed), ""
    except BadInput as error:
        try:
            operation, reason = decode(signed.content, Operation), error.message
        except BadInput as worse:
            raise RequestRefused("bad_request", "A push holds something that is no operation.") from worse
    if not _OP_ID.fullmatch(operation.op_id) or not 1 <= operation.seq < 2**53 or not 1 <= operation.rev < _MOST:
        raise RequestRefused("bad_request", "An operation's id, number or revision cannot be one.")
    return operation, reason
