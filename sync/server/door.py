"""The door: every request is limited, read up to its limit, and checked, before anything else looks at it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from msgspec import Struct
from sqlalchemy import Connection

from scenes.codec import decode
from scenes.failpoints import reach
from sync.api import (
    H_DEVICE,
    H_NONCE,
    H_SEQUENCE,
    H_SIGNATURE,
    H_VERSION,
    SUPPORTED_AHEAD,
    SUPPORTED_BEHIND,
    VERSION,
    digested_text,
)
from sync.keys import is_signed
from sync.server import devices, limits
from sync.server.centre import Centre
from sync.server.devices import Device, Scope, Token
from sync.server.refusals import RequestRefused

BODY_SECONDS = 120.0  # for a body to arrive
_MOST_DEVICES = 10_000  # that are remembered
_NONCE = re.compile(r"[0-9a-f]{32}")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,15}")
_VERSION = re.compile(r"-?[0-9]{1,6}")
Asked = Request[Any, Any, Any]


class Wait(Struct, frozen=True):
    """Who asked too often waits so long."""

    seconds: int


async def limited_body(request: Asked, limit: int, seen: Callable[[bytes], None] | None = None) -> bytes:
    """The body as it was sent, read no further than the limit; `seen` is told each part as it arrives.

    Raises:
        RequestRefused: it is larger, or does not arrive.
    """
    told = request.headers.get("content-length", "0")
    too_large = RequestRefused("too_large", f"A body here has at most {limit} bytes.", hint="Send less at a time.")
    if not told.isdigit() or int(told) > limit:
        raise too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large
                parts.append(part)
                if seen is not None:
                    seen(part)
    except TimeoutError as error:
        raise RequestRefused("bad_request", "The body did not arrive in time.", hint="Send less at a time.") from error
    return b"".join(parts)


async def signed_body(
    centre: Centre, request: Asked, limit: int, begin: Callable[[bytes], None] | None = None
) -> tuple[Device, bytes]:
    """The device that signed this request, and the request's body.

    `begin` is told the body once its signature is good, while the request is counted: it may begin to look at it, but
    writes nothing.

    Raises:
        RequestRefused: the version does not fit, the signature is not good, or the request was seen before.
    """
    version, sequence, nonce = (_header(request, name) for name in (H_VERSION, H_SEQUENCE, H_NONCE))
    _check_version(version)
    if not _SEQUENCE.fullmatch(sequence) or not _NONCE.fullmatch(nonce) or int(sequence) >= 2**53:
        raise RequestRefused("bad_request", "Sequence or nonce of this request cannot be one.")
    device = await _device(centre, _header(request, H_DEVICE))
    digest = hashlib.sha256()  # while the rest of the body arrives
    body = await limited_body(request, limit, digest.update)
    told = digested_text(request.method, _target(request), version, sequence, nonce, digest.hexdigest())
    if not is_signed(device.public_key, _signature(_header(request, H_SIGNATURE)), told):
        raise RequestRefused("unauthorized", "The signature of this request is not good.")
    counting = asyncio.ensure_future(_counted(centre, device.device_id, int(sequence)))
    try:
        if begin is not None:
            begin(body)
    finally:
        await counting
    request.scope["state"]["device"] = device.device_id
    return device, body


def body_version(request: Asked, version: int) -> None:
    """RequestRefused unless body and headers tell the same version."""
    if str(version) != _header(request, H_VERSION):
        raise RequestRefused("bad_request", "Body and headers tell different versions.")


async def token_of(centre: Centre, connection: ASGIConnection[Any, Any, Any, Any], scope: Scope) -> Token:
    """The token in `Authorization: Bearer ...`.

    Raises:
        RequestRefused: there is none, or it is not valid, or it lacks the scope.
    """
    kind, _, told = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not 1 <= len(told) <= 200:
        raise RequestRefused("unauthorized", "This needs a token.", hint="Authorization: Bearer <token>")
    settings, attempts = centre.settings, _attempts(centre, connection)

    def found(rows: Connection) -> Token | Wait:
        if wait := limits.left(rows, attempts, settings.enrol_rate, settings.enrol_burst):
            return Wait(wait)
        token = devices.token_with(rows, told.strip(), scope)
        wait = limits.take(rows, f"program {token.token_id}", settings.device_rate, settings.device_burst)
        return Wait(wait) if wait else token

    try:
        token = await centre.rows(found)
    except RequestRefused as refused:
        if refused.body.code == "unauthorized":
            await count_attempt(centre, connection)
        raise
    if isinstance(token, Wait):
        raise RequestRefused("rate_limited", "This asks too often.", hint="Wait.", retry_after=token.seconds)
    return token


async def count_attempt(centre: Centre, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Count that somebody at this address tries a token that may not be one.

    Raises:
        RequestRefused: they tried too many.
    """
    settings, attempts = centre.settings, _attempts(centre, connection)
    wait = await centre.rows(lambda c: limits.take(c, attempts, settings.enrol_rate, settings.enrol_burst))
    if wait:
        raise RequestRefused("rate_limited", "Too many attempts with a token.", hint="Wait.", retry_after=wait)


