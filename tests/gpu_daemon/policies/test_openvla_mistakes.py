"""Mistakes that are easily made in OpenVLA, each made on purpose in a copy of the package, and the check that sees it.

The checks are those of `openvla_checks`; `test_openvla.py` shows that the package itself passes all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mistaken_packages import mistaken
from openvla_checkpoint import write_checkpoint
from openvla_checks import (
    CHECKS,
    PACKAGE,
    numbers_agree,
    patches_agree,
    pixels_agree,
    predictions_agree,
    prefix_agrees,
    prompts_agree,
)

Check = Callable[[str, Path], None]

_JOINED = "[words[:, :1], patches, words[:, 1:]]"
_TOWERS = "[self.featurizer(pictures[0]), self.fused_featurizer(pictures[1])]"
_SWAPPED = "[self.fused_featurizer(pictures[1]), self.featurizer(pictures[0])]"
_RESIZED = "Image.Resampling(scaling.interpolation)"
_RANGE = "np.array(statistics.q01), np.array(statistics.q99)"
_EMBEDDED = "self.patch_embed(pictures)"
_PATCHES = "tokens[:, sum(each.shape[1] for each in extra) :]"
_GELU = "functional.gelu(self.fc1(tokens))"

MISTAKES: dict[str, tuple[str, str, str, Check]] = {  # module, what is right in it, what is wrong, who notices
    "the instruction keeps its capitals": ("prompt", "instruction.lower()", "instruction", prompts_agree),
    "the empty token is missing": ("prompt", "tokens = [*tokens, EMPTY]", "pass", prompts_agree),
    "the prompt has no newline": ("prompt", "?\\nOut:", "? Out:", prompts_agree),
    "bins are off by one": ("actions", "vocabulary - tokens - 1", "vocabulary - tokens", numbers_agree),
    "edges are taken for centres": ("actions", "(edges[:-1] + edges[1:]) / 2.0", "edges[:-1]", numbers_agree),
    "there is a bin too many": ("actions", "linspace(-1, 1, bins)", "linspace(-1, 1, bins + 1)", numbers_agree),
    "the mask is ignored": ("actions", "np.where(scaled,", "np.where(True,", numbers_agree),
    "low and high are swapped": ("actions", _RANGE, ", ".join(_RANGE.split(", ")[::-1]), numbers_agree),
    "the padding of the vocabulary counts": ("model", " - config.pad_to_multiple_of", "", predictions_agree),
    "the last block is computed": ("vision", "list(self.blocks)[:-1]", "list(self.blocks)", patches_agree),
    "the final norm is applied": ("vision", "return tokens[:, sum", "return self.norm(tokens)[:, sum", patches_agree),
    "registers count as patches": ("vision", _PATCHES, "tokens[:, : self.pos_embed.shape[1]]", patches_agree),
    "positions are left out": (
        "vision",
        "self.patch_embed(pictures) + self.pos_embed",
        "self.patch_embed(pictures)",
        patches_agree,
    ),
    "the gelu is approximate": ("vision", _GELU, _GELU.replace("kens))", "kens), approximate='tanh')"), patches_agree),
    "layer scale is left out": ("vision", "return tokens * self.scale_factor", "return tokens", patches_agree),
    "heads have 32 channels": ("structure", "width / 64, width / 72", "width / 32, width / 36", patches_agree),
    "SigLIP's channels come first": ("network", _TOWERS, _SWAPPED, patches_agree),
    "patches stand before the first token": ("network", _JOINED, "[patches, words]", prefix_agrees),
    "patches stand after the prompt": ("network", _JOINED, "[words, patches]", prefix_agrees),
    "the projector lacks a gelu": ("network", "functional.gelu(self.fc2(wide))", "self.fc2(wide)", prefix_agrees),
    "tokens forget the prefix": (
        "network",
        "past_key_values=cache",
        "past_key_values=DynamicCache()",
        predictions_agree,
    ),
    "pictures are resized bilinearly": ("pictures", _RESIZED, "Image.Resampling.BILINEAR", pixels_agree),
    "pictures are resized without smoothing": ("pictures", _RESIZED, "Image.Resampling.NEAREST", pixels_agree),
    "normalisations are swapped": (
        "pictures",
        "preprocessing.normalizations,",
        "preprocessing.normalizations[::-1],",
        pixels_agree,
    ),
    "pictures are divided twice": ("pictures", ".div(255)", ".div(255).div(255)", pixels_agree),
    "rows and columns are swapped": ("pictures", ".permute(2, 0, 1)", ".permute(2, 1, 0)", pixels_agree),
    "red and blue are swapped": ("pictures", "np.array(resized)", "np.array(resized)[:, :, ::-1].copy()", pixels_agree),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("openvla"))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_noticed(mistake: str, folder: Path, tmp_path: Path) -> None:
    module, right, wrong, check = MISTAKES[mistake]
    with mistaken(PACKAGE, module, right, wrong, tmp_path) as package, pytest.raises(AssertionError):
        check(package, folder)


def test_a_copy_without_a_mistake_passes(folder: Path, tmp_path: Path) -> None:
    with mistaken(PACKAGE, "prompt", "EMPTY = 29871", "EMPTY = 29871", tmp_path) as package:
        for check in CHECKS:
            check(package, folder)
