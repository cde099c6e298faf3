"""The worker and the commands die anywhere: what is told is told until heard, half a backup is none, half a restore
says so and goes on, and a command did all or nothing."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from central.chaos_servers import Both, ForkedService
from central.deaths import delivered, mortal
from central.servers import Mongo, Postgres
from central.test_server_webhooks import listening
from central.visitors import Visitor
from central.workstations import rows
from sqlalchemy import text

from scenes.errors import NotFound, StoreDamaged
from scenes.failpoints import COMMANDS, EXIT_CODE, TELLING
from sync.keys import is_signed
from sync.server import backups, webhooks
from sync.server.centre import server_key

BAD_INPUT = 2  # exit code
DONE_ONCE = ("command.before_tx", "command.in_tx", "command.after_tx")
BACKUP = tuple(place for place in COMMANDS if place.startswith("backup"))
RESTORE = tuple(place for place in COMMANDS if place.startswith("restore"))


@pytest.fixture(scope="module")
def both(postgres: Postgres, mongo: Mongo) -> Both:
    return Both(postgres, mongo)


@pytest.fixture(scope="module")
def service(
    both: Both, migrated: str, server_logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ForkedService]:
    """A service that keeps two battles with their episodes, and a file."""
    folder = tmp_path_factory.mktemp("commands")
    with mortal(both, server_logs, folder / "central", "deaths_of_commands", migrated) as made:
        made.start()
        lab = Visitor(folder / "lab")
        lab.enrol(made)  # type: ignore[arg-type]
        lab.play(2)
        lab.sync()
        lab.close()
        (made.home / "blobs" / "ab").mkdir(parents=True)
        (made.home / "blobs" / "ab" / "abc").write_bytes(b"a file")
        yield made


@pytest.fixture(scope="module")
def whole(service: ForkedService, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "backup"
    assert service.command("backup", str(folder)) == 0
    return folder


def test_what_is_to_be_told_is_told_at_least_once_wherever_the_worker_dies(
    service: ForkedService, tmp_path: Path
) -> None:
    times = {"webhook.before_post": 1, "webhook.after_post": 2, "webhook.in_tx": 2, "webhook.after_tx": 1}
    assert set(times) == set(TELLING)
    with listening(tmp_path, 204) as (port, _, heard):
        rows(service, lambda c: webhooks.add(c, f"https://localhost:{port}/in", ["model"]))  # type: ignore[arg-type]
        for place in TELLING:
            rows(service, lambda c, place=place: webhooks.note(c, "model", place))  # type: ignore[misc,arg-type]
            assert delivered(service, tmp_path / "certificate.pem", place) == EXIT_CODE
            assert delivered(service, tmp_path / "certificate.pem") == 0
        assert delivered(service, tmp_path / "certificate.pem") == 0
    public = server_key(service.home).public
    for _, headers, body in heard:
        signed = webhooks.SIGNED_AS + headers[webhooks.H_MOMENT].encode() + b"." + body
        assert is_signed(public, base64.b64decode(headers[webhooks.H_SIGNATURE]), signed)
    said = [json.loads(body) for _, _, body in heard]
    assert Counter(each["subject"] for each in said) == times
    assert len({each["delivery_id"] for each in said}) == len(times)  # whoever hears it twice can tell
    left = "SELECT count(*) FROM deliveries WHERE done_at IS NULL OR error IS NOT NULL"
    assert rows(service, lambda c: c.execute(text(left)).scalar()) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("place", DONE_ONCE)
def test_a_command_that_dies_has_done_all_or_nothing(service: ForkedService, place: str) -> None:
    def counted() -> tuple[int, ...]:
        statement = "SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM tokens WHERE revoked_at IS NOT NULL)"
        return tuple(rows(service, lambda c: c.execute(text(statement)).one()))  # type: ignore[arg-type]

    made, revoked = counted()
    done = place == "command.after_tx"
    assert service.command("token", "create", "somebody", place=place) == EXIT_CODE
    assert counted() == (made + done, revoked)
    assert service.command("token", "create", "somebody") == 0
    token_id = service.answered.split()[0]
    assert service.command("token", "revoke", token_id, place=place) == EXIT_CODE
    assert counted() == (made + done + 1, revoked + done)
    assert service.command("token", "revoke", token_id) == 0
    assert counted() == (made + done + 1, revoked + 1)


@pytest.mark.parametrize("place", BACKUP)
def test_half_a_backup_is_never_taken_for_a_whole_one(service: ForkedService, tmp_path: Path, place: str) -> None:
    target = tmp_path / "backup"
    assert service.command("backup", str(target), place=place) == EXIT_CODE
    if place == "backup.after_manifest":
        assert backups.check(target).episodes == 4
        return
    with pytest.raises(NotFound, match="no backup"):
        backups.check(target)
    assert not target.exists()
    assert service.command("backup", str(target)) == 0  # over what half of it left
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert backups.check(target).episodes == 4
    assert service.command("backup", str(target)) == BAD_INPUT  # not over what is whole


@pytest.mark.parametrize("place", RESTORE)
def test_half_a_restore_says_so_and_is_finished_by_the_same_command(
    service: ForkedService, whole: Path, both: Both, server_logs: Path, tmp_path: Path, place: str
) -> None:
    with mortal(both, server_logs, tmp_path / "central", "deaths_of_restore") as other:
        assert other.command("restore", str(whole), place=place) == EXIT_CODE
        if place != "restore.after_unmark":
            with pytest.raises(StoreDamaged, match="did not end"):
                server_key(other.home)  # which whoever serves, rates or backs up needs
            if place == "restore.after_documents":  # there are no tables, and commands that would go on without
                assert other.command("migrate") == 1
            if place == "restore.after_rows":
                assert other.command("worker", "--once", "ratings") == 1
            assert other.command("restore", str(whole)) == 0
        assert other.command("restore", str(whole)) == BAD_INPUT  # nothing is put over what is there
        assert kept(other) == kept(service)
        if place == "restore.after_rows":
            other.start()


def test_no_other_backup_goes_into_half_a_restore(
    service: ForkedService, whole: Path, both: Both, server_logs: Path, tmp_path: Path
) -> None:
    assert service.command("backup", str(tmp_path / "later")) == 0
    manifest = tmp_path / "later" / backups.MANIFEST
    manifest.write_bytes(manifest.read_bytes() + b" ")  # made in the same second: the same but for this
    with mortal(both, server_logs, tmp_path / "central", "deaths_of_restore") as other:
        assert other.command("restore", str(whole), place="restore.after_documents") == EXIT_CODE
        assert other.command("restore", str(tmp_path / "later")) == BAD_INPUT
        assert other.command("restore", str(whole)) == 0


def kept(service: ForkedService) -> tuple[object, ...]:
    """Everything that counts: operations, episodes and what is known of them, files, the key."""
    statements = ("SELECT op_id, content FROM op_log ORDER BY 1", "SELECT episode_id, status FROM episodes ORDER BY 1")
    with service.engine.connect() as connection:
        found = [[tuple(row) for row in connection.execute(text(each))] for each in statements]
    with service.databases.mongo.client() as client:
        name = service.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]
        documents = sorted((each["_id"], each["content"]) for each in client[name]["episodes"].find())
    file = (service.home / "blobs" / "ab" / "abc").read_bytes()
    return (*found, documents, file, server_key(service.home).private)


def test_every_place_of_a_command_is_died_at() -> None:
    assert Counter([*DONE_ONCE, *BACKUP, *RESTORE]) == Counter(COMMANDS)
