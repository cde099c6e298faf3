"""Models in words: the list, all that is known of one, and a line of progress."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic
from typing import TypeVar

import msgspec

from gpu_daemon.models.overlay import located
from gpu_daemon.models.pins import Pin, find_pin
from gpu_daemon.models.storage import readable
from scenes.models import ModelCard
from scenes.progress import Job, Progress

T = TypeVar("T")
_EVERY_S, _EVERY_S_IN_LOGS = 0.2, 5.0
_LEFT_OUT = {"id", "name", "notes", "sources", "cameras", "action", "words", "options"}


def pins_of_card(card: ModelCard, home: Path) -> tuple[Pin, ...]:
    """What was fetched for a card.

    Raises:
        BadInput: a pin cannot be read.
    """
    pins = [find_pin(home, source) for source in card.sources if source.revision or not source.folder]
    return tuple(pin for pin in pins if pin is not None)


def models_table(cards: tuple[ModelCard, ...], home: Path) -> str:
    """One line per model: whether it is here, how much room it takes, its license; below, why some are not compared."""
    rows: list[tuple[str, ...]] = [("id", "status", "files", "size", "license", "robots", "name")]
    rows += [_row(card, home) for card in cards]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    reasons = [f"{card.id}: {card.notes.splitlines()[0]}" for card in cards if card.notes.startswith("Inactive: ")]
    reasons += [f"{card.id}: for hidden checks alone, never compared." for card in cards if card.status == "check"]
    return "\n".join([*lines, *([""] if reasons else []), *reasons])


def _row(card: ModelCard, home: Path) -> tuple[str, ...]:
    files, size = "built in", ""
    if card.sources:
        here = not located(card, home).missing
        files = "fetched" if here else "not fetched"
        size = readable(_size(card, home)) if here else ""
    return card.id, card.status, files, size, card.license, ",".join(card.robots), card.name


def _size(card: ModelCard, home: Path) -> int:
    total = 0
    for source in card.sources:
        pin = find_pin(home, source) if source.revision else None
        total += sum(file.size for file in pin.files_for(source)) if pin else 0
    return total


def model_text(card: ModelCard, pins: tuple[Pin, ...]) -> str:
    """Every fact of a card and of what was fetched for it."""
    facts = msgspec.to_builtins(card)
    lines = [f"{card.name} ({card.id})"]
    lines += [f"  {name}: {_plain(value)}" for name, value in facts.items() if name not in _LEFT_OUT and value != ""]
    lines += [f"  camera {camera['key']}: {_pairs(camera, 'key')}" for camera in facts["cameras"]]
    lines += [f"  action: {_pairs(facts['action'])}"]
    lines += [f"  options: {_pairs(facts['options'])}"] if card.options else []
    lines += [f"  words: {len(card.words)} known to it"] if card.words else []
    for source in card.sources:
        lines += [f"  {source.role}: {source.repository}, files {' '.join(source.files) or 'all'}"]
        lines += [f"    in {source.folder}"] if source.folder else []
    for pin in pins:
        lines += [f"  pinned {pin.repository} at {pin.revision} (from a {pin.origin}, {pin.fetched_at})"]
        lines += [f"    license {pin.license or 'not stated'}, accepted {pin.license_accepted_at}"]
        lines += [f"    {file.sha256}  {file.path}  {readable(file.size)}" for file in pin.files]
    return "\n".join([*lines, "", *card.notes.splitlines()])


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _pairs(table: dict[str, object], *left_out: str) -> str:
    pairs = [
        f"{name} ({_pairs(value)})" if isinstance(value, dict) else f"{name} {_plain(value)}"
        for name, value in table.items()
        if name not in left_out
    ]
    return ", ".join(pairs)


class ProgressLine:
    """Progress in bytes on standard error: one line that changes on a terminal, a line now and then in a log."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._started = self._shown = monotonic()
        self._first: float | None = None

    def finish(self, job: Job[T]) -> T:
        """Run a job to its end and show how far it is."""
        try:
            while True:
                try:
                    self._show(next(job))
                except StopIteration as stop:
                    result: T = stop.value
                    return result
        finally:
            if self._live and self._first is not None:
                print(file=sys.stderr)

    def _show(self, progress: Progress) -> None:
        now = monotonic()
        if self._first is None:
            self._first = progress.done
        elif now - self._shown < (_EVERY_S if self._live else _EVERY_S_IN_LOGS) and progress.done < progress.total:
            return
        self._shown = now
        rate = (progress.done - self._first) / max(now - self._started, 1e-3)
        text = f"{progress.fraction:4.0%}  {readable(progress.done)} of {readable(progress.total)}"
        text = f"{text}  {readable(rate)}/s  {progress.text}"
        print(
            f"\r{text[:110]:<110}" if self._live else text, end="" if self._live else "\n", file=sys.stderr, flush=True
        )
