from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from gpu_daemon.policies.loading import all_cards
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.choosing import choose, kept_at, played_so
from gpu_daemon.training.config import TrainingConfig
from gpu_daemon.training.evaluation import FAMILIES, VALIDATION_SEED, evaluate, played_before
from scenes.errors import BadInput
from scenes.progress import finish


@pytest.fixture
def config(training: TrainingConfig) -> TrainingConfig:
    return structs.replace(training, processes=1, validation_starts=1, horizons=(2, 8), max_steps=4)


def test_every_way_of_playing_is_tried_and_of_equals_the_least_busy_is_taken(
    config: TrainingConfig, tmp_path: Path
) -> None:
    card, plan = all_cards()["film-flow"], config.policies[1]
    chosen = finish(choose(config, plan, card, tmp_path, Budget(5)))
    assert [(each.execute, each.noise) for each in chosen.tried] == [(2, 0.0), (2, 1.0), (8, 0.0), (8, 1.0)]
    assert {each.success for each in chosen.tried} == {0.0}  # nobody succeeds in four steps
    assert (chosen.execute, chosen.noise, chosen.starts) == (8, 0.0, 5)
    assert chosen.weights_sha256 == card.weights_sha256


def test_a_policy_that_does_not_sample_is_tried_without_noise_only(config: TrainingConfig, tmp_path: Path) -> None:
    chosen = finish(choose(config, config.policies[0], all_cards()["film-cnn"], tmp_path, Budget(5)))
    assert [(each.execute, each.noise) for each in chosen.tried] == [(2, 0.0), (8, 0.0)]


def test_an_evaluation_cut_short_goes_on_where_it_stopped(config: TrainingConfig, tmp_path: Path) -> None:
    card = played_so(all_cards()["film-cnn"], 4, 0.0)
    kept = kept_at(tmp_path, card, "test")
    finish(evaluate(config, card, {"plain": 1}, VALIDATION_SEED, Budget(0), kept))
    assert len(played_before(kept)) < len(FAMILIES)
    with kept.open("ab") as file:
        file.write(b'{"condition":"pl')  # as a kill leaves it
    table = finish(evaluate(config, card, {"plain": 1}, VALIDATION_SEED, Budget(5), kept))
    assert {row.family: row.starts for row in table.rows} == dict.fromkeys(FAMILIES, 1)
    lines = kept.read_bytes()
    again = finish(evaluate(config, card, {"plain": 1}, VALIDATION_SEED, Budget(5), kept))
    assert kept.read_bytes() == lines
    assert again == table


def test_a_file_of_something_else_is_not_taken_for_outcomes(tmp_path: Path) -> None:
    kept = tmp_path / "test.jsonl"
    kept.write_text("what is this\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"test\.jsonl"):
        played_before(kept)
