"""OpenVLA, native: it computes what openvla's own code computes, and refuses what it cannot compute exactly."""

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from openvla_checkpoint import STATISTICS, picture, shapes, weights, write_checkpoint, write_weights
from openvla_checks import CHECKS, PACKAGE, cases
from safetensors.numpy import load_file
from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel, SiglipVisionConfig, SiglipVisionModel

from gpu_daemon.policies.openvla import OpenVLAModel
from gpu_daemon.policies.openvla.checkpoint import Config
from gpu_daemon.policies.openvla.network import Network, expected_shapes
from gpu_daemon.policies.openvla.structure import PUBLISHED, heads_of
from gpu_daemon.policies.openvla.vision import Dimensions, Tower
from gpu_daemon.policies.weights import check_shapes, shapes_of
from scenes.errors import BadInput, Incompatible, NotFound, PolicyError

PUBLISHED_IDS = ("vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("openvla"))


@pytest.fixture(scope="module")
def model(folder: Path) -> OpenVLAModel:
    return OpenVLAModel.load(folder, device="cpu")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """The checkpoint's files, to be changed."""
    for path in folder.iterdir():
        if path.suffix == ".safetensors":
            os.link(path, tmp_path / path.name)
        else:
            shutil.copy(path, tmp_path)
    return tmp_path


def edit(folder: Path, name: str, **changes: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_part_agrees_with_openvlas_own_computation(check: object, folder: Path) -> None:
    assert callable(check)
    check(PACKAGE, folder)


def test_in_bfloat16_it_answers_with_the_same_tokens_as_openvla(folder: Path) -> None:
    small = OpenVLAModel.load(folder, "cpu", "bfloat16")
    found = [small.action_tokens(case.picture, case.instruction) for case in cases()]
    assert found == [case.recorded("bfloat16").tolist() for case in cases()]


def test_the_published_structure_is_accepted_and_a_wrong_tensor_is_named() -> None:
    text = {"model_type": "llama", "torch_dtype": "bfloat16", "pad_token_id": 32000, "vocab_size": 32064}
    config = Config((224, 224), PUBLISHED_IDS, text, {})
    sizes = [PUBLISHED[each.split(".")[0]] for each in PUBLISHED_IDS]
    published = shapes_of(Network(config, (sizes[0], sizes[1])))
    assert (len(published), sum(map(math.prod, published.values()))) == (982, 7_541_237_184)
    check_shapes(published, expected_shapes(config, published), "published")
    for wrong in (
        "vision_backbone.featurizer.blocks.7.attn.qkv.weight",
        "vision_backbone.fused_featurizer.attn_pool.latent",
        "vision_backbone.featurizer.patch_embed.proj.weight",
        "language_model.model.layers.31.mlp.down_proj.weight",
    ):
        changed = published | {wrong: (3, 5)}
        with pytest.raises(Incompatible, match=rf"{wrong} is \(3, 5\), expected"):
            check_shapes(changed, expected_shapes(config, changed), "changed")
        del changed[wrong]
        with pytest.raises(Incompatible, match=f"missing: {wrong} "):
            check_shapes(changed, expected_shapes(config, changed), "changed")


@pytest.mark.parametrize("missing", [True, False], ids=["missing", "unknown"])
def test_a_checkpoint_with_other_weights_is_refused(missing: bool, copy: Path) -> None:
    tensors = weights(shapes())
    if missing:
        del tensors["vision_backbone.featurizer.blocks.1.ls2.scale_factor"]
    else:
        tensors["action_head.weight"] = np.zeros(3, np.float32)
    for path in copy.glob("*.safetensors"):
        path.unlink()
    write_weights(copy, tensors)
    named = "missing: .*blocks.1.ls2.scale_factor" if missing else "unknown: action_head.weight"
    with pytest.raises(Incompatible, match=named):
        OpenVLAModel.load(copy)


def test_dinov2_agrees_with_transformers_own() -> None:
    size = Dimensions(width=128, depth=4, heads=2, hidden=512, patch=14, registers=4, class_token=True, scaled=True)
    found, tower = filled(Tower(size, 56))
    config = Dinov2WithRegistersConfig(
        hidden_size=128, num_hidden_layers=4, num_attention_heads=2, image_size=56, patch_size=14, num_register_tokens=4
    )
    theirs = Dinov2WithRegistersModel(config).eval()
    names = {
        "embeddings.cls_token": found["cls_token"],
        "embeddings.register_tokens": found["reg_token"],
        "embeddings.mask_token": torch.zeros(1, 128),
        # theirs adds a position to the class token, too; DINOv2 in timm has none there
        "embeddings.position_embeddings": torch.cat([torch.zeros(1, 1, 128), found["pos_embed"]], 1),
        **renamed(found, "patch_embed.proj", "embeddings.patch_embeddings.projection"),
        **renamed(found, "norm", "layernorm"),
    }
    for number in range(4):
        old, new = f"blocks.{number}.", f"encoder.layer.{number}."
        for part in ("norm1", "norm2", "mlp.fc1", "mlp.fc2"):
            names |= renamed(found, old + part, new + part)
        names |= renamed(found, f"{old}attn.proj", f"{new}attention.o_proj")
        names |= split(found, f"{old}attn.qkv", f"{new}attention.", ("q_proj", "k_proj", "v_proj"))
        names |= {f"{new}layer_scale{each}.lambda1": found[f"{old}ls{each}.scale_factor"] for each in (1, 2)}
    compare(tower, theirs, names, skipped=5)


def test_siglip_agrees_with_transformers_own() -> None:
    found, tower = filled(Tower(Dimensions(width=144, depth=3, heads=2, hidden=538, patch=14), 56))
    config = SiglipVisionConfig(
        hidden_size=144,
        intermediate_size=538,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        hidden_act="gelu",  # the published tower's is computed so by timm 0.9
        vision_use_head=False,
    )
    names = {
        "embeddings.position_embedding.weight": found["pos_embed"][0],
        **renamed(found, "patch_embed.proj", "embeddings.patch_embedding"),
        **renamed(found, "norm", "post_layernorm"),
    }
    for number in range(3):
        old, new = f"blocks.{number}.", f"encoder.layers.{number}."
        for theirs, ours in (("layer_norm1", "norm1"), ("layer_norm2", "norm2")):
            names |= renamed(found, old + ours, new + theirs)
        for part in ("mlp.fc1", "mlp.fc2"):
            names |= renamed(found, old + part, new + part)
        names |= renamed(found, f"{old}attn.proj", f"{new}self_attn.out_proj")
        names |= split(found, f"{old}attn.qkv", f"{new}self_attn.", ("q_proj", "k_proj", "v_proj"))
    compare(tower, SiglipVisionModel(config).eval(), names, skipped=0)


def filled(tower: Tower) -> tuple[dict[str, torch.Tensor], Tower]:
    found = {name: torch.from_numpy(array) for name, array in weights(shapes_of(tower)).items()}
    tower.load_state_dict(found)
    return found, tower.eval()


def renamed(found: dict[str, torch.Tensor], old: str, new: str) -> dict[str, torch.Tensor]:
    return {f"{new}.{each}": found[f"{old}.{each}"] for each in ("weight", "bias")}


def split(found: dict[str, torch.Tensor], old: str, new: str, names: tuple[str, str, str]) -> dict[str, torch.Tensor]:
    parts = {each: found[f"{old}.{each}"].chunk(3) for each in ("weight", "bias")}
    return {f"{new}{name}.{each}": parts[each][number] for each in parts for number, name in enumerate(names)}


@torch.inference_mode()
def compare(tower: Tower, theirs: torch.nn.Module, names: dict[str, torch.Tensor], skipped: int) -> None:
    prefix = "vision_model." if any(name.startswith("vision_model.") for name in theirs.state_dict()) else ""
    theirs.load_state_dict({prefix + name: tensor for name, tensor in names.items()}, strict=True)
    pictures = torch.from_numpy(np.random.Generator(np.random.PCG64(3)).standard_normal((2, 3, 56, 56), np.float32))
    layers = theirs(pixel_values=pictures, output_hidden_states=True).hidden_states
    wanted = layers[-2][:, skipped:]
    assert (tower(pictures) - wanted).abs().max() <= 2e-5
    assert (tower(pictures) - layers[-1][:, skipped:]).abs().max() > 0.1


@torch.inference_mode()
def test_the_answer_is_what_transformers_generates(model: OpenVLAModel) -> None:
    case, llama = cases()[0], model._network.language_model
    prefix = torch.from_numpy(np.random.Generator(np.random.PCG64(8)).standard_normal((1, 30, 64), np.float32))
    wanted = llama.generate(inputs_embeds=prefix, max_new_tokens=12, do_sample=False, pad_token_id=32000)[0].tolist()
    assert model._network.answer(prefix, 12, end=2) == wanted
    early = wanted.index(wanted[4]) + 1
    assert model._network.answer(prefix, 12, end=wanted[4]) == wanted[:early]
    assert len(model.action_tokens(case.picture, case.instruction, 3)) == 3


def test_an_answer_that_ends_early_is_an_error(copy: Path) -> None:
    case = cases()[0]
    text = json.loads((copy / "config.json").read_text())["text_config"]
    ending = OpenVLAModel.load(edit(copy, "config.json", text_config=text | {"eos_token_id": 31741}))
    with pytest.raises(PolicyError, match="after 3 of 7 numbers"):
        ending.predict(case.picture, case.instruction, case.key)


def test_the_instruction_is_tokenized_once(model: OpenVLAModel) -> None:
    first = model._tokens("lift the cube")
    assert model._tokens("lift the cube") is first
    assert not torch.equal(model._tokens("lift the cup"), first)
    assert torch.equal(model._tokens("LIFT the cube"), first)


def test_an_unknown_data_set_lists_the_valid_ones(model: OpenVLAModel, folder: Path) -> None:
    for wrong in ("libero_spatial", None):
        with pytest.raises(NotFound) as caught:
            model.predict(picture(1), "lift", wrong)
        assert caught.value.hint == "Available: bridge_orig, unmasked."


def test_one_data_set_needs_no_name_and_a_fine_tunes_own_wins(copy: Path, model: OpenVLAModel) -> None:
    (copy / "dataset_statistics.json").write_text(json.dumps({"own": STATISTICS["bridge_orig"]}))
    tuned = OpenVLAModel.load(copy)
    wanted = model.predict(picture(4), "lift", "bridge_orig")
    assert np.array_equal(tuned.predict(picture(4), "lift"), wanted)
    assert np.array_equal(tuned.predict(picture(4), "lift", "own"), wanted)
    with pytest.raises(NotFound, match="bridge_orig"):
        tuned.predict(picture(4), "lift", "bridge_orig")


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("config.json", {"use_fused_vision_backbone": False}, "two vision towers"),
        ("config.json", {"text_config": {"model_type": "mistral"}}, "not Llama"),
        ("config.json", {"image_resize_strategy": "letterbox"}, "stretch"),
        ("config.json", {"timm_override_act_layers": [None, "quick_gelu"]}, "not GELU"),
        ("config.json", {"image_sizes": [56, 70]}, "size its towers see"),
        ("preprocessor_config.json", {"tvf_do_letterbox": True}, "pads pictures"),
    ],
)
def test_a_relative_that_is_computed_otherwise_is_refused(
    name: str, changes: dict[str, object], reason: str, copy: Path
) -> None:
    with pytest.raises(Incompatible, match=reason):
        OpenVLAModel.load(edit(copy, name, **changes))


