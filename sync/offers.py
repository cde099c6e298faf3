"""Files beside the log, as workstation and central service speak of them: contact sheets of battles, scene bundles.

A workstation offers what it has at OFFER, signed as everything under /v1/sync/, and sends what is wanted to
`sync.api.BLOBS`: `?purpose=sheet&battle_id=...` as image/png, `?purpose=bundle` as application/octet-stream. A service
that does not know OFFER answers `not_found`, and nothing is sent. Nothing is offered of a battle that is open.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from scenes.episode import Sha256
from sync.api import Id

OFFER = "/v1/sync/offer"
MAX_OFFERED = 1000  # of each kind in one offer
MAX_OFFER_BYTES = 512 * 1024
MAX_SHEET_BYTES = 8 * 2**20
MAX_SHEET_SIDE = 8192  # [px]
SHEET_TYPE, BUNDLE_TYPE = "image/png", "application/octet-stream"


class Sheet(Struct, frozen=True):
    """The contact sheet that a workstation rendered of a battle with a vote, by the SHA-256 of its PNG."""

    battle_id: Id
    sha256: Sha256


class Offer(Struct, frozen=True, kw_only=True):
    """What a workstation has."""

    version: int
    sheets: Annotated[tuple[Sheet, ...], Meta(max_length=MAX_OFFERED)] = ()
    bundles: Annotated[tuple[Sha256, ...], Meta(max_length=MAX_OFFERED)] = ()


class Wanted(Struct, frozen=True, kw_only=True):
    """What of it the service lacks: sheets of battles that came from this device, bundles that its episodes name."""

    sheets: Annotated[tuple[Sheet, ...], Meta(max_length=MAX_OFFERED)] = ()
    bundles: Annotated[tuple[Sha256, ...], Meta(max_length=MAX_OFFERED)] = ()
