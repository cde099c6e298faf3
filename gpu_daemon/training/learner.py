"""Learner: one network under training in one process. Step k is a function of the plan's seed, k and the samples."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu_daemon.training.batches import Batch, Memory
from gpu_daemon.training.config import PolicyPlan
from gpu_daemon.training.networks.building import Network, build
from gpu_daemon.training.networks.flow import Flow
from scenes.errors import BadInput

AVERAGE_DECAY = 0.997  # of the moving average of the weights
WEIGHT_DECAY = 1e-4
LARGEST_GRADIENT = 1.0  # norm
LOWEST_RATE = 0.02  # of the learning rate, at the end of a stage
TOWERS = ("senses.",)  # what is taken over from another policy


class Learner:
    """Belongs to one process, which uses one thread."""

    def __init__(self, plan: PolicyPlan, words: int, memory: Memory, rank: int = 0) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(plan.seed)
        self.plan, self.rank, self.step = plan, rank, 0
        self._memory = memory
        self.network: Network = build(plan, words).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average: Network = build(plan, words)
        self.average.load_state_dict(self.network.state_dict())
        self._optimiser = torch.optim.AdamW(self.network.parameters(), plan.learning_rate, weight_decay=WEIGHT_DECAY)
        self._fast = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
        self._sums = np.zeros(4)  # loss, actions, places, steps since the last look
        self.curve: list[tuple[float, float, float, float]] = []  # step and the mean losses up to it

    def advance(self) -> None:
        """One optimiser step."""
        torch.manual_seed(1_000_003 * self.plan.seed + 10_007 * self.step + self.rank)
        generator = np.random.Generator(np.random.PCG64([self.plan.seed, self.rank, self.step]))
        batch = self._memory.random_batch(self.plan.batch, generator)
        self.network.senses.requires_grad_(self.step >= self.plan.frozen_steps)
        for group in self._optimiser.param_groups:
            group["lr"] = rate(self.plan, self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._fast):
            losses = self.network.losses(batch.seen, batch.chunks, batch.valid, batch.places)
        self._optimiser.zero_grad(set_to_none=True)
        losses[0].backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self._optimiser.step()
        self.step += 1
        self._sums += [*(float(loss.detach()) for loss in losses), 1.0]
        self._follow_average()

    def note_losses(self) -> tuple[float, float, float, float]:
        """Add the mean losses since the last call to the curve, and return its last point."""
        if self.curve and not self._sums[3]:
            return self.curve[-1]
        sums, self._sums = self._sums, np.zeros(4)
        loss, actions, places = (float(each) for each in sums[:3] / max(sums[3], 1.0))
        self.curve.append((float(self.step), loss, actions, places))
        return self.curve[-1]

    def weights(self) -> Tensor:
        """All weights in one row."""
        return torch.cat([parameter.detach().reshape(-1) for parameter in self.network.parameters()])

    def take_weights(self, weights: Tensor) -> None:
        """Go on with these weights."""
        with torch.no_grad():
            parameters = list(self.network.parameters())
            for parameter, part in zip(
                parameters, torch.split(weights, [each.numel() for each in parameters]), strict=True
            ):
                parameter.copy_(part.reshape(parameter.shape))

    def take_over(self, other: dict[str, Tensor]) -> None:
        """Begin with another policy's senses; its head stays its own."""
        state = self.network.state_dict()
        state.update({name: value for name, value in other.items() if name.startswith(TOWERS)})
        self.network.load_state_dict(state)
        self.average.load_state_dict(state)

    def save(self, path: Path) -> None:
        """Write a checkpoint whole or not at all."""
        draft = path.with_suffix(".part")
        torch.save(
            {
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "curve": self.curve,
            },
            draft,
        )
        draft.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint; nothing but numbers is read from it.

        Raises:
            BadInput: the file is no checkpoint of this plan.
        """
        try:
            saved = torch.load(path, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.average.load_state_dict(saved["average"])
            self._optimiser.load_state_dict(saved["optimiser"])
        except (OSError, RuntimeError, KeyError, ValueError, EOFError) as error:
            raise BadInput(f"{path} is not a checkpoint of '{self.plan.id}'.", detail=str(error)) from error
        self.step, self.curve = saved["step"], [tuple(row) for row in saved["curve"]]

    def _follow_average(self) -> None:
        """The moving average is the network itself until it begins, then a mean that forgets slowly."""
        share = max(1 - AVERAGE_DECAY, 1 / (averaged_steps(self.plan, self.step) + 1))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(value, share)


def rate(plan: PolicyPlan, step: int) -> float:
    """The learning rate of a step: warmed up, then half a cosine in each of the two stages."""
    first = step < plan.cloning_steps
    begin, length = (0, plan.cloning_steps) if first else (plan.cloning_steps, plan.dagger_steps)
    highest = plan.learning_rate if first else plan.late_rate
    done = (step - begin) / max(length, 1)
    cosine = LOWEST_RATE + (1 - LOWEST_RATE) * (1 + math.cos(math.pi * min(done, 1.0))) / 2
    return highest * cosine * min(1.0, (step - begin + 1) / plan.warm_up)


def averaged_steps(plan: PolicyPlan, step: int) -> int:
    """Over how many steps the moving average goes by now: none until late in each of the two stages."""
    first = step <= plan.cloning_steps
    begin, length = (0, plan.cloning_steps) if first else (plan.cloning_steps, plan.dagger_steps)
    return max(0, step - begin - round(plan.average_from * length))


def action_error(network: Network, batches: list[Batch]) -> float:
    """The mean absolute error of the actions a network answers with."""
    wrong = counted = 0.0
    network.eval()
    with torch.inference_mode():
        for batch in batches:
            noise = (torch.zeros_like(batch.chunks),) if isinstance(network, Flow) else ()
            error = (network(*batch.seen, *noise) - batch.chunks).abs().mean(2) * batch.valid
            wrong, counted = wrong + float(error.sum()), counted + float(batch.valid.sum())
    return wrong / max(counted, 1.0)
