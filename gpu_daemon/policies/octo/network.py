"""Octo's network: pictures and words become tokens, a transformer mixes them, readouts are read off."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional as f

from gpu_daemon.policies.octo.blank import Convolution, Linear
from gpu_daemon.policies.octo.head import ScoreNetwork
from gpu_daemon.policies.octo.plan import Part, Plan
from gpu_daemon.policies.octo.structure import Camera, Stem, Structure
from gpu_daemon.policies.octo.transformer import EPSILON, LastLayer, Layer, LayerWeights
from gpu_daemon.policies.octo.words import TextEncoder, TextStructure

_GROUPS = 32  # of flax's GroupNorm


class Told(Struct, frozen=True):
    """What an instruction fixes: its tokens, and what every layer shows of them to those that look at them."""

    tokens: Tensor  # (1, words, width), before the first layer
    known: tuple[Tensor, ...]  # keys and values in every layer but the last, (1, words, 2 width)
    normal: Tensor  # in the last, (1, words, width)


class PictureStem(nn.Module):
    """Octo's SmallStem; its kernels are standardised when they are loaded."""

    def __init__(self, stem: Stem, channels: int) -> None:
        super().__init__()
        sizes = (channels, *stem.features)
        self.convolutions = nn.ModuleList(
            Convolution(before, after, kernel, stride, padding)
            for before, after, kernel, stride, padding in zip(
                sizes, stem.features, stem.kernel_sizes, stem.strides, stem.padding, strict=False
            )
        )
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, size, eps=EPSILON) for size in stem.features)
        patch = stem.patch_size // 16
        self.embedding = Convolution(sizes[-1], stem.num_features, patch, patch)

    def settle(self, projection: nn.Module) -> None:
        """Let the embedding answer what the projection makes of its answer, a linear map after a linear map, and bring
        the kernels into the order that convolutions of pictures take, once instead of at every picture."""
        of, bias = self.embedding.parameters()
        weight, offset = (each.float() for each in projection.parameters())
        kernel, shift = weight @ of.float().flatten(1), f.linear(bias.float(), weight, offset)
        self.embedding.weight = nn.Parameter(kernel.reshape(-1, *of.shape[1:]).to(of.dtype), requires_grad=False)
        self.embedding.bias = nn.Parameter(shift.to(of.dtype), requires_grad=False)
        for kernels in self.convolutions.parameters():
            if kernels.dim() == 4:
                kernels.data = kernels.data.contiguous(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> Tensor:
        """uint8 (pictures, height, width, channels) -> (pictures, tokens, features), row by row."""
        x = pictures.permute(0, 3, 1, 2).to(self.embedding.weight.dtype).div_(127.5).sub_(1)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = f.relu(norm(convolution(x)), inplace=True)
        tokens: Tensor = self.embedding(x)
        return tokens.flatten(2).transpose(1, 2)


class Network(nn.Module):
    """All weights of an Octo model; `tokens` says how many tokens a picture of each camera has."""

    def __init__(self, structure: Structure, text: TextStructure, tokens: Mapping[str, int]) -> None:
        super().__init__()
        width, horizon, sizes = structure.width, structure.horizon, structure.transformer
        self.text = TextEncoder(text)
        self.language = Linear(text.d_model, width)
        self.language_places = nn.Parameter(torch.empty(1, structure.words, width))
        self.stems = nn.ModuleDict({each.name: PictureStem(each.stem, channels(each)) for each in structure.cameras})
        self.cameras = nn.ModuleDict({each.name: Linear(each.stem.num_features, width) for each in structure.cameras})
        self.camera_places = _tables(dict(tokens), horizon, width)
        self.readout_places = _tables(structure.readouts, horizon, width)
        self.layers = nn.ModuleList(LayerWeights(width, sizes) for _ in range(sizes.num_layers))
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.score = ScoreNetwork(structure.head, width)

    @torch.no_grad()
    def settle(self) -> None:
        """Lay out what has been read as it is computed, one layer at a time; before this, it computes nothing."""
        for name, stem in self.stems.items():
            assert isinstance(stem, PictureStem)
            stem.settle(self.cameras.pop(name))
        every = [each for each in self.layers if isinstance(each, LayerWeights)]
        del self.layers
        self._layers: list[Layer] = []
        while len(every) > 1:
            self._layers.append(Layer(every.pop(0)))
        self._last = LastLayer(every.pop())

    def picture_tokens(self, camera: str, pictures: Tensor) -> Tensor:
        """uint8 (pictures, height, width, channels) -> (pictures, tokens, width), without places."""
        tokens: Tensor = self.stems[camera](pictures)
        return tokens

    def told(self, hidden: Tensor) -> Told:
        """What T5's hidden states (1, words, size) of an instruction fix, if they are looked at alone."""
        tokens = x = self.language(hidden) + self.language_places
        known, whole = [], (Part(slice(0, x.shape[1]), x.shape[1], None),)
        for layer in self._layers:
            x, each = layer(x, whole)
            known.append(each.clone())  # not with the queries that it was made with
        return Told(tokens, tuple(known), self._last.normal(x))

    def mixed(self, tokens: Tensor, plan: Plan, told: Told | None) -> Tensor:
        """The transformer over the tokens that a plan keeps (batch, kept, width); its answer at the wanted ones.

        `told` is what is known of an instruction that comes before them.
        """
        for number, layer in enumerate(self._layers):
            tokens, _ = layer(tokens, plan.parts, told.known[number] if told else None)
        answer: Tensor = self.norm(self._last(tokens, plan.wanted, plan.hidden, told.normal if told else None))
        return answer


def channels(camera: Camera) -> int:
    """Colours of the observed and the goal pictures that one tokenizer stacks."""
    return 3 * (len(camera.observed) + len(camera.goals))


def _tables(tokens: Mapping[str, int], horizon: int, width: int) -> nn.ParameterDict:
    return nn.ParameterDict(
        {name: nn.Parameter(torch.empty(1, horizon, count, width)) for name, count in tokens.items()}
    )
