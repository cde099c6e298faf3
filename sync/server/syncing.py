"""What is behind /v1/sync/*: a signed request in, a record out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from scenes.failpoints import reach
from sync.api import (
    MAX_EPISODES_BYTES,
    MAX_PUSH_BYTES,
    VERSION,
    Enrol,
    Enrolled,
    Episodes,
    EpisodesStored,
    Push,
    Pushed,
    Snapshot,
    Verified,
    Verify,
)
from sync.operations import SignedOperation
from sync.server import devices, episodes_in, rows, snapshots, verifying
from sync.server.centre import Centre
from sync.server.door import Asked, body_version, count_attempt, limited_body, record_of, signed_body
from sync.server.opening import Opened, check_signatures, opened
from sync.server.pointers import tell_uses_of
from sync.server.postgres import is_refused_content

_MAX_ENROL_BYTES = 4096
_CHECKED_AT_ONCE = 100  # signatures
_FRAME_BYTES = 4096  # around the episodes of a request


async def enrol(centre: Centre, request: Asked) -> Enrolled:
    """Let a workstation in that shows a token."""
    await count_attempt(centre, request)
    body = await limited_body(request, _MAX_ENROL_BYTES)
    asked: Enrol = record_of(body, Enrol)
    reach("enrol.before_tx")
    device_id = await centre.rows(lambda c: devices.enrol(c, asked))
    reach("enrol.after_tx_before_reply")
    return Enrolled(device_id=device_id, server_key=centre.key.public, version=VERSION)


async def push(centre: Centre, request: Asked) -> Pushed:
    """Take a batch of operations."""
    device, body = await signed_body(centre, request, MAX_PUSH_BYTES)
    asked: Push = record_of(body, Push)
    body_version(request, asked.version)
    keys = await centre.rows(lambda c: devices.keys_for(c, device.device_id, asked.store_id))
    checks = [centre.check(partial(check_signatures, part, keys)) for part in _parts(asked.operations)]
    found = await centre.beside(lambda: opened(asked))
    reach("push.before_tx")
    answer = await _applied(centre, asked.store_id, found, checks)
    reach("push.after_tx_before_reply")
    for verdict in answer.verdicts:
        centre.metrics.operations.labels(verdict.verdict).inc()
    await tell_uses_of(centre, [each.body for each in found if each.body is not None])
    return answer


async def episodes(centre: Centre, request: Asked) -> EpisodesStored:
    """Take episodes. They are checked while the request is counted, and kept after that."""
    begun: list[episodes_in.Arriving] = []

    def begin(body: bytes) -> None:
        asked: Episodes = record_of(body, Episodes)
        body_version(request, asked.version)
        begun.append(episodes_in.begin(centre, asked.episodes))

    await signed_body(centre, request, MAX_EPISODES_BYTES + _FRAME_BYTES, begin)
    return await episodes_in.keep(centre, begun[0])


async def verify(centre: Centre, request: Asked) -> Verified:
    """Compare what a workstation holds with what is here."""
    device, body = await signed_body(centre, request, MAX_PUSH_BYTES)
    asked: Verify = record_of(body, Verify)
    body_version(request, asked.version)

    def compared(connection: Connection) -> Verified:
        devices.keys_for(connection, device.device_id, asked.store_id)
        return verifying.verify(connection, asked)

    answer = await centre.rows(compared)
    reach("verify.before_reply")
    return answer


async def pull(centre: Centre, request: Asked) -> tuple[Snapshot | None, str]:
    """The board published last and its ETag; no board where the workstation has it already."""
    await signed_body(centre, request, 0)
    etag = await centre.rows(snapshots.etag)
    if etag is not None and etag in request.headers.get("if-none-match", ""):
        return None, etag
    found = await centre.rows(snapshots.latest)
    reach("pull.before_reply")
    return found.snapshot, found.etag


async def _applied(centre: Centre, store_id: str, found: list[Opened], checks: list[Future[None]]) -> Pushed:
    """The batch at once, or, where the database refuses something of it, one by one. Nothing is committed before every
    signature was found good."""

    def pushed(connection: Connection, careful: bool) -> Pushed:
        answer = rows.push(connection, store_id, found, careful=careful)
        for check in checks:
            check.result()
        return answer

    try:
        return await centre.rows(lambda c: pushed(c, False))
    except (DBAPIError, psycopg.Error) as error:
        if not is_refused_content(error):
            raise
        return await centre.rows(lambda c: pushed(c, True))


def _parts(operations: Sequence[SignedOperation]) -> Iterator[Sequence[SignedOperation]]:
    return (operations[start : start + _CHECKED_AT_ONCE] for start in range(0, len(operations), _CHECKED_AT_ONCE))
