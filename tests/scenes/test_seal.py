from __future__ import annotations

import stat

import numpy as np
import pytest

from scenes.codec import encode
from scenes.episode import Run
from scenes.errors import StoreDamaged
from scenes.seal import KEY_BYTES, RUN_BYTES, derived, key_from, seal, unseal

KEY = bytes(range(32))


def test_what_was_sealed_opens_with_the_same_key_and_purpose() -> None:
    assert unseal(KEY, seal(KEY, b"alpha", "sides"), "sides") == b"alpha"


@pytest.mark.parametrize(
    ("key", "purpose", "cut"),
    [(KEY[::-1], "sides", None), (KEY, "run", None), (KEY, "sides", 20), (KEY, "sides", 0)],
)
def test_another_key_purpose_or_a_cut_opens_nothing(key, purpose, cut) -> None:
    with pytest.raises(StoreDamaged):
        unseal(key, seal(KEY, b"alpha", "sides")[:cut], purpose)


def test_every_altered_byte_is_noticed() -> None:
    sealed = seal(KEY, b"alpha", "sides")
    for place in (*range(64), len(sealed) - 1):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(StoreDamaged):
            unseal(KEY, bytes(altered), "sides")


def test_the_same_content_is_never_sealed_alike() -> None:
    assert seal(KEY, b"alpha", "sides") != seal(KEY, b"alpha", "sides")


def test_the_length_of_a_sealed_record_does_not_tell_what_it_holds() -> None:
    assert len(seal(KEY, b"", "run")) == len(seal(KEY, bytes(4000), "run"))


def test_derived_keys_differ_by_purpose_and_are_stable() -> None:
    assert derived(KEY, "one") == derived(KEY, "one") != derived(KEY, "two")
    assert len(derived(KEY, "one")) == KEY_BYTES


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path) -> None:
    path = tmp_path / "seal.key"
    key = key_from(path)
    assert key_from(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_key_is_refused_and_kept(tmp_path) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(b"half")
    with pytest.raises(StoreDamaged):
        key_from(path)
    assert path.read_bytes() == b"half"


def test_ten_thousand_inferences_are_sealed_as_long_as_one() -> None:
    generator = np.random.Generator(np.random.PCG64(0))
    runs = [
        Run(
            run_id="r",
            episode_id="0" * 64,
            model_id="m" * 64,
            checkpoint_revision="",
            weights_sha256="f" * 64,
            daemon_version="0.1.0",
            gl_renderer="llvmpipe",
            device="cpu",
            inference_seconds=generator.random(count, dtype=np.float32),
            wall_seconds=1.0,
            created_at="2026-01-01T00:00:00.000+00:00",
        )
        for count in (1, 10_000)
    ]
    lengths = {len(seal(KEY, encode(run), "run", RUN_BYTES)) for run in runs}
    assert len(lengths) == 1
    assert max(lengths) < RUN_BYTES + 100
