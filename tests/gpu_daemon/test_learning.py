from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec import json, structs
from safetensors.torch import load_file

from gpu_daemon.training.batches import Memory
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.cloning import clone, dagger_folder, policy_folder, trained_weights, training_shards
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.learner import Learner, averaged_steps, rate
from gpu_daemon.training.phrases import vocabulary
from scenes.catalog import find_scene
from scenes.errors import BadInput
from scenes.progress import finish

SCENE = find_scene("table")
WORDS = len(vocabulary(SCENE).words)


@pytest.fixture(scope="module")
def memory(training: TrainingConfig) -> Memory:
    return Memory(training_shards(training, training.policies[0]), SCENE)


def into(training: TrainingConfig, folder: Path) -> TrainingConfig:
    """The same training, with the same demonstrations, that keeps its results elsewhere."""
    folder.mkdir(exist_ok=True)
    (folder / "demonstrations").symlink_to(Path(training.folder) / "demonstrations")
    return structs.replace(training, folder=str(folder))


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_steps_repeat_to_the_last_bit(
    training: TrainingConfig, memory: Memory, number: int, repeats: Callable[[int, int], int]
) -> None:
    plan = training.policies[number]
    rows = []
    for _ in range(2):
        learner = Learner(plan, WORDS, memory)
        for _ in range(repeats(5, 200)):
            learner.advance()
        rows.append(learner.weights())
    assert torch.equal(rows[0], rows[1])


def test_another_seed_learns_something_else(training: TrainingConfig, memory: Memory) -> None:
    plan = training.policies[0]
    learners = [Learner(structs.replace(plan, seed=seed), WORDS, memory) for seed in (0, 1)]
    for learner in learners:
        learner.advance()
    assert not torch.equal(learners[0].weights(), learners[1].weights())


def test_a_training_goes_on_from_its_checkpoint_as_if_never_interrupted(
    training: TrainingConfig, memory: Memory, tmp_path: Path
) -> None:
    plan = training.policies[0]
    whole = Learner(plan, WORDS, memory)
    for _ in range(3):
        whole.advance()
    whole.save(tmp_path / "step.pt")
    resumed = Learner(plan, WORDS, memory)
    resumed.restore(tmp_path / "step.pt")
    for learner in (whole, resumed):
        learner.advance()
        learner.advance()
    assert torch.equal(whole.weights(), resumed.weights())


def test_a_checkpoint_of_another_network_is_refused(training: TrainingConfig, memory: Memory, tmp_path: Path) -> None:
    Learner(training.policies[1], WORDS, memory).save(tmp_path / "step.pt")
    with pytest.raises(BadInput, match=r"step\.pt is not a checkpoint of 'seeing'"):
        Learner(training.policies[0], WORDS, memory).restore(tmp_path / "step.pt")


def test_two_processes_agree_and_a_killed_training_ends_with_the_weights_of_one_that_was_not(
    training: TrainingConfig, tmp_path: Path
) -> None:
    config, plan = into(training, tmp_path / "work"), training.policies[0]
    assert finish(clone(config, plan, Budget(0))) == 12
    script = (
        "from pathlib import Path; from gpu_daemon.training import cloning, config, budget\n"
        "from msgspec import json; from scenes.progress import finish; import sys\n"
        "if __name__ == '__main__':\n"
        "    chosen = json.decode(sys.argv[1], type=config.TrainingConfig)\n"
        "    job = cloning.clone(chosen, chosen.policies[0], budget.Budget(5))\n"
        "    print(next(job).done, flush=True); finish(job)\n"
    )
    (tmp_path / "train.py").write_text(script, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "train.py"), json.encode(config).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "12\n"
        os.killpg(process.pid, signal.SIGKILL)
    assert finish(clone(config, plan, Budget(5))) == 24
    kept = sorted(path.name for path in policy_folder(config, plan).glob("*.pt"))
    assert kept == ["step-0000024-0.pt", "step-0000024-1.pt"]
    both = [torch.load(policy_folder(config, plan) / name, weights_only=True)["network"] for name in kept]
    assert all(torch.equal(both[0][name], both[1][name]) for name in both[0])
    assert trained_weights(config, plan, early=True).exists()
    whole = into(training, tmp_path / "whole")
    assert finish(clone(whole, plan, Budget(5))) == 24
    same = [load_file(trained_weights(each, plan)) for each in (config, whole)]
    assert all(torch.equal(same[0][name], same[1][name]) for name in same[0])


def test_interventions_count_only_when_all_are_there(training: TrainingConfig, tmp_path: Path) -> None:
    config = into(training, tmp_path / "work")
    plan = structs.replace(config.policies[0], dagger_episodes=4)
    without = training_shards(config, plan)
    folder = dagger_folder(config, plan)
    folder.mkdir(parents=True)
    for number in range(2):
        assert training_shards(config, plan) == without
        (folder / f"{number:05d}.npz").symlink_to(without[0])
    assert training_shards(config, plan) == [*without, folder / "00000.npz", folder / "00001.npz"]


def test_there_is_nothing_to_learn_without_demonstrations(training: TrainingConfig, tmp_path: Path) -> None:
    config = structs.replace(training, folder=str(tmp_path))
    with pytest.raises(BadInput, match="no demonstrations"):
        finish(clone(config, config.policies[0], Budget(1)))


def test_the_learning_rate_warms_up_falls_and_begins_again_with_the_interventions() -> None:
    plan = PolicyPlan(id="a", name="A", network="film-cnn", cloning_steps=1000, dagger_steps=500, warm_up=100)
    rates = [rate(plan, step) for step in range(1500)]
    assert rates[0] == pytest.approx(plan.learning_rate / 100, rel=0.01)
    assert max(rates[:1000]) == pytest.approx(plan.learning_rate, rel=0.05)
    assert rates[999] < 0.05 * plan.learning_rate
    assert max(rates[1000:]) == pytest.approx(plan.late_rate, rel=0.15)
    assert np.argmax(rates[1000:]) < 120


def test_the_average_of_the_weights_begins_late_in_each_stage() -> None:
    plan = PolicyPlan(id="a", name="A", network="film-cnn", cloning_steps=1000, dagger_steps=500, average_from=0.6)
    assert [averaged_steps(plan, step) for step in (0, 600, 601, 1000, 1001, 1300, 1301)] == [0, 0, 1, 400, 0, 0, 1]


def test_what_was_taken_over_stays_as_it_is_while_it_is_frozen(training: TrainingConfig, memory: Memory) -> None:
    senses, plan = Learner(training.policies[0], WORDS, memory).network.state_dict(), training.policies[1]
    learner = Learner(structs.replace(plan, frozen_steps=2), WORDS, memory)
    learner.take_over(senses)
    taken = {name: value.clone() for name, value in senses.items() if name.startswith("senses.")}
    learner.advance()
    learner.advance()
    now = learner.network.state_dict()
    assert all(torch.equal(now[name], value) for name, value in taken.items())
    learner.advance()
    assert not torch.equal(learner.network.state_dict()["senses.front.grid.weight"], taken["senses.front.grid.weight"])


def test_pictures_and_words_are_disturbed_only_while_learning(memory: Memory) -> None:
    plain = memory.batches(1000)[0]
    assert plain.seen[0].dtype == torch.uint8
    assert not (plain.seen[3] == 1).any()
    disturbed = memory.random_batch(64, np.random.Generator(np.random.PCG64(0)))
    assert disturbed.seen[0].dtype == torch.float32
    assert (disturbed.seen[3] == 1).any()
