"""What workstations ask: /v1/sync/*, the blobs and the registry."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post, put

from sync.api import BLOBS, CONTENT_TYPE, ENROL, EPISODES, PULL, PUSH, REGISTRY, VERIFY
from sync.offers import BUNDLE_TYPE, OFFER, SHEET_TYPE
from sync.server import blobs, registry, syncing
from sync.server.answers import packed
from sync.server.centre import Centre
from sync.server.documenting import BYTES, NOTHING, PACKED, SIGNED, operation, refusals

Asked = Request[Any, Any, Any]
_BLOB = BLOBS.replace("{sha256}", "{sha256:str}")
_SIGNED: dict[str, Any] = {
    "status_code": 200,
    "media_type": CONTENT_TYPE,
    "request_max_body_size": None,  # `limited_body` counts, for signatures stand over exact bytes
    "security": [*SIGNED],
    "responses": refusals(400, 401, 403, 409, 426),
    "operation_class": operation(PACKED, {200: PACKED}, signed=True),
}


@post(
    ENROL,
    status_code=200,
    media_type=CONTENT_TYPE,
    request_max_body_size=None,
    responses=refusals(400, 401, 403),
    operation_class=operation(PACKED, {200: PACKED}),
)
async def enrol(request: Asked, centre: Centre) -> Response[bytes]:
    """MessagePack `Enrol` to `Enrolled`: a workstation introduces itself with a token. The one unsigned request."""
    return packed(await syncing.enrol(centre, request))


@post(PUSH, **_SIGNED)
async def push(request: Asked, centre: Centre) -> Response[bytes]:
    """MessagePack `Push` to `Pushed`, signed: operations of one store, in the order of their numbers."""
    return packed(await syncing.push(centre, request))


@post(EPISODES, **_SIGNED)
async def episodes(request: Asked, centre: Centre) -> Response[bytes]:
    """MessagePack `Episodes` to `EpisodesStored`, signed: exact bytes under their SHA-256."""
    return packed(await syncing.episodes(centre, request))


@post(VERIFY, **_SIGNED)
async def verify(request: Asked, centre: Centre) -> Response[bytes]:
    """MessagePack `Verify` to `Verified`, signed: where the two logs differ."""
    return packed(await syncing.verify(centre, request))


@post(OFFER, **_SIGNED)
async def offer(request: Asked, centre: Centre) -> Response[bytes]:
    """MessagePack `Offer` to `Wanted`, signed: which contact sheets and bundles the service lacks."""
    return packed(await blobs.wanted(centre, request))


@get(
    PULL,
    media_type=CONTENT_TYPE,
    security=[*SIGNED],
    responses=refusals(400, 401, 403, 404, 409, 426),
    operation_class=operation(answers={200: PACKED, 304: NOTHING}, signed=True),
)
async def pull(request: Asked, centre: Centre) -> Response[bytes]:
    """The signed board published last, as MessagePack `Snapshot`; 304 where If-None-Match names it."""
    found, etag = await syncing.pull(centre, request)
    if found is None:
        return Response(b"", status_code=304, headers={"ETag": etag})
    return packed(found, {"ETag": etag, "Cache-Control": "private, no-cache"})


@get(REGISTRY, responses=refusals())
async def registered(centre: Centre) -> dict[str, Any]:
    """The cards of every registered model, and the digests of the bundles at /v1/blobs."""
    cards = await centre.rows(registry.cards)
    return {"cards": cards, "bundles": await centre.rows(registry.bundles)}


@get(
    _BLOB,
    media_type=BYTES,
    responses=refusals(404),
    operation_class=operation(answers={200: (BUNDLE_TYPE, SHEET_TYPE), 304: NOTHING}),
)
async def blob(sha256: str, request: Asked, centre: Centre) -> Response[bytes]:
    """A blob's exact bytes: a bundle, or a battle's contact sheet. It never changes."""
    content, media_type = await blobs.content(centre, sha256)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "public, max-age=31536000, immutable"}
    if f'"{sha256}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    if media_type == BUNDLE_TYPE:
        headers["Content-Disposition"] = f'attachment; filename="{sha256}.mjz"'
    return Response(content, media_type=media_type, headers=headers)


@put(
    _BLOB,
    status_code=201,
    media_type=BYTES,
    request_max_body_size=None,
    security=[*SIGNED],
    responses=refusals(400, 401, 403, 404, 409, 426),
    operation_class=operation((BUNDLE_TYPE, SHEET_TYPE), {201: NOTHING}, signed=True),
)
async def keep_blob(sha256: str, request: Asked, centre: Centre) -> Response[bytes]:
    """Keep a blob, signed by a device: `?purpose=bundle`, or `?purpose=sheet&battle_id=...` of a closed battle."""
    await blobs.keep(centre, request, sha256)
    return Response(b"", status_code=201)


ROUTES = (enrol, push, episodes, verify, offer, pull, registered, blob, keep_blob)
