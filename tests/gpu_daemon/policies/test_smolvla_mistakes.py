"""Deliberate mistakes: each is put into a copy of the package's source, and the test that stands beside it must fail.

The tests named are those of test_smolvla.py; what they assert stands in smolvla_cases.py and is asked here of the copy.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from smolvla_cases import CASES, actions_agree, prefixes_agree

import gpu_daemon.policies.smolvla as package
from scenes.errors import ArenaError

ACTIONS = "test_actions_agree_with_the_reference"
PREFIXES = "test_prefixes_agree_with_the_reference"
ASSERTED: dict[str, Callable[[Any, str, Path], None]] = {ACTIONS: actions_agree, PREFIXES: prefixes_agree}
SOURCE = Path(package.__file__).parent
PUBLISHED, OBLONG, ORDER = (
    "as_published",
    "two_oblong_cameras_and_an_empty_one",
    "two_of_three_cameras_in_another_order",
)
LONGEST, MAXIMUM, MARKED = (
    "a_batch_padded_to_the_longest",
    "a_batch_padded_to_the_maximum",
    "marked_pictures_and_a_long_prefix",
)
RENAMED, ONE, OTHER = "renamed_cameras", "one_of_three_cameras", "other_normalisations"
HALF, SINGLE, FIVE = "expert_of_half_depth", "expert_of_one_layer", "five_layers"


class Mistake(NamedTuple):
    """What is written instead of what, and which test must fail on which case."""

    name: str
    file: str
    old: str
    new: str
    test: str
    case: str


MISTAKES = (
    Mistake("RoPE base of the backbone's file", "attention", "= 10_000", "= 100_000", ACTIONS, PUBLISHED),
    Mistake("RoPE of neighbours", "attention", "[..., :half].to", "[..., ::2].to", ACTIONS, RENAMED),
    Mistake("pictures not times sqrt(hidden)", "prefix", "tokens.shape[-1] ** 0.5", "1.0", PREFIXES, RENAMED),
    Mistake("words not times sqrt(hidden)", "prefix", "math.sqrt(spoken.shape[-1])", "1.0", PREFIXES, RENAMED),
    Mistake("words padded on the left", "text", "side=self._way.padding_side", 'side="left"', PREFIXES, LONGEST),
    Mistake("all words padded to the maximum", "text", "=self._way.padding,", '="max_length",', PREFIXES, LONGEST),
    Mistake(
        "long words cut at their end",
        "text",
        "self._way = way",
        'self._way, self._tokenizer.truncation_side = way, "right"',
        PREFIXES,
        MAXIMUM,
    ),
    Mistake("no newline", "text", 'f"{text}\\n"', "text", PREFIXES, RENAMED),
    Mistake("always a newline", "text", 'text.endswith("\\n") or ', "", PREFIXES, LONGEST),
    Mistake("antialiasing", "pictures", "antialias=False", "antialias=True", PREFIXES, RENAMED),
    Mistake("corners aligned", "pictures", "align_corners=False", "align_corners=True", PREFIXES, OBLONG),
    Mistake("stretched", "pictures", "int(there[0] / ratio), int(there[1] / ratio)", "height, width", PREFIXES, OBLONG),
    Mistake("sizes rounded up", "pictures", "int(there[1] / ratio)", "-int(-there[1] // ratio)", PREFIXES, OBLONG),
    Mistake(
        "aspect padding on the right and below",
        "pictures",
        "(max(0, width - new[1]), 0, max(0, height - new[0]), 0)",
        "(0, max(0, width - new[1]), 0, max(0, height - new[0]))",
        PREFIXES,
        OBLONG,
    ),
    Mistake("grey instead of black", "pictures", "value=0.0", "value=0.5", PREFIXES, OBLONG),
    Mistake("pictures from 0 to 1", "pictures", "* 2.0 - 1.0", "", PREFIXES, RENAMED),
    Mistake("pictures not normalised", "pictures", "statistics.scaled(camera, ", "(", PREFIXES, OTHER),
    Mistake("cameras as given", "pictures", "for camera in cameras if", "for camera in by_camera if", PREFIXES, ORDER),
    Mistake("keys not renamed", "pictures", "rename.get(key, key): key", "key: key", PREFIXES, RENAMED),
    Mistake("a picture for each missing camera", "model", "min(self.config.empty_cameras, ", "max(0, ", PREFIXES, ONE),
    Mistake("missing cameras attended to", "model", "there=False", "there=True", ACTIONS, OBLONG),
    Mistake("a missing camera is grey", "model", "-1.0, device", "0.0, device", PREFIXES, OBLONG),
    Mistake("pictures not marked", "model", "if self._marks is None", "if self._marks", PREFIXES, MARKED),
    Mistake("prefix not padded", "prefix", "max(0, length - there", "max(0, 0 * length - there", PREFIXES, MARKED),
    Mistake("no epsilon", "statistics", '(known["std"] + self.epsilon)', 'known["std"]', PREFIXES, RENAMED),
    Mistake("actions scaled again", "statistics", '* known["std"]', '/ known["std"]', ACTIONS, RENAMED),
    Mistake("quantiles taken for extremes", "statistics", '("q01", "q99")', '("q99", "q01")', ACTIONS, OTHER),
    Mistake("legacy statistics lost", "processing", r"buffer_(?P<key>\w+)", r"buffer__(?P<key>\w+)", ACTIONS, "legacy"),
    Mistake("the state seen by words", "prefix", "blocks[:, -1] = 1", "blocks[:, -1] = 0", ACTIONS, RENAMED),
    Mistake("padding counted", "attention", "cumsum(there, dim=1)", "cumsum(there | True, dim=1)", ACTIONS, OBLONG),
    Mistake("padding attended to", "attention", " & there[:, None, :]", "", ACTIONS, MAXIMUM),
    Mistake(
        "keys shared in turns",
        "attention",
        "[:, :, :, None, :].expand(batch, length, shared, heads // shared, size)",
        "[:, :, None].expand(batch, length, heads // shared, shared, size)",
        ACTIONS,
        RENAMED,
    ),
    Mistake("scores scaled by all heads", "attention", "size**-0.5", "(size * heads) ** -0.5", ACTIONS, RENAMED),
    Mistake(
        "keys not turned", "attention", "kept.append((rotated(key, positions)", "kept.append((key", ACTIONS, RENAMED
    ),
    Mistake(
        "actions see later actions",
        "expert",
        "<= steps[:, :, None]",
        "<= chunk + steps[:, :, None]",
        ACTIONS,
        RENAMED,
    ),
    Mistake(
        "cross-attention stands behind",
        "expert",
        "attend(rotated(query, steps)",
        "attend(rotated(query, behind)",
        ACTIONS,
        RENAMED,
    ),
    Mistake(
        "self-attention begins at 0", "expert", "keepdim=True) + steps", "keepdim=True) * 0 + steps", ACTIONS, RENAMED
    ),
    Mistake(
        "cosines first",
        "expert",
        "[torch.sin(angles), torch.cos(angles)]",
        "[torch.cos(angles), torch.sin(angles)]",
        ACTIONS,
        PUBLISHED,
    ),
    Mistake("angles without 2 pi", "expert", "* 2 * math.pi", "", ACTIONS, RENAMED),
    Mistake("periods the other way", "expert", "linspace(0.0, 1.0,", "linspace(1.0, 0.0,", ACTIONS, RENAMED),
    Mistake("Euler steps away from the actions", "expert", "actions + (-1.0 /", "actions + (1.0 /", ACTIONS, RENAMED),
    Mistake("flow time one step late", "expert", "1.0 + step *", "1.0 + (step + 1) *", ACTIONS, RENAMED),
    Mistake("no final norm", "expert", "towers.lm_expert.norm(hidden)", "hidden", ACTIONS, RENAMED),
    Mistake(
        "the expert reads layer for layer", "expert", "reads[number]", "reads[number // towers.step]", ACTIONS, HALF
    ),
    Mistake("self-attention in odd layers", "network", "number % every == 0", "number % every == 1", ACTIONS, FIVE),
    Mistake("self-attention in every layer", "network", '"cross" not in', '"cross" in', ACTIONS, SINGLE),
    Mistake(
        "towers left in bfloat16", "checkpoint", "device, dtype)\n", "device, torch.bfloat16)\n", ACTIONS, PUBLISHED
    ),
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], Any]]:
    """Makes a copy of the package with a mistake in one file, and gives its SmolVLAModel."""
    name = f"mistaken_{tmp_path.name}"

    def made(file: str, old: str, new: str) -> Any:
        (tmp_path / name).mkdir()
        for path in SOURCE.glob("*.py"):
            text = path.read_text(encoding="utf-8")
            if path.stem == file:
                assert text.count(old) == 1, f"{file}.py holds {text.count(old)} times: {old}"
                text = text.replace(old, new)
            (tmp_path / name / path.name).write_text(text.replace(package.__name__, name), encoding="utf-8")
        return importlib.import_module(name).SmolVLAModel

    monkeypatch.syspath_prepend(tmp_path)
    yield made
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        del sys.modules[module]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_a_mistake_makes_the_test_beside_it_fail(
    mistake: Mistake, copy: Callable[[str, str, str], Any], tmp_path: Path
) -> None:
    mistaken = copy(mistake.file, mistake.old, mistake.new)
    with pytest.raises((AssertionError, ArenaError)):
        ASSERTED[mistake.test](mistaken, mistake.case, tmp_path / "checkpoints")


def test_a_copy_without_a_mistake_agrees(copy: Callable[[str, str, str], Any], tmp_path: Path) -> None:
    same = copy("model", "class SmolVLAModel:", "class SmolVLAModel:")
    assert same.__module__ != package.SmolVLAModel.__module__
    for asserted in ASSERTED.values():
        asserted(same, RENAMED, tmp_path / "checkpoints")


def test_every_mistake_names_a_test_and_a_case_that_exist() -> None:
    tests = (Path(__file__).parent / "test_smolvla.py").read_text(encoding="utf-8")
    for name, asserted in ASSERTED.items():
        assert f"def {name}(" in tests
        assert f"    {asserted.__name__}(SmolVLAModel, name, place)" in tests
    assert {mistake.case for mistake in MISTAKES} <= CASES.keys()
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
