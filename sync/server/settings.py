"""CentralSettings: what whoever runs the service may decide about it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from scenes.errors import BadInput
from scenes.settings import data_folder, read

PREFIX = "VLAARENA_CENTRAL"
_PLACE = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]*):([0-9]{1,5})"
)  # an address or name, nothing for all, and a port
_MOST_PORT = 65_535
Rate = Annotated[float, Meta(gt=0, le=100_000)]
Burst = Annotated[int, Meta(ge=1, le=1_000_000)]
Days = Annotated[int, Meta(ge=1, le=36_500)]


class CentralSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read from `<data folder>/central.toml` and variables called VLAARENA_CENTRAL_..."""

    bind: str = "127.0.0.1:8075"
    database_url: str = "postgresql://localhost/vlaarena"
    mongo_url: str = "mongodb://localhost:27017"
    mongo_database: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,63}$")] = "vlaarena"
    mongo_patience_s: Annotated[float, Meta(gt=0, le=60)] = 5.0  # to find a server that answers
    public_url: str = "http://127.0.0.1:8075"
    connections: Annotated[int, Meta(ge=1, le=200)] = 8  # to PostgreSQL, of one process
    workers: Annotated[int, Meta(ge=1, le=64)] = 8  # threads that answer
    device_rate: Rate = 50.0  # requests a second of one device or program, in the long run
    device_burst: Burst = 500
    address_rate: Rate = 50.0  # requests a second of one address to anything
    address_burst: Burst = 1000
    enrol_rate: Rate = 0.2  # attempts a second of one address with a token, to enrol or with one that is not valid
    enrol_burst: Burst = 20
    trusted_proxies: Annotated[int, Meta(ge=0, le=10)] = 0  # hops of X-Forwarded-For that are ours
    max_blob_bytes: Annotated[int, Meta(ge=1024, le=2**31)] = 64 * 2**20
    robots: Annotated[tuple[str, ...], Meta(max_length=100)] = ()  # the board is their mean; none: all that have votes
    ratings_cron: str = "0 * * * *"  # minute hour day month weekday
    reconcile_cron: str = "*/10 * * * *"
    expiry_cron: str = "30 3 * * *"
    webhooks_cron: str = "* * * * *"
    farewell_s: Annotated[float, Meta(gt=0, le=300)] = 10.0  # that a worker told to stop waits for the job it does
    open_battle_days: Days = 30  # after which an API client's open battle is given up
    stale_after_minutes: Annotated[int, Meta(ge=1, le=100_000)] = 150  # without ratings: /health says so
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def host(self) -> str:
        """The address part of `bind`."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `bind`; 0: any free one."""
        return int(self.bind.rpartition(":")[2] or 0)


def home_folder(given: str | None = None) -> Path:
    """The data folder of `--home`, else of VLAARENA_CENTRAL_HOME, else `central` in this user's own.

    Raises:
        BadInput: it names a user who does not exist.
    """
    chosen = data_folder(given, f"{PREFIX}_HOME")
    return chosen if chosen != data_folder(None) else chosen / "central"


def central_settings(home: Path, bind: str | None = None) -> CentralSettings:
    """The settings in force for this data folder; `bind`: where to listen, as the command line says.

    Raises:
        BadInput: the file, a variable or `bind` is not as it should be.
    """
    found = read(CentralSettings, home / "central.toml", PREFIX)
    if bind is not None:
        check_place(bind, "--bind")
        return structs.replace(found, bind=bind)
    variable = f"{PREFIX}_BIND"
    check_place(found.bind, variable if variable in os.environ else f"bind in {home / 'central.toml'}")
    return found


def check_place(bind: str, source: str) -> None:
    """BadInput unless that can be a place to listen at."""
    told = _PLACE.fullmatch(bind)
    if told is None or int(told[1]) > _MOST_PORT:
        raise BadInput(f"{source}: '{bind}' is no HOST:PORT to listen at.", hint="For example 127.0.0.1:8075.")


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables that begin as ours do and are none: they say nothing, whatever somebody meant by them."""
    told = os.environ if environment is None else environment
    known = {f"{PREFIX}_{name.upper()}" for name in (*CentralSettings.__struct_fields__, "home")}
    return sorted(name for name in told if name.startswith(f"{PREFIX}_") and name not in known)
