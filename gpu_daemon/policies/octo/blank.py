"""Layers whose weights come from a file: nothing is drawn for them first, which on the meta device costs a second."""

from __future__ import annotations

from torch import nn


class Linear(nn.Linear):
    """A linear layer without weights of its own yet."""

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Convolution(nn.Conv2d):
    """A convolution without weights of its own yet."""

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Embedding(nn.Embedding):
    """A table without weights of its own yet."""

    def reset_parameters(self) -> None:
        """Draw nothing."""
