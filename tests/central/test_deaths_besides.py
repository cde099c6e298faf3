"""Programs repeat what they asked after a death and get the same battle, turn and vote; files come once."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from arena_samples import INSTRUCTION, Arena, ballot, card, episode
from central.chaos_servers import Both, ForkedService
from central.deaths import dies, mortal, visited
from central.servers import Mongo, Postgres
from central.visitors import Visitor
from central.workstations import Answer, Asking, Workstation, rows, token
from sqlalchemy import text

from scenes.codec import digest
from scenes.failpoints import BESIDES, COMMANDS, EXIT_CODE, KEEPING, RECORDING, SHARING, TELLING
from sync import api, sheets
from sync.offers import BUNDLE_TYPE, SHEET_TYPE
from sync.server import registry
from vlaarena_desktop.saving.png import png

NEW = {"robot_id": "panda", "scene_id": "table", "evaluator": "a program"}
UPLOADING = ("episodes.before_mongo", "episodes.after_mongo_before_pg", "episodes.after_pg")
FETCHING = tuple(place for place in SHARING if place.startswith("fetch"))
SENDING = tuple(place for place in SHARING if place not in FETCHING)


@pytest.fixture(scope="module")
def service(
    postgres: Postgres, mongo: Mongo, migrated: str, server_logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ForkedService]:
    home = tmp_path_factory.mktemp("besides") / "central"
    with mortal(Both(postgres, mongo), server_logs, home, "deaths_besides", migrated) as made:
        rows(made, lambda c: registry.register(c, [card(name) for name in ("quokka", "axolotl")]))  # type: ignore[arg-type]
        made.start()
        yield made


def picture(shade: str) -> bytes:
    return png(np.full((2, 2, 3), sum(shade.encode()) % 256, np.uint8))


def archive(content: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as whole:
        whole.writestr(zipfile.ZipInfo("model.xml"), content)
    return written.getvalue()


def played_in(bundle: bytes, variant: int) -> Any:
    made = episode(variant=variant)
    return msgspec.structs.replace(
        made, trajectory=msgspec.structs.replace(made.trajectory, bundle_digest=digest(bundle))
    )


@pytest.mark.parametrize("moment", range(3), ids=["before", "inside", "after"])
def test_a_program_that_repeats_itself_after_a_death_has_one_battle_one_turn_and_one_vote(
    service: ForkedService, moment: int
) -> None:
    program = Program(service)
    new = NEW | {"request_id": f"battle-{moment}"}
    dies(service, RECORDING[moment], lambda: program.tell("/api/sessions/init", new))
    battle_id = program.tell("/api/sessions/init", new).json["battle_id"]
    assert program.tell("/api/sessions/init", new).json["battle_id"] == battle_id
    assert program.tell("/api/sessions/init", new | {"scene_id": "shelf"}).status == 409
    contents = [episode(variant=10 * moment + side).to_bytes() for side in (1, 2)]
    dies(service, UPLOADING[moment], lambda: program.upload(contents[0]))
    assert [program.upload(content).status for content in contents] == [201, 201]
    turn = {"instruction": INSTRUCTION, "left_episode_id": digest(contents[0]), "right_episode_id": digest(contents[1])}
    path = f"/api/battles/{battle_id}/turns"
    dies(service, RECORDING[3 + moment], lambda: program.tell(path, turn))
    assert program.tell(path, turn).json == program.tell(path, turn).json
    ballot = {"battle_id": battle_id, "vote": "tie"}
    dies(service, RECORDING[6 + moment], lambda: program.tell("/api/votes", ballot))
    voted = [program.tell("/api/votes", ballot).status for _ in range(2)]
    assert voted == ([409, 409] if moment == 2 else [201, 409])
    assert {program.tell(path, turn).status, program.tell("/api/sessions/init", new).status} == {409}
    check_recorded_once(service, program, battle_id)
    program.close()


class Program(Asking):
    """A program with a token that may record."""

    def __init__(self, service: ForkedService) -> None:
        super().__init__(service)  # type: ignore[arg-type]
        self.token = token(service, "record")  # type: ignore[arg-type]

    def tell(self, path: str, record: Any) -> Answer:
        return self.json("POST", path, record, self.token)

    def upload(self, content: bytes) -> Answer:
        octets = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream"}
        return self.ask("POST", "/api/episodes", content, octets)


def check_recorded_once(service: ForkedService, program: Program, battle_id: str) -> None:
    """One battle with one turn and one vote, each one operation; nothing of it is open any more."""
    told = program.json("GET", f"/api/battles/{battle_id}").json
    assert {told["left_model_id"], told["right_model_id"]} == {"quokka", "axolotl"}
    assert (len(told["votes"]), len(told["turns"])) == (1, 1)
    statement = "SELECT kind FROM op_log WHERE store_id = (SELECT store_id FROM op_log WHERE record_id = :battle)"
    kinds = rows(service, lambda c: c.execute(text(statement), {"battle": battle_id}).scalars().all())  # type: ignore[arg-type]
    assert Counter(kinds) == Counter(["evaluator", "session", "battle", "turn", "vote"])
    assert rows(service, lambda c: c.execute(text("SELECT count(*) FROM open_battles")).scalar()) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("place", KEEPING)
def test_a_file_that_is_sent_again_after_a_death_of_the_service_is_kept_once(
    service: ForkedService, place: str
) -> None:
    lab = Workstation(service)  # type: ignore[arg-type]
    lab.enrol()
    bundle, sheet = archive(place), picture(place)
    variants = iter((1000 + KEEPING.index(place) * 2, 1001 + KEEPING.index(place) * 2))
    lab.new_episode = lambda: played_in(bundle, next(variants)).to_bytes()
    battle_id = lab.battle().battle_id
    lab.push()
    lab.upload()
    for content, query, kind in (
        (bundle, "purpose=bundle", BUNDLE_TYPE),
        (sheet, f"purpose=sheet&battle_id={battle_id}", SHEET_TYPE),
    ):
        path = f"{api.BLOBS.format(sha256=digest(content))}?{query}"

        def put(path: str = path, content: bytes = content, kind: str = kind) -> Answer:
            return lab.ask("PUT", path, content, lab.signed("PUT", path, content) | {"Content-Type": kind})

        dies(service, place, put)
        assert [put().status, put().status] == [201, 201]
        assert lab.ask("GET", api.BLOBS.format(sha256=digest(content))).body == content
        check_uses(service, digest(content))
    lab.close()


def check_uses(service: ForkedService, *names: str) -> None:
    """Each of these files is there for one purpose, and was noted once."""
    for statement in (
        "SELECT sha256 FROM blob_uses WHERE sha256 = ANY(:names)",
        "SELECT subject FROM audit WHERE action = 'blob_kept' AND subject = ANY(:names)",
    ):
        found = rows(service, lambda c, s=statement: c.execute(text(s), {"names": list(names)}).scalars().all())  # type: ignore[misc,arg-type]
        assert sorted(found) == sorted(names)


def filled(service: ForkedService, folder: Path, place: str) -> tuple[bytes, bytes]:
    """A workstation with a battle in a scene of its own, and a contact sheet of it: both files."""
    bundle, sheet = archive(f"at home {place}"), png(np.full((3, 1 + SHARING.index(place), 3), 9, np.uint8))
    lab = Visitor(folder)
    lab.enrol(service)  # type: ignore[arg-type]
    number = 2000 + 2 * SHARING.index(place)
    arena = Arena(lab.store)
    battle_id = arena.battle().battle_id
    arena.turn(battle_id, played_in(bundle, number), played_in(bundle, number + 1))
    lab.store.cast_vote(battle_id, ballot())
    lab.store.close_battle(battle_id)
    lab.store.keep_bundle(digest(bundle), bundle)
    ledger = lab.store.ledger()
    ledger.do(sheets.keep, battle_id, ledger.folders.sheets.keep(sheet))
    lab.close()
    return bundle, sheet


@pytest.mark.parametrize("place", SENDING)
def test_a_workstation_that_dies_while_it_sends_files_sends_them_later(
    service: ForkedService, tmp_path: Path, place: str
) -> None:
    bundle, sheet = filled(service, tmp_path / "lab", place)
    assert visited(tmp_path / "lab", place) == EXIT_CODE
    assert visited(tmp_path / "lab") == 0
    check_uses(service, digest(bundle), digest(sheet))
    assert not any((tmp_path / "lab" / "sheets").rglob("*.png"))


@pytest.mark.parametrize("place", FETCHING)
def test_a_workstation_that_dies_while_it_fetches_a_scene_has_it_later(
    service: ForkedService, tmp_path: Path, place: str
) -> None:
    bundle, _ = filled(service, tmp_path / "lab", place)
    assert visited(tmp_path / "lab") == 0
    assert service.command("worker", "--once", "ratings") == 0
    file = tmp_path / "lab" / "bundles" / f"{digest(bundle)}.mjz"
    file.unlink()
    assert visited(tmp_path / "lab", place) == EXIT_CODE
    assert visited(tmp_path / "lab") == 0
    assert file.read_bytes() == bundle


def test_every_place_besides_a_plain_visit_is_died_at_here_or_by_a_command() -> None:
    died = (*RECORDING, *KEEPING, *SENDING, *FETCHING, *TELLING, *COMMANDS)
    assert Counter(died) == Counter(BESIDES)
