"""What every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

# Few and long tests. A worker that came to one of these last would let the others wait.
BEGUN_FIRST = (
    "test_person.py",
    "test_choosing.py",
    "test_shipped_baselines.py",
    "test_vla_battles.py",
    "test_canaries.py",
    "test_chaos.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """The order of files is that of their names: xdist would hand out those with the fewest tests last."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """But for the longest files, which come first."""
    place = {name: number for number, name in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def repeats() -> Callable[[int, int], int]:
    """`repeats(small, soak)`: how often a repetition runs, in `make test` and in `make soak`."""
    soaking = bool(os.environ.get("VLAARENA_SOAK"))
    return lambda small, soak: soak if soaking else small
