"""Any record to bytes and back: MessagePack, with NumPy arrays as one compressed extension type.

An array travels as MessagePack extension 1: [dtype, shape, compressed, bytes]. Its bytes are column-major
(each state component's history lies together) and byte-shuffled, then compressed with Zstandard where that
makes them smaller. The same record always gives the same bytes. Object arrays are refused at both ends:
nothing here can run code.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from scenes.errors import BadInput

T = TypeVar("T")

MAX_ARRAY_BYTES = 64 * 2**20
MAX_RECORD_BYTES = 128 * 2**20  # of all arrays of one record, as they are in memory
MAX_DIMENSIONS = 4
_AT_ONCE = 8 * 2**20  # bytes of arrays that are decompressed together, and one array more
_ARRAY = 1
_ZERO = bytes(8)  # of every type
_LEVEL = 19
_DTYPES = {name: np.dtype(name) for name in ("|b1", "|u1", "|i1", "<i4", "<i8", "<u4", "<u8", "<f4", "<f8")}


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    compressed: bool
    content: memoryview


_packed = msgspec.msgpack.Decoder(_Packed)
_known: set[Any] = set()  # kinds that were decoded before
_knowing = threading.Lock()


def encode(record: object) -> bytes:
    """A record as bytes; equal records give equal bytes.

    Raises:
        BadInput: it holds an array of a type that may not travel.
    """
    return msgspec.msgpack.encode(record, enc_hook=_to_extension)


def decode(content: bytes | memoryview, kind: type[T], *, arrays: int = MAX_RECORD_BYTES) -> T:
    """Bytes as a record of `kind`, checked field by field; `arrays`: the bytes that all its arrays may have together,
    so that a few bytes of a stranger never become many here. Each has at most MAX_ARRAY_BYTES in any case.

    Raises:
        BadInput: the bytes are not such a record.
    """
    return _decoded(content, kind, _Within(arrays, _whole))


def outlines(contents: Sequence[bytes], kind: type[T], *, arrays: int = MAX_RECORD_BYTES) -> list[T | BadInput]:
    """Each of these bytes as a record, or why they are none, by every check of `decode`; but each array holds zeros
    only: for who stores records without their numbers. Their arrays are decompressed together, which lets other threads
    run meanwhile."""
    frames = _Frames()
    found = [_tried(content, kind, _Within(arrays, frames.outlined)) for content in contents]
    if frames.are_whole():
        return found
    return [_tried(content, kind, _Within(arrays, _outlined)) for content in contents]  # which of them is not?


def _tried(content: bytes, kind: type[T], array: Callable[[int, memoryview], NDArray[Any]]) -> T | BadInput:
    try:
        return _decoded(content, kind, array)
    except BadInput as error:
        return error


def _decoded(content: bytes | memoryview, kind: type[T], array: Callable[[int, memoryview], NDArray[Any]]) -> T:
    know(kind)
    try:
        return msgspec.msgpack.decode(content, type=kind, ext_hook=array, dec_hook=_checked)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        name = getattr(kind, "__name__", str(kind))
        raise BadInput(
            f"These bytes are not a {name} record.",
            hint="The sender may be another program, or another version of this one.",
            detail=str(error),
        ) from error


def know(kind: Any) -> None:
    """Let msgspec look at a kind once, in one thread: it crashes where another decodes while it still looks (0.22)."""
    if kind not in _known:
        with _knowing:
            msgspec.msgpack.Decoder(kind)
            _known.add(kind)


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal: the name of an episode or bundle."""
    return hashlib.sha256(content).hexdigest()


def _to_extension(value: object) -> msgspec.msgpack.Ext:
    if not isinstance(value, np.ndarray):
        raise BadInput(f"A {type(value).__name__} cannot be part of a record.")
    dtype = value.dtype.newbyteorder("<").str
    if dtype not in _DTYPES or value.ndim > MAX_DIMENSIONS:
        raise BadInput(f"An array of {value.dtype} with {value.ndim} dimensions cannot be part of a record.")
    column_major = np.ascontiguousarray(value.astype(dtype, copy=False).T)
    shuffled = column_major.reshape(-1).view(np.uint8).reshape(-1, value.itemsize).T.tobytes()
    smaller = zstandard.ZstdCompressor(level=_LEVEL).compress(shuffled)
    compressed = len(smaller) < len(shuffled)
    packed = _Packed(dtype, value.shape, compressed, memoryview(smaller if compressed else shuffled))
    return msgspec.msgpack.Ext(_ARRAY, msgspec.msgpack.encode(packed))


