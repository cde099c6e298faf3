"""Taking models from a folder, for machines without a network: copied, verified and pinned as if fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, structs

from gpu_daemon.models.contents import check_whole
from gpu_daemon.models.fetching import pinned
from gpu_daemon.models.patterns import EVERYTHING, PIN_NAME, check_patterns, chosen, folder_name
from gpu_daemon.models.pins import LOCAL, Pin, PinnedFile, digest, read_pin, repository_folder
from gpu_daemon.models.storage import Digests, Meter, check_room, hashed, require_same, written
from scenes import durable
from scenes.errors import BadInput, NotFound
from scenes.models import ModelCard, Source
from scenes.progress import Job

_CHUNK = 2**20  # bytes


class Supply(Struct, frozen=True):
    """Where one source of a card lies in a folder, and the pin that came with it, if it was fetched elsewhere."""

    source: Source
    folder: Path
    files: tuple[str, ...]
    pin: Pin | None

    @property
    def size(self) -> int:
        """In bytes."""
        return sum((self.folder / name).stat().st_size for name in self.files)


def supplies(card: ModelCard, sources: tuple[Source, ...], folder: Path, role: str = "") -> tuple[Supply, ...]:
    """Find a card's sources in a folder that holds `organization--name` folders, or is itself one source's.

    Raises:
        NotFound: the folder does not exist, or the card names no source of that role.
        BadInput: files are missing, or it is not clear which source a plain folder is.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", hint="Give a folder that holds the model's files.")
    if role and role not in {source.role for source in card.sources}:
        raise NotFound.among("source", role, [source.role for source in card.sources])
    wanted = tuple(source for source in sources if not role or source.role == role)
    named = {source.role: folder / folder_name(source.repository) for source in wanted}
    present = [source for source in wanted if named[source.role].is_dir()]
    if not present and len(wanted) > 1:
        roles = ", ".join(source.role for source in wanted)
        names = " or ".join(folder_name(source.repository) for source in wanted)
        raise BadInput(
            f"{folder} holds no folder {names}, and '{card.id}' needs several sources: {roles}.",
            hint="Name the folders so; or say which of them this folder is, with --source ROLE.",
        )
    return tuple(_supply(source, named[source.role] if source in present else folder) for source in present or wanted)


def _supply(source: Source, folder: Path) -> Supply:
    pins = {path.parent: read_pin(path) for path in (*folder.glob(PIN_NAME), *folder.glob(f"*/{PIN_NAME}"))}
    fitting = {where: pin for where, pin in pins.items() if pin.repository == source.repository and pin.serves(source)}
    if fitting:
        where = max(fitting, key=lambda each: fitting[each].fetched_at)
        pin = fitting[where]
        return Supply(source, where, tuple(file.path for file in pin.files_for(source)), pin)
    if pins:
        raise BadInput(f"What was fetched to {folder} is not all of {source.repository} that the card needs.")
    check_patterns(source.files, str(folder))
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    names = [path.relative_to(folder).as_posix() for path in paths]
    return Supply(source, folder, chosen(names, source.files, str(folder)), None)


def take(found: tuple[Supply, ...], home: Path) -> Job[tuple[Pin, ...]]:
    """Copy, verify and pin; progress in bytes. The licenses must have been accepted.

    Raises:
        StoreError: the disk has too little room, or may not be read or written.
        StoreDamaged: a file is cut, or is not what its pin says.
    """
    with written(home):
        total = sum(supply.size for supply in found)
    check_room(home, total)
    meter, pins = Meter(2 * total), []
    for supply in found:
        pins.append((yield from _taken(supply, home, meter)))  # noqa: PERF401
    return tuple(pins)


def _taken(supply: Supply, home: Path, meter: Meter) -> Job[Pin]:
    known = {file.path: file for file in supply.pin.files} if supply.pin else {}
    files: tuple[PinnedFile, ...] = ()
    for name in supply.files:
        file = yield from hashed(supply.folder / name, name, meter)
        if name in known:
            require_same(file, known[name], str(supply.folder))
        with written(supply.folder / name):
            check_whole(supply.folder / name)
        files += (file,)
    pin = _pin(supply, files)
    target = repository_folder(home, pin.repository) / pin.revision
    for file in files:
        yield from _copied(supply.folder / file.path, target / file.path, file, meter)
    return pinned(pin, home)


def _pin(supply: Supply, files: tuple[PinnedFile, ...]) -> Pin:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    patterns = supply.source.files or (EVERYTHING,)
    if supply.pin is not None:
        return structs.replace(
            supply.pin, origin="folder", license_accepted_at=now, fetched_at=now, patterns=patterns, files=files
        )
    return Pin(
        repository=supply.source.repository,
        revision=f"{LOCAL}{digest(files)[:40]}",
        origin="folder",
        license="",
        license_accepted_at=now,
        fetched_at=now,
        patterns=patterns,
        files=files,
    )


def _copied(source: Path, target: Path, file: PinnedFile, meter: Meter) -> Job[None]:
    """Copy one file, whole or not at all."""
    draft, digests = target.with_name(f"{target.name}.new"), Digests()
    with written(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb", buffering=0) as read, draft.open("wb", buffering=0) as write:
            while chunk := read.read(_CHUNK):
                write.write(chunk)
                digests.update(chunk)
                yield meter.passed(len(chunk), f"copying {file.path}")
        if digests.sha256 != file.sha256:
            draft.unlink()
            raise BadInput(f"{source} changed while it was copied.", hint="Run the same command again.")
        durable.publish(draft, target)
