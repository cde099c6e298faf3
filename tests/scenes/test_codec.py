from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import zstandard
from msgspec import Struct
from numpy.typing import NDArray

from scenes.codec import MAX_ARRAY_BYTES, decode, digest, encode, outlines
from scenes.errors import BadInput


class Sheet(Struct, frozen=True):
    name: str
    values: NDArray[np.float64]
    anything: NDArray[Any] | None = None


def extension(dtype: str, shape: tuple[int, ...], compressed: bool, content: bytes) -> bytes:
    """A Sheet whose array was packed by somebody else."""
    packed = msgspec.msgpack.encode((dtype, shape, compressed, content))
    return msgspec.msgpack.encode({"name": "x", "values": msgspec.msgpack.Ext(1, packed)})


@pytest.mark.parametrize(
    "dtype", [np.bool_, np.uint8, np.int8, np.int32, np.int64, np.uint32, np.uint64, np.float32, np.float64]
)
@pytest.mark.parametrize("shape", [(0,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), ()])
def test_an_array_survives_to_the_last_bit(dtype: type, shape: tuple[int, ...]) -> None:
    array = np.random.Generator(np.random.PCG64(1)).integers(0, 2, shape).astype(dtype)
    again = decode(encode(array), np.ndarray)
    assert (again.dtype, again.shape, again.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_numbers_that_are_no_numbers_survive_too() -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert decode(encode(Sheet("x", values)), Sheet).values.tobytes() == values.tobytes()


def test_memory_layout_and_byte_order_do_not_change_the_bytes() -> None:
    array = np.arange(24.0).reshape(4, 6)
    variants = [np.asfortranarray(array), array.astype(">f8"), np.repeat(array, 2, axis=0)[::2]]
    assert {encode(variant) for variant in variants} == {encode(array)}


def test_a_decoded_array_cannot_be_changed() -> None:
    again = decode(encode(Sheet("x", np.zeros(3))), Sheet)
    with pytest.raises(ValueError, match="read-only"):
        again.values[0] = 1.0


def test_smooth_histories_shrink() -> None:
    history = np.repeat(np.random.Generator(np.random.PCG64(1)).normal(size=(1, 50)), 100, axis=0)
    assert len(encode(history)) < history.nbytes / 20


@pytest.mark.parametrize("value", [np.array([object()]), np.array(["text"]), np.zeros((1,) * 5), {1, 2}.__iter__()])
def test_what_is_no_plain_array_is_not_encoded(value: object) -> None:
    with pytest.raises(BadInput):
        encode(Sheet("x", value))  # type: ignore[arg-type]


def test_an_array_of_another_type_than_its_field_is_refused() -> None:
    with pytest.raises(BadInput):
        decode(encode(Sheet("x", np.zeros(3, np.float32))), Sheet)
    assert decode(encode(Sheet("x", np.zeros(3), np.zeros(2, np.int8))), Sheet).anything is not None


@pytest.mark.parametrize("dtype", ["|O", "O", "<U4", "|V8", ">f8", "<f2", "<c16", "", "nonsense"])
def test_bytes_that_claim_a_forbidden_type_are_refused(dtype: str) -> None:
    with pytest.raises(BadInput):
        decode(extension(dtype, (1,), False, pickle.dumps([1])), Sheet)


@pytest.mark.parametrize(
    ("shape", "content"),
    [
        ((2,), bytes(8)),
        ((1,), bytes(16)),
        ((-1,), bytes(8)),
        ((-1, -1), bytes(8)),
        ((1, 1, 1, 1, 1), bytes(8)),
        ((2**40,), bytes(8)),
        ((2**31, 2**31), bytes(8)),
        ((2**62, 4), b""),
    ],
)
def test_a_shape_that_does_not_fit_its_bytes_is_refused(shape: tuple[int, ...], content: bytes) -> None:
    with pytest.raises(BadInput):
        decode(extension("<f8", shape, False, content), Sheet)


def test_compressed_bytes_that_grow_beyond_their_shape_take_no_memory() -> None:
    bomb = zstandard.ZstdCompressor(level=3).compress(bytes(2 * MAX_ARRAY_BYTES))
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(bytes(MAX_ARRAY_BYTES))
    attacks = [
        extension("<f8", (1,), True, bomb),
        extension("<f8", (MAX_ARRAY_BYTES // 4,), True, bomb),
        extension("<f8", (1,), True, unsized),
    ]
    tracemalloc.start()
    for attack in attacks:
        with pytest.raises(BadInput):
            decode(attack, Sheet)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_every_truncation_is_refused() -> None:
    content = encode(Sheet("name", np.arange(40.0)))
    for length in range(len(content)):
        with pytest.raises(BadInput):
            decode(content[:length], Sheet)


def test_mutated_bytes_are_refused_or_give_a_record(repeats: Callable[[int, int], int]) -> None:
    content = np.frombuffer(encode(Sheet("name", np.random.Generator(np.random.PCG64(3)).normal(size=40))), np.uint8)
    generator = np.random.Generator(np.random.PCG64(7))
    refused = 0
    for _ in range(repeats(2_000, 200_000)):
        mutated = content.copy()
        places = generator.integers(0, len(content), generator.integers(1, 4))
        mutated[places] = generator.integers(0, 256, len(places))
        try:
            assert decode(mutated.tobytes(), Sheet).values.dtype == np.float64
        except BadInput:
            refused += 1
            assert [type(each) for each in outlines([mutated.tobytes(), content.tobytes()], Sheet)] == [BadInput, Sheet]
        else:
            assert [type(each) for each in outlines([mutated.tobytes()], Sheet)] == [Sheet]
    assert refused > 0


@pytest.mark.parametrize("shape", [(0,), (5,), (2, 0, 3), (2, 3, 4, 5), ()])
def test_an_outline_has_types_and_shapes_but_no_numbers(shape: tuple[int, ...]) -> None:
    (found,) = outlines([encode(Sheet("x", np.ones(shape), np.ones(3, np.int8)))], Sheet)
    assert isinstance(found, Sheet)
    assert (found.name, found.values.shape, found.values.dtype) == ("x", shape, np.float64)
    assert not found.values.any()
    assert found.anything is not None
    assert found.anything.dtype == np.int8


@pytest.mark.parametrize("rows", [100, 200_000])  # fewer and more than are decompressed together
def test_one_broken_array_among_many_is_refused_alone(rows: int) -> None:
    values = np.random.Generator(np.random.PCG64(5)).integers(0, 9, rows).astype(np.float64)
    frame = zstandard.ZstdCompressor(level=3).compress(values.tobytes())
    contents = [extension("<f8", (rows,), True, frame)] * 20
    contents[13] = extension("<f8", (rows,), True, frame[:-3])
    found = outlines(contents, Sheet)
    assert [number for number, each in enumerate(found) if isinstance(each, BadInput)] == [13]
    assert {each.values.shape for each in found if isinstance(each, Sheet)} == {(rows,)}


MUCH_THAT_IS_ZERO = """
import resource
import zstandard
from scenes.codec import outlines
from test_codec import Sheet, extension
frame = zstandard.ZstdCompressor().compress(bytes(2**23))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert {type(each) for each in outlines([extension("<f8", (2**20,), True, frame)] * 40, Sheet)} == {Sheet}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_few_bytes_that_claim_much_are_outlined_in_little_memory() -> None:
    search = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", MUCH_THAT_IS_ZERO],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 80 * 2**20  # of 320 MiB that are claimed


def test_unknown_extensions_deep_nesting_and_bad_text_are_refused() -> None:
    for content in (
        msgspec.msgpack.encode({"name": "x", "values": msgspec.msgpack.Ext(9, b"")}),
        b"\x91" * 100_000 + b"\xc0",
        b"\x81\xa4name\xa2\xff\xfe",
    ):
        with pytest.raises(BadInput):
            decode(content, Sheet)


def test_a_digest_is_sha256() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


THREADS_THAT_MEET_A_KIND = """
import sys
from threading import Barrier, Thread
from typing import Any
from msgspec import Struct
from scenes.codec import decode, encode

sys.setswitchinterval(1e-6)
for number in range(50):
    inner = type("Inner", (Struct,), {"__annotations__": {f"f{n}": "int | None" for n in range(20)} | {"x": "float"}})
    kind = type("Outer", (Struct,), {"__annotations__": {"a": "int", "b": tuple[inner, ...], "c": dict[str, inner]}})
    one = inner(*range(20), 1.0)
    content, together = encode(kind(1, (one,), {"y": one})), Barrier(4)
    def meet():
        together.wait()
        decode(content, kind)
    threads = [Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_may_meet_a_kind_of_record_for_the_first_time_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS_THAT_MEET_A_KIND], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
