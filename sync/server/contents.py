"""What a blob's bytes must be before they are kept: a plain picture, or an archive of stored files.

A PNG (W3C, Portable Network Graphics, third edition) is taken with its header, its pixels and its end, and nothing
else: no text, no profile, nothing behind the end. Its pixels are unpacked once, bounded, so that what a browser is
given is what it says.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from scenes.errors import BadInput
from sync.offers import MAX_SHEET_SIDE

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS, _RGB = 8, 2
_PIECE = 1 << 20  # [bytes] of pixels unpacked at a time
_MAX_PIXELS = 32 * 2**20
_MAX_FILES, _MAX_ARCHIVE_BYTES = 1000, 64 * 2**20


def check_png(content: bytes) -> None:
    """BadInput unless these are the bytes of one RGB picture of eight bits a channel, and nothing more."""
    if not content.startswith(_SIGNATURE):
        raise BadInput("A picture's bytes are not of its media type.")
    chunks = list(_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or set(kinds[1:-1]) != {b"IDAT"} or chunks[-1][1]:
        raise BadInput("A picture has a header, pixels and an end, and nothing else.")
    width, height = _size(chunks[0][1])
    _check_pixels(b"".join(data for kind, data in chunks if kind == b"IDAT"), width, height)


def check_archive(content: bytes) -> None:
    """BadInput unless these are the bytes of a bundle: files stored as they are, with plain relative names."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = archive.infolist()
            damaged = archive.testzip() if all(map(_is_plain, files)) else ""
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadInput("These bytes are no bundle.", detail=str(error)) from error
    if damaged is not None or not 0 < len(files) <= _MAX_FILES:
        raise BadInput("A bundle holds stored files with plain names, and all of them whole.")
    if sum(file.file_size for file in files) > _MAX_ARCHIVE_BYTES:
        raise BadInput(f"A bundle holds at most {_MAX_ARCHIVE_BYTES} bytes.")


def _is_plain(file: zipfile.ZipInfo) -> bool:
    parts = file.filename.split("/")
    plain = file.filename.isprintable() and "\\" not in file.filename and not {"", ".", ".."} & set(parts)
    return plain and file.compress_type == zipfile.ZIP_STORED and file.compress_size == file.file_size


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(content):
        head = content[place : place + 8]
        length = int.from_bytes(head[:4], "big") if len(head) == 8 else len(content)
        end = place + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[place + 4 : end]) != int.from_bytes(content[end : end + 4]):
            raise BadInput("A picture is cut off or damaged.")
        yield head[4:], content[place + 8 : end]
        place = end + 4


def _size(header: bytes) -> tuple[int, int]:
    if len(header) != 13:
        raise BadInput("A picture's header cannot be one.")
    width, height, depth, color, *rest = struct.unpack(">IIBBBBB", header)
    if (depth, color, *rest) != (_EIGHT_BITS, _RGB, 0, 0, 0):
        raise BadInput("A picture here is RGB with eight bits a channel, not interlaced.")
    if not (0 < width <= MAX_SHEET_SIDE and 0 < height <= MAX_SHEET_SIDE and width * height <= _MAX_PIXELS):
        raise BadInput(f"A picture here has at most {MAX_SHEET_SIDE} pixels on a side.")
    return width, height


def _check_pixels(packed: bytes, width: int, height: int) -> None:
    """The pixels unpack to what the header says: each row behind the number of a filter."""
    row, seen, unpacking = 3 * width + 1, 0, zlib.decompressobj()
    try:
        while packed and not unpacking.eof and seen <= row * height:
            piece = unpacking.decompress(packed, _PIECE)
            packed = unpacking.unconsumed_tail
            if any(each > 4 for each in piece[-seen % row :: row]):
                raise BadInput("A picture's pixels cannot be such.")
            seen += len(piece)
    except zlib.error as error:
        raise BadInput("A picture's pixels are damaged.", detail=str(error)) from error
    if seen != row * height or not unpacking.eof or unpacking.unused_data:
        raise BadInput("A picture's pixels are not those that its header says.")