class _Within:
    """Reads the arrays of one record, which have so many bytes together."""

    def __init__(self, left: int, array: Callable[[_Packed, np.dtype[Any], int], NDArray[Any]]) -> None:
        self._left, self._array = left, array

    def __call__(self, code: int, content: memoryview) -> NDArray[Any]:
        if code != _ARRAY:
            raise ValueError(f"unknown extension type {code}")
        packed = _packed.decode(content)
        dtype, shape = _DTYPES.get(packed.dtype), packed.shape
        if dtype is None or len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
            raise ValueError(f"refused array {packed.dtype} {shape}")
        size = prod(shape) * dtype.itemsize
        if size > (most := min(self._left, MAX_ARRAY_BYTES)):
            raise ValueError(f"array of {size} bytes is larger than {most}")
        self._left -= size
        return self._array(packed, dtype, size)


def _whole(packed: _Packed, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    plain = np.frombuffer(_shuffled(packed, size), np.uint8).reshape(dtype.itemsize, -1).T.tobytes()
    array = np.array(np.frombuffer(plain, dtype).reshape(packed.shape[::-1]).T, order="C")
    array.flags.writeable = False
    return array


def _outlined(packed: _Packed, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    _shuffled(packed, size)
    return _zeros(packed, dtype)


def _zeros(packed: _Packed, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.ndarray(packed.shape, dtype, _ZERO, strides=(0,) * len(packed.shape))


class _Frames:
    """Compressed arrays of several records, decompressed together to see whether they can be: nothing is kept."""

    def __init__(self) -> None:
        self._frames = list[bytes | bytearray | memoryview]()
        self._sizes = list[int]()
        self._bytes = 0
        self._whole = True

    def outlined(self, packed: _Packed, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
        """`_outlined`, but for whether a compressed array is whole."""
        if not packed.compressed:
            return _outlined(packed, dtype, size)
        _check_claim(packed.content, size)
        self._frames.append(packed.content)
        self._sizes.append(size)
        self._bytes += size
        if self._bytes > _AT_ONCE:
            self.are_whole()
        return _zeros(packed, dtype)

    def are_whole(self) -> bool:
        """Whether all frames so far decompress to what they claim."""
        frames, sizes = self._frames, np.array(self._sizes, np.uint64)
        self._frames, self._sizes, self._bytes = [], [], 0
        try:
            if frames and self._whole:
                _decompressor.zstd.multi_decompress_to_buffer(frames, decompressed_sizes=sizes.tobytes())
        except zstandard.ZstdError:
            self._whole = False
        return self._whole


def _shuffled(packed: _Packed, size: int) -> bytes | memoryview:
    """An array's bytes: as many as its type and shape ask for."""
    shuffled = _expanded(packed.content, size) if packed.compressed else packed.content
    if len(shuffled) != size:
        raise ValueError(f"array of {len(shuffled)} bytes, {size} expected")
    return shuffled


class _Decompressor(threading.local):
    """One a thread: making it costs as much as decompressing a small array."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdDecompressor()


_decompressor = _Decompressor()


def _expanded(content: memoryview, size: int) -> bytes:
    """Decompress to exactly `size` bytes."""
    _check_claim(content, size)
    try:
        return _decompressor.zstd.decompress(content)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _check_claim(content: memoryview, size: int) -> None:
    """ValueError unless a frame claims to hold `size` bytes: one that claims more is refused before memory is taken."""
    try:
        claimed = zstandard.frame_content_size(content)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    if claimed != size:
        raise ValueError(f"compressed array claims {claimed} bytes, {size} expected")


def _checked(kind: Any, value: object) -> object:
    """Refuse an array whose dtype is not the one its field declares (`NDArray[np.float64]`)."""
    wanted = _wanted(kind)
    if not isinstance(value, np.ndarray):
        raise ValueError("expected an array")
    if wanted is not None and value.dtype != wanted:
        raise ValueError(f"expected an array of {wanted}, got {value.dtype}")
    return value


@cache
def _wanted(kind: Any) -> np.dtype[Any] | None:
    """The dtype that a field of this kind declares; None: any."""
    if get_origin(kind) is not np.ndarray and kind is not np.ndarray:
        raise NotImplementedError(f"cannot decode a {kind}")
    arguments = get_args(kind)
    wanted = get_args(arguments[1]) if len(arguments) == 2 else ()
    return np.dtype(wanted[0]) if wanted and wanted[0] is not Any and isinstance(wanted[0], type) else None
