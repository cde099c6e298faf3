"""pi0 through transformers' own class: lerobot's files give lerobot's actions, and misfits are refused with the reason.

`pi0/recorded.npz` was recorded with lerobot 0.6.1's modeling_pi0.py and transformers 5.5.4 on the same random weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pi0_checkpoint
import pytest
import torch
from msgspec.structs import replace
from safetensors.numpy import save_file

from gpu_daemon.policies.loading import load
from gpu_daemon.policies.pi0 import Pi0Policy
from gpu_daemon.policies.pi0.config import Pi0Config
from gpu_daemon.policies.pi0.model import Pi0Model
from gpu_daemon.policies.pi0.network import expected_shapes, skeleton
from gpu_daemon.policies.pi0.pictures import fitted
from gpu_daemon.policies.pi0.structure import Gemma, Sizes, Vision, sizes_of
from gpu_daemon.policies.weights import check_shapes
from scenes.control import check_actions
from scenes.errors import BadInput, Incompatible
from scenes.models import CameraInput, ModelCard, Source
from scenes.policy import ActionSpace, Observation

RECORDED = Path(__file__).parent / "pi0" / "recorded.npz"
PICTURES = "observation.images."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pi0_checkpoint.write_checkpoint(tmp_path_factory.mktemp("pi0") / "made")


@pytest.fixture(scope="module")
def card(folder: Path) -> ModelCard:
    return ModelCard(
        id="pi0-tiny",
        name="pi0 tiny",
        organization="Tests",
        license="Apache-2.0",
        adapter="pi0",
        robots=("panda",),
        sources=(
            Source("checkpoint", "tests/pi0-tiny", folder=str(folder)),
            Source("tokenizer", "google/paligemma-3b-pt-224", folder=str(folder / "tokenizer")),
        ),
        cameras=(
            CameraInput("base_0_rgb", "front", 64, 48),
            CameraInput(f"{PICTURES}left_wrist_0_rgb", "wrist", 56, 56),
        ),
        state="joints_gripper",
        action=ActionSpace(space="eef_delta"),
        control_hz=10,
        chunk=pi0_checkpoint.CHUNK,
        device="cpu",
    )


def cases() -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Pictures, instruction, and what was recorded."""
    with np.load(RECORDED) as file:
        for number, (seed, (height, width), cameras, text) in enumerate(json.loads(str(file["cases"]))):
            pictures = {
                PICTURES + camera: pi0_checkpoint.picture(10 * seed + place, height, width)
                for place, camera in enumerate(cameras)
            }
            names = ("state", "noise", "actions", "bfloat16", "tokens")
            yield pictures, text, {name: file[f"{number}_{name}"] for name in names}


@pytest.mark.parametrize(("dtype", "name", "bound"), [("float32", "actions", 5e-6), ("bfloat16", "bfloat16", 0.05)])
def test_actions_are_lerobots_own(dtype: str, name: str, bound: float, folder: Path) -> None:
    model = Pi0Model.load(folder, folder / "tokenizer", "cpu", dtype)
    for pictures, text, recorded in cases():
        found = model.predict_chunk(pictures, recorded["state"], text, recorded["noise"])
        assert found.dtype == np.float32
        assert np.abs(found - recorded[name]).max() <= bound
        assert model._tokens(text).tolist() == recorded["tokens"].tolist()


def test_in_bfloat16_only_the_large_parts_are_bfloat16(folder: Path) -> None:
    network = Pi0Model.load(folder, folder / "tokenizer", "cpu", "bfloat16")._network
    narrow = {name for name, each in network.named_parameters() if each.dtype == torch.bfloat16}
    assert all("language_model" in name or ".dit." in name for name in narrow)
    assert not any("norm" in name for name in narrow)
    assert len(narrow) == 29


def test_other_versions_names_give_the_same_actions(folder: Path, tmp_path: Path) -> None:
    other = pi0_checkpoint.write_checkpoint(tmp_path / "other")
    tensors = pi0_checkpoint.weights(pi0_checkpoint.shapes())
    renamed = {name.removeprefix("model.").replace("vision_model.", ""): each for name, each in tensors.items()}
    del renamed["paligemma_with_expert.gemma_expert.lm_head.weight"]
    embedding = renamed["paligemma_with_expert.paligemma.lm_head.weight"]
    renamed["paligemma_with_expert.paligemma.model.language_model.embed_tokens.weight"] = embedding.copy()
    save_file(renamed, other / "model.safetensors")
    first, second = (Pi0Model.load(each, each / "tokenizer", "cpu") for each in (folder, other))
    pictures, text, recorded = next(cases())
    given = pictures, recorded["state"], text, recorded["noise"]
    assert np.array_equal(first.predict_chunk(*given), second.predict_chunk(*given))


