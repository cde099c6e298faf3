"""Octo of ours answers as the reference does: words, attention, readout, score and actions."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from octo_cases import (
    FOLDER,
    LOOP_TEXT,
    TOKENIZER,
    arrays,
    cases,
    distances,
    loop_distances,
    resizing_distances,
    task_of,
)
from octo_files import card, seen

from gpu_daemon.policies.octo import OctoModel
from gpu_daemon.policies.octo.adapter import OctoPolicy
from gpu_daemon.policies.octo.head import cosine_schedule
from gpu_daemon.policies.octo.pictures import resized
from gpu_daemon.policies.octo.playing import Ensemble, History, RecedingHorizon
from gpu_daemon.policies.weights import chosen_device
from scenes.errors import BadAction, BadInput, Incompatible, NotFound


@cache
def model(folder: str = "tiny_15") -> OctoModel:
    return OctoModel.load(FOLDER / folder, TOKENIZER, device="cpu")


@pytest.mark.parametrize("name", list(cases()))
def test_every_quantity_is_the_references(name: str) -> None:
    found = distances(model(cases()[name]["checkpoint"]), name)
    assert {quantity: ratio for quantity, ratio in found.items() if ratio > 1} == {}


def test_the_noise_schedule_is_the_references() -> None:
    expected = arrays("o7_bounds_normalization")[2]
    schedule = cosine_schedule(20)
    np.testing.assert_allclose(schedule.betas, expected["betas"], rtol=0, atol=2e-7)
    np.testing.assert_allclose(schedule.alpha_hats, expected["alpha_hats"], rtol=0, atol=2e-7)


def test_a_nested_dict_a_flat_one_and_one_for_both_mean_the_same() -> None:
    given, _, expected = arrays("v15_batch_masked")
    task = task_of(model(), "v15_batch_masked")
    nested = {key.removeprefix("observation/"): value for key, value in given.items() if key.startswith("observation/")}
    marks = {key: nested.pop(f"pad_mask_dict/{key}") for key in ("image_primary", "image_wrist")}
    readouts = [
        model().readout(given, task),
        model().readout(nested | {"pad_mask_dict": marks}, task),
        model().readout(given, {f"task/{key}": value for key, value in task.items()}),
        model().readout(given, given | task),
        model().readout({key: torch.tensor(value) for key, value in given.items()}, task),
    ]
    assert all(np.array_equal(each, readouts[0]) for each in readouts)
    np.testing.assert_allclose(readouts[0], expected["readout_action"], atol=2e-4)


@pytest.mark.parametrize("form", ["ids", "texts", "nested"])
def test_an_instruction_may_come_as_text_or_as_tokens(form: str) -> None:
    given, _, _ = arrays("v15_wrist_absent")
    task = task_of(model(), "v15_wrist_absent")
    tokens = {"input_ids": task["input_ids"], "attention_mask": task["attention_mask"]}
    forms = {"ids": tokens, "texts": {"language_instruction": [LOOP_TEXT]}, "nested": {"language_instruction": tokens}}
    assert np.array_equal(model().readout(given, forms[form]), model().readout(given, task))


def test_without_an_instruction_the_sequence_has_no_words() -> None:
    given, _, _ = arrays("v15_wrist_absent")
    task = task_of(model(), "v15_wrist_absent")
    words = 16 + 2 * 16  # at the beginning, and repeated at both steps
    assert model().attention_mask(given, {}).shape[-1] == model().attention_mask(given, task).shape[-1] - words


def test_an_instruction_is_never_masked_where_config_says_so() -> None:
    given, _, _ = arrays("v15_wrist_absent")
    task = task_of(model(), "v15_wrist_absent") | {"pad_mask_dict": {"language_instruction": np.zeros(1, bool)}}
    other = OctoModel.load(FOLDER / "tiny_15", TOKENIZER, device="cpu")
    other._structure = replace(other._structure, language_masked=False)
    masks = [each.attention_mask(given, task)[0, 0, 0, :16] for each in (model(), other)]
    assert [mask.any() for mask in masks] == [False, True]


def test_a_single_goal_picture_is_a_batch_of_one() -> None:
    given, _, _ = arrays("v15_goals")
    goals = {key: given[f"task/{key}"][:1] for key in ("image_primary", "image_wrist")}
    single = model().create_task(goals={key: goal[0] for key, goal in goals.items()})
    assert {key: single[key].shape for key in goals} == {key: goal.shape for key, goal in goals.items()}
    assert np.array_equal(single["input_ids"], model().create_task(goals=goals)["input_ids"])


def test_a_diffusion_step_may_be_one_number_or_one_for_each() -> None:
    expected = arrays("v15_batch_masked")[2]
    x, read = expected["x_T"], expected["readout_action"]
    steps = [13, [13.0], np.full(x.shape[:2], 13), np.full((*x.shape[:2], 1), 13), torch.full(x.shape[:2], 13)]
    scores = [model().score(x, each, read) for each in steps]
    assert all(np.array_equal(each, scores[0]) for each in scores)
    for x_shape, t, read_shape in ((x, np.ones(2), read), (x, 13, read[..., 0, :]), (x[:1], 13, read)):
        with pytest.raises(BadInput, match="do not fit each other"):
            model().score(x_shape, t, read_shape)


def test_a_device_and_a_type_may_be_torchs_own() -> None:
    loaded = OctoModel.load(FOLDER / "tiny_15", TOKENIZER, device=torch.device("cpu"), dtype=torch.float32)
    assert loaded.device == torch.device("cpu")
    for missing in ("cuda:99", "cpu:1", "cpu:x", "tpu"):
        with pytest.raises(Incompatible, match=f"no device '{missing}'"):
            chosen_device(missing)


def test_pictures_are_resized_as_tensorflow_does() -> None:
    assert {what: ratio for what, ratio in resizing_distances(resized).items() if ratio > 1} == {}


def test_the_adapter_plays_the_references_loop_from_raw_pictures() -> None:
    found = loop_distances(OctoPolicy(card()), Ensemble(4), seen)
    assert {what: ratio for what, ratio in found.items() if ratio > 1} == {}


def test_a_closed_loop_sees_resized_history_and_averages_chunks() -> None:
    with np.load(FOLDER / "loop.npz") as file:
        loop = dict(file)
    history, ensemble = History(model().window), Ensemble(model().chunk)
    generator = np.random.Generator(np.random.PCG64(int(loop["seed"])))
    task = model().create_task(texts=[LOOP_TEXT])
    for step in range(len(loop["chunk"])):
        primary = resized(loop["raw/image_primary"][step], 64, cropped=True)
        wrist = resized(loop["raw/image_wrist"][step], 32, cropped=False)
        for mine, name in ((primary, "image_primary"), (wrist, "image_wrist")):
            assert np.abs(mine.astype(int) - loop[name][step]).max() <= 1
        observed = history.observation(
            {"image_primary": loop["image_primary"][step], "image_wrist": loop["image_wrist"][step]}
        )
        assert np.array_equal(observed["timestep_pad_mask"][0], loop["timestep_pad_mask"][step])
        chunk = model().predict_chunk(observed, task, "seven", noise=model().noise(generator))[0]
        np.testing.assert_allclose(chunk, loop["chunk"][step], rtol=0, atol=5e-5)
        np.testing.assert_allclose(ensemble.action(chunk), loop["ensembled"][step], rtol=0, atol=5e-5)


def test_after_a_reset_history_and_ensemble_begin_again() -> None:
    history, ensemble = History(2), Ensemble(2)
    frames = [{"image_primary": np.full((2, 2, 3), value, np.uint8)} for value in (1, 2)]
    for frame in frames:
        history.observation(frame)
        ensemble.action(np.ones((2, 3), np.float32))
    history.reset()
    ensemble.reset()
    again = history.observation(frames[1])
    assert again["timestep_pad_mask"].tolist() == [[False, True]]
    assert np.array_equal(again["image_primary"][0, 0], frames[1]["image_primary"])
    assert ensemble.action(np.full((2, 3), 7, np.float32)).tolist() == [7, 7, 7]


def test_a_receding_horizon_carries_out_a_chunks_beginning_and_asks_for_the_next() -> None:
    horizon, chunk = RecedingHorizon(2), np.arange(8, dtype=np.float32).reshape(4, 2)
    assert horizon.wants_chunk
    horizon.take(chunk)
    assert [horizon.action().tolist(), horizon.action().tolist()] == [[0, 1], [2, 3]]
    assert horizon.wants_chunk
    with pytest.raises(BadAction, match="next chunk"):
        horizon.action()
    horizon.take(chunk)
    horizon.reset()
    assert horizon.wants_chunk
    with pytest.raises(BadAction, match="At least 2"):
        horizon.take(chunk[:1])
    with pytest.raises(BadAction, match="At least 5"):
        Ensemble(5).action(chunk)


def test_an_unknown_data_set_is_refused_with_those_there_are() -> None:
    given, _, _ = arrays("v15_five")
    with pytest.raises(NotFound, match="five, masked, seven"):
        model().predict_chunk(given, task_of(model(), "v15_five"), "bridge")


def test_what_does_not_fit_is_refused_and_never_cut() -> None:
    given, _, expected = arrays("v15_five")
    task, noise = task_of(model(), "v15_five"), (expected["x_T"], expected["z"])
    primary = given["observation/image_primary"]
    refused = {
        "64 x 64": {"image_primary": primary[:, :, :32]},
        "uint8": {"image_primary": primary.astype(np.float32)},
        "At most 3": {"image_primary": np.repeat(primary, 2, axis=1), "timestep_pad_mask": np.ones((1, 4), bool)},
        "It looks at: image_primary, image_wrist": {"image_side": primary},
    }
    for said, observation in refused.items():
        with pytest.raises(BadInput, match=said):
            model().readout({"timestep_pad_mask": np.ones((1, 2), bool)} | observation, task)
    with pytest.raises(BadInput, match="timestep_pad_mask"):
        model().readout({"image_primary": primary}, task)
    with pytest.raises(BadInput, match=r"\(batch, window\)"):
        model().readout({key: value[0] for key, value in given.items()}, task)
    with pytest.raises(BadInput, match="2 instructions for 1"):
        model().readout(given, model().create_task(texts=["a", "b"]))
    with pytest.raises(BadInput, match="noise"):
        model().predict_chunk(given, task, "five", noise=(noise[0][:, :1], noise[1]))
    with pytest.raises(BadInput, match="normal, bounds"):
        model().predict_chunk(given, task, "five", normalization="none")  # type: ignore[arg-type]
    for nothing in (
        {},
        {"texts": "one text"},
        {"texts": ["a"], "goals": {"image_primary": primary[:, :2].repeat(2, 0)[:, 0]}},
    ):
        with pytest.raises(BadInput, match="as many of both"):
            model().create_task(**nothing)
