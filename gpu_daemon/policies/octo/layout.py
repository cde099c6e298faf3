"""Every weight of an Octo checkpoint: its name and shape in flax, and where and how it stands in our network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct
from torch import Tensor

from gpu_daemon.policies.octo.network import channels
from gpu_daemon.policies.octo.structure import Camera, Structure
from gpu_daemon.policies.octo.words import TextStructure
from gpu_daemon.policies.weights import Shape

_ROOT = "octo_transformer"
_EPSILON = 1e-5  # of Octo's weight standardisation


class Weight(Struct, frozen=True):
    """One leaf of the file and the weight of ours that it becomes."""

    name: str
    shape: Shape
    place: str
    form: Literal["same", "dense", "heads_in", "heads_out", "flat", "convolution", "standardised"] = "same"


def arranged(weight: Weight, tensor: Tensor) -> Tensor:
    """flax's array as torch's: kernels are turned round (no number moves), heads joined, a stem's standardised."""
    if weight.form == "dense":
        return tensor.T
    if weight.form == "heads_in":
        return tensor.flatten(1).T
    if weight.form == "heads_out":
        return tensor.flatten(0, 1).T
    if weight.form == "flat":
        return tensor.flatten()
    if weight.form == "standardised":
        tensor = standardised(tensor.float())
    if weight.form in ("standardised", "convolution"):
        return tensor.permute(3, 2, 0, 1).contiguous()
    return tensor


def standardised(kernel: Tensor) -> Tensor:
    """A kernel (height, width, in, out) of mean 0 and deviation 1 per output, as StdConv in vit_encoders.py."""
    kernel = kernel - kernel.mean((0, 1, 2))
    return kernel / (kernel.std((0, 1, 2), correction=0) + _EPSILON)


def weights(structure: Structure, text: TextStructure, tokens: Mapping[str, int]) -> Iterator[Weight]:
    """All weights of a model of this structure; `tokens` says how many tokens a picture of each camera has."""
    width, horizon = structure.width, structure.horizon
    yield from _text(structure, text)
    language = f"{_ROOT}/task_{structure.language}"
    yield from _dense(f"{language}_projection", "language", text.d_model, width)
    yield Weight(f"{language}_pos_embedding", (1, structure.words, width), "language_places")
    for camera in structure.cameras:
        yield from _stem(camera)
        named = f"{_ROOT}/obs_{camera.name}"
        yield from _dense(f"{named}_projection", f"cameras.{camera.name}", camera.stem.num_features, width)
        table = (1, horizon, tokens[camera.name], width)
        yield Weight(f"{named}_pos_embedding", table, f"camera_places.{camera.name}")
    for readout, count in structure.readouts.items():
        table = (1, horizon, count, width)
        yield Weight(f"{_ROOT}/readout_{readout}_pos_embedding", table, f"readout_places.{readout}")
    yield from _transformer(structure)
    yield from _head(structure)


def _dense(name: str, place: str, size: int, to: int, *, bias: bool = True) -> Iterator[Weight]:
    yield Weight(f"{name}/kernel", (size, to), f"{place}.weight", "dense")
    if bias:
        yield Weight(f"{name}/bias", (to,), f"{place}.bias")


def _norm(name: str, place: str, size: int) -> Iterator[Weight]:
    yield Weight(f"{name}/scale", (size,), f"{place}.weight")
    yield Weight(f"{name}/bias", (size,), f"{place}.bias")


def _text(structure: Structure, text: TextStructure) -> Iterator[Weight]:
    root, size, inner = (
        f"{_ROOT}/task_tokenizers_{structure.language}/hf_model",
        text.d_model,
        text.num_heads * text.d_kv,
    )
    yield Weight(f"{root}/shared/embedding", (text.vocab_size, size), "text.embedding.weight")
    first = f"{root}/encoder/block/0/layer/0/SelfAttention/relative_attention_bias/embedding"
    yield Weight(first, (text.relative_attention_num_buckets, text.num_heads), "text.bias.weight")
    for number in range(text.num_layers):
        named, place = f"{root}/encoder/block/{number}/layer", f"text.blocks.{number}"
        yield Weight(f"{named}/0/layer_norm/weight", (size,), f"{place}.attention_norm.weight")
        for part in "qkv":
            yield from _dense(f"{named}/0/SelfAttention/{part}", f"{place}.{part}", size, inner, bias=False)
        yield from _dense(f"{named}/0/SelfAttention/o", f"{place}.o", inner, size, bias=False)
        yield Weight(f"{named}/1/layer_norm/weight", (size,), f"{place}.forward_norm.weight")
        yield from _dense(f"{named}/1/DenseReluDense/wi", f"{place}.wi", size, text.d_ff, bias=False)
        yield from _dense(f"{named}/1/DenseReluDense/wo", f"{place}.wo", text.d_ff, size, bias=False)
    yield Weight(f"{root}/encoder/final_layer_norm/weight", (size,), "text.norm.weight")