def test_a_preprocessor_in_short_form_is_understood(copy: Path, model: OpenVLAModel) -> None:
    path, short = copy / "preprocessor_config.json", {"means": [[0.484375, 0.455078125, 0.40625], [0.5, 0.5, 0.5]]}
    short |= {"stds": [[0.228515625, 0.2236328125, 0.224609375], [0.5, 0.5, 0.5]]}
    kept = {name: each for name, each in json.loads(path.read_text()).items() if not name.startswith("tvf")}
    path.write_text(json.dumps(kept | short))
    wanted = model.predict(picture(4), "lift", "unmasked")
    assert np.array_equal(OpenVLAModel.load(copy).predict(picture(4), "lift", "unmasked"), wanted)
    path.write_text(json.dumps(kept | {"interpolations": ["bicubic", "fractal"]}))
    with pytest.raises(Incompatible, match="way of resizing"):
        OpenVLAModel.load(copy)


def test_missing_and_broken_files_are_named(copy: Path) -> None:
    (copy / "model-00002-of-00003.safetensors").rename(copy / "aside")
    with pytest.raises(BadInput, match="model-00002-of-00003"):
        OpenVLAModel.load(copy)
    (copy / "model-00002-of-00003.safetensors").write_bytes((copy / "aside").read_bytes()[:-9])
    with pytest.raises(BadInput, match="cannot be read as safetensors"):
        OpenVLAModel.load(copy)
    edit(copy, "model.safetensors.index.json", weight_map={"a": "../aside"})
    with pytest.raises(BadInput, match="outside of its folder"):
        OpenVLAModel.load(copy)
    for name in ("preprocessor_config.json", "config.json"):
        (copy / name).write_text("{")
        with pytest.raises(BadInput, match=name):
            OpenVLAModel.load(copy)


def test_pictures_must_be_uint8_in_three_colours(model: OpenVLAModel) -> None:
    for wrong in (np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.uint8), np.zeros((3, 8, 8), np.uint8)):
        with pytest.raises(BadInput, match="uint8"):
            model.predict(wrong, "lift", "bridge_orig")


def test_heads_follow_a_written_rule() -> None:
    assert [heads_of(width) for width in (64, 128, 1024, 144, 1152, 32)] == [1, 2, 16, 2, 16, 16]
    assert [PUBLISHED[each.split(".")[0]].heads for each in PUBLISHED_IDS] == [16, 16]
    with pytest.raises(Incompatible, match="width 50"):
        heads_of(50)


def test_the_small_checkpoint_is_stored_as_the_published_one(folder: Path) -> None:
    stored = [name for path in folder.glob("*.safetensors") for name in load_file(path)]
    assert sorted(stored) == sorted(shapes())
    assert len(stored) == 144
