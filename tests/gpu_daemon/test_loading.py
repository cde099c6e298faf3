from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from gpu_daemon.policies.idle import IdlePolicy
from gpu_daemon.policies.loading import all_cards, load, offered
from gpu_daemon.policies.onnx import OnnxPolicy
from gpu_daemon.policies.scripted.expert import ScriptedExpert
from gpu_daemon.policies.scripted.random_walk import RandomWalk
from gpu_daemon.policies.sources import source_folder
from scenes.errors import BadInput, Incompatible, NotFound

CARDS = all_cards()


def test_a_card_becomes_the_policy_of_its_adapter() -> None:
    kinds = {model_id: type(load(card)) for model_id, card in CARDS.items() if not card.sources}
    assert kinds == {
        "film-cnn": OnnxPolicy,
        "film-cnn-early": OnnxPolicy,
        "film-flow": OnnxPolicy,
        "idle-arm": IdlePolicy,
        "random-walk": RandomWalk,
        "scripted-careful": ScriptedExpert,
        "scripted-hasty": ScriptedExpert,
    }


def test_an_unknown_adapter_is_refused_and_the_installed_ones_listed() -> None:
    card = msgspec.structs.replace(CARDS["random-walk"], adapter="telepathy")
    with pytest.raises(NotFound, match="no adapter called 'telepathy'") as refused:
        load(card)
    assert "random-walk, scripted-expert" in refused.value.hint


@pytest.mark.parametrize("options", [{"sped": 1.0}, {"speed": "fast"}])
def test_an_option_that_the_adapter_does_not_know_is_refused(options: dict[str, str | float]) -> None:
    card = msgspec.structs.replace(CARDS["scripted-careful"], options=options)
    with pytest.raises(BadInput, match="options of 'scripted-careful'"):
        load(card)


def test_the_expert_is_not_loaded_for_a_card_that_hides_the_state() -> None:
    card = msgspec.structs.replace(CARDS["scripted-careful"], reads_state=False)
    with pytest.raises(Incompatible, match="does not suit"):
        load(card)


def test_a_model_that_was_not_fetched_is_not_loaded_and_says_what_to_do() -> None:
    with pytest.raises(Incompatible, match="have not been fetched") as refused:
        source_folder(CARDS["smolvla-libero"], "backbone")
    assert refused.value.hint == "Run: vlaarena-daemon models fetch smolvla-libero"


def test_a_card_is_inactive_where_the_packages_of_its_adapter_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    notes = {card.id: (card.status, card.notes.splitlines()[0]) for card in offered(tmp_path)}
    assert notes["octo-small-1.5"] == (
        "inactive",
        'Inactive: it needs transformers. Install the extra `vla`: pip install "vlaarena[daemon,vla]".',
    )
    assert notes["film-cnn"][0] == "active"