def _stem(camera: Camera) -> Iterator[Weight]:
    stem, place = camera.stem, f"stems.{camera.name}"
    root = f"{_ROOT}/observation_tokenizers_{camera.name}/{camera.stem_name}_0"
    before = channels(camera)
    for number, (kernel, features) in enumerate(zip(stem.kernel_sizes, stem.features, strict=False)):
        shape = (kernel, kernel, before, features)
        yield Weight(f"{root}/StdConv_{number}/kernel", shape, f"{place}.convolutions.{number}.weight", "standardised")
        yield Weight(f"{root}/StdConv_{number}/bias", (features,), f"{place}.convolutions.{number}.bias")
        yield from _norm(f"{root}/GroupNorm_{number}", f"{place}.norms.{number}", features)
        before = features
    patch = stem.patch_size // 16
    shape = (patch, patch, before, stem.num_features)
    yield Weight(f"{root}/embedding/kernel", shape, f"{place}.embedding.weight", "convolution")
    yield Weight(f"{root}/embedding/bias", (stem.num_features,), f"{place}.embedding.bias")


def _transformer(structure: Structure) -> Iterator[Weight]:
    width, sizes = structure.width, structure.transformer
    root, heads = f"{_ROOT}/BlockTransformer_0/Transformer_0", sizes.num_attention_heads
    split = (heads, width // heads)
    for number in range(sizes.num_layers):
        named, place = f"{root}/encoderblock_{number}", f"layers.{number}"
        attention = f"{named}/MultiHeadDotProductAttention_0"
        yield from _norm(f"{named}/LayerNorm_0", f"{place}.attention_norm", width)
        for part in ("query", "key", "value"):
            yield Weight(f"{attention}/{part}/kernel", (width, *split), f"{place}.{part}.weight", "heads_in")
            yield Weight(f"{attention}/{part}/bias", split, f"{place}.{part}.bias", "flat")
        yield Weight(f"{attention}/out/kernel", (*split, width), f"{place}.out.weight", "heads_out")
        yield Weight(f"{attention}/out/bias", (width,), f"{place}.out.bias")
        yield from _norm(f"{named}/LayerNorm_1", f"{place}.forward_norm", width)
        yield from _dense(f"{named}/MlpBlock_0/Dense_0", f"{place}.wide", width, sizes.mlp_dim)
        yield from _dense(f"{named}/MlpBlock_0/Dense_1", f"{place}.narrow", sizes.mlp_dim, width)
    yield from _norm(f"{root}/encoder_norm", "norm", width)


def _head(structure: Structure) -> Iterator[Weight]:
    head, root = structure.head, "heads_action/diffusion_model"
    pairs = head.time_dim // 2
    yield Weight(f"{root}/time_preprocess/kernel", (pairs, 1), "score.frequencies")
    yield from _dense(f"{root}/cond_encoder/Dense_0", "score.time.0", 2 * pairs, 2 * head.time_dim)
    yield from _dense(f"{root}/cond_encoder/Dense_1", "score.time.1", 2 * head.time_dim, head.time_dim)
    network, size = f"{root}/reverse_network", head.hidden_dim
    yield from _dense(f"{network}/Dense_0", "score.entry", head.time_dim + structure.width + head.size, size)
    for number in range(head.num_blocks):
        named, place = f"{network}/MLPResNetBlock_{number}", f"score.blocks.{number}"
        yield from _norm(f"{named}/LayerNorm_0", f"{place}.norm", size)
        yield from _dense(f"{named}/Dense_0", f"{place}.wide", size, 4 * size)
        yield from _dense(f"{named}/Dense_1", f"{place}.narrow", 4 * size, size)
    yield from _dense(f"{network}/Dense_1", "score.exit", size, head.size)
