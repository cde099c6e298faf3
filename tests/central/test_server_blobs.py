"""Files beside the log: a sheet is a plain picture of a voted battle, a bundle an archive that episodes name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import msgspec
import numpy as np
import pytest
from arena_samples import episode
from central.workstations import Answer, Asking, Workstation, rows
from sqlalchemy import text

from scenes.codec import digest, encode
from scenes.errors import BadInput
from sync import api
from sync.offers import BUNDLE_TYPE, MAX_SHEET_BYTES, OFFER, SHEET_TYPE, Offer, Sheet, Wanted
from sync.server.contents import check_archive, check_png
from vlaarena_desktop.saving.png import png

PICTURE = png(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3))
HEAD, PIXELS, END = PICTURE[:33], PICTURE[33:-12], PICTURE[-12:]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width: int, height: int, *rest: int) -> bytes:
    return PICTURE[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *(rest or (8, 2, 0, 0, 0))))


def archive(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as whole:
        for name, content in files.items():
            whole.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


BUNDLE = archive(model=b"<mujoco/>")
HARMFUL = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a page behind a picture": PICTURE + b"<script>alert(1)</script>",
    "text within": HEAD + chunk(b"tEXt", b"Comment\0who played") + PIXELS + END,
    "cut off": PICTURE[:-1],
    "altered": PICTURE[:45] + bytes([PICTURE[45] ^ 1]) + PICTURE[46:],
    "no pixels": HEAD + END,
    "too few pixels": HEAD + chunk(b"IDAT", zlib.compress(bytes(22))) + END,
    "too many pixels": HEAD + chunk(b"IDAT", zlib.compress(bytes(10**6))) + END,
    "pixels and more": HEAD + chunk(b"IDAT", zlib.compress(bytes(5 * 22)) + b"more") + END,
    "an unknown filter": HEAD + chunk(b"IDAT", zlib.compress(b"\5" + bytes(5 * 22 - 1))) + END,
    "a bomb": header(60_000, 60_000) + PIXELS + END,
    "colours of a palette": header(7, 5, 8, 3, 0, 0, 0) + PIXELS + END,
    "interlaced": header(7, 5, 8, 2, 0, 0, 1) + PIXELS + END,
}


@pytest.mark.parametrize("harm", HARMFUL)
def test_a_picture_is_pixels_and_nothing_else(harm: str) -> None:
    check_png(PICTURE)
    with pytest.raises(BadInput):
        check_png(HARMFUL[harm])


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a//b", "folder/", "back\\slash", "bell\a"])
def test_a_bundle_holds_stored_files_with_plain_names(name: str) -> None:
    check_archive(BUNDLE)
    for content in (archive(**{name: b"x"}), BUNDLE[:-3], b"PK\x03\x04", archive()):
        with pytest.raises(BadInput):
            check_archive(content)


def kept(lab: Workstation, content: bytes, query: str, kind: str = SHEET_TYPE) -> Answer:
    path = f"{api.BLOBS.format(sha256=digest(content))}?{query}"
    return lab.ask("PUT", path, content, lab.signed("PUT", path, content) | {"Content-Type": kind})


def wanted(lab: Workstation, sheets: tuple[Sheet, ...] = (), bundles: tuple[str, ...] = ()) -> Wanted:
    return lab.send(OFFER, Offer(version=api.VERSION, sheets=sheets, bundles=bundles)).record(Wanted)


def test_a_sheet_is_wanted_once_for_each_voted_battle_of_its_device(lab: Workstation) -> None:
    first, second, void = lab.battle(), lab.battle(), lab.battle(choice=None)
    sheets = tuple(Sheet(each.battle_id, digest(PICTURE)) for each in (first, second, void))
    about = f"purpose=sheet&battle_id={first.battle_id}"
    assert wanted(lab, sheets).sheets == ()  # nothing is known of these battles yet
    assert kept(lab, PICTURE, about).status == 404
    lab.push()
    assert set(wanted(lab, sheets).sheets) == set(sheets[:2])
    assert kept(lab, PICTURE, f"purpose=sheet&battle_id={void.battle_id}").status == 404
    assert [kept(lab, PICTURE, about).status for _ in range(2)] == [201, 201]
    assert wanted(lab, sheets).sheets == sheets[1:2]
    assert kept(lab, PICTURE, about, "image/jpeg").status == 400
    assert kept(lab, HARMFUL["text within"], about).status == 400
    stranger = Workstation(lab.service)
    stranger.enrol()
    assert wanted(stranger, sheets).sheets == ()
    assert kept(stranger, PICTURE, about).status == 404
    stranger.close()


def test_a_sheet_is_shown_with_headers_that_let_it_do_nothing(lab: Workstation, visitor: Asking) -> None:
    closed = lab.battle()
    lab.push()
    kept(lab, PICTURE, f"purpose=sheet&battle_id={closed.battle_id}")
    shown = visitor.ask("GET", f"/sheets/{digest(PICTURE)}")
    assert (shown.status, shown.body, shown.headers["content-type"]) == (200, PICTURE, SHEET_TYPE)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    page = visitor.ask("GET", f"/battles/{closed.battle_id}").body.decode()
    assert f'src="/sheets/{digest(PICTURE)}"' in page


def test_a_battle_has_so_many_sheets_and_each_so_many_bytes(lab: Workstation) -> None:
    closed = lab.battle()
    lab.push()
    about = f"purpose=sheet&battle_id={closed.battle_id}"
    pictures = [png(np.full((1, 1, 3), shade, np.uint8)) for shade in range(9)]
    assert [kept(lab, picture, about).status for picture in pictures] == [201] * 8 + [409]
    assert kept(lab, bytes(MAX_SHEET_BYTES + 1), about).status == 413


def test_a_bundle_is_kept_once_an_episode_names_it(lab: Workstation, visitor: Asking) -> None:
    def played() -> bytes:
        made = episode(variant=5)
        trajectory = msgspec.structs.replace(made.trajectory, bundle_digest=digest(BUNDLE))
        return msgspec.structs.replace(made, trajectory=trajectory).to_bytes()

    path = api.BLOBS.format(sha256=digest(BUNDLE))
    assert visitor.ask("PUT", path, BUNDLE, {"Content-Type": BUNDLE_TYPE}).status == 401
    lab.new_episode = played
    lab.battle()
    lab.push()
    assert wanted(lab, bundles=(digest(BUNDLE),)).bundles == ()
    assert kept(lab, BUNDLE, "purpose=bundle", BUNDLE_TYPE).status == 404
    lab.upload()
    assert wanted(lab, bundles=(digest(BUNDLE), "0" * 64)).bundles == (digest(BUNDLE),)
    other = api.BLOBS.format(sha256="0" * 64)
    assert lab.ask("PUT", other, BUNDLE, lab.signed("PUT", other, BUNDLE) | {"Content-Type": BUNDLE_TYPE}).status == 400
    assert kept(lab, BUNDLE, "purpose=bundle", BUNDLE_TYPE).status == 201
    assert wanted(lab, bundles=(digest(BUNDLE),)).bundles == ()
    fetched = visitor.ask("GET", path)
    assert (fetched.body, fetched.headers["content-disposition"][:10]) == (BUNDLE, "attachment")
    assert digest(BUNDLE) in visitor.json("GET", api.REGISTRY).json["bundles"]


def test_an_offer_is_signed_and_of_one_version(lab: Workstation, visitor: Asking) -> None:
    body = encode(Offer(version=api.VERSION))
    assert visitor.ask("POST", OFFER, body).status == 401
    assert lab.send(OFFER, Offer(version=api.VERSION + 1)).status == 400


def test_an_evaluator_changes_her_group_by_a_revision(lab: Workstation) -> None:
    lab.battle()
    lab.push()
    for rev, group in ((3, "third"), (2, "second")):
        changed = msgspec.structs.replace(lab.evaluator, group=group)
        lab.note_operation("evaluator", changed.evaluator_id, changed, rev)
    assert [each.verdict for each in lab.push(lab.operations[-2:]).verdicts] == ["applied", "applied"]
    told = lab.service.command("rebuild")
    assert told.returncode == 0, told.stderr
    assert group_of(lab) == "third"


def group_of(lab: Workstation) -> str:
    statement = text('SELECT "group" FROM evaluators WHERE evaluator_id = :name')
    return rows(lab.service, lambda c: c.execute(statement, {"name": lab.evaluator.evaluator_id}).scalar_one())
