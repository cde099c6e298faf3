"""Command: one thing a person can do. Keys, menus, the palette and the F1 overlay are all made from lists of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct


class Command(Struct, frozen=True):
    """One thing a person can do: its name in words, its keys, and what it does."""

    id: str  # stable and unique in the window, such as "battle.confirm"
    title: str  # translated, as a person reads it
    keys: tuple[str, ...]  # as QKeySequence spells them; the first is the one shown
    act: Callable[[], object]
    repeats: bool = False  # whether a held key acts again and again
    group: str = ""  # translated heading in overlay, palette and menu


def by_group(commands: Iterable[Command]) -> dict[str, list[Command]]:
    """The commands under their headings, both in the order in which they first appear."""
    groups: dict[str, list[Command]] = {}
    for command in commands:
        groups.setdefault(command.group, []).append(command)
    return groups


def clashes(commands: Iterable[Command]) -> list[str]:
    """What is ambiguous: keys and ids that stand for two commands."""
    owners: dict[str, str] = {}
    found = []
    for command in commands:
        for name in (f"id {command.id}", *(f"key {key.casefold()}" for key in command.keys)):
            if name in owners:
                found.append(f"{name}: {owners[name]} and {command.id}")
            owners[name] = command.id
    return found
