"""Command: one thing a person can do. Keys, menus, the palette and the F1 overlay are all made from lists of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from msgspec import Struct

_STARTS_WORD, _GOES_ON = 8, 4  # what a matched letter is worth at the start of a word, and right after another


class Command(Struct, frozen=True):
    """One thing a person can do: its name in words, its keys, and what it does."""

    id: str  # stable and unique in the window, such as "battle.confirm"
    title: str  # translated, as a person reads it
    keys: tuple[str, ...]  # as QKeySequence spells them; the first is the one shown
    act: Callable[[], object]
    repeats: bool = False  # whether a held key acts again and again
    group: str = ""  # translated heading in overlay, palette and menu


@runtime_checkable
class OffersCommands(Protocol):
    """A page that says what can be done on it."""

    def commands(self) -> tuple[Command, ...]:
        """What can be done now."""


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


def matching(commands: Iterable[Command], text: str) -> list[Command]:
    """The commands whose words hold these letters in this order, the closest first; all of them for no letters."""
    wanted = "".join(text.casefold().split())
    if not wanted:
        return list(commands)
    rated = [(_likeness(wanted, f"{each.title} {each.group}".casefold()), each) for each in commands]
    fitting = [(likeness, each) for likeness, each in rated if likeness is not None]
    return [each for _, each in sorted(fitting, key=lambda pair: -pair[0])]


def _likeness(wanted: str, words: str) -> int | None:
    """How well letters match words; None where they do not. Every possible first letter is tried."""
    starts = [place for place, letter in enumerate(words) if letter == wanted[0]]
    return max((found for start in starts if (found := _likeness_from(wanted, words, start)) is not None), default=None)


def _likeness_from(wanted: str, words: str, start: int) -> int | None:
    likeness, place, last = 0, start, -2
    for letter in wanted:
        place = words.find(letter, place)
        if place < 0:
            return None
        likeness += _STARTS_WORD if place == 0 or not words[place - 1].isalnum() else 0
        likeness += _GOES_ON if place == last + 1 else 0
        last, place = place, place + 1
    return 100 * likeness - len(words) - start
