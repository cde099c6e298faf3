"""What an open battle keeps hidden on this workstation, and the promise that nobody changes it.

At rest the hidden records are sealed with a key of the battle's own and bound to their place.
"""

from __future__ import annotations

import hashlib
import secrets

from msgspec import Struct

from scenes.codec import decode, encode
from scenes.episode import Run
from scenes.errors import BadInput, DaemonError, StoreDamaged
from scenes.seal import RUN_BYTES, derived, seal, unseal
from sync.records import BattleKind, CheckKind, Reveal, Sides

_NONCE_BYTES = 32


class Hidden(Struct, frozen=True):
    """Who is on which side, the nonce of the commitment, and what of the draw would tell the pair."""

    sides: Sides
    nonce: str
    kind: BattleKind | None = None  # None: as it stands in the battle's row
    propensity: float | None = None  # the same
    check: CheckKind | None = None


def hidden(
    sides: Sides,
    kind: BattleKind | None = None,
    propensity: float | None = None,
    check: CheckKind | None = None,
) -> Hidden:
    """A pair with a fresh nonce.

    Raises:
        BadInput: a model id holds a line break, which would make the commitment ambiguous.
    """
    if "\n" in sides.left_model_id or "\n" in sides.right_model_id:
        raise BadInput("A model id cannot hold a line break.")
    return Hidden(sides, secrets.token_hex(_NONCE_BYTES), kind, propensity, check)


def commitment(nonce: str, left_model_id: str, right_model_id: str) -> str:
    r"""SHA-256 in hexadecimal over "nonce\nleft\nright" in UTF-8, so that `sha256sum` can check it."""
    return hashlib.sha256("\n".join((nonce, left_model_id, right_model_id)).encode()).hexdigest()


def keeps_promise(reveal: Reveal) -> bool:
    """Whether the names revealed are those committed to at the start of the battle."""
    return commitment(reveal.nonce, reveal.left_model_id, reveal.right_model_id) == reveal.commitment


def battle_key(key: bytes, battle_id: str) -> bytes:
    """The key of one battle, made from the data folder's."""
    return derived(key, f"battle {battle_id}")


def seal_hidden(key: bytes, battle_id: str, record: Hidden) -> bytes:
    """The pair as it rests in the database; it opens only as this battle's."""
    return seal(battle_key(key, battle_id), encode(record), f"sides {battle_id}")


def open_hidden(key: bytes, battle_id: str, sealed: bytes) -> Hidden:
    """The pair of an open battle.

    Raises:
        StoreDamaged: the key or the bytes are not those of the sealing.
    """
    return decode(unseal(battle_key(key, battle_id), sealed, f"sides {battle_id}"), Hidden)


def seal_run(key: bytes, battle_id: str, run: Run) -> bytes:
    """A run as it rests in the database until its battle closes."""
    return seal(battle_key(key, battle_id), encode(run), f"run {battle_id}", RUN_BYTES)


def open_run(key: bytes, battle_id: str, sealed: bytes) -> Run:
    """A run that was kept sealed.

    Raises:
        StoreDamaged: the key or the bytes are not those of the sealing.
    """
    return decode(unseal(battle_key(key, battle_id), sealed, f"run {battle_id}"), Run)


def receive_run(key: bytes, battle_id: str, sealed: bytes, model_id: str, episode_id: str) -> Run:
    """A run as the daemon sealed it, if it is about this model and this episode.

    Raises:
        DaemonError: it is not; the message names neither model nor side.
    """
    try:
        run = decode(unseal(battle_key(key, battle_id), sealed, "run"), Run)
    except (StoreDamaged, BadInput) as error:
        raise DaemonError("The daemon's record of a play does not open.", hint=_PLAY_AGAIN) from error
    if run.model_id != model_id or run.episode_id != episode_id:
        raise DaemonError("The daemon's record of a play belongs to another play.", hint=_PLAY_AGAIN)
    return run


def seal_details(key: bytes, battle_id: str, details: tuple[bytes, ...]) -> bytes:
    """Technical details of a voided turn, sealed once more for the audit."""
    return seal(battle_key(key, battle_id), encode(details), f"details {battle_id}")


_PLAY_AGAIN = "Void the turn and play it again. If it happens again, restart the daemon."
