from __future__ import annotations

import msgspec
import pytest

from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.policies.onnx import OnnxPolicy
from gpu_daemon.policies.scripted.expert import ScriptedExpert
from gpu_daemon.policies.scripted.random_walk import RandomWalk
from scenes.errors import BadInput, Incompatible, NotFound

CARDS = all_cards()


def test_a_card_becomes_the_policy_of_its_adapter() -> None:
    kinds = {model_id: type(load(card)) for model_id, card in CARDS.items()}
    assert kinds == {
        "film-cnn": OnnxPolicy,
        "film-cnn-early": OnnxPolicy,
        "film-flow": OnnxPolicy,
        "random-walk": RandomWalk,
        "scripted-careful": ScriptedExpert,
        "scripted-hasty": ScriptedExpert,
    }


def test_an_unknown_adapter_is_refused_and_the_installed_ones_listed() -> None:
    card = msgspec.structs.replace(CARDS["random-walk"], adapter="telepathy")
    with pytest.raises(NotFound, match="no adapter called 'telepathy'") as refused:
        load(card)
    assert "onnx, random-walk, scripted-expert" in refused.value.hint


@pytest.mark.parametrize("options", [{"sped": 1.0}, {"speed": "fast"}])
def test_an_option_that_the_adapter_does_not_know_is_refused(options: dict[str, str | float]) -> None:
    card = msgspec.structs.replace(CARDS["scripted-careful"], options=options)
    with pytest.raises(BadInput, match="options of 'scripted-careful'"):
        load(card)


def test_the_expert_is_not_loaded_for_a_card_that_hides_the_state() -> None:
    card = msgspec.structs.replace(CARDS["scripted-careful"], reads_state=False)
    with pytest.raises(Incompatible, match="does not suit"):
        load(card)
