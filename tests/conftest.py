"""What every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def repeats() -> Callable[[int, int], int]:
    """`repeats(small, soak)`: how often a repetition runs, in `make test` and in `make soak`."""
    soaking = bool(os.environ.get("VLAARENA_SOAK"))
    return lambda small, soak: soak if soaking else small
