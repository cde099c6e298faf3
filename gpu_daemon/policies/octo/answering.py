"""Octo's answers at its readouts; what pictures and instructions fix is computed once and remembered.

Pictures and instructions are taken one by one, so that nothing depends on what it was computed with or before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.octo.network import Network, Told
from gpu_daemon.policies.octo.plan import Places, Plan, planned
from gpu_daemon.policies.octo.remembering import Memory
from gpu_daemon.policies.octo.sequence import REPEATED, Layout, Parts, layout_of, mask_of
from gpu_daemon.policies.octo.structure import Structure

_PLANS, _TOLD, _PICTURES = 16, 16, 8  # remembered: kinds of sequences, instructions, pictures


class Answering:
    """A network that remembers what it has seen and been told."""

    def __init__(self, network: Network, structure: Structure, tokens: Mapping[str, int], device: torch.device) -> None:
        self._network, self._structure, self._tokens, self._device = network, structure, tokens, device
        self._plans, self._told, self._pictures = Memory[Plan](_PLANS), Memory[Told](_TOLD), Memory[Tensor](_PICTURES)

    def forget(self) -> None:
        """Remember no picture."""
        self._pictures.forget()

    def answers(self, parts: Parts, *, last: bool) -> Tensor:
        """The transformer's answer at the head's readout of every step, or of the last: (batch, steps, tokens, width).

        Only tokens are computed on which it depends.
        """
        layout = layout_of(parts, self._structure, self._tokens)
        steps = layout.read[-1:] if last else layout.read
        wanted = np.concatenate([each[self._structure.head.readout_key.removeprefix("readout_")] for each in steps])
        plan = self._plan(parts, layout, wanted)
        told = None if parts.hidden is None else self._all_told(parts.hidden)
        groups = [range(layout.words), *layout.groups]
        pieces = []
        for group, kept, make in zip(groups, plan.kept, self._pieces(parts, layout, told), strict=True):
            if len(kept):
                pieces.append(make() if len(kept) == len(group) else make()[:, torch.from_numpy(kept - group[0])])
        answer = self._network.mixed(torch.cat(pieces, 1), plan, told if plan.alone else None)
        return answer.reshape(len(answer), len(steps), -1, answer.shape[-1])

    def _plan(self, parts: Parts, layout: Layout, wanted: Places) -> Plan:
        marks = (wanted, parts.seen.real, *parts.seen.shown.values(), parts.told)
        key = repr((layout.words, *parts.seen.shown, *((each.shape, each.tobytes()) for each in marks))).encode()

        def make() -> Plan:
            mask = mask_of(parts, self._structure, self._tokens)
            return planned(mask, layout.words, layout.groups, wanted, self._network.language_places)

        return self._plans.recalled(key, make)

    def _pieces(self, parts: Parts, layout: Layout, told: Told | None) -> list[Callable[[], Tensor]]:
        """Makers of the tokens (batch, tokens, width) of the instruction and of all groups, in their order."""
        words = (lambda: torch.empty(0)) if told is None else (lambda: told.tokens)
        every = [words]
        for step, names in enumerate(layout.steps):
            every += [words if name == REPEATED else partial(self._seen, parts, name, step) for name in names]
        for step, names in enumerate(layout.read):
            every += [partial(self._readout, name, step, len(parts.seen.real)) for name in names]
        return every

    def _readout(self, name: str, step: int, batch: int) -> Tensor:
        places: Tensor = self._network.readout_places[name]
        return places[:, step].expand(batch, -1, -1)

    def _seen(self, parts: Parts, camera: str, step: int) -> Tensor:
        """Tokens (batch, tokens, width) of one step's pictures in their places."""
        places: Tensor = self._network.camera_places[camera]
        return torch.cat([self._one_seen(camera, each[step]) for each in parts.seen.pictures[camera]]) + places[:, step]

    def _one_seen(self, camera: str, picture: NDArray[np.uint8]) -> Tensor:
        key = f"{camera} {picture.shape} ".encode() + picture.tobytes()
        given = torch.from_numpy(np.ascontiguousarray(picture)[None])
        return self._pictures.recalled(key, lambda: self._network.picture_tokens(camera, given.to(self._device)))

    def _all_told(self, hidden: NDArray[np.float32]) -> Told:
        """What instructions (batch, words, size) fix, together."""
        every = [self._told.recalled(each.tobytes(), partial(self._one_told, each)) for each in hidden]
        if len(every) == 1:
            return every[0]
        known = tuple(torch.cat(each) for each in zip(*(each.known for each in every), strict=True))
        return Told(torch.cat([each.tokens for each in every]), known, torch.cat([each.normal for each in every]))

    def _one_told(self, hidden: NDArray[np.float32]) -> Told:
        given = torch.from_numpy(hidden[None].copy()).to(self._device, self._network.language.weight.dtype)
        return self._network.told(given)
