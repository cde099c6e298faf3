from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gpu_daemon.policies.proprioception import SIZE
from gpu_daemon.training.config import CHUNK, TrainingConfig, read_config
from gpu_daemon.training.demonstrations import ShardOrder, demonstration_folder, record_demonstrations
from gpu_daemon.training.evaluation import VALIDATION_SEED
from gpu_daemon.training.practice import chunked
from gpu_daemon.training.shards import read_shard, shards
from scenes.errors import BadInput


def test_a_shard_holds_pictures_feelings_and_the_expert_s_chunks(training: TrainingConfig) -> None:
    samples = read_shard(shards(demonstration_folder(training))[0])
    assert samples.front.shape == samples.wrist.shape == (samples.count, 96, 96, 3)
    assert samples.proprioception.shape == (samples.count, SIZE)
    assert samples.chunks.shape == (samples.count, CHUNK, 7)
    assert np.abs(samples.chunks).max() <= 1.0
    assert samples.valid[:, 0].all()
    assert samples.front.std() > 10


def test_the_same_order_records_the_same_samples(training: TrainingConfig, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    record_demonstrations(ShardOrder(training, 1, again))
    first, second = read_shard(shards(demonstration_folder(training))[1]), read_shard(again)
    for name in ("front", "wrist", "proprioception", "chunks", "valid", "places", "task"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


def test_what_follows_a_disturbance_is_no_part_of_a_chunk() -> None:
    labels = np.arange(12 * 7, dtype=np.float32).reshape(12, 7)
    by_expert = np.ones(12, bool)
    by_expert[3] = False
    chunks, valid = chunked(labels, by_expert)
    assert valid[0].tolist() == [True] * 4 + [False] * 4
    assert valid[3].tolist() == [True] + [False] * 7
    assert valid[4].all()
    assert valid[11].tolist() == [True] + [False] * 7
    assert np.array_equal(chunks[2, :3], labels[2:5])


def test_worlds_of_evaluations_are_never_trained_on(training: TrainingConfig) -> None:
    assert 2_000_000 + training.demonstrations.episodes < VALIDATION_SEED


def test_a_file_that_is_no_shard_is_refused(tmp_path: Path) -> None:
    (tmp_path / "00000.npz").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(BadInput, match=r"00000\.npz"):
        read_shard(tmp_path / "00000.npz")


@pytest.mark.parametrize("text", ["folder = 3", "folder = 'a'\ncards = 'b'\nweights = 'c'\npolicies = []"])
def test_a_training_file_that_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"mine\.toml"):
        read_config(tmp_path / "mine.toml")


def test_a_policy_nobody_planned_is_refused_and_the_planned_ones_listed(training: TrainingConfig) -> None:
    with pytest.raises(BadInput, match="'hearing'") as refused:
        training.policy("hearing")
    assert "seeing, flowing" in refused.value.hint
