"""Checking what was fetched: every file against its pin, then the structure of the weights."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from msgspec import Struct

from gpu_daemon.models.contents import Weights, check_whole
from gpu_daemon.models.overlay import located
from gpu_daemon.models.pins import Pin, PinnedFile, find_pin, pin_folder
from gpu_daemon.models.storage import Meter, hashed, readable, require_same, written
from scenes.errors import ArenaError
from scenes.models import ModelCard
from scenes.progress import Job


class Finding(Struct, frozen=True):
    """One line of the report."""

    what: str
    ok: bool
    text: str


def check(card: ModelCard, home: Path) -> Job[tuple[Finding, ...]]:
    """Hash every pinned file again, read the headers of the weights, and ask the adapter; progress in bytes.

    Raises:
        BadInput: a pin cannot be read.
    """
    pins = [(source, find_pin(home, source)) for source in card.sources if not source.folder]
    total = sum(file.size for source, pin in pins if pin for file in pin.files_for(source))
    meter, findings = Meter(total), []
    for source, pin in pins:
        if pin is None:
            findings.append(Finding(source.repository, False, "not fetched"))
            continue
        findings.append(Finding(source.repository, True, f"pinned at {pin.revision}"))
        for file in pin.files_for(source):
            findings.append((yield from _checked(pin, file, home, meter)))  # noqa: PERF401
    if all(finding.ok for finding in findings):
        findings.append(_structure(card, home))
    return tuple(findings)


def _checked(pin: Pin, file: PinnedFile, home: Path, meter: Meter) -> Job[Finding]:
    folder = pin_folder(home, pin)
    try:
        require_same((yield from hashed(folder / file.path, file.path, meter)), file, str(folder))
        with written(folder / file.path):
            weights = check_whole(folder / file.path)
    except ArenaError as error:
        return Finding(file.path, False, error.message)
    return Finding(file.path, True, f"{readable(file.size)}{_counted(weights)}, as pinned")


def _counted(weights: Weights) -> str:
    return f", {weights.tensors} tensors, {weights.parameters:,} numbers" if weights.tensors else ""


def _structure(card: ModelCard, home: Path) -> Finding:
    """What the adapter says; it alone imports a model runtime."""
    card, missing = located(card, home)
    if missing:
        return Finding("structure", False, missing)
    try:
        return Finding("structure", True, import_module("gpu_daemon.policies.structure").checked_structure(card))
    except ArenaError as error:
        return Finding("structure", False, f"{error}\n{error.detail}".strip())
