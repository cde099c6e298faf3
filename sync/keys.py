"""Keys that sign (Ed25519, RFC 8032): a workstation's own, and checking what others signed.

A device's key lies in the operating system's keyring where the package `keyring` finds one, else in a file of the data
folder that only its owner reads (mode 0600). It is never in the database, so a copied database alone signs nothing.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scenes import durable
from scenes.errors import StoreDamaged, StoreError

KEY_BYTES = 32
SIGNATURE_BYTES = 64
FILE = "device.key"
_SERVICE = "vlaarena device key"


class SigningKey:
    """A private key, and the public half that others check its signatures with."""

    def __init__(self, private: bytes) -> None:
        """`private` is the 32 bytes that `private` gives back."""
        self._key = Ed25519PrivateKey.from_private_bytes(private)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def private(self) -> bytes:
        """The secret, 32 bytes: for the place where it is kept, and for nothing else."""
        return self._key.private_bytes_raw()

    @property
    def public(self) -> bytes:
        """32 bytes that may be told to anybody."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes that only this key makes for this message."""
        return self._key.sign(message)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of this public key signed exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def find_key(folder: Path) -> SigningKey | None:
    """The key of the data folder at `folder`; None if it has none, or its keyring is locked.

    Raises:
        StoreError: it cannot be read.
        StoreDamaged: what is kept is no key.
    """
    path = folder / FILE
    if path.exists():
        return _from_file(path)
    kept = _in_ring(_keyring(), str(folder.resolve()))
    return None if kept is None else _checked(kept, "The keyring's entry for this data folder")


def device_key(folder: Path) -> SigningKey:
    """The same, made if there is none.

    Raises:
        StoreError: it cannot be read or made.
        StoreDamaged: what is kept is no key.
    """
    found = find_key(folder)
    if found is not None:
        return found
    key = SigningKey.generate()
    if not _put_into_ring(_keyring(), str(folder.resolve()), key):
        _write(folder / FILE, key)
    return key


def _keyring() -> Any:
    """The package `keyring`, or None where it is not installed or switched off (VLAARENA_KEYRING=off)."""
    if os.environ.get("VLAARENA_KEYRING", "").lower() == "off":
        return None
    try:
        return importlib.import_module("keyring")
    except ImportError:
        return None


def _in_ring(ring: Any, name: str) -> bytes | None:
    if ring is None:
        return None
    try:
        kept = ring.get_password(_SERVICE, name)
        return None if kept is None else bytes.fromhex(kept)
    except ValueError:
        return b""
    except ring.errors.KeyringError:
        return None  # no keyring is running here


def _put_into_ring(ring: Any, name: str, key: SigningKey) -> bool:
    if ring is None:
        return False
    try:
        ring.set_password(_SERVICE, name, key.private.hex())
    except ring.errors.KeyringError:
        return False
    return _in_ring(ring, name) == key.private  # a keyring that keeps nothing takes every password


def _from_file(path: Path) -> SigningKey:
    try:
        return _checked(path.read_bytes(), str(path))
    except OSError as error:
        raise StoreError(
            f"{path} could not be opened: {error.strerror}.", hint="Check the folder's permissions."
        ) from error


def _write(path: Path, key: SigningKey) -> None:
    try:
        durable.write(path, key.private, mode=0o600)
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error.strerror}.", hint="Free some space there.") from error


def _checked(kept: bytes, where: str) -> SigningKey:
    if len(kept) != KEY_BYTES:
        raise StoreDamaged(
            f"{where} holds {len(kept)} bytes, not a key of {KEY_BYTES}.",
            hint="Restore it from a backup, or move it away and enrol this workstation again.",
        )
    return SigningKey(kept)
