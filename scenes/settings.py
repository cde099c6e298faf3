"""One TOML file and the environment, read into one frozen record."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import platformdirs

from scenes.errors import BadInput

APPLICATION = "vlaarena"
T = TypeVar("T", bound=msgspec.Struct)


def read(kind: type[T], path: Path, prefix: str, environment: Mapping[str, str] | None = None) -> T:
    """The settings in `path` (none if the file is missing), overridden by variables called PREFIX_FIELD.

    Raises:
        BadInput: the file is not TOML, or a setting is unknown or of the wrong type.
    """
    environment = os.environ if environment is None else environment
    values = _table(path)
    for field in msgspec.structs.fields(kind):
        variable = f"{prefix}_{field.encode_name.upper()}"
        if variable in environment:
            values[field.encode_name] = _told(environment[variable], field.type, variable)
    return converted(values, kind, source=str(path), strict=False)


def data_folder(chosen: Path | str | None, *variables: str) -> Path:
    """The folder chosen, else that of the first variable that is set, else the platform's for this user.

    Raises:
        BadInput: it names a user who does not exist.
    """
    folder = chosen or next((os.environ[name] for name in variables if os.environ.get(name)), None)
    if folder is None:
        return platformdirs.user_data_path(APPLICATION, appauthor=False)
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError as error:
        raise BadInput(f"There is no home folder for '{folder}'.", hint="Give the data folder's whole path.") from error


def converted(values: Any, kind: type[T], source: str, *, strict: bool = True) -> T:
    """A TOML table as a record. `source` names the file in errors.

    Raises:
        BadInput: a field is unknown, missing or of the wrong type.
    """
    try:
        return msgspec.convert(values, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise BadInput(f"{source}: {error}.", hint="Correct that line and try again.") from error


def _told(value: str, kind: Any, variable: str) -> Any:
    """What a variable says, as its field has it; BadInput names the variable: no line of a file is wrong."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        hint = "Correct that variable and try again."
        raise BadInput(f"{variable} in the environment: {error}.", hint=hint) from error


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not readable TOML: {error}.", hint="Correct that line and try again.") from error
    except OSError as error:
        raise BadInput(f"{path} could not be read: {error.strerror}.") from error
