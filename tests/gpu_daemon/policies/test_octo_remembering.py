"""What Octo remembers of pictures and instructions saves work and changes no answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from octo_cases import FOLDER, TOKENIZER, arrays, cases, distances
from octo_files import card, seen

from gpu_daemon.policies.octo import OctoModel
from gpu_daemon.policies.octo.adapter import OctoPolicy
from gpu_daemon.policies.octo.network import PictureStem
from gpu_daemon.policies.octo.plan import planned
from gpu_daemon.policies.octo.playing import History
from gpu_daemon.policies.octo.remembering import Memory

TEXTS = ("close the drawer", "open it", "push the spoon")


def loaded(folder: str = "tiny_15") -> OctoModel:
    return OctoModel.load(FOLDER / folder, TOKENIZER, device="cpu")


def frames(count: int) -> list[dict[str, NDArray[np.uint8]]]:
    generator = np.random.Generator(np.random.PCG64(5))
    sizes = {"image_primary": (64, 64, 3), "image_wrist": (32, 32, 3)}
    return [{key: generator.integers(0, 256, size, np.uint8) for key, size in sizes.items()} for _ in range(count)]


@pytest.fixture
def looks() -> Iterator[list[tuple[int, ...]]]:
    """The shape of every picture that a stem has looked at since."""
    found: list[tuple[int, ...]] = []

    def look(module: torch.nn.Module, given: Any, _: Any) -> None:
        if isinstance(module, PictureStem):
            found.append(tuple(given[0].shape))

    hook = torch.nn.modules.module.register_module_forward_hook(look)
    yield found
    hook.remove()


def test_what_is_remembered_changes_no_answer() -> None:
    model, history = loaded(), History(2)
    for step, frame in enumerate(frames(5)):
        observed = history.observation(frame)
        for text in (TEXTS[0], TEXTS[step % 3]):
            found = model.predict_chunk(observed, model.create_task(texts=[text]), "seven")
            anew = loaded()
            assert np.array_equal(found, anew.predict_chunk(observed, anew.create_task(texts=[text]), "seven"))


def test_a_picture_is_looked_at_once_however_long_it_stays_in_the_window(looks: list[tuple[int, ...]]) -> None:
    model, history = loaded(), History(2)
    task = model.create_task(texts=TEXTS[:1])
    for number, frame in enumerate(frames(4)):
        model.predict_chunk(history.observation(frame), task, "seven")
        assert len(looks) == 2 * (number + 1)
    assert {shape[0] for shape in looks} == {1}


def test_after_a_reset_no_picture_is_remembered(looks: list[tuple[int, ...]]) -> None:
    policy, (frame,) = OctoPolicy(card()), frames(1)
    for number in range(3):
        policy.reset(TEXTS[0], 1)
        policy.act(seen(frame))
        assert len(looks) == 2 * (number + 1)


def test_a_picture_that_nobody_attends_to_is_not_looked_at(looks: list[tuple[int, ...]]) -> None:
    model, (first, second) = loaded(), frames(2)
    pictures = {key: np.stack([first[key], second[key]])[None] for key in first}
    marks = {"timestep_pad_mask": np.array([[False, True]]), "pad_mask_dict": {"image_wrist": np.zeros((1, 2), bool)}}
    task = model.create_task(texts=TEXTS[:1])
    found = model.predict_chunk({**pictures, **marks}, task, "seven")
    assert looks == [(1, 64, 64, 6)]
    other = pictures | {"image_wrist": 255 - pictures["image_wrist"]}
    assert np.array_equal(model.predict_chunk({**other, **marks}, task, "seven"), found)


def test_an_instruction_goes_through_the_layers_once() -> None:
    model, history, passed = loaded(), History(2), []
    model._network.language.register_forward_hook(lambda *_: passed.append(1))
    tasks = [model.create_task(texts=[text]) for text in TEXTS[:2]]
    for frame in frames(3):
        observed = history.observation(frame)
        for task in tasks:
            model.predict_chunk(observed, task, "seven")
    assert len(passed) == 2


def test_only_the_readout_that_acts_differs_from_all_readouts_in_nothing() -> None:
    for name in ("v15_five", "v15_batch_masked", "v10_text"):
        model, given = loaded(cases()[name]["checkpoint"]), arrays(name)[0]
        task = model.create_task(texts=[TEXTS[0]] * len(given["observation/timestep_pad_mask"]))
        parts = model._parts(given, task)
        with torch.inference_mode():
            last, every = (model._answers(parts, last=only) for only in (True, False))
        torch.testing.assert_close(last, every[:, -1:], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["v15_batch_masked", "v10_text", "v15_goals"])
def test_where_onednn_is_not_used_every_quantity_is_the_references_too(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", False)
    found = distances(loaded(cases()[name]["checkpoint"]), name)
    assert {quantity: ratio for quantity, ratio in found.items() if ratio > 1} == {}


def test_a_token_that_may_look_at_nothing_looks_at_everything_alike() -> None:
    mask = np.eye(5, dtype=bool)
    mask[4] = False
    plan = planned(mask[None, None], 2, [range(2, 5)], np.array([4]), torch.zeros(1))
    assert [each.tolist() for each in plan.kept] == [[0, 1], [2, 3, 4]]
    assert plan.hidden is not None
    assert plan.hidden.flatten().tolist() == [torch.finfo(torch.float32).min] * 5


def test_a_memory_forgets_what_was_used_longest_ago() -> None:
    memory, made = Memory[int](2), []

    def recalled(key: bytes) -> None:
        memory.recalled(key, lambda: made.append(key) or len(made))

    for key in (b"a", b"b", b"a", b"c", b"a", b"b"):
        recalled(key)
    assert made == [b"a", b"b", b"c", b"b"]
    assert len(memory) == 2
    memory.forget()
    assert len(memory) == 0
