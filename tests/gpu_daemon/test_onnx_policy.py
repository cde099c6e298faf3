from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from gpu_daemon.policies.loading import load
from gpu_daemon.policies.onnx import OnnxPolicy
from gpu_daemon.training.cards import card_of, described, to_toml, write_card
from gpu_daemon.training.config import TrainingConfig
from gpu_daemon.training.evaluation import Outcome, table, wilson
from gpu_daemon.training.export import AGREEMENT, LARGEST, export
from gpu_daemon.training.networks.building import build
from gpu_daemon.training.phrases import vocabulary
from gpu_daemon.training.practice import INPUTS
from scenes.cameras import Cameras
from scenes.catalog import find_robot, find_scene
from scenes.compat import issues
from scenes.control import Controller, check_actions
from scenes.errors import BadInput, Incompatible
from scenes.models import ModelCard, read_cards
from scenes.observing import observe
from scenes.policy import Observation
from scenes.world import compile_world

SCENE = find_scene("table")
WORDS = vocabulary(SCENE)


@pytest.fixture(scope="module")
def observation() -> Observation:
    world = compile_world("panda", "table")
    world.reset(5)
    card = read_cards([Path(__file__).parents[2] / "gpu_daemon" / "cards"])["scripted-careful"]
    with Cameras(world.model, 96, 96) as cameras:
        return observe(world, Controller(world, card.action, 10.0), cameras, INPUTS, False)


@pytest.fixture(scope="module", params=[0, 1], ids=["film-cnn", "flow"])
def card(
    request: pytest.FixtureRequest, training: TrainingConfig, tmp_path_factory: pytest.TempPathFactory
) -> ModelCard:
    plan, folder = training.policies[request.param], tmp_path_factory.mktemp("exported")
    network = build(plan, len(WORDS.words))
    save_file(network.state_dict(), folder / "weights.safetensors")
    exported = export(plan, plan.id, folder / "weights.safetensors", WORDS, folder)
    assert exported.disagreement <= AGREEMENT
    return card_of(training, plan, plan.id, exported, WORDS)


def test_an_exported_policy_plays_from_its_card(card: ModelCard, observation: Observation) -> None:
    policy = load(card)
    assert isinstance(policy, OnnxPolicy)
    policy.reset("lift the red cube", 1)
    chunk = check_actions(policy.act(observation), 7, card.chunk)
    assert np.abs(chunk).max() <= 1.0
    assert issues(card, find_robot("panda"), SCENE) == ()
    assert card.parameters > 500_000
    assert Path(card.checkpoint).stat().st_size <= LARGEST


def test_the_same_observation_gives_the_same_actions_whatever_was_played_before(
    card: ModelCard, observation: Observation
) -> None:
    policy = load(card)
    policy.reset("push the bowl", 3)
    policy.act(observation)
    policy.reset("lift the red cube", 1)
    first = policy.act(observation)
    fresh = load(card)
    fresh.reset("Lift the red  cube.", 1)
    assert np.array_equal(fresh.act(observation), first)


def test_the_safetensors_file_holds_the_weights_and_words_of_the_onnx_file(card: ModelCard) -> None:
    weights = load_file(Path(card.checkpoint).with_suffix(".safetensors"))
    assert sum(value.numel() for value in weights.values()) == card.parameters
    assert card.words == WORDS.words


def test_weights_other_than_the_card_s_are_refused(card: ModelCard, tmp_path: Path) -> None:
    content = Path(card.checkpoint).read_bytes()
    (tmp_path / "other.onnx").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BadInput, match="not the ones its card means"):
        load(msgspec.structs.replace(card, checkpoint=str(tmp_path / "other.onnx")))


def test_a_file_that_is_no_model_is_refused(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    digest = sha256(b"nothing").hexdigest()
    with pytest.raises(BadInput, match="not an ONNX model"):
        load(msgspec.structs.replace(card, checkpoint=str(tmp_path / "x.onnx"), weights_sha256=digest))


def test_missing_weights_are_named(card: ModelCard) -> None:
    with pytest.raises(BadInput, match=r"baselines/none\.onnx"):
        load(msgspec.structs.replace(card, checkpoint="baselines/none.onnx"))


@pytest.mark.parametrize("change", [{"chunk": 4}, {"cameras": INPUTS[:1]}])
def test_a_card_that_does_not_fit_its_weights_is_refused(card: ModelCard, change: dict[str, object]) -> None:
    with pytest.raises(Incompatible, match="do not fit its card"):
        load(msgspec.structs.replace(card, **change))


def test_a_card_is_read_again_as_it_was_written(card: ModelCard, tmp_path: Path) -> None:
    rows = [Outcome("plain", "reach", 0, True, (2.0, 4.0))]
    written = described(card, 'Made "here".\nOn a Monday.', table(rows))
    write_card(written, tmp_path)
    assert read_cards([tmp_path]) == {card.id: written}
    assert "reach 100 % (21-100, n 1)" in written.notes
    assert "control_hz = 10.0" in to_toml(card)


def test_an_interval_holds_its_share_and_narrows_with_more_starts() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    low, high = wilson(360, 400)
    assert low == pytest.approx(0.8668, abs=1e-3)
    assert high == pytest.approx(0.9257, abs=1e-3)
