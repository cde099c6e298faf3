"""One key signs, from one data folder; and whoever runs the service is told plainly what is wrong, all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from central.servers import Postgres, Service
from central.workstations import Asking, rows
from sqlalchemy import text

from sync.server.centre import KEY_FILE

FIVE_HOURS = 5 * 3600
Operated = Callable[..., tuple[int, str, str]]


@pytest.fixture
def visitor(central: Service) -> Iterator[Asking]:
    asking = Asking(central)
    yield asking
    asking.close()


def count(service: Service, what: str) -> float:
    """A figure that /metrics tells."""
    asking = Asking(service)
    lines = asking.ask("GET", "/metrics").body.decode().splitlines()
    asking.close()
    return float(next(line for line in lines if line.startswith(f'vlaarena_rows{{what="{what}"}}')).split()[-1])


@pytest.mark.parametrize("words", [("worker", "--once", "ratings"), ("backup",)])
def test_another_data_folder_signs_nothing_and_gets_no_key(
    central: Service, operator: Operated, visitor: Asking, tmp_path: Path, words: tuple[str, ...]
) -> None:
    shown = visitor.ask("GET", "/api/leaderboard").headers["ETag"]
    target = (str(tmp_path / "backup"),) if words == ("backup",) else ()
    code, _, said = operator(central, *words, *target, VLAARENA_CENTRAL_HOME=str(tmp_path / "astray"))
    assert (code, "data folder" in said) == (1, True)
    assert not (tmp_path / "astray" / KEY_FILE).exists()
    assert visitor.ask("GET", "/api/leaderboard").headers["ETag"] == shown


def test_a_folder_with_another_key_is_refused(central: Service, operator: Operated, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(bytes(32))
    (tmp_path / KEY_FILE).chmod(0o600)
    for words in (("worker", "--once", "ratings"), ("doctor",)):
        code, told, said = operator(central, *words, VLAARENA_CENTRAL_HOME=str(tmp_path))
        assert (code, "another key" in told + said) == (1, True), words
    served = central.command("serve", "--bind", "127.0.0.1:0", VLAARENA_CENTRAL_HOME=str(tmp_path))
    assert served.returncode != 0
    assert "another key" in served.stderr


def test_ratings_that_fail_do_not_look_fresh(central: Service, operator: Operated, tmp_path: Path) -> None:
    assert operator(central, "worker", "--once", "ratings")[0] == 0
    earlier = text("UPDATE worker_status SET last_run_at = :at, last_success_at = :at")
    rows(central, lambda c: c.execute(earlier, {"at": c.execute(text("SELECT now() - interval '5 hours'")).scalar()}))
    assert operator(central, "worker", "--once", "ratings", VLAARENA_CENTRAL_HOME=str(tmp_path))[0] == 1
    assert count(central, "seconds_since_ratings") >= FIVE_HOURS
    assert count(central, "jobs_failed") == 1
    assert operator(central, "worker", "--once", "ratings")[0] == 0
    assert count(central, "seconds_since_ratings") < FIVE_HOURS
    assert count(central, "jobs_failed") == 0


def test_the_doctor_looks_at_everything_whatever_is_wrong(
    central: Service, operator: Operated, postgres: Postgres
) -> None:
    postgres.execute("CREATE DATABASE without_tables")
    astray = {"DATABASE_URL": postgres.url("without_tables"), "MONGO_URL": "http://nowhere.invalid"}
    code, told, _ = operator(central, "doctor", **{f"VLAARENA_CENTRAL_{name}": url for name, url in astray.items()})
    said = {line.split()[1]: line for line in told.splitlines()}
    assert code == 1
    assert said["PostgreSQL"].startswith("ok")
    assert {name for name, line in said.items() if line.startswith("BAD")} >= {"tables", "MongoDB", "ratings", "models"}
    assert "vlaarena-central migrate" in said["tables"]
    assert "no address" in said["MongoDB"] or "not an address" in said["MongoDB"]


@pytest.mark.parametrize("words", [("worker",), ("worker", "--once", "ratings"), ("token", "list")])
def test_a_database_without_tables_is_told_in_one_sentence(
    central: Service, operator: Operated, postgres: Postgres, words: tuple[str, ...]
) -> None:
    name = f"bare_{'_'.join(words).replace('-', '')}"
    postgres.execute(f"CREATE DATABASE {name}")
    code, told, said = operator(central, *words, VLAARENA_CENTRAL_DATABASE_URL=postgres.url(name))
    assert (code, told) == (1, "")
    assert "vlaarena-central migrate" in said
    assert "Traceback" not in said


def test_a_user_without_rights_is_told_so(central: Service, operator: Operated, postgres: Postgres) -> None:
    if not postgres.execute("SELECT 1 FROM pg_roles WHERE rolname = 'stranger'"):
        postgres.execute("CREATE ROLE stranger LOGIN")
    url = central.environment["VLAARENA_CENTRAL_DATABASE_URL"]
    astray = "postgresql://stranger@" + url.partition("@")[2]
    for words in (("token", "list"), ("doctor",)):
        code, told, said = operator(central, *words, VLAARENA_CENTRAL_DATABASE_URL=astray)
        assert (code, "forbids" in told + said) == (1, True), words


def test_a_user_or_database_that_is_not_there_is_told_apart_from_silence(
    central: Service, operator: Operated, postgres: Postgres
) -> None:
    code, _, said = operator(central, "token", "list", VLAARENA_CENTRAL_DATABASE_URL=postgres.url("nowhere"))
    assert (code, "refuses the connection" in said, "nowhere" in said) == (1, True, True)
    silent = {"VLAARENA_CENTRAL_DATABASE_URL": "postgresql://vlaarena@127.0.0.1:9/x"}
    assert "does not answer" in operator(central, "worker", "--once", "ratings", **silent)[2]
