"""Which token of Octo's sequence may attend to which, as in its block_transformer.py and octo_module.py."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

TASK, OBSERVATION, READOUT = 0, 1, 2  # the second readout is 3, and so on


class Group(Struct, frozen=True):
    """Tokens that share their rules: of the task, of one step's observation, or of a readout."""

    kind: int
    tokens: int


@lru_cache(maxsize=16)
def allowed(task: tuple[Group, ...], step: tuple[Group, ...], window: int, exact: bool) -> NDArray[np.bool_]:
    """(token, attended token) for [task; step 0; step 1; ...], before anything is masked as padding.

    The task attends to the task; observations to task and observations of the same or earlier steps; a readout to
    these and to itself. Without `exact`, as in version 1.0, the first token of every group but the first counts as one
    of the group before it.
    """
    prefix, repeated = _kinds(task, exact), _kinds(step, exact)
    kinds = np.concatenate([prefix, np.tile(repeated, window)])
    times = np.concatenate([np.full(len(prefix), -1), np.repeat(np.arange(window), len(repeated))])
    seeing, seen = kinds[:, None], kinds[None, :]
    may = (seen == TASK) | ((seeing != TASK) & (seen == OBSERVATION)) | (seeing == seen)
    return np.asarray(may & (times[None, :] <= times[:, None]))


def _kinds(groups: tuple[Group, ...], exact: bool) -> NDArray[np.int64]:
    """The kind of every token, by a look-up in the groups' ends."""
    if not groups:
        return np.zeros(0, np.int64)
    ends = np.cumsum([group.tokens for group in groups])
    which = np.searchsorted(ends, np.arange(ends[-1]), side="right" if exact else "left")
    return np.array([group.kind for group in groups])[which]
