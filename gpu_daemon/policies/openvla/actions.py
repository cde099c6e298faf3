"""Action tokens to numbers: bins, their centres, a data set's ranges (as in openvla's modeling_prismatic.py)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gpu_daemon.policies.openvla.checkpoint import ActionStatistics, Dataset
from scenes.errors import BadInput, NotFound


def statistics_for(datasets: Mapping[str, Dataset], key: str | None) -> ActionStatistics:
    """The action statistics under this key; no key is needed where there is one data set only.

    Raises:
        NotFound: there is no such data set, or none was named and there are several; the hint lists them.
        BadInput: the statistics do not have one length.
    """
    if not key and len(datasets) == 1:
        key = next(iter(datasets))
    if not key or key not in datasets:
        raise NotFound.among("data set in this checkpoint", key or "", list(datasets))
    found = datasets[key].action
    lengths = {len(found.q01), len(found.q99), len(found.q01 if found.mask is None else found.mask)}
    if len(lengths) > 1:
        raise BadInput(f"The action statistics of '{key}' differ in length: {sorted(lengths)}.", hint="Fetch it again.")
    return found


def decoded(tokens: NDArray[np.int64], vocabulary: int, bins: int) -> NDArray[np.float64]:
    """The numbers -1..1 that action tokens stand for, shape as `tokens`.

    Token `vocabulary` - 1 - i stands for bin i of [-1, 1]; there are `bins` edges, so one bin fewer, and a token
    beyond them counts as the nearest bin. `vocabulary` is without the rows that pad the embedding.
    """
    edges = np.linspace(-1, 1, bins)
    centres: NDArray[np.float64] = (edges[:-1] + edges[1:]) / 2.0
    return centres[np.clip(vocabulary - tokens - 1, 0, len(centres) - 1)]


def unnormalized(numbers: NDArray[np.float64], statistics: ActionStatistics) -> NDArray[np.float64]:
    """Numbers -1..1 as the data set's actions: from its 1 % to its 99 % quantile, where the mask says so."""
    low, high = np.array(statistics.q01), np.array(statistics.q99)
    scaled = np.ones(len(low), bool) if statistics.mask is None else np.array(statistics.mask)
    return np.where(scaled, 0.5 * (numbers + 1) * (high - low) + low, numbers)
