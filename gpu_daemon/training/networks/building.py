"""From a plan to a network."""

from __future__ import annotations

from gpu_daemon.training.config import PolicyPlan
from gpu_daemon.training.networks.film_cnn import FilmCnn
from gpu_daemon.training.networks.flow import Flow

Network = FilmCnn | Flow


def build(plan: PolicyPlan, words: int) -> Network:
    """The plan's network with new weights, for a vocabulary of so many words."""
    return Flow(words) if plan.network == "flow" else FilmCnn(words)


def parameter_count(network: Network) -> int:
    """How many numbers it has learned."""
    return sum(parameter.numel() for parameter in network.parameters())
