"""Which files of a repository may be fetched: by the card's patterns, never a pickle, never outside of its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from scenes.errors import BadInput

EVERYTHING = "*"  # in a pin: fetched without patterns, so every file of a safe kind
SAFE_SUFFIXES = (".safetensors", ".msgpack", ".json", ".model", ".txt", ".md")
SAFE_NAMES = ("checkpoint", "LICENSE")  # Octo keeps its MessagePack weights in a file called so
PIN_NAME = "vlaarena-pin.toml"
_WILD = re.compile(r"[*?\[\]]")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MAX_NAME = 400  # characters


def folder_name(repository: str) -> str:
    """ "organization/name" as one folder's name, "organization--name".

    Raises:
        BadInput: it is not the name of a repository.
    """
    if not _REPOSITORY.fullmatch(repository) or "--" in repository or ".." in repository:
        raise BadInput(
            f"'{repository[:200]}' is not the name of a repository.", hint="Write it as organization/name in the card."
        )
    return repository.replace("/", "--")


def check_patterns(patterns: Iterable[str], source: str) -> None:
    """Refuse patterns that could match anything but the kinds of files this product reads.

    Raises:
        BadInput: a pattern could match a pickle (`*.bin`, `*.pt`, `tokenizer*`), or leads out of the repository.
    """
    for pattern in patterns:
        last = PurePosixPath(pattern).name
        fixed = _WILD.split(last)[-1]
        safe = fixed in SAFE_NAMES if fixed == last else False
        if not safe and not fixed.endswith(SAFE_SUFFIXES):
            kinds = ", ".join(f"*{suffix}" for suffix in SAFE_SUFFIXES)
            raise BadInput(
                f"{source}: the pattern '{pattern}' could match files that run code when they are loaded (pickles).",
                hint=f"Let it end in one of: {kinds}; or name the file {' or '.join(SAFE_NAMES)}.",
            )
        check_name(pattern, source)


def check_name(name: str, source: str) -> None:
    """Refuse a file name that would not stay inside its folder on every system.

    Raises:
        BadInput: it is absolute, goes up, or holds what some system does not allow.
    """
    parts = name.split("/")
    hostile = any(not part or part.endswith((".", " ")) or _RESERVED.fullmatch(part) for part in parts)
    unclean = any(ord(letter) < 32 or letter in '\\:"<>|' for letter in name)
    if hostile or unclean or len(name) > _MAX_NAME or parts[-1] == PIN_NAME:
        raise BadInput(
            f"{source} lists a file called {name[:100]!r}, which could be written outside of the model's folder.",
            hint="Nothing was fetched. Do not trust this repository.",
        )


def matches(name: str, pattern: str) -> bool:
    """Whether a file's name fits a pattern; as in shells, `*` stays within one folder."""
    names, patterns = name.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(fnmatchcase, names, patterns))


def chosen(names: Iterable[str], patterns: tuple[str, ...], source: str) -> tuple[str, ...]:
    """The files that these patterns choose; without patterns, all files of safe kinds.

    Raises:
        BadInput: a name is hostile, two names differ in case alone, a pattern is unsafe or chooses nothing.
    """
    check_patterns(patterns, source)
    listed = sorted(names)
    for name in listed:
        check_name(name, source)
    if patterns:
        for pattern in patterns:
            _require_match(pattern, listed, source)
        found = tuple(name for name in listed if any(matches(name, pattern) for pattern in patterns))
    else:
        found = tuple(name for name in listed if is_safe(name))
    if len({name.lower() for name in found}) < len(found):
        raise BadInput(f"{source} lists two files whose names differ in case alone.", hint="Nothing was fetched.")
    return found


def is_safe(name: str) -> bool:
    """Whether a file is of a kind that this product reads: never one that runs code."""
    last = PurePosixPath(name).name
    return last in SAFE_NAMES or last.endswith(SAFE_SUFFIXES)


def _require_match(pattern: str, listed: list[str], source: str) -> None:
    if not any(matches(name, pattern) for name in listed):
        there = ", ".join(listed[:20]) or "nothing"
        raise BadInput(
            f"{source} has no file '{pattern}'.",
            hint=f"It has: {there}{', ...' if len(listed) > 20 else ''}. Correct the card's `files`, or the folder.",
        )