def test_the_published_structure_is_accepted_and_a_wrong_tensor_is_named() -> None:
    config = Pi0Config(type="pi0", input_features={}, output_features={})
    sizes = Sizes(257152, Gemma(2048, 18, 16384, 8, 256), Gemma(1024, 18, 4096, 8, 256), Vision(1152, 27, 4304, 16, 14))
    published = expected_shapes(skeleton(config, sizes))
    assert (len(published), sum(map(math.prod, published.values()))) == (776, 3_238_048_528)
    assert sizes_of(published) == sizes
    for wrong in (
        "paligemma_with_expert.gemma_expert.model.layers.17.self_attn.o_proj.weight",
        "paligemma_with_expert.paligemma.model.vision_tower.encoder.layers.26.mlp.fc2.bias",
        "state_proj.weight",
    ):
        changed = published | {wrong: (3, 5)}
        with pytest.raises(Incompatible, match=rf"{wrong} is \(3, 5\), expected"):
            check_shapes(changed, expected_shapes(skeleton(config, sizes_of(changed))), "changed")
        del changed[wrong]
        with pytest.raises(Incompatible, match=f"missing: {wrong} "):
            check_shapes(changed, expected_shapes(skeleton(config, sizes_of(changed))), "changed")


def test_other_weights_are_refused(tmp_path: Path) -> None:
    made = pi0_checkpoint.write_checkpoint(tmp_path / "made")
    save_file({"vlm.weight": np.zeros((2, 2), np.float32)}, made / "model.safetensors")
    with pytest.raises(Incompatible, match="not those of a pi0"):
        Pi0Model.load(made, made / "tokenizer")


def test_quantiles_scale_state_and_actions(folder: Path, tmp_path: Path) -> None:
    quantiles = pi0_checkpoint.write_checkpoint(tmp_path / "quantiles", ("QUANTILES", "QUANTILES"))
    first, second = (Pi0Model.load(each, each / "tokenizer", "cpu") for each in (folder, quantiles))
    pictures, text, recorded = next(cases())
    known = {name: each.astype(np.float64) for name, each in pi0_checkpoint.statistics().items()}
    normal = (recorded["state"] - known["observation.state.mean"]) / (known["observation.state.std"] + 1e-8)
    low, high = known["observation.state.q01"], known["observation.state.q99"]
    same = ((normal + 1) / 2 * (high - low) + low).astype(np.float32)
    raw = (recorded["actions"] - known["action.mean"]) / known["action.std"]
    wanted = (raw + 1) / 2 * (known["action.q99"] - known["action.q01"]) + known["action.q01"]
    found = second.predict_chunk(pictures, same, text, recorded["noise"])
    assert np.abs(found - wanted).max() <= 2e-5
    assert first.processing.tokenization == second.processing.tokenization


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "pi05"}, "type 'pi05'"),
        ({"use_relative_actions": True}, "relative"),
        ({"resize_imgs_with_padding": [224, 224]}, "before lerobot 0.4"),
        ({"image_resolution": [56, 70]}, "square"),
        ({"input_features": {}}, "no camera"),
        ({"use_peft": True}, "PEFT"),
    ],
)
def test_a_config_that_asks_for_more_is_refused(changes: dict[str, Any], reason: str, tmp_path: Path) -> None:
    made = pi0_checkpoint.write_checkpoint(tmp_path / "made", **changes)
    with pytest.raises(Incompatible, match=reason):
        Pi0Model.load(made, made / "tokenizer")


def test_unknown_steps_and_modes_are_refused(tmp_path: Path) -> None:
    made = pi0_checkpoint.write_checkpoint(tmp_path / "made", ("ROBUST", "MEAN_STD"))
    with pytest.raises(Incompatible, match="'ROBUST', which is unknown"):
        Pi0Model.load(made, made / "tokenizer")
    path = made / "policy_postprocessor.json"
    text = path.read_text()
    path.write_text(text.replace('"enabled": false', '"enabled": true'))
    with pytest.raises(Incompatible, match="relative to the state"):
        Pi0Model.load(made, made / "tokenizer")
    path.write_text(text.replace("absolute_actions_processor", "smoothing_processor"))
    with pytest.raises(Incompatible, match="unknown step 'smoothing_processor'"):
        Pi0Model.load(made, made / "tokenizer")


