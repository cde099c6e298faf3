"""The adapter `openvla`: it plays from a card, remembers nothing, and refuses cards that do not fit."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from openvla_checkpoint import picture, write_checkpoint

from gpu_daemon.policies.loading import load
from gpu_daemon.policies.openvla import OpenVLAModel
from gpu_daemon.policies.openvla.adapter import OpenVLAPolicy
from scenes.control import check_actions
from scenes.errors import Incompatible, NotFound
from scenes.models import CameraInput, ModelCard, Source
from scenes.policy import ActionSpace, Observation


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> ModelCard:
    folder = write_checkpoint(tmp_path_factory.mktemp("openvla"))
    return ModelCard(
        id="openvla-tiny",
        name="OpenVLA tiny",
        organization="Tests",
        license="Apache-2.0",
        adapter="openvla",
        robots=("panda",),
        sources=(Source("checkpoint", "tests/openvla-tiny", folder=str(folder)),),
        cameras=(CameraInput("image", "front", 224, 224),),
        action=ActionSpace(space="eef_delta", rotation="euler_xyz"),
        control_hz=5,
        statistics="bridge_orig",
        device="cpu",
    )


def seen(number: int) -> Observation:
    return Observation(
        robot_id="panda",
        scene_id="table",
        time=0.0,
        images={"image": picture(number, 224, 224)},
        qpos=np.zeros(7),
        eef_position=np.zeros(3),
        eef_quaternion=np.array([1.0, 0, 0, 0]),
        gripper_width=0.08,
        commanded_position=np.zeros(3),
        commanded_gripper=1.0,
    )


def test_a_card_plays_as_the_model_predicts(card: ModelCard) -> None:
    policy = load(card)
    assert isinstance(policy, OpenVLAPolicy)
    assert policy.device == "cpu"
    policy.reset("Lift the RED cube", 3)
    chunk = check_actions(policy.act(seen(1)), 7, card.chunk)
    model = OpenVLAModel.load(card.sources[0].folder, "cpu")
    wanted = model.predict(seen(1).images["image"], "Lift the RED cube", "bridge_orig")
    assert chunk.shape == (1, 7)
    assert chunk.dtype == np.float32
    assert np.array_equal(chunk[0], wanted.astype(np.float32))


def test_a_picture_may_be_torchs_own(card: ModelCard) -> None:
    model = OpenVLAModel.load(card.sources[0].folder, torch.device("cpu"), torch.float32)
    given, instruction = picture(4, 64, 48), "open the drawer"
    wanted = model.predict(given, instruction, "bridge_orig")
    assert np.array_equal(model.predict(torch.tensor(given), instruction, "bridge_orig"), wanted)  # type: ignore[arg-type]


def test_nothing_is_left_of_the_episode_before(card: ModelCard) -> None:
    policy = OpenVLAPolicy(card)
    policy.reset("open the drawer", 1)
    first = [policy.act(seen(number)) for number in range(3)]
    policy.reset("stack the cubes", 2)
    other = [policy.act(seen(number)) for number in range(3)]
    policy.reset("open the drawer", 9)
    again = [policy.act(seen(number)) for number in range(3)]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "changes",
    [
        {"cameras": ()},
        {"chunk": 4},
        {"state": "joints"},
        {"action": ActionSpace(space="eef_delta", rotation="quaternion")},
        {"sources": ()},
        {"sources": (Source("checkpoint", "openvla/openvla-7b"),)},
    ],
    ids=["no camera", "a chunk", "a state", "eight numbers", "no source", "not fetched"],
)
def test_a_card_that_does_not_fit_is_refused(changes: dict[str, object], card: ModelCard) -> None:
    with pytest.raises(Incompatible):
        OpenVLAPolicy(replace(card, **changes))


def test_an_unknown_data_set_is_refused_before_anything_is_played(card: ModelCard) -> None:
    with pytest.raises(NotFound) as caught:
        OpenVLAPolicy(replace(card, statistics="libero_spatial"))
    assert "bridge_orig, unmasked" in caught.value.hint


def test_the_files_can_be_checked_without_loading_them(card: ModelCard) -> None:
    assert OpenVLAPolicy.check(card).startswith("All 144 weights are those of OpenVLA: ")
    with pytest.raises(NotFound):
        OpenVLAPolicy.check(replace(card, statistics="libero_spatial"))


def test_closing_gives_the_weights_back(card: ModelCard) -> None:
    policy = OpenVLAPolicy(card)
    policy.reset("lift", 0)
    policy.act(seen(2))
    weights = [weakref.ref(each) for each in policy._model._network.parameters()]
    policy.close()
    policy.close()  # twice harms nobody
    gc.collect()
    assert len(weights) == 144
    assert [each for each in weights if each() is not None] == []