def address_of(connection: ASGIConnection[Any, Any, Any, Any], trusted_proxies: int) -> str:
    """Where a request comes from: behind so many proxies of ours, the last address that they did not write."""
    forwarded = [part.strip() for part in connection.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if trusted_proxies and len(forwarded) >= trusted_proxies:
        return forwarded[-trusted_proxies][:64]
    return connection.client.host if connection.client else "unknown"


def record_of(content: bytes, kind: type[Any]) -> Any:
    """A MessagePack body as its record; BadInput if it is none. No request holds arrays: what it carries is opened
    one by one."""
    return decode(content, kind, arrays=0)


def _target(request: Asked) -> str:
    """Path and query exactly as they were sent."""
    path = bytes(request.scope["raw_path"]).partition(b"?")[0]
    query = bytes(request.scope["query_string"])
    return (path + b"?" + query if query else path).decode("latin-1")


def _header(request: Asked, name: str) -> str:
    found = request.headers.getall(name, [])
    if len(found) != 1:
        raise RequestRefused("unauthorized", f"This request is not signed: header {name}.", hint="Enrol this device.")
    return found[0]


def _check_version(told: str) -> None:
    if not _VERSION.fullmatch(told):
        raise RequestRefused("bad_request", "The version of this request cannot be one.")
    if int(told) < VERSION - SUPPORTED_BEHIND:
        raise RequestRefused(
            "version_too_old", f"This service speaks version {VERSION}; this workstation {told}.", hint="Update it."
        )
    if int(told) > VERSION + SUPPORTED_AHEAD:
        raise RequestRefused(
            "version_too_new",
            f"This service speaks version {VERSION}; this workstation {told}.",
            hint="Ask whoever runs the service to update it. Nothing is lost meanwhile.",
        )


async def _device(centre: Centre, device_id: str) -> Device:
    """From memory where it asked before: its key never changes, and `_counted` refuses it once it is revoked."""
    if (known := centre.devices.get(device_id)) is not None:
        return known
    found = None if "\0" in device_id else await centre.rows(lambda c: devices.device(c, device_id))
    known = devices.allowed(found)
    if len(centre.devices) < _MOST_DEVICES:
        centre.devices[device_id] = known
    return known


async def _counted(centre: Centre, device_id: str, sequence: int) -> None:
    """Count a request of a device, and note its sequence; RequestRefused where the request is not to be answered."""
    rate, burst = centre.settings.device_rate, centre.settings.device_burst

    def advanced(connection: Connection) -> Wait | int | None:
        wait, advanced = limits.take_and_advance(connection, device_id, sequence, rate, burst)
        return Wait(wait) if wait else devices.advanced(connection, device_id, advanced)

    last = await centre.rows(advanced)
    if isinstance(last, Wait):
        raise RequestRefused("rate_limited", "This device asks too often.", hint="Wait.", retry_after=last.seconds)
    reach("request.after_tx")
    if last is not None:
        raise RequestRefused(
            "replayed", "A request of this number was seen before.", hint="Go on beyond it.", last_sequence=last
        )


def _attempts(centre: Centre, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    address = address_of(connection, centre.settings.trusted_proxies)
    return f"attempts {limits.counted_as(address)}".replace("\0", "")


def _signature(told: str) -> bytes:
    try:
        return base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused("unauthorized", "The signature of this request is not base64.") from error
