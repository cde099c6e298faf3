"""Octo's sequence: [instruction; per step: pictures, the instruction again (1.5), readouts], as in octo_module.py."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.octo.attention import OBSERVATION, READOUT, TASK, Group, allowed
from gpu_daemon.policies.octo.inputs import Seen
from gpu_daemon.policies.octo.network import Network
from gpu_daemon.policies.octo.structure import Structure


class Parts(Struct, frozen=True):
    """What goes into one sequence."""

    seen: Seen
    hidden: NDArray[np.float32] | None  # of the instruction, (batch, words, size)
    told: NDArray[np.bool_]  # (batch,) whether the instruction counts


def mask_of(parts: Parts, structure: Structure, tokens: Mapping[str, int]) -> NDArray[np.bool_]:
    """Who attends to whom, (batch, 1, tokens, tokens); padding is attended to by nobody.

    The repeated instruction is masked with the instruction, not with the steps; readouts are never masked.
    """
    batch, window = parts.seen.real.shape
    words = 0 if parts.hidden is None else parts.hidden.shape[1]
    told = parts.told if structure.language_masked else np.ones_like(parts.told)
    instruction = np.repeat(told[:, None], words, axis=1)
    task = (Group(TASK, words),) if words else ()
    step, real = [], []
    for name, shown in parts.seen.shown.items():
        step.append(Group(OBSERVATION, tokens[name]))
        real.append(np.repeat((parts.seen.real & shown)[..., None], tokens[name], axis=-1))
    if structure.repeats and words:
        step.append(Group(OBSERVATION, words))
        real.append(np.repeat(instruction[:, None], window, axis=1))
    for number, count in enumerate(structure.readouts.values()):
        step.append(Group(READOUT + number, count))
        real.append(np.ones((batch, window, count), bool))
    rules = allowed(task, tuple(step), window, structure.exact_mask)
    attended = np.concatenate([instruction, np.concatenate(real, -1).reshape(batch, -1)], axis=1)
    return np.asarray(rules[None, None] & attended[:, None, None, :])


def answers(network: Network, structure: Structure, parts: Parts, mask: Tensor, device: torch.device) -> Tensor:
    """The transformer's answer at the head's readout, (batch, window, tokens, width)."""
    batch, window = parts.seen.real.shape
    prefix, step = _tokens(network, structure, parts, device)
    each = torch.cat(step, 2)
    size = each.shape[2]
    before, count = _place(structure, size)
    ends = [prefix.shape[1] + size * (number + 1) for number in range(window)]
    whole = [(slice(first, end), end) for first, end in zip([0, *ends], ends, strict=False)]
    wanted = [(slice(end - size + before, end - size + before + count), end) for end in ends]
    mixed = network.mixed(torch.cat([prefix, each.flatten(1, 2)], 1), mask, whole, wanted)
    return mixed.reshape(batch, window, count, -1)


def _place(structure: Structure, tokens: int) -> tuple[int, int]:
    """Where the head's readout begins among a step's tokens, and how many tokens it has."""
    before = tokens - sum(structure.readouts.values())
    for name, count in structure.readouts.items():
        if f"readout_{name}" == structure.head.readout_key:
            break  # read_structure has checked that it is there
        before += count
    return before, count


def _tokens(network: Network, structure: Structure, parts: Parts, device: torch.device) -> tuple[Tensor, list[Tensor]]:
    """The instruction's tokens (batch, words, width), and each group of every step (batch, window, tokens, width)."""
    batch, window = parts.seen.real.shape
    seen = parts.seen.pictures.items()
    step = [network.picture_tokens(name, torch.from_numpy(pictures).to(device)) for name, pictures in seen]
    prefix = step[0].new_zeros(batch, 0, structure.width)
    if parts.hidden is not None:
        hidden = torch.from_numpy(parts.hidden).to(device, network.language.weight.dtype)
        prefix = network.language(hidden) + network.language_places
        if structure.repeats:
            step.append(prefix[:, None].expand(-1, window, -1, -1))
    places = [network.readout_places[name] for name in structure.readouts]
    return prefix, step + [each[:, :window].expand(batch, -1, -1, -1) for each in places]
