"""Fetching a card's sources from the hub: resumed after any break, verified, then pinned."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from gpu_daemon.models.hub import Hub, HubFile, Listing
from gpu_daemon.models.patterns import EVERYTHING, check_patterns, chosen
from gpu_daemon.models.pins import (
    LOCAL,
    REVISION,
    Pin,
    PinnedFile,
    altered,
    find_pin,
    merged,
    pin_folder,
    pins_of,
    repository_folder,
    write_pin,
)
from gpu_daemon.models.storage import Digests, Meter, check_room, written
from scenes import durable
from scenes.errors import BadInput, DaemonError, StoreDamaged
from scenes.models import ModelCard, Source
from scenes.progress import Job, Progress

_CHUNK = 2**20  # bytes
UNFINISHED = "unfinished"  # the folder of files on their way, named by their content: a newer commit takes them up


class Part(Struct, frozen=True):
    """What is to be fetched of one repository."""

    listing: Listing
    patterns: tuple[str, ...]
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.files)


def missing_sources(card: ModelCard, home: Path) -> tuple[Source, ...]:
    """The sources of a card that are not on this machine.

    Raises:
        BadInput: a pin cannot be read, a pattern of the card could match a pickle, or its revision is no commit.
    """
    for source in card.sources:
        check_patterns(source.files, f"The card '{card.id}'")
        if source.revision and not REVISION.fullmatch(source.revision):
            raise BadInput(
                f"The card '{card.id}' names the revision '{source.revision}' of {source.repository}.",
                hint="Name a commit by its 40 letters and digits, or none: then the newest is fetched and pinned.",
            )
    return tuple(source for source in card.sources if not source.folder and not _is_here(source, home))


def _is_here(source: Source, home: Path) -> bool:
    pin = find_pin(home, source)
    return pin is not None and not altered(home, pin, source)


def parts_of(sources: tuple[Source, ...], home: Path, hub: Hub, *, newest: bool = False) -> tuple[Part, ...]:
    """Ask the hub what these sources hold; at the commit that is on this machine already, unless the newest is wanted.

    Raises:
        BadInput: the hub lists a hostile name, or nothing for one of the card's patterns.
        ArenaError: the hub refuses or cannot be reached; see `Hub.listing`.
    """
    return tuple(_part(source, home, hub, newest=newest) for source in sources)


def _part(source: Source, home: Path, hub: Hub, *, newest: bool) -> Part:
    pins = () if newest else pins_of(home, source.repository)
    present = [pin.revision for pin in pins if not pin.revision.startswith(LOCAL)]
    listing = hub.listing(source.repository, source.revision or next(iter(present), ""))
    names = chosen([file.path for file in listing.files], source.files, source.repository)
    files = {file.path: file for file in listing.files}
    return Part(listing, source.files or (EVERYTHING,), tuple(files[name] for name in names))


def fetch(parts: tuple[Part, ...], home: Path, hub: Hub) -> Job[tuple[Pin, ...]]:
    """Fetch and pin; progress in bytes. The licenses must have been accepted.

    Raises:
        StoreError: the disk has too little room, or may not be written.
        StoreDamaged: a file is not what the hub lists.
        DaemonError: the connection failed; what has arrived is kept.
    """
    downloads = [[_Download(hub, part, file, home) for file in part.files] for part in parts]
    check_room(home, sum(each.missing for row in downloads for each in row))
    meter, pins = Meter(sum(part.size for part in parts)), []
    for part, row in zip(parts, downloads, strict=True):
        files: tuple[PinnedFile, ...] = ()
        for download in row:
            files += ((yield from download.run(meter)),)
        pins.append(_pin(part, files, home))
    return tuple(pins)


def _pin(part: Part, files: tuple[PinnedFile, ...], home: Path) -> Pin:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    pin = Pin(
        repository=part.listing.repository,
        revision=part.listing.commit,
        origin="hub",
        license=part.listing.license,
        license_accepted_at=now,
        fetched_at=now,
        patterns=part.patterns,
        files=files,
    )
    return pinned(pin, home)


def pinned(pin: Pin, home: Path) -> Pin:
    """Write a pin, together with what was pinned of the same revision before.

    Raises:
        StoreError: it cannot be written.
    """
    for older in pins_of(home, pin.repository):
        if older.revision == pin.revision:
            pin = merged(older, pin)
    with written(pin_folder(home, pin)):
        write_pin(home, pin)
    return pin


class _Download:
    """One file on its way. What has arrived lies in a draft until all of it is there and is what the hub listed."""

    def __init__(self, hub: Hub, part: Part, file: HubFile, home: Path) -> None:
        self._hub, self._listing, self._file = hub, part.listing, file
        folder = repository_folder(home, part.listing.repository)
        self._target = folder / part.listing.commit / file.path
        name = file.sha256 or file.blob or hashlib.sha256(f"{part.listing.commit}/{file.path}".encode()).hexdigest()
        self._draft = folder / UNFINISHED / name
        self._digests, self._arrived = self._fresh(), 0

    @property
    def missing(self) -> int:
        """Bytes that are yet to come."""
        there = self._target if self._target.exists() else self._draft
        return max(0, self._file.size - (there.stat().st_size if there.exists() else 0))

    def run(self, meter: Meter) -> Job[PinnedFile]:
        """Take up what is there, fetch the rest, and give the file its name.

        Raises:
            ArenaError: see `fetch`.
        """
        with written(self._target):
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            self._target.parent.mkdir(parents=True, exist_ok=True)
        if self._target.exists():
            yield from self._take_up(self._target, meter)
            if self._wrong():
                yield self._forget(meter, self._target)
        if self._arrived < self._file.size or not self._target.exists():
            yield from self._arrive(meter)
        return PinnedFile(self._file.path, self._arrived, self._digests.sha256)

    def _arrive(self, meter: Meter) -> Job[None]:
        if self._draft.exists():
            yield from self._take_up(self._draft, meter)
            if self._arrived > self._file.size:
                yield self._forget(meter, self._draft)
        while self._arrived < self._file.size:
            yield from self._more(meter)
        if wrong := self._wrong():
            self._draft.unlink(missing_ok=True)
            raise StoreDamaged(
                f"{self._name} {wrong}. It was deleted.", hint="Run the same command again to fetch it anew."
            )
        with written(self._target):
            self._draft.touch()
            durable.publish(self._draft, self._target)

    def _take_up(self, path: Path, meter: Meter) -> Job[None]:
        with written(path), path.open("rb", buffering=0) as file:
            while chunk := file.read(_CHUNK):
                self._take(chunk)
                yield meter.passed(len(chunk), f"checking {self._name}")

    def _fresh(self) -> Digests:
        return Digests(self._file.size if self._file.blob else None)

    def _forget(self, meter: Meter, path: Path) -> Progress:
        """Begin this file anew."""
        path.unlink()
        progress = meter.passed(-self._arrived, self._name)
        self._digests, self._arrived = self._fresh(), 0
        return progress

    def _more(self, meter: Meter) -> Job[None]:
        """Read on for as long as the connection lasts; one that brings nothing new is an error."""
        before = self._arrived
        try:
            with self._hub.opened(self._listing.repository, self._listing.commit, self._file.path, before) as answer:
                if answer.start < before:
                    yield self._forget(meter, self._draft)
                with written(self._draft), self._open(answer.start) as draft:
                    for chunk in answer.chunks:
                        draft.write(chunk)
                        self._take(chunk)
                        yield meter.passed(len(chunk), self._name)
                        if self._arrived > self._file.size:
                            break
        except DaemonError:
            if self._arrived <= before:
                raise
        if self._arrived <= before:
            raise DaemonError(
                f"The hub ended {self._name} after {self._arrived} of {self._file.size} bytes.",
                hint="What has arrived is kept: run the same command again to go on.",
            )

    def _open(self, start: int) -> BinaryIO:
        return self._draft.open("ab" if start else "wb", buffering=0)

    def _take(self, chunk: bytes) -> None:
        self._digests.update(chunk)
        self._arrived += len(chunk)

    def _wrong(self) -> str:
        """How what has arrived differs from what the hub lists; empty if it does not."""
        if self._arrived != self._file.size:
            return f"has {self._arrived} bytes; the hub lists {self._file.size}"
        if self._file.sha256 and self._digests.sha256 != self._file.sha256:
            return f"has the SHA-256 {self._digests.sha256}; the hub lists {self._file.sha256}"
        if self._file.blob and self._digests.blob != self._file.blob:
            return f"has the git name {self._digests.blob}; the hub lists {self._file.blob}"
        return ""

    @property
    def _name(self) -> str:
        return f"{self._listing.repository}/{self._file.path}"
