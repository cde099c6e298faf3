"""Which tokens have to be computed for an answer, and who among them looks at whom: nothing else costs anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

Places = NDArray[np.int64]
_FEW = 16  # rows


class Part(Struct, frozen=True):
    """Consecutive rows, the end of what they look at, and what of it is hidden from them, added to the scores."""

    rows: slice
    end: int
    hidden: Tensor | None  # (batch, 1, rows, end), or nothing is


class Plan(Struct, frozen=True):
    """How one answer is computed."""

    alone: bool  # the instruction's tokens, which come first, look at themselves alone and are known already
    kept: tuple[Places, ...]  # what is computed of the instruction and of each group, in this order
    parts: tuple[Part, ...]  # of the rows kept; columns are the instruction's, if alone, and those kept
    wanted: Tensor  # places among the rows kept
    hidden: Tensor | None  # from the wanted ones, (batch, 1, wanted, columns)


def planned(mask: NDArray[np.bool_], words: int, groups: Sequence[range], wanted: Places, like: Tensor) -> Plan:
    """The plan for an answer at the wanted tokens, from who may attend to whom (batch, 1, tokens, tokens).

    The sequence is the `words` of an instruction, then the `groups`, in the order in which they are to be computed:
    best so that each looks at those before it. Hidden columns get the most negative number of the type of `like`, as in
    flax's attention: a token that may look at nothing looks at everything alike.
    """
    may = mask[:, 0]
    matters = _matters(may, wanted)
    alone = bool(words and matters[:words].all() and _alone(may, words))
    kept = tuple(np.array([each for each in group if matters[each]], np.int64) for group in (range(words), *groups))
    columns = np.concatenate(kept)
    computed = (kept[0][:0], *kept[1:]) if alone else kept
    places = [int(np.flatnonzero(columns == each)[0]) - alone * words for each in wanted]
    seen = may[:, :, columns]
    hidden = _hidden(seen[:, wanted], like)
    return Plan(alone, computed, _parts(seen, computed, like), torch.tensor(places, device=like.device), hidden)


def _matters(may: NDArray[np.bool_], wanted: Places) -> NDArray[np.bool_]:
    """The wanted tokens, those that they look at, those that these look at, and so on."""
    looks = may.any(0) | ~np.asarray(may.any(-1).all(0))[:, None]
    matters = np.zeros(len(looks), bool)
    matters[wanted] = True
    while True:
        grown = matters | looks[matters].any(0)
        if np.array_equal(grown, matters):
            return matters
        matters = grown


def _alone(may: NDArray[np.bool_], words: int) -> bool:
    """Whether every token of the instruction looks at the whole instruction and at nothing else."""
    return bool(may[:, :words, :words].all() and not may[:, :words, words:].any())


def _parts(seen: NDArray[np.bool_], computed: Sequence[Places], like: Tensor) -> tuple[Part, ...]:
    """The rows computed, that see so much of all columns (batch, all rows, columns), in as few parts as are useful."""
    together: list[Places] = []
    for rows in computed:
        if together and len(rows) and _alike(seen, together[-1], rows):
            together[-1] = np.concatenate([together[-1], rows])
        elif len(rows):
            together.append(rows)
    ends = np.cumsum([0, *map(len, together)]).tolist()
    return tuple(
        _part(seen[:, rows], slice(*place), like) for rows, place in zip(together, pairwise(ends), strict=True)
    )


def _alike(seen: NDArray[np.bool_], some: Places, others: Places) -> bool:
    """Whether rows see the same, or are so few that it costs less to hide some columns from some of them."""
    return len(some) + len(others) <= _FEW or np.array_equal(seen[:, some[-1]], seen[:, others[0]])


def _part(seen: NDArray[np.bool_], rows: slice, like: Tensor) -> Part:
    blind = not seen.any(-1).all()
    end = seen.shape[-1] if blind else int(np.flatnonzero(seen.any((0, 1)))[-1]) + 1
    return Part(rows, end, _hidden(seen[:, :, :end], like))


def _hidden(seen: NDArray[np.bool_], like: Tensor) -> Tensor | None:
    if seen.all():
        return None
    hidden = torch.zeros((seen.shape[0], 1, *seen.shape[1:]), dtype=like.dtype, device=like.device)
    return hidden.masked_fill(torch.from_numpy(~seen).to(like.device)[:, None], torch.finfo(like.dtype).min)
