"""A service that lost only its files gets them again from those who sent them, by itself, and nothing that it has."""

from __future__ import annotations

import io
import itertools
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from arena_samples import Arena, ballot, episode
from central.public_site import Site
from central.servers import Service
from central.visitors import Visitor
from central.workstations import rows
from sqlalchemy import text

from scenes.codec import digest
from sync import sheets
from sync.sharing import Shared
from vlaarena_desktop.saving.png import png

Run = Callable[..., tuple[int, str, str]]


def archive(content: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as whole:
        whole.writestr(zipfile.ZipInfo("model.xml"), content)
    return written.getvalue()


_numbers = itertools.count()


class Lab(Visitor):
    """A data folder with two battles in a scene of its own, each with a contact sheet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        number = next(_numbers)
        self.bundle = archive(f"scene {number}")
        self.pictures = [png(np.full((2, 3 + number, 3), shade, np.uint8)) for shade in (10, 200)]
        self.battles = [self._battle(3000 + 4 * number + 2 * each) for each in range(2)]
        self.store.keep_bundle(digest(self.bundle), self.bundle)
        self.render()

    def _battle(self, variant: int) -> str:
        arena = Arena(self.store)
        battle_id = arena.battle().battle_id
        arena.turn(battle_id, *(self._played(variant + side) for side in range(2)))
        self.store.cast_vote(battle_id, ballot())
        self.store.close_battle(battle_id)
        return battle_id

    def _played(self, variant: int) -> object:
        made = episode(variant=variant)
        trajectory = msgspec.structs.replace(made.trajectory, bundle_digest=digest(self.bundle))
        return msgspec.structs.replace(made, trajectory=trajectory)

    def render(self) -> list[str]:
        """The battles that lacked a sheet and have one now, as the window's idle moments make them."""
        ledger, made = self.store.ledger(), list[str]()
        while (battle_id := ledger.do(sheets.lacking)) is not None:
            picture = self.pictures[self.battles.index(battle_id)]
            ledger.do(sheets.keep, battle_id, ledger.folders.sheets.keep(picture))
            made.append(battle_id)
        return made

    @property
    def files(self) -> list[bytes]:
        return [self.bundle, *self.pictures]

    def shared(self) -> Shared:
        return self.sync().shared

    def a_day_passes(self) -> None:
        """The service was asked a day ago, as far as this workstation knows."""
        self.store._database.execute("UPDATE files_compared SET at = '2026-01-01T00:00:00.000+00:00'")


@pytest.fixture
def told(central: Service, tmp_path: Path) -> Iterator[Lab]:
    """A workstation that sent all its files."""
    lab = Lab(tmp_path / "lab")
    lab.enrol(central)
    assert lab.shared() == Shared(sheets=2, bundles=1)
    yield lab
    lab.close()


def file_of(service: Service, content: bytes) -> Path:
    name = digest(content)
    return service.home / "blobs" / name[:2] / name


def reconciled(operator: Run, service: Service) -> set[str]:
    """The files that have a row after the worker looked."""
    code, _, complaint = operator(service, "worker", "--once", "reconcile")
    assert code == 0, complaint
    return rows(service, lambda c: set(c.execute(text("SELECT sha256 FROM blob_uses")).scalars()))


def test_a_service_that_lost_its_files_has_them_again_after_the_next_day_s_visits(
    central: Service, told: Lab, operator: Run
) -> None:
    site, (first, _) = Site(central.url), told.battles
    assert "/sheets/" in site.text(f"/battles/{first}")
    shutil.rmtree(central.home / "blobs")
    assert reconciled(operator, central) == set()
    assert "sent no contact sheet" in site.text(f"/battles/{first}")  # no picture that is not there
    assert told.shared() == Shared()  # asked today already
    told.a_day_passes()
    assert told.shared() == Shared(bundles=1)
    assert sorted(told.render()) == sorted(told.battles)
    assert told.shared() == Shared(sheets=2)
    assert all(file_of(central, content).read_bytes() == content for content in told.files)
    assert "/sheets/" in site.text(f"/battles/{first}")
    assert reconciled(operator, central) == {digest(each) for each in told.files}
    told.a_day_passes()
    assert (told.shared(), told.render()) == (Shared(), [])  # what is there is sent by nobody


def test_only_what_is_missing_or_cut_off_is_sent_again_even_before_the_worker_looked(
    central: Service, told: Lab, operator: Run
) -> None:
    lost, cut_off = file_of(central, told.pictures[0]), file_of(central, told.bundle)
    lost.unlink()
    cut_off.write_bytes(told.bundle[:-1])
    code, said, _ = operator(central, "doctor")
    (line,) = [line for line in said.splitlines() if line.split()[1] == "files"]
    assert code == 1
    assert "2 of " in line
    told.a_day_passes()
    assert told.shared() == Shared(bundles=1)
    assert told.render() == told.battles[:1]
    assert told.shared() == Shared(sheets=1)
    assert (lost.read_bytes(), cut_off.read_bytes()) == (told.pictures[0], told.bundle)
    assert any("ok" in line and ", each with" in line for line in operator(central, "doctor")[1].splitlines())


def test_a_worker_with_another_data_folder_forgets_no_file(
    central: Service, told: Lab, operator: Run, tmp_path: Path
) -> None:
    elsewhere = {"VLAARENA_CENTRAL_HOME": str(tmp_path / "elsewhere")}
    assert operator(central, "worker", "--once", "ratings")[0] == 0  # the key is known
    assert operator(central, "worker", "--once", "reconcile", **elsewhere)[0] == 1
    kept = rows(central, lambda c: set(c.execute(text("SELECT sha256 FROM blob_uses")).scalars()))
    assert kept >= {digest(each) for each in told.files}


def test_a_sheet_that_was_refused_is_not_offered_again(central: Service, told: Lab) -> None:
    ledger, (first, _) = told.store.ledger(), told.battles
    (sheet,) = [each for each in ledger.do(sheets.told_sheets) if each.battle_id == first]
    ledger.do(sheets.note_sheet, sheet, True)
    assert sheet not in ledger.do(sheets.told_sheets)
    assert ledger.do(sheets.lacking) is None
