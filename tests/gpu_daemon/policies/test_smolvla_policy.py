from __future__ import annotations

import gc
import os
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from numpy.typing import NDArray
from smolvla_cases import FOLDER, asked, backbone, checkpoint, load, recorded

from gpu_daemon.policies import loading
from gpu_daemon.policies.proprioception import STATE_SIZES, state_vector
from gpu_daemon.policies.smolvla import SmolVLAModel
from gpu_daemon.policies.smolvla.adapter import SmolVLAPolicy
from gpu_daemon.policies.smolvla.text import Tokenization, Words
from scenes.errors import BadInput, Incompatible
from scenes.models import CameraInput, ModelCard, Source
from scenes.policy import ActionSpace, Observation

NAME = "renamed_cameras"
IMAGE, WRIST = "observation.images.image", "observation.images.wrist_image"
LOADS = 20 if os.environ.get("VLAARENA_SOAK") == "1" else 3


def card(place: Path, name: str = NAME, **changes: Any) -> ModelCard:
    sources = (
        Source("checkpoint", "somebody/smolvla", folder=str(checkpoint(name, place))),
        Source("backbone", "somebody/vlm", folder=str(backbone(name))),
    )
    given = ModelCard(
        id="smol",
        name="Smol",
        organization="Somebody",
        license="apache-2.0",
        adapter="smolvla",
        robots=("panda",),
        sources=sources,
        cameras=(CameraInput(IMAGE, "front", 120, 90), CameraInput("wrist_image", "wrist", 64, 64)),
        state="eef_axis_angle_fingers",
        action=ActionSpace(space="eef_delta"),
        control_hz=20,
        chunk=6,
        device="cpu",
        stochastic=True,
    )
    return replace(given, **changes)


def observation(wrist: str = "wrist_image") -> Observation:
    images = recorded(NAME)
    return Observation(
        robot_id="panda",
        scene_id="table",
        time=0.0,
        images={IMAGE: images[IMAGE], wrist: images[WRIST]},
        qpos=np.linspace(-1, 1, 7),
        eef_position=np.array([0.5, 0.1, 0.2]),
        eef_quaternion=np.array([0.0, 1.0, 0.0, 0.0]),
        gripper_width=0.04,
        commanded_position=np.array([0.5, 0.1, 0.2]),
        commanded_gripper=0.5,
    )


def played(policy: SmolVLAPolicy, instruction: str, seed: int) -> NDArray[np.float32]:
    policy.reset(instruction, seed)
    return np.stack([policy.act(observation()) for _ in range(2)])


def test_a_card_plays_its_checkpoint_from_seeded_noise(tmp_path: Path) -> None:
    policy = loading.load(card(tmp_path, chunk=4))
    policy.reset("lift the cube", 7)
    found = policy.act(observation())
    noise = np.random.Generator(np.random.PCG64(7)).standard_normal((1, 6, 32), dtype=np.float32)
    state = state_vector("eef_axis_angle_fingers", observation())
    images = {IMAGE: recorded(NAME)[IMAGE], WRIST: recorded(NAME)[WRIST]}
    expected = load(SmolVLAModel, NAME, tmp_path).predict_chunk(images, state, "lift the cube", noise)
    assert found.dtype == np.float32
    assert np.array_equal(found, expected[0, :4])
    assert isinstance(policy, SmolVLAPolicy)
    assert policy.device == "cpu"


def test_the_same_seed_gives_the_same_actions_whatever_was_played_before(tmp_path: Path) -> None:
    policy = SmolVLAPolicy(card(tmp_path))
    first = played(policy, "lift the cube", 3)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(played(policy, "lift the cube", 4), first)
    assert not np.array_equal(played(policy, "push the bowl", 3), first)
    assert np.array_equal(played(policy, "lift the cube", 3), first)
    assert np.array_equal(played(SmolVLAPolicy(card(tmp_path)), "lift the cube", 3), first)


