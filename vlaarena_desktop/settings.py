"""DesktopSettings, and where a person's data folder lies. Window geometry is kept apart, in QSettings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from scenes.settings import data_folder, read


class DesktopSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """settings.toml in the data folder; each may be overridden by VLAARENA_<NAME> in the environment."""

    daemon: str = ""  # address of a running daemon; empty: start one on this machine
    max_steps: Annotated[int, Meta(ge=1, le=1000)] = 50  # control steps of an episode at the robot's rate
    workers: Annotated[int, Meta(ge=1, le=16)] = 2  # of the daemon started on this machine


def read_settings(home: Path) -> DesktopSettings:
    """The settings of a data folder.

    Raises:
        BadInput: settings.toml or a variable holds something that is not a setting.
    """
    return read(DesktopSettings, home / "settings.toml", "VLAARENA")


def home_folder(given: Path | None = None) -> Path:
    """The data folder: the one given, else VLAARENA_HOME, else the platform's folder for a user's data.

    Raises:
        BadInput: it names a user who does not exist.
    """
    return data_folder(given, "VLAARENA_HOME")
