"""Octo's sequence: [instruction; per step: pictures, the instruction again (1.5), readouts], as in octo_module.py."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.octo.attention import OBSERVATION, READOUT, TASK, Group, allowed
from gpu_daemon.policies.octo.inputs import Seen
from gpu_daemon.policies.octo.structure import Structure

REPEATED = ""  # among the cameras' names, the instruction at every step


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


class Layout(Struct, frozen=True):
    """Where everything stands in one sequence, after the instruction's words."""

    words: int
    steps: tuple[dict[str, range], ...]  # of every step: its cameras, and REPEATED if the instruction is
    read: tuple[dict[str, range], ...]  # of every step: its readouts

    @property
    def groups(self) -> tuple[range, ...]:
        """All of it, readouts last: at these, nothing but readouts looks."""
        return tuple(group for each in (*self.steps, *self.read) for group in each.values())


def layout_of(parts: Parts, structure: Structure, tokens: Mapping[str, int]) -> Layout:
    """The places of the tokens of a sequence that holds these parts."""
    words = 0 if parts.hidden is None else parts.hidden.shape[1]
    seen = {name: tokens[name] for name in parts.seen.pictures}
    seen |= {REPEATED: words} if structure.repeats and words else {}
    first = words
    steps: list[dict[str, range]] = []
    read: list[dict[str, range]] = []
    for _ in range(parts.seen.real.shape[1]):
        for groups, every in ((seen, steps), (structure.readouts, read)):
            ends = np.cumsum([first, *groups.values()]).tolist()
            every.append({name: range(*each) for name, each in zip(groups, pairwise(ends), strict=True)})
            first = ends[-1]
    return Layout(words, tuple(steps), tuple(read))
