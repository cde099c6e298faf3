"""A picture as a PNG file (RFC 2083), with nothing in it but its pixels."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

from vlaarena_desktop.saving.draft import drafted
from vlaarena_desktop.saving.frames import Picture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS, _RGB = 8, 2
_UP = 2  # the filter that keeps each row as its difference from the one above


def png(picture: Picture) -> bytes:
    """The bytes of the file."""
    height, width, _ = picture.shape
    rows = picture.reshape(height, 3 * width)
    filtered = np.full((height, 3 * width + 1), _UP, np.uint8)
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, _EIGHT_BITS, _RGB, 0, 0, 0)
    pixels = zlib.compress(filtered.tobytes(), 6)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def write_png(picture: Picture, path: Path) -> None:
    """Write a picture, wholly or not at all.

    Raises:
        ArenaError: the file could not be written.
    """
    with drafted(path) as draft:
        draft.write_bytes(png(picture))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
