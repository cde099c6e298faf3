from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file
from smolvla_cases import CASES, FOLDER, actions_agree, asked, checkpoint, distance, load, prefixes_agree, recorded

from gpu_daemon.policies.smolvla import SmolVLAModel
from gpu_daemon.policies.smolvla.checkpoint import check
from gpu_daemon.policies.smolvla.config import read_config
from gpu_daemon.policies.smolvla.network import build
from gpu_daemon.policies.weights import Shape
from scenes.errors import ArenaError, BadInput, Incompatible

PLAIN = "renamed_cameras"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("smolvla")


@pytest.fixture(scope="module")
def model(place: Path) -> SmolVLAModel:
    loaded = load(SmolVLAModel, PLAIN, place)
    assert isinstance(loaded, SmolVLAModel)
    return loaded


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A checkpoint whose files may be changed."""
    folder = checkpoint(PLAIN, tmp_path)
    for path in folder.iterdir():
        content = path.read_bytes()
        path.unlink()
        if path.name != "case.npz":
            path.write_bytes(content)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refusal(folder: Path, backbone: Path = FOLDER / "vlm_small") -> ArenaError:
    with pytest.raises((BadInput, Incompatible)) as refused:
        SmolVLAModel.load(folder, backbone, "cpu", "float32")
    return refused.value


@pytest.mark.parametrize("name", CASES)
def test_actions_agree_with_the_reference(name: str, place: Path) -> None:
    actions_agree(SmolVLAModel, name, place)


@pytest.mark.parametrize("name", CASES)
def test_prefixes_agree_with_the_reference(name: str, place: Path) -> None:
    prefixes_agree(SmolVLAModel, name, place)


def test_arrays_may_be_torchs_own_and_noise_for_one_state_needs_no_batch(model: SmolVLAModel) -> None:
    (images, state, instruction), noise = asked(PLAIN), recorded(PLAIN)["noise"]
    wanted = model.predict_chunk(images, state, instruction, noise)
    given = {key: torch.tensor(picture) for key, picture in images.items()}
    assert np.array_equal(model.predict_chunk(given, torch.tensor(state), instruction, torch.tensor(noise)), wanted)
    assert np.array_equal(model.predict_chunk(images, state, instruction, noise[0]), wanted)
    two = np.stack([np.ravel(state)] * 2)
    with pytest.raises(BadInput, match="noise"):
        model.predict_chunk({key: np.stack([np.squeeze(each)] * 2) for key, each in images.items()}, two, "a", noise[0])


def test_towers_in_bfloat16_agree_with_the_reference_in_bfloat16(place: Path) -> None:
    case = recorded("as_published")
    found = load(SmolVLAModel, "as_published", place, dtype="bfloat16").predict_chunk(
        *asked("as_published"), case["noise"]
    )
    assert distance(found, case["actions_bfloat16"]) <= 2e-2
    assert distance(found, case["actions"]) <= 6e-2


def test_on_the_cpu_auto_is_float32(place: Path) -> None:
    case = recorded(PLAIN)
    found = SmolVLAModel.load(str(checkpoint(PLAIN, place)), str(FOLDER / "vlm_small"), torch.device("cpu"))
    assert distance(found.predict_chunk(*asked(PLAIN), case["noise"]), case["actions"]) <= 1e-4
    assert found.device == torch.device("cpu")


def test_a_batch_gives_what_its_members_give_alone(place: Path) -> None:
    name = "a_batch_padded_to_the_maximum"
    (images, state, instructions), noise = asked(name), recorded(name)["noise"]
    model = load(SmolVLAModel, name, place)
    together = model.predict_chunk(images, state, instructions, noise)
    for number, instruction in enumerate(instructions):
        alone = {key: picture[number] for key, picture in images.items()}
        one = model.predict_chunk(alone, state[number], instruction, noise[number : number + 1])
        assert distance(one[0], together[number]) <= 1e-4


def test_without_noise_the_answer_is_always_the_same(model: SmolVLAModel) -> None:
    first, again = (model.predict_chunk(*asked(PLAIN)) for _ in range(2))
    assert np.array_equal(first, again)
    drawn = np.random.Generator(np.random.PCG64(0)).standard_normal((1, 6, 32), dtype=np.float32)
    assert np.array_equal(model.predict_chunk(*asked(PLAIN), drawn), first)


def test_an_answer_does_not_depend_on_what_was_asked_before(model: SmolVLAModel, place: Path) -> None:
    images, state, instruction = asked(PLAIN)
    first = model.predict_chunk(images, state, instruction)
    model.predict_chunk(images, -state, "push the bowl off the table, slowly")
    assert np.array_equal(model.predict_chunk(images, state, instruction), first)
    assert np.array_equal(load(SmolVLAModel, PLAIN, place).predict_chunk(images, state, instruction), first)


def full_size() -> dict[str, Shape]:
    listed = json.loads((FOLDER / "smolvla_base_shapes.json").read_text(encoding="utf-8"))
    return {name: tuple(shape) for name, shape in listed.items()}


def test_the_published_structure_is_accepted_without_any_weights(place: Path) -> None:
    shapes = full_size()
    assert (len(shapes), sum(int(np.prod(shape)) for shape in shapes.values())) == (500, 450_046_176)
    config = read_config(checkpoint("as_published", place))
    network = build(replace(config, num_vlm_layers=16), FOLDER / "vlm_full")
    check(shapes, network, "the list")
    check({name.replace("model.", "model._orig_mod.", 1): shape for name, shape in shapes.items()}, network, "compiled")
    check({name: shape for name, shape in shapes.items() if "lm_head" not in name}, network, "without its head")
    assert all(weight.is_meta for weight in network.parameters())
    wrong = "model.vlm_with_expert.lm_expert.layers.7.mlp.up_proj.weight"
    with pytest.raises(Incompatible, match=rf"{wrong} is \(2048, 721\), expected \(2048, 720\)"):
        check(shapes | {wrong: (2048, 721)}, network, "the list")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("another shape", r"model\.state_proj\.bias is \(31,\), expected \(32,\)"),
        ("missing", r"missing: model\.state_proj\.bias \(32,\)"),
        ("unknown", r"unknown: model\.state_proj\.extra \(32,\)"),
    ],
)
def test_weights_of_another_structure_are_refused_by_name(copied: Path, change: str, named: str) -> None:
    weights = load_file(copied / "model.safetensors")
    bias = weights.pop("model.state_proj.bias")
    changed = {"another shape": {"bias": bias[1:].clone()}, "missing": {}, "unknown": {"bias": bias, "extra": bias + 1}}
    weights |= {f"model.state_proj.{key}": value for key, value in changed[change].items()}
    save_file(weights, copied / "model.safetensors")
    with pytest.raises(Incompatible, match=named):
        SmolVLAModel.load(copied, FOLDER / "vlm_small", "cpu")


def test_a_file_that_was_cut_short_is_refused(copied: Path) -> None:
    content = (copied / "model.safetensors").read_bytes()
    (copied / "model.safetensors").write_bytes(content[: len(content) // 2])
    assert "cannot be read as safetensors" in refusal(copied).message


def test_a_model_outlives_its_files(copied: Path, model: SmolVLAModel) -> None:
    loaded = SmolVLAModel.load(copied, FOLDER / "vlm_small", "cpu")
    (copied / "model.safetensors").write_bytes(b"")
    assert np.array_equal(loaded.predict_chunk(*asked(PLAIN)), model.predict_chunk(*asked(PLAIN)))


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("config.json", '"smolvla"', '"act"', "a model of the type 'act'"),
        ("config.json", '"use_peft": false', '"use_peft": true', "only a PEFT adapter"),
        ("config.json", '"adapt_to_pi_aloha": false', '"adapt_to_pi_aloha": true', "ALOHA's joints"),
        ("config.json", '"VISUAL",', '"DEPTH",', "names no camera"),
        ("config.json", '"num_expert_layers": 0', '"num_expert_layers": 2', "3 layers cannot be shared by 2"),
        ("config.json", '"expert_width_multiplier": 0.75', '"expert_width_multiplier": 0.79', "width 25 is odd"),
        ("config.json", '"STATE": "MEAN_STD"', '"STATE": "RANK"', "normalises STATE by 'RANK', which is unknown"),
        ("config.json", '"max_action_dim": 32', '"max_action_dim": 6', "answers with actions of 7"),
        ("config.json", '"max_state_dim": 32', '"max_state_dim": 7', "reads states of 8 numbers"),
        ("config.json", '"num_steps": 5', '"num_steps": 0', "num_steps"),
        ("config.json", "{", "", "cannot be read as JSON"),
        ("policy_preprocessor.json", '"MEAN_STD"', '"RANK"', "'RANK', which is unknown"),
        ("policy_postprocessor.json", '"unnormalizer_processor"', '"delta_action"', "unknown step 'delta_action'"),
        ("policy_preprocessor.json", '"longest"', '"shortest"', "cannot be padded to 'shortest'"),
        ("policy_preprocessor.json", '"float_dtype": null', '"float_dtype": "float16"', "into float16"),
        ("policy_preprocessor.json", '"policy_preprocessor_step', '"../policy_preprocessor_step', "outside its folder"),
        ("policy_preprocessor.json", '"tokenizer_processor"', '"device_processor"', "how instructions are tokenized"),
    ],
)
def test_what_cannot_be_computed_as_trained_is_refused(copied: Path, file: str, old: str, new: str, why: str) -> None:
    edit(copied / file, old, new)
    assert why in refusal(copied).message


def test_depths_whose_projections_cannot_fit_are_refused(place: Path) -> None:
    config = read_config(checkpoint("expert_of_half_depth", place))
    with pytest.raises(Incompatible, match="expert's layer 1 does not fit what it attends to at layer 2"):
        build(replace(config, self_attn_every_n_layers=2), FOLDER / "vlm_small")


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("config.json", '"hidden_size": 32', '"hidden_size": 30', "config.json cannot be used"),
        ("config.json", '"smolvlm"', '"siglip"', "holds a 'siglip'"),
        ("config.json", "{", "", "cannot be read as JSON"),
        ("tokenizer.json", "{", "", "no readable tokenizer"),
        ("tokenizer_config.json", '"fake_image_token"', '"other_token"', "knows no tokens for pictures"),
    ],
)
def test_a_damaged_or_foreign_backbone_is_refused(
    place: Path, tmp_path: Path, file: str, old: str, new: str, why: str
) -> None:
    copytree(FOLDER / "vlm_small", tmp_path / "backbone")
    edit(tmp_path / "backbone" / file, old, new)
    assert why in refusal(checkpoint("marked_pictures_and_a_long_prefix", place), tmp_path / "backbone").message


def test_a_missing_backbone_is_refused(place: Path, tmp_path: Path) -> None:
    assert "config.json cannot be read as JSON" in refusal(checkpoint(PLAIN, place), tmp_path).message
    (tmp_path / "config.json").symlink_to(FOLDER / "vlm_small" / "config.json")
    assert "no readable tokenizer" in refusal(checkpoint(PLAIN, place), tmp_path).message


def test_statistics_that_are_no_numbers_are_refused(copied: Path) -> None:
    path = next(copied.glob("policy_preprocessor*.safetensors"))
    statistics = load_file(path)
    statistics["observation.state.std"][2] = float("inf")
    save_file(statistics, path)
    assert "lacks usable statistics of 'observation.state': std" in refusal(copied).message


def test_the_shapes_of_statistics_are_trusted_more_than_the_configuration(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    config["input_features"]["observation.state"]["shape"] = [6]
    config["output_features"]["action"]["shape"] = [14]
    (copied / "config.json").write_text(json.dumps(config))
    model = SmolVLAModel.load(copied, FOLDER / "vlm_small", "cpu")
    assert (model.state_size, model.action_size) == (8, 7)
    assert distance(model.predict_chunk(*asked(PLAIN), recorded(PLAIN)["noise"]), recorded(PLAIN)["actions"]) <= 1e-4
