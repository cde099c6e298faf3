"""What a worker keeps between episodes, what it says of the device, and what it gives back."""

from __future__ import annotations

import sys
import weakref

import pytest
from msgspec.structs import replace

from gpu_daemon.kit import Kit
from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards
from gpu_daemon.policies.scripted.random_walk import RandomWalk
from scenes.codec import decode, encode
from scenes.episode import Played, Run
from scenes.models import ModelCard
from scenes.progress import finish
from scenes.seal import unseal
from scenes.world import compile_world

KEY = bytes(32)
WANDERING = replace(all_cards()["random-walk"], cameras=())


def play(kit: Kit, card: ModelCard) -> Run:
    request = Play(
        request_id="00000000",
        model_id=card.id,
        robot_id="panda",
        scene_id="table",
        bundle_digest=compile_world("panda", "table").bundle.digest,
        instruction="wave",
        seed=3,
        policy_seed=4,
        max_steps=2,
        seal_key=KEY,
    )
    played: Played = finish(kit.play(card, request, 1))
    return decode(unseal(KEY, played.sealed_run, "run"), Run)


class OnAnAccelerator(RandomWalk):
    """A policy that says where its weights are, and that only the collector of cycles can free."""

    device = "cuda:0"

    def __init__(self, card: ModelCard) -> None:
        super().__init__(card)
        self.itself = self


def test_a_run_says_on_which_device_the_policy_was() -> None:
    kit = Kit()
    assert play(kit, WANDERING).device == "cpu"
    kit._policies[encode(WANDERING)] = OnAnAccelerator(WANDERING)
    assert play(kit, WANDERING).device == "cuda:0"


def test_a_policy_that_makes_room_for_another_is_really_gone() -> None:
    kit = Kit()
    kit._policies[encode(WANDERING)] = OnAnAccelerator(WANDERING)
    gone = weakref.ref(kit._policies[encode(WANDERING)])
    play(kit, replace(WANDERING, id="another"))
    assert gone() is None
    assert list(kit._policies) == [encode(replace(WANDERING, id="another"))]


def test_giving_memory_back_imports_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    kit = Kit()
    play(kit, WANDERING)
    play(kit, replace(WANDERING, id="another"))
    assert "torch" not in sys.modules
