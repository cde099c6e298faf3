"""Batches: samples in memory, drawn by seed, with brightness jitter and word dropout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.proprioception import CENTRE
from gpu_daemon.training.phrases import phrases, vocabulary
from gpu_daemon.training.practice import Samples
from gpu_daemon.training.shards import joined, read_shard
from scenes.catalog import Scene
from scenes.words import NOTHING, UNKNOWN

PLACE_UNIT = 0.1  # [m] of the places that networks locate
BRIGHTNESS = 0.2  # how far a picture may get darker or lighter
SHIFT = 12.0  # grey levels by which a colour channel may move
WORD_DROPOUT = 0.05


class Batch(NamedTuple):
    """What a network is shown, and what it should have answered."""

    seen: tuple[Tensor, Tensor, Tensor, Tensor]  # pictures (b, 96, 96, 3) twice, proprioception, words
    chunks: Tensor  # (b, CHUNK, 7)
    valid: Tensor  # (b, CHUNK)
    places: Tensor  # (b, 6)


class Memory:
    """Samples and the sentences that may go with each."""

    def __init__(self, paths: Sequence[Path], scene: Scene) -> None:
        """Read shards.

        Raises:
            BadInput: one is not a shard.
        """
        self._samples: Samples = joined([read_shard(path) for path in paths])
        words = vocabulary(scene)
        self._sentences = [np.stack([words.numbers(each) for each in phrases(scene, task)]) for task in scene.tasks]

    @property
    def count(self) -> int:
        """How many samples there are."""
        return self._samples.count

    def random_batch(self, size: int, generator: np.random.Generator) -> Batch:
        """Samples drawn at random, their pictures and words disturbed."""
        rows = generator.integers(self.count, size=size)
        words = np.stack([self._sentence(row, generator) for row in rows])
        words[(words != NOTHING) & (generator.random(words.shape) < WORD_DROPOUT)] = UNKNOWN
        batch = self._batch(rows, words)
        front, wrist, felt, said = batch.seen
        return batch._replace(seen=(_jittered(front, generator), _jittered(wrist, generator), felt, said))

    def batches(self, size: int) -> list[Batch]:
        """All samples in order, undisturbed, each with its task's plain instruction."""
        parts = np.array_split(np.arange(self.count), max(1, self.count // size))
        tasks = self._samples.task
        return [self._batch(rows, np.stack([self._sentences[tasks[row]][0] for row in rows])) for rows in parts]

    def error_of_mean(self) -> float:
        """The mean absolute error of always answering with the mean action: neither looking nor listening."""
        actions = self._samples.chunks[self._samples.valid]
        return float(np.abs(actions - actions.mean(0)).mean())

    def _sentence(self, row: int, generator: np.random.Generator) -> NDArray[np.int64]:
        sentences = self._sentences[self._samples.task[row]]
        chosen: NDArray[np.int64] = sentences[generator.integers(len(sentences))]
        return chosen

    def _batch(self, rows: NDArray[np.int64], words: NDArray[np.int64]) -> Batch:
        samples = self._samples
        front, wrist = (torch.from_numpy(pictures[rows]) for pictures in (samples.front, samples.wrist))
        places = (samples.places[rows] - np.array(CENTRE * 2, np.float32)) / PLACE_UNIT
        return Batch(
            seen=(front, wrist, torch.from_numpy(samples.proprioception[rows]), torch.from_numpy(words)),
            chunks=torch.from_numpy(samples.chunks[rows]),
            valid=torch.from_numpy(samples.valid[rows]),
            places=torch.from_numpy(places.astype(np.float32)),
        )


def _jittered(pictures: Tensor, generator: np.random.Generator) -> Tensor:
    count = len(pictures)
    scale = generator.uniform(1 - BRIGHTNESS, 1 + BRIGHTNESS, (count, 1, 1, 1)).astype(np.float32)
    shift = generator.uniform(-SHIFT, SHIFT, (count, 1, 1, 3)).astype(np.float32)
    return torch.addcmul(torch.from_numpy(shift), pictures.float(), torch.from_numpy(scale))
