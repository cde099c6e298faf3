"""DaemonSettings: what the owner of the machine may decide about the daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from gpu_daemon.address import DEFAULT_ADDRESS
from scenes.settings import data_folder, read

Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class DaemonSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read from `<data folder>/daemon.toml` and variables called VLAARENA_DAEMON_..."""

    bind: str = DEFAULT_ADDRESS
    workers: Annotated[int, Meta(ge=1, le=64)] = 2
    queue: Annotated[int, Meta(ge=1, le=10_000)] = 64  # plays that may wait
    load_timeout_s: Seconds = 120.0  # from the hand-over to the end of the first step
    step_timeout_s: Seconds = 30.0  # for each further step
    play_timeout_s: Seconds = 120.0  # for all steps after the first
    loaded_policies: Annotated[int, Meta(ge=1, le=16)] = 2  # that a worker keeps in memory
    remembered_answers: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    remembered_bytes: Annotated[int, Meta(ge=0, le=2**33)] = 64 * 2**20


def home_folder(given: str | None = None) -> Path:
    """The data folder of `--home`, else of VLAARENA_DAEMON_HOME, else of VLAARENA_HOME, else this user's own.

    Raises:
        BadInput: it names a user who does not exist.
    """
    return data_folder(given, "VLAARENA_DAEMON_HOME", "VLAARENA_HOME")


def daemon_settings(home: Path) -> DaemonSettings:
    """The settings in force for this data folder.

    Raises:
        BadInput: the file or a variable is not as it should be.
    """
    return read(DaemonSettings, home / "daemon.toml", "VLAARENA_DAEMON")
