"""Octo's files are read strictly, and its adapter plays from its card alone."""

from __future__ import annotations

import gc
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from octo_cases import FOLDER, TOKENIZER
from octo_files import (
    T5_BASE,
    card,
    full_size_config,
    full_size_leaves,
    seen,
    write_document,
    write_model,
    write_tokenizer,
)

from gpu_daemon.policies.loading import load
from gpu_daemon.policies.octo import OctoModel, checkpoint
from gpu_daemon.policies.octo.adapter import OctoPolicy
from gpu_daemon.policies.octo.loading import empty_network, read_files
from gpu_daemon.policies.octo.pictures import resized
from gpu_daemon.policies.octo.playing import History
from gpu_daemon.policies.octo.words import TextEncoder
from scenes.errors import ArenaError, BadInput, Incompatible, NotFound
from scenes.models import CameraInput, Source

TINY = FOLDER / "tiny_15"
INSTRUCTION = "close the drawer"


def copied(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The tiny checkpoint with a changed config.json."""
    shutil.copytree(TINY, folder)
    config = json.loads((folder / "config.json").read_text())
    change(config["model"])
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_the_full_size_structure_is_accepted(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", full_size_leaves(), full_size_config())
    files = read_files(folder, write_tokenizer(tmp_path / "t5", T5_BASE), None)
    network = empty_network(files)
    assert len(files.leaves) == 366
    assert sum(each.numel() for each in network.parameters()) == 136_670_604
    assert sum(each.numel() for each in network.text.parameters()) == 109_628_544
    assert OctoModel.load(folder, tmp_path / "t5", device="meta").pictures == {"image_primary": 256, "image_wrist": 128}


def test_wrong_missing_and_unknown_weights_are_named(tmp_path: Path) -> None:
    leaves = full_size_leaves()
    wrong, unknown = "octo_transformer/obs_wrist_projection/kernel", "heads_value/Dense_0/kernel"
    missing = "octo_transformer/task_tokenizers_language/hf_model/encoder/block/7/layer/1/DenseReluDense/wo/kernel"
    leaves |= {wrong: (512, 383), unknown: (3, 4)}
    del leaves[missing]
    folder = write_model(tmp_path / "model", leaves, full_size_config())
    with pytest.raises(Incompatible) as refused:
        OctoModel.load(folder, write_tokenizer(tmp_path / "t5", T5_BASE), device="meta")
    assert f"{wrong} is (512, 383), expected (512, 384)" in refused.value.message
    assert f"missing: {missing} (3072, 768)" in refused.value.message
    assert f"unknown: {unknown} (3, 4)" in refused.value.message


def test_a_table_for_pictures_that_are_not_square_is_named(tmp_path: Path) -> None:
    name = "octo_transformer/obs_wrist_pos_embedding"
    folder = write_model(tmp_path / "model", full_size_leaves() | {name: (1, 10, 63, 384)}, full_size_config())
    with pytest.raises(Incompatible, match=name):
        OctoModel.load(folder, write_tokenizer(tmp_path / "t5", T5_BASE), device="meta")


def test_the_latest_step_is_the_largest_number() -> None:
    assert checkpoint.checkpoint_file(TINY).parts[-3] == "100000"  # 90000 is there too, and sorts after it as text
    assert checkpoint.checkpoint_file(TINY, 90000).parts[-3] == "90000"
    with pytest.raises(NotFound, match="Steps: 90000, 100000"):
        OctoModel.load(TINY, TOKENIZER, step=5)


@pytest.mark.parametrize("form", ["ocdbt", "zarr", "placeholders"])
def test_other_forms_of_checkpoint_are_refused_with_advice(tmp_path: Path, form: str) -> None:
    folder = copied(tmp_path / "model", lambda model: None)
    place = folder / "100000" / "default"
    if form == "placeholders":
        (place / "checkpoint").write_bytes(msgspec.msgpack.encode({"a": {"b": "PLACEHOLDER://a.b"}}))
    else:
        (place / "checkpoint").rename(place / {"ocdbt": "manifest.ocdbt", "zarr": ".zarray"}[form])
    with pytest.raises(Incompatible, match="use_ocdbt=False"):
        OctoModel.load(folder, TOKENIZER)


def test_a_cut_or_hostile_file_is_refused(tmp_path: Path) -> None:
    whole = checkpoint.checkpoint_file(TINY).read_bytes()
    array = msgspec.msgpack.encode([[4], "float32", b"123"])
    refused = {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "other bytes": b"\xc1" * 100,
        "object arrays": msgspec.msgpack.encode({"a": msgspec.msgpack.Ext(1, array.replace(b"float32", b"object0"))}),
        "a wrong length": msgspec.msgpack.encode({"a": msgspec.msgpack.Ext(1, array)}),
        "another extension": msgspec.msgpack.encode({"a": msgspec.msgpack.Ext(2, array)}),
    }
    for name, content in refused.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadInput, match="cannot be read as a flax MessagePack file"):
            checkpoint.index(path)


def test_large_arrays_in_chunks_and_every_kind_of_number_are_read_whole(tmp_path: Path) -> None:
    values: dict[str, NDArray[Any]] = {
        "a/large": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
        "a/half": np.arange(4, dtype=np.float16),
        "whole": np.arange(3, dtype=np.int64),
    }
    path = tmp_path / "document"
    write_document(path, values, chunk=7)
    leaves = checkpoint.index(path)
    assert len(leaves["a/large"].places) == 4
    for name, expected in values.items():
        assert np.array_equal(checkpoint.read(path, leaves[name]).numpy(), expected)
    halves = torch.arange(4).to(torch.bfloat16)
    content = [[4], "bfloat16", halves.view(torch.int16).numpy().tobytes()]
    path.write_bytes(msgspec.msgpack.encode({"b": msgspec.msgpack.Ext(1, msgspec.msgpack.encode(content))}))
    assert torch.equal(checkpoint.read(path, checkpoint.index(path)["b"]), halves)


UNPLAYED: dict[str, Callable[[dict[str, Any]], object]] = {
    "attention pooling": lambda model: model["heads"]["action"]["kwargs"].update(use_map=True),
    "MSEActionHead": lambda model: model["heads"]["action"].update(name="MSEActionHead"),
    "LowdimObsTokenizer": lambda model: model["observation_tokenizers"]["wrist"].update(name="LowdimObsTokenizer"),
    "ResNet26FILM": lambda model: model["observation_tokenizers"]["wrist"]["kwargs"]["encoder"].update(
        name="ResNet26FILM"
    ),
    "unknown field": lambda model: model.update(other_attention=True),
    "readout_value": lambda model: model["heads"]["action"]["kwargs"].update(readout_key="readout_value"),
}


@pytest.mark.parametrize("said", list(UNPLAYED))
def test_a_model_of_another_kind_is_refused_with_the_reason(tmp_path: Path, said: str) -> None:
    with pytest.raises(ArenaError, match=said):
        OctoModel.load(copied(tmp_path / "model", UNPLAYED[said]), TOKENIZER)


def test_missing_files_are_named(tmp_path: Path) -> None:
    for name in ("config.json", "dataset_statistics.json"):
        folder = copied(tmp_path / name, lambda model: None)
        (folder / name).unlink()
        with pytest.raises(BadInput, match=re.escape(name)):
            OctoModel.load(folder, TOKENIZER)
    tokenizer = write_tokenizer(tmp_path / "t5", json.loads((TOKENIZER / "config.json").read_text()))
    (tokenizer / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match=re.escape("tokenizer.json")):
        OctoModel.load(TINY, tokenizer)


def test_an_instruction_is_encoded_once() -> None:
    encoded: list[int] = []

    def count(module: torch.nn.Module, given: Any, hidden: Any) -> None:
        encoded.extend([1] if isinstance(module, TextEncoder) else [])

    model = OctoModel.load(TINY, TOKENIZER, device="cpu")
    hook = torch.nn.modules.module.register_module_forward_hook(count)
    try:
        tasks = [model.create_task(texts=["open it", INSTRUCTION]), model.create_task(texts=[INSTRUCTION])]
    finally:
        hook.remove()
    assert len(encoded) == 2
    assert np.array_equal(tasks[0]["t5_last_hidden_state"][1], tasks[1]["t5_last_hidden_state"][0])


def random_pictures(step: int) -> dict[str, NDArray[np.uint8]]:
    generator = np.random.Generator(np.random.PCG64(step))
    sizes = {"image_primary": (80, 96, 3), "image_wrist": (32, 32, 3)}
    return {key: generator.integers(0, 256, size, np.uint8) for key, size in sizes.items()}


def episode(policy: OctoPolicy, seed: int = 3, instruction: str = INSTRUCTION, first: int = 0) -> NDArray[np.float32]:
    policy.reset(instruction, seed)
    return np.stack([policy.act(seen(random_pictures(first + step))) for step in range(3)])


def test_the_adapter_answers_what_the_model_says_of_its_cropped_history() -> None:
    policy = load(card())
    assert isinstance(policy, OctoPolicy)
    assert policy.device == "cpu"
    found = episode(policy)
    model, history = OctoModel.load(TINY, TOKENIZER, device="cpu"), History(2)
    task, generator = model.create_task(texts=[INSTRUCTION]), np.random.Generator(np.random.PCG64(3))
    for step in range(3):
        images = random_pictures(step)
        frame = {
            "image_primary": resized(images["image_primary"], 64, cropped=True),
            "image_wrist": resized(images["image_wrist"], 32, cropped=False),
        }
        start = generator.standard_normal((1, 2, 28), dtype=np.float32)
        fresh = generator.standard_normal((20, 1, 2, 28), dtype=np.float32)
        chunk = model.predict_chunk(history.observation(frame), task, "seven", noise=(start, fresh))
        assert np.array_equal(found[step], chunk[0])
    assert found.shape == (3, 4, 7)
    assert found.dtype == np.float32


def test_an_episode_depends_on_its_seed_and_instruction_and_on_no_episode_before() -> None:
    policy = OctoPolicy(card())
    first = episode(policy)
    assert not np.array_equal(episode(policy, seed=4), first)
    assert not np.array_equal(episode(policy, instruction="open it", first=7), first)
    assert np.array_equal(episode(policy), first)
    assert np.array_equal(episode(OctoPolicy(card())), first)


def test_a_card_without_the_wrist_camera_plays() -> None:
    found = episode(OctoPolicy(card(cameras=card().cameras[:1])))
    assert np.isfinite(found).all()
    assert not np.array_equal(found, episode(OctoPolicy(card())))


def test_in_bfloat16_it_answers_nearly_the_same() -> None:
    exact, near = episode(OctoPolicy(card())), episode(OctoPolicy(card(dtype="bfloat16")))
    assert not np.array_equal(near, exact)
    np.testing.assert_allclose(near, exact, atol=0.2)


def test_loading_and_closing_again_and_again_keeps_no_memory(repeats: Callable[[int, int], int]) -> None:
    def cycle() -> None:
        policy = OctoPolicy(card())
        policy.act(seen(random_pictures(0)))
        policy.close()

    def held() -> int:
        gc.collect()
        return sum(type(each) in (OctoModel, TextEncoder, torch.nn.Parameter) for each in gc.get_objects())

    before = held()
    for _ in range(repeats(3, 20)):
        cycle()
    assert held() == before


MISFITS: dict[str, dict[str, Any]] = {
    "chunks of 8 x 7": {"chunk": 8},
    "4 x 5 for 'five'.*: masked, seven": {"statistics": "five"},
    "Available: five, masked, seven": {"statistics": "bridge"},
    "cameras image_side.*image_primary, image_wrist": {"cameras": (CameraInput(key="image_side", camera="front"),)},
    "cameras none": {"cameras": ()},
    "vlaarena-daemon models fetch octo-tiny": {"sources": (Source(role="checkpoint", repository="a/octo"),)},
    "no source called 'tokenizer'": {"sources": card().sources[:1]},
    "options of 'octo-tiny'": {"options": {"temperature": 1.0}},
}


@pytest.mark.parametrize("said", list(MISFITS))
def test_a_card_that_does_not_fit_its_model_is_refused(said: str) -> None:
    with pytest.raises(ArenaError, match=said):
        OctoPolicy(card(**MISFITS[said]))
