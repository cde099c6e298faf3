"""Ledger: what a sync job may do with a data folder, from whatever thread it runs on.

The file has one connection, which belongs to the thread that opened it. A job on another thread is given `calls`, which
carries out one short call after another over there; here they are carried out at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from scenes.database import Database
from scenes.errors import NotFound
from sync.folders import Folders

T = TypeVar("T")
P = ParamSpec("P")


class Calls(Protocol):
    """Carries a call out on the thread that owns the database, and returns what it returned or raised."""

    def __call__(self, act: Callable[[], T], /) -> T:
        """The result of `act`."""
        ...


def directly(act: Callable[[], T], /) -> T:
    """The call carried out here."""
    return act()


class Ledger:
    """The log of a data folder and its files, for a job that sends them."""

    def __init__(self, folder: Path, database: Database, folders: Folders, calls: Calls = directly) -> None:
        self.folder, self.folders = folder, folders
        self._database, self._calls = database, calls

    def do(self, function: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`function(database, ...)`, on the thread that owns the database."""
        return self._calls(lambda: function(self._database, *args, **kwargs))

    def episode(self, episode_id: str) -> bytes | None:
        """The exact bytes of an episode, or None if its file is gone.

        Raises:
            StoreDamaged: its bytes are not those that were kept.
        """
        try:
            return self.folders.episodes.read(episode_id)
        except NotFound:
            return None