def test_states_longer_than_the_network_has_room_for_are_refused(tmp_path: Path) -> None:
    made = pi0_checkpoint.write_checkpoint(tmp_path / "made", max_state_dim=7)
    with pytest.raises(Incompatible, match="states of 8 numbers"):
        Pi0Model.load(made, made / "tokenizer")


def test_a_picture_lies_in_the_middle_of_black() -> None:
    white = torch.ones(3, 20, 31)
    found = fitted(white, 64, 64)
    rows, columns = (found.sum((0, 2)) > 0).nonzero()[:, 0], (found.sum((0, 1)) > 0).nonzero()[:, 0]
    assert (int(rows[0]), int(rows[-1]), len(columns)) == (11, 51, 64)
    assert fitted(white, 20, 31) is white


def test_wrong_pictures_and_states_are_refused(folder: Path) -> None:
    model = Pi0Model.load(folder, folder / "tokenizer", "cpu")
    pictures, text, recorded = next(cases())
    for wrong in ({}, {"front": pictures[f"{PICTURES}base_0_rgb"]}):
        with pytest.raises(BadInput, match="pictures of"):
            model.predict_chunk(wrong, recorded["state"], text, recorded["noise"])
    with pytest.raises(BadInput, match="state of shape"):
        model.predict_chunk(pictures, recorded["state"][:7], text, recorded["noise"])
    with pytest.raises(BadInput, match="uint8"):
        model.predict_chunk(
            pictures | {f"{PICTURES}base_0_rgb": np.zeros((4, 4))}, recorded["state"], text, recorded["noise"]
        )


def seen(number: int) -> Observation:
    images = {"base_0_rgb": pi0_checkpoint.picture(number, 48, 64)}
    return Observation(
        robot_id="panda",
        scene_id="table",
        time=0.0,
        images=images | {f"{PICTURES}left_wrist_0_rgb": pi0_checkpoint.picture(number + 50, 56, 56)},
        qpos=np.linspace(-1, 1, 7) * number,
        eef_position=np.zeros(3),
        eef_quaternion=np.array([1.0, 0, 0, 0]),
        gripper_width=0.04,
        commanded_position=np.zeros(3),
        commanded_gripper=1.0,
    )


def played(policy: Any, instruction: str, seed: int) -> Any:
    policy.reset(instruction, seed)
    return np.array([policy.act(seen(number)) for number in range(2)])


def test_a_card_plays_and_the_seed_alone_decides(card: ModelCard) -> None:
    policy = load(card)
    assert isinstance(policy, Pi0Policy)
    assert policy.device == "cpu"
    first = played(policy, "lift the cube", 7)
    check_actions(first[0], 7, card.chunk)
    assert not np.array_equal(played(policy, "lift the cube", 8), first)
    assert not np.array_equal(played(policy, "open the drawer", 7), first)
    assert np.array_equal(played(policy, "lift the cube", 7), first)
    policy.close()
    policy.close()  # twice harms nobody


def test_the_files_can_be_checked_without_loading_them(card: ModelCard) -> None:
    assert Pi0Policy.check(card).startswith("All 88 weights are those of a pi0 with ")
    with pytest.raises(Incompatible, match="state of 8 numbers"):
        Pi0Policy.check(replace(card, state="joints"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"action": ActionSpace(space="joint_absolute")}, "actions have 7 numbers and the card's 8"),
        ({"state": "none"}, "reads a state of 8 numbers"),
        ({"chunk": 7}, "promises 7"),
        ({"cameras": (CameraInput("top", "front"),)}, "no picture 'top'"),
        ({"cameras": ()}, "gives it no picture"),
        ({"sources": ()}, "no source called 'checkpoint'"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str, card: ModelCard) -> None:
    with pytest.raises(Incompatible, match=reason):
        Pi0Policy(replace(card, **changes))


def test_a_base_model_without_statistics_is_refused(card: ModelCard, tmp_path: Path) -> None:
    base = pi0_checkpoint.write_checkpoint(tmp_path / "base")
    for path in base.glob("*processor.json"):
        path.write_text(path.read_text().replace('"state_file"', '"once"'))
    with pytest.raises(Incompatible, match="no statistics"):
        Pi0Policy(replace(card, sources=(Source("checkpoint", "lerobot/pi0_base", folder=str(base)), card.sources[1])))
