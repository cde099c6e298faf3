"""The search for canaries finds a name however it is written, and takes no list of all models for a leak."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from blindness.canaries import Canary, naming, place

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "capitals": lambda word: word.upper().encode(),
    "cut short": lambda word: word[:11].encode() + "…".encode(),
    "UTF-16": lambda word: word.encode("utf-16"),
    "UTF-16, big-endian": lambda word: word.encode("utf-16-be"),
    "UTF-32": lambda word: word.encode("utf-32"),
    "hexadecimal": lambda word: word.encode().hex().upper().encode(),
    "Base64": lambda word: base64.b64encode(word.encode()),
    "Base64 after one byte": lambda word: base64.urlsafe_b64encode(b"," + word.encode()),
    "Base64 after two bytes": lambda word: base64.b64encode(b"?!" + word.encode()),
}


@pytest.fixture
def models(tmp_path: Path) -> list[Canary]:
    return list(place(tmp_path).values())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_word_of_a_card_is_found_in_every_spelling(models: list[Canary], spelling: str) -> None:
    for word in (word for model in models for word in model.words):
        content = b"before " + SPELLINGS[spelling](word) + b" after"
        assert naming(models, models, {"place": content}) == ["place"]
    assert naming(models, models, {"place": SPELLINGS[spelling]("another-model-altogether")}) == []


def test_the_digests_of_an_id_and_the_numbers_of_a_card_are_found(models: list[Canary]) -> None:
    first, number = models[0], models[0].numbers[0]
    digest = hashlib.sha256(first.id.encode())
    told = (digest.hexdigest().encode(), digest.digest(), struct.pack(">d", number), f"hover: {number}".encode())
    for content in told:
        assert naming([first], models, {"place": b"\xff" + content}) == ["place"]


def test_a_list_of_all_models_is_public_and_one_of_the_pair_is_not(models: list[Canary]) -> None:
    names = [model.words[1] for model in models]
    assert naming(models[:2], models, {"all": " ".join(names).encode()}) == []
    assert naming(models[:2], models, {"pair": " ".join(names[:2]).encode()}) == ["pair"]
    assert naming(models[:2], models, {"all but one": " ".join(names[:-1]).encode()}) == ["all but one"]
    assert naming(models[:2], models, {"others": " ".join(names[2:]).encode()}) == []
