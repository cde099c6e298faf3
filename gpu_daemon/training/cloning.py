"""Cloning: optimiser steps in several processes that average their weights, resumable from checkpoints."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path
from threading import BrokenBarrierError

import msgspec
import torch
from msgspec import Struct
from safetensors.torch import load_file, save_file
from torch import Tensor

from gpu_daemon.training.batches import Memory
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import PolicyPlan, TrainingConfig
from gpu_daemon.training.demonstrations import demonstration_folder
from gpu_daemon.training.learner import Learner
from gpu_daemon.training.meeting import Meeting
from gpu_daemon.training.networks.building import Network, build, parameter_count
from gpu_daemon.training.phrases import vocabulary
from gpu_daemon.training.shards import shards
from scenes import durable
from scenes.catalog import find_scene
from scenes.errors import BadInput
from scenes.progress import Job, Progress

AVERAGING = 12  # steps between two averagings
CHECKPOINT = 300  # steps between two checkpoints: about two minutes


class Part(Struct, frozen=True):
    """What one process is to do: steps up to `until`, with every `ranks`-th shard."""

    config: TrainingConfig
    plan: PolicyPlan
    rank: int
    ranks: int
    until: int


def clone(config: TrainingConfig, plan: PolicyPlan, budget: Budget) -> Job[int]:
    """Take the plan's steps, or as many as the budget allows; returns how many are done.

    Before all of DAgger's episodes are there only the cloning steps are taken.

    Raises:
        BadInput: there are no demonstrations, or a file is damaged.
    """
    folder = policy_folder(config, plan)
    folder.mkdir(parents=True, exist_ok=True)
    until = plan.cloning_steps + (plan.dagger_steps if interventions(config, plan) else 0)
    context = get_context("spawn")
    ranks = max(1, min(config.processes, len(training_shards(config, plan))))
    weights = parameter_count(build(plan, len(vocabulary(find_scene(config.scene)).words)))
    meeting = Meeting(context, ranks, weights)
    parts = [Part(config, plan, rank, ranks, until) for rank in range(ranks)]
    others = [context.Process(target=_follow, args=(part, meeting), daemon=True) for part in parts[1:]]
    for process in others:
        process.start()
    try:
        return (yield from _lead(parts[0], meeting, budget))
    finally:
        meeting.leave()
        for process in others:
            process.join()


def policy_folder(config: TrainingConfig, plan: PolicyPlan) -> Path:
    """Where a policy's checkpoints and results lie."""
    return Path(config.folder) / plan.id


def dagger_folder(config: TrainingConfig, plan: PolicyPlan) -> Path:
    """Where the episodes recorded with this policy lie."""
    return policy_folder(config, plan) / "dagger"


def interventions(config: TrainingConfig, plan: PolicyPlan) -> list[Path]:
    """The shards recorded with this policy; none before all are there, or a pause would change what is learned."""
    found = shards(dagger_folder(config, plan))
    return found if len(found) >= intervention_shards(config, plan) else []


def intervention_shards(config: TrainingConfig, plan: PolicyPlan) -> int:
    """How many shards are to be recorded with this policy."""
    return -(-plan.dagger_episodes // config.shard_episodes)


def training_shards(config: TrainingConfig, plan: PolicyPlan) -> list[Path]:
    """All shards, those of the policy it starts from too; the first demonstrations are kept for validation."""
    found = shards(demonstration_folder(config))[1:] + interventions(config, plan)
    return found + (interventions(config, config.policy(plan.start_from)) if plan.start_from else [])


def trained_weights(config: TrainingConfig, plan: PolicyPlan, early: bool = False) -> Path:
    """The weights to be played: the moving average, or the early snapshot."""
    return policy_folder(config, plan) / ("early.safetensors" if early else "weights.safetensors")


def steps_taken(config: TrainingConfig, plan: PolicyPlan) -> int:
    """How far a policy is trained, by its checkpoints: the oldest that is left, what is newer may not be whole."""
    found = policy_folder(config, plan).glob("step-*-0.pt")
    return min((int(path.name.split("-")[1]) for path in found), default=0)


def finished(config: TrainingConfig, plan: PolicyPlan) -> bool:
    """Whether all that is planned for a policy has been learned."""
    return steps_taken(config, plan) >= plan.cloning_steps + (plan.dagger_steps if plan.dagger_episodes else 0)


def _lead(part: Part, meeting: Meeting, budget: Budget) -> Job[int]:
    learner = _learner(part)
    yield Progress(learner.step, part.until, part.plan.id)
    while learner.step < part.until:
        if budget.spent:
            meeting.announce_stop()
        stop = _stretch(learner, part, meeting)
        if learner.step % (AVERAGING * 10) == 0 or learner.step >= part.until:
            step, loss, actions, places = learner.note_losses()
            text = f"{part.plan.id}: loss {loss:.4f}, actions {actions:.4f}, places {places:.4f}"
            yield Progress(step, part.until, text)
        if stop:
            break
    return learner.step


def _follow(part: Part, meeting: Meeting) -> None:
    """The other processes: the same steps with other samples."""
    learner = _learner(part)
    try:
        while learner.step < part.until and not _stretch(learner, part, meeting):
            pass
    except BrokenBarrierError:
        return


def _stretch(learner: Learner, part: Part, meeting: Meeting) -> bool:
    """Steps up to the next averaging, the averaging, and a checkpoint where one is due; whether to stop."""
    for _ in range(min(AVERAGING, part.until - learner.step)):
        learner.advance()
    mean, stop = meeting.average(part.rank, learner.weights().numpy())
    learner.take_weights(torch.from_numpy(mean))
    if part.rank == 0 and learner.step - AVERAGING < part.plan.early_step <= learner.step:
        save_file(_plain(learner.network), trained_weights(part.config, part.plan, early=True))
    if stop or learner.step >= part.until or learner.step % CHECKPOINT == 0:
        _checkpoint(learner, part, meeting)
    return stop


def _checkpoint(learner: Learner, part: Part, meeting: Meeting) -> None:
    """Every process writes its own; older ones go when all have written."""
    folder = policy_folder(part.config, part.plan)
    learner.note_losses()
    learner.save(folder / f"step-{learner.step:07d}-{part.rank}.pt")
    meeting.wait()
    if part.rank == 0:
        save_file(_plain(learner.average), trained_weights(part.config, part.plan))
        durable.write(folder / "curve.json", msgspec.json.encode(learner.curve))
        for path in folder.glob("step-*.pt"):
            if not path.name.startswith(f"step-{learner.step:07d}-"):
                path.unlink()


def _learner(part: Part) -> Learner:
    """A learner where its checkpoint left off, or at the beginning."""
    scene = find_scene(part.config.scene)
    paths = training_shards(part.config, part.plan)
    if not paths:
        raise BadInput("There are no demonstrations to learn from.", hint="Run `vlaarena-daemon train demos` first.")
    memory = Memory(paths[part.rank :: part.ranks], scene)
    learner = Learner(part.plan, len(vocabulary(scene).words), memory, part.rank)
    folder = policy_folder(part.config, part.plan)
    done = steps_taken(part.config, part.plan)
    if done:
        own = folder / f"step-{done:07d}-{part.rank}.pt"
        learner.restore(own if own.exists() else own.with_name(f"step-{done:07d}-0.pt"))
    elif part.plan.start_from:
        other = trained_weights(part.config, part.config.policy(part.plan.start_from))
        learner.take_over(load_file(other))
    return learner


def _plain(network: Network) -> dict[str, Tensor]:
    """A network's weights, laid out as files have them."""
    return {name: value.contiguous() for name, value in network.state_dict().items()}
