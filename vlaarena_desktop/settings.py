"""DesktopSettings, and where a person's data folder lies. The window's own state is kept apart, in QSettings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scenes.settings import data_folder, read

PREFIX = "VLAARENA"

Look = Literal["system", "light", "dark"]
Language = Literal["system", "en", "de"]
Quality = Literal["auto", "plain", "soft", "full"]
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)  # of replays, in simulated seconds per second


class DesktopSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """settings.toml in the data folder; each may be overridden by VLAARENA_<NAME> in the environment."""

    evaluator: Annotated[str, Meta(max_length=200)] = ""  # who sits here; empty: who sat here last
    group: Annotated[str, Meta(max_length=200)] = ""  # the evaluator's group, such as a lab or a course
    daemon: str = ""  # address of a running daemon; empty: start one on this machine
    workers: Annotated[int, Meta(ge=1, le=16)] = 2  # of the daemon started on this machine
    central: Annotated[str, Meta(max_length=500)] = ""  # address of the central service; empty: nothing is sent
    central_ca: Annotated[str, Meta(max_length=1000)] = ""  # certificates (PEM) to trust there, not the system's
    max_steps: Annotated[int, Meta(ge=0, le=1000)] = 0  # of the robot's control steps; 0: as suits the scene
    checks_per_hundred: Annotated[int, Meta(ge=0, le=100)] = 5  # hidden checks among a hundred blind battles
    colors: Look = "system"
    language: Language = "system"  # once the window opens again
    quality: Quality = "auto"  # how finely the viewers draw
    speed: float = 1.0  # of replays: one of SPEEDS
    linked_cameras: bool = True  # whether the two cameras move together at first

    def __post_init__(self) -> None:
        if self.speed not in SPEEDS:
            raise ValueError(f"Expected one of {', '.join(f'{speed:g}' for speed in SPEEDS)} - at `$.speed`")


def read_settings(home: Path) -> DesktopSettings:
    """The settings of a data folder.

    Raises:
        BadInput: settings.toml or a variable holds something that is not a setting.
    """
    return read(DesktopSettings, home / "settings.toml", PREFIX)


def home_folder(given: Path | None = None) -> Path:
    """The data folder: the one given, else VLAARENA_HOME, else the platform's folder for a user's data.

    Raises:
        BadInput: it names a user who does not exist.
    """
    return data_folder(given, "VLAARENA_HOME")
