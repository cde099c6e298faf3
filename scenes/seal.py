"""Sealing: what must not be read before the vote rests and travels encrypted (AES-256-GCM).

The key lies outside the database. Sealed are the model ids of an open battle, who made its episodes (Run),
and the technical detail of a failure. They are padded, so that their length does not tell them apart.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scenes import durable
from scenes.errors import StoreDamaged, StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12
BLOCK_BYTES = 8192  # sealed records are padded to whole blocks
RUN_BYTES = 65536  # blocks of runs: the times of 10,000 inferences fit into one
_LENGTH_BYTES = 4


def seal(key: bytes, content: bytes, purpose: str, block_bytes: int = BLOCK_BYTES) -> bytes:
    """Encrypt `content`, padded to whole blocks; it opens only with the same key and for the same purpose."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _padded(content, block_bytes), purpose.encode())


def unseal(key: bytes, sealed: bytes, purpose: str) -> bytes:
    """What was sealed.

    Raises:
        StoreDamaged: the key, the purpose or the bytes are not those of the sealing.
    """
    try:
        return _unpadded(AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode()))
    except (InvalidTag, ValueError) as error:
        raise StoreDamaged(
            "A sealed record does not open with this data folder's key.",
            hint="Restore the file seal.key that belongs to this data folder.",
        ) from error


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose alone (HKDF-SHA256), so that the data folder's key never leaves its place."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def key_from(path: Path) -> bytes:
    """The key in the file at `path`, made on first use and readable by its owner alone (mode 0600).

    Raises:
        StoreError: the file cannot be read or made, or does not hold a key.
    """
    try:
        if not path.exists():
            durable.write(path, secrets.token_bytes(KEY_BYTES), mode=0o600)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path} could not be opened: {error.strerror}.", hint="Check the folder's permissions."
        ) from error
    if len(key) != KEY_BYTES:
        raise StoreDamaged(
            f"{path} holds {len(key)} bytes, not a key of {KEY_BYTES}.", hint="Restore it from a backup."
        )
    return key


def _padded(content: bytes, block_bytes: int) -> bytes:
    framed = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    return framed.ljust(-(-len(framed) // block_bytes) * block_bytes, b"\0")


def _unpadded(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
