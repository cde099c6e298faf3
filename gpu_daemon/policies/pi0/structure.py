"""How large the parts of a pi0 checkpoint are, and what lerobot calls the weights that transformers calls otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from gpu_daemon.policies.openvla.structure import heads_of, usual
from gpu_daemon.policies.weights import Shape
from scenes.errors import Incompatible

_PALIGEMMA = "paligemma_with_expert.paligemma."
_EXPERT = "paligemma_with_expert.gemma_expert."
_VISION = f"{_PALIGEMMA}model.vision_tower."
_WORDS = f"{_PALIGEMMA}model.language_model."
EMBEDDING = f"{_WORDS}embed_tokens.weight"
UNUSED = f"{_EXPERT}lm_head.weight"  # the expert neither reads nor writes words
_OURS = (("model.vlm.", f"{_PALIGEMMA}model."), ("model.dit.", f"{_EXPERT}model."), ("embed_action_time.", ""))


class Gemma(Struct, frozen=True):
    """The size of one Gemma; it has a single key and value head."""

    width: int
    layers: int
    hidden: int
    heads: int
    head: int  # channels of a head


class Vision(Struct, frozen=True):
    """The size of the SigLIP tower."""

    width: int
    layers: int
    hidden: int
    heads: int
    patch: int  # [pixels]


class Sizes(Struct, frozen=True):
    """The sizes of all parts."""

    vocabulary: int
    words: Gemma
    expert: Gemma
    vision: Vision


_GEMMAS = {2048: Gemma(2048, 18, 16384, 8, 256), 1024: Gemma(1024, 18, 4096, 8, 256)}  # gemma_2b, gemma_300m
_SO400M = Vision(1152, 27, 4304, 16, 14)


def canonical(name: str) -> str:
    """lerobot's name for a weight, whichever version wrote the file.

    A leading "model." and the "vision_model." of older transformers are left out. PaliGemma's output is its embedding.
    """
    name = name.removeprefix("model.").replace(".vision_tower.vision_model.", ".vision_tower.")
    return EMBEDDING if name == f"{_PALIGEMMA}lm_head.weight" else name


def theirs(name: str) -> str:
    """lerobot's name for a weight of transformers' PI0ForConditionalGeneration."""
    for ours, lerobots in _OURS:
        if name.startswith(ours):
            return canonical(lerobots + name.removeprefix(ours))
    return canonical(name)


def sizes_of(shapes: Mapping[str, Shape]) -> Sizes:
    """The sizes that weights of these (canonical) names and shapes have.

    A part as wide as the published one must be like it in all else, too. In any other the heads of the vision tower
    follow `heads_of`, and those of a Gemma from its single key head.

    Raises:
        Incompatible: these are not the weights of a pi0.
    """
    return Sizes(
        shapes.get(EMBEDDING, (0,))[0],
        _gemma(shapes, f"{_WORDS}layers."),
        _gemma(shapes, f"{_EXPERT}model.layers."),
        _vision(shapes),
    )


def _gemma(shapes: Mapping[str, Shape], prefix: str) -> Gemma:
    width, hidden, key, query = (
        _rows(shapes, prefix, end)
        for end in (
            "input_layernorm.weight",
            "mlp.gate_proj.weight",
            "self_attn.k_proj.weight",
            "self_attn.q_proj.weight",
        )
    )
    if width in _GEMMAS:
        return _GEMMAS[width]
    layers = _layers(shapes, prefix)
    if not (width and hidden and key and layers):
        raise _not_pi0(prefix)
    return Gemma(width, layers, hidden, query // key, key)


def _vision(shapes: Mapping[str, Shape]) -> Vision:
    prefix = f"{_VISION}encoder.layers."
    width, hidden = (_rows(shapes, prefix, end) for end in ("layer_norm1.weight", "mlp.fc1.weight"))
    if width == _SO400M.width:
        return _SO400M
    layers, patch = _layers(shapes, prefix), (0, *shapes.get(f"{_VISION}embeddings.patch_embedding.weight", ()))[-1]
    if not (width and hidden and patch and layers):
        raise _not_pi0(prefix)
    return Vision(width, layers, hidden, heads_of(width), patch)


def _rows(shapes: Mapping[str, Shape], prefix: str, end: str) -> int:
    return usual(shape[0] for name, shape in shapes.items() if name.startswith(prefix) and name.endswith(end) and shape)


def _layers(shapes: Mapping[str, Shape], prefix: str) -> int:
    found = (re.match(r"\d+", name.removeprefix(prefix)) for name in shapes if name.startswith(prefix))
    return 1 + max((int(match[0]) for match in found if match), default=-1)


def _not_pi0(prefix: str) -> Incompatible:
    return Incompatible(
        f"The weights are not those of a pi0: there are none that begin with {prefix}.",
        hint="Check that the files belong to this kind of model and were fetched completely.",
    )
