"""Who plays in an open battle, told to one daemon alone.

X25519 with a key made for this message (RFC 7748), HKDF-SHA256, AES-256-GCM: only the holder of the private key that
belongs to `daemon_key` opens it.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scenes.codec import encode
from scenes.errors import BadInput
from scenes.seal import derived
from sync.records import Battle, Sides

_NONCE_BYTES, _BLOCK = 12, 1024
PURPOSE = "vlaarena sealed pair 1"


def sealed_for(daemon_key: str, battle: Battle) -> str:
    """The pair of a battle in base64: 32 bytes of a fresh public key, 12 of a nonce, and the sealed record `Sides`,
    preceded by its length in four bytes and padded to 1024, so that its length tells nothing.

    Raises:
        BadInput: that is no X25519 public key.
    """
    own, nonce = X25519PrivateKey.generate(), secrets.token_bytes(_NONCE_BYTES)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(daemon_key, validate=True)))
    except ValueError as error:
        raise BadInput("daemon_key is no X25519 public key.") from error
    content = encode(Sides(battle.left_model_id or "", battle.right_model_id or ""))
    padded = (len(content).to_bytes(4, "big") + content).ljust(_BLOCK, b"\0")
    sealed = AESGCM(derived(shared, PURPOSE)).encrypt(nonce, padded, battle.battle_id.encode())
    return base64.b64encode(own.public_key().public_bytes_raw() + nonce + sealed).decode()
