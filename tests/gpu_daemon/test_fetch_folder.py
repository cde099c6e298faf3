"""Models from a folder, for machines without a network: verified and pinned as if fetched."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from small_hub import COMMIT, SmallHub
from tiny_models import WEIGHTS, Models, add_card

from gpu_daemon.policies.loading import all_cards


@pytest.fixture
def carried(tmp_path: Path) -> Path:
    """A folder as somebody carried it here: both repositories' files, without pins."""
    folder = tmp_path / "stick"
    for name, files in {
        "lab--tiny": {"config.json": b'{"a": 1}', "model.safetensors": WEIGHTS, "pytorch_model.bin": b"\x80\x04"},
        "lab--words": {"tokenizer.json": b"{}"},
    }.items():
        (folder / name).mkdir(parents=True)
        for file, content in files.items():
            (folder / name / file).write_bytes(content)
    return folder


@pytest.fixture
def elsewhere(models: Models, hub: SmallHub, tmp_path: Path) -> Path:
    """The models folder of another machine, which fetched the card from the hub."""
    assert models.fetch().code == 0
    shutil.move(models.home / "models", tmp_path / "stick")
    return tmp_path / "stick"


def pin_of(models: Models) -> dict[str, object]:
    (path,) = models.checkpoint.glob("*/vlaarena-pin.toml")
    return tomllib.loads(path.read_text())


def test_a_folder_without_pins_is_pinned_by_a_digest_of_its_files(models: Models, carried: Path) -> None:
    answer = models.fetch("--from", str(carried))
    assert answer.code == 0, answer.errors
    pin = pin_of(models)
    assert (pin["origin"], pin["license"]) == ("folder", "")
    assert str(pin["revision"]).startswith("local-")
    card = all_cards(models.home)["tiny"]
    assert card.revision == f"local-{card.weights_sha256[:40]}"
    assert sorted(path.name for path in Path(card.sources[0].folder).iterdir()) == [
        "config.json",
        "model.safetensors",
        "vlaarena-pin.toml",
    ]


def test_the_license_must_be_accepted_for_a_folder_too(models: Models, carried: Path) -> None:
    refused = models("fetch", "tiny", "--from", str(carried), answer="no\n")
    assert (refused.code, models.checkpoint.exists()) == (1, False)
    assert "license: none stated there (the card says: MIT)" in refused.output


def test_what_another_machine_fetched_keeps_its_commit_and_license(models: Models, elsewhere: Path) -> None:
    answer = models.fetch("--from", str(elsewhere))
    assert answer.code == 0, answer.errors
    pin = pin_of(models)
    assert (pin["revision"], pin["origin"], pin["license"]) == (COMMIT, "folder", "mit")
    assert all_cards(models.home)["tiny"].revision == COMMIT


def test_a_file_that_differs_from_its_pin_is_refused(models: Models, elsewhere: Path) -> None:
    weights = elsewhere / "lab--tiny" / COMMIT / "model.safetensors"
    weights.write_bytes(WEIGHTS[:-1] + b"?")
    refused = models.fetch("--from", str(elsewhere))
    assert refused.code == 1
    assert "it was changed or is damaged" in refused.errors
    weights.write_bytes(WEIGHTS[:-1])
    assert "it was cut or changed" in models.fetch("--from", str(elsewhere)).errors
    assert not models.checkpoint.exists()


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("model.safetensors", WEIGHTS[:-5], "is not whole safetensors: 3074 bytes, and its header speaks of 3079"),
        ("model.safetensors", b"PK\x03\x04" + bytes(100), "is not whole safetensors"),
        ("model.safetensors", b"\x10" + bytes(7) + b"[" * 16, "is not whole safetensors"),
        ("config.json", b'{"a": ', "is not whole JSON"),
    ],
)
def test_a_damaged_file_without_a_pin_is_refused(
    models: Models, carried: Path, file: str, content: bytes, says: str
) -> None:
    (carried / "lab--tiny" / file).write_bytes(content)
    refused = models.fetch("--from", str(carried))
    assert (refused.code, says in refused.errors) == (1, True), refused.errors
    assert not models.checkpoint.exists()


def test_a_folder_without_the_files_is_refused_with_what_it_has(models: Models, carried: Path) -> None:
    (carried / "lab--tiny" / "model.safetensors").unlink()
    refused = models.fetch("--from", str(carried))
    assert refused.code == 2
    assert "has no file '*.safetensors'" in refused.errors
    assert "config.json" in refused.errors


def test_a_folder_that_is_not_there_is_refused(models: Models, tmp_path: Path) -> None:
    assert "There is no folder" in models.fetch("--from", str(tmp_path / "nowhere")).errors


def test_one_sources_plain_folder_needs_its_role_and_the_rest_is_said_to_be_missing(
    models: Models, carried: Path
) -> None:
    plain = str(carried / "lab--tiny")
    unclear = models.fetch("--from", plain)
    assert (unclear.code, "--source ROLE" in unclear.errors) == (2, True)
    assert models.fetch("--from", plain, "--source", "weights").code == 2
    partly = models.fetch("--from", plain, "--source", "checkpoint")
    assert partly.code == 1
    assert "Still missing: tokenizer (lab/words)." in partly.output
    rest = models.fetch("--from", str(carried / "lab--words"))
    assert rest.code == 0, rest.errors
    assert "'tiny' is on this machine." in rest.output


def test_a_role_without_a_folder_is_refused(models: Models) -> None:
    assert models.fetch("--source", "checkpoint").code == 2


def test_a_pin_with_a_hostile_name_is_refused(models: Models, elsewhere: Path) -> None:
    pin = elsewhere / "lab--tiny" / COMMIT / "vlaarena-pin.toml"
    for hostile in ('"../../evil.json"', '"pytorch_model.bin"'):
        text = pin.read_text()
        pin.write_text(text.replace('"config.json"', hostile))
        assert models.fetch("--from", str(elsewhere)).code == 2
        pin.write_text(text)
    assert not models.checkpoint.exists()


def test_the_same_folder_serves_a_second_card(models: Models, carried: Path) -> None:
    models.fetch("--from", str(carried))
    add_card(models.home, "other", files='["*.json"]')
    assert models("fetch", "other", "--accept-license").output.startswith("'other' is on this machine already")