def test_a_checkpoint_of_an_so_100_arm_is_refused_for_the_panda(tmp_path: Path) -> None:
    cameras = (CameraInput("camera1", "front", 256, 256),)
    with pytest.raises(Incompatible, match="actions have 6 numbers and the card's 7; six are the joints of an SO-100"):
        SmolVLAPolicy(card(tmp_path, "as_published", cameras=cameras, chunk=50))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "joints"}, "reads a state of 8 numbers and the card's 'joints' has 7"),
        ({"chunk": 7}, "answers with 6 actions and the card promises 7"),
        ({"action": ActionSpace(space="eef_delta", rotation="quaternion")}, "actions have 7 numbers and the card's 8"),
        ({"cameras": ()}, f"gives it no picture; it takes {IMAGE}, {WRIST}"),
        ({"cameras": (CameraInput("top", "front"),)}, f"takes no picture 'top', only {IMAGE}, {WRIST}"),
        ({"cameras": (CameraInput(IMAGE, "front"), CameraInput("image", "side"))}, f"the picture '{IMAGE}' twice"),
    ],
)
def test_a_checkpoint_that_does_not_fit_its_card_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Incompatible, match=why):
        SmolVLAPolicy(card(tmp_path, **changes))


def test_a_checkpoint_without_statistics_is_refused(tmp_path: Path) -> None:
    folder = checkpoint(NAME, tmp_path)
    for path in folder.glob("policy_*"):
        path.unlink()
    with pytest.raises(Incompatible, match="no statistics that bring its numbers into a robot's units"):
        SmolVLAPolicy(card(tmp_path, cameras=(CameraInput("camera1", "front"),)))


def test_loading_and_playing_ask_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("somebody asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert played(SmolVLAPolicy(card(tmp_path)), "lift the cube", 1).shape == (2, 6, 7)


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="steps"):
        SmolVLAPolicy(card(tmp_path, options={"steps": 4}))


def test_every_state_layout_has_the_size_that_checkpoints_are_compared_with() -> None:
    assert {layout: state_vector(layout, observation()).size for layout in STATE_SIZES} == STATE_SIZES


def test_a_closed_policy_gives_its_memory_back(tmp_path: Path) -> None:
    def tensors() -> int:
        gc.collect()
        return sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects())

    before = tensors()
    for _ in range(LOADS):
        policy = SmolVLAPolicy(card(tmp_path))
        policy.reset("lift the cube", 1)
        policy.act(observation())
        assert tensors() > before + 50
        policy.close()
        policy.close()  # twice harms nobody
        assert tensors() <= before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"images": {IMAGE: np.zeros((8, 8, 3), np.float32)}}, "is float32"),
        ({"images": {IMAGE: np.zeros((3, 8, 8), np.uint8)}}, r"is uint8 \(3, 8, 8\)"),
        ({"images": {IMAGE: np.zeros((2, 8, 8, 3), np.uint8)}}, "2 pictures .* and 1 states"),
        ({"images": {"observation.images.top": np.zeros((8, 8, 3), np.uint8)}}, f"It takes: {IMAGE}, {WRIST}"),
        ({"images": {}}, "none of these pictures: none"),
        ({"state": np.zeros(7)}, "8 finite numbers are needed"),
        ({"state": np.full(8, np.nan)}, "8 finite numbers are needed"),
        ({"instruction": ["lift", "push"]}, "2 instructions and 1 states"),
        ({"noise": np.zeros((1, 6, 7))}, r"\(1, 6, 32\) is needed"),
    ],
)
def test_what_the_model_cannot_take_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    images, state, instruction = asked(NAME)
    given = {"images": images, "state": state, "instruction": instruction, "noise": None} | change
    with pytest.raises(BadInput, match=why):
        load(SmolVLAModel, NAME, tmp_path).predict_chunk(**given)


def test_an_instruction_is_tokenized_once() -> None:
    words = Words(FOLDER / "vlm_small", Tokenization(max_length=48))
    first = words.tokens(("lift the cube",))
    assert words.tokens(("lift the cube",)) is first
    assert words.tokens(("push the cube",)) is not first
    for number in range(70):
        words.tokens((f"lift cube {number}",))
    assert torch.equal(words.tokens(("lift the cube",))[0], first[0])
