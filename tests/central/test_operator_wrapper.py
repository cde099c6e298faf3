"""What an operator types on a machine with systemd: the script that runs commands as the service's own user."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest
from central.servers import Service

SCRIPT = Path(__file__).parents[2] / "installer" / "central" / "vlaarena-central-run"
ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def settings(central: Service, tmp_path: Path) -> Path:
    """The file of settings as systemd would read it, of a service whose data folder is elsewhere."""
    path = tmp_path / "central.env"
    lines = [f"{name}={value}" for name, value in central.environment.items()]
    path.write_text(
        "# what the service is\n\n" + "\n".join(lines) + '\nVLAARENA_CENTRAL_PUBLIC_URL="https://a.example"\n'
    )
    return path


def typed(settings: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script with these words, called by somebody who has other settings; "env" as the program runs anything."""
    program = Path(sys.executable).with_name("vlaarena-central")
    places = {"VLAARENA_SETTINGS": str(settings), "VLAARENA_USER": ME, "VLAARENA_PROGRAM": str(program)}
    other = {"VLAARENA_CENTRAL_DATABASE_URL": "postgresql://127.0.0.1:9/none", "VLAARENA_CENTRAL_BIND": "nowhere"}
    return subprocess.run(
        [str(SCRIPT), *words],
        env={**os.environ, **other, **places, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_work_on_the_services_own_databases_and_folder(central: Service, settings: Path, tmp_path) -> None:
    told = typed(settings, "token", "create", "lab 1")
    assert told.returncode == 0, told.stderr
    assert "lab 1" in central.command("token", "list").stdout
    assert "BAD  database" not in typed(settings, "doctor").stdout
    kept = typed(settings, "backup", str(tmp_path / "kept"))
    assert kept.returncode == 0, kept.stderr
    assert typed(settings, "token").returncode == 2  # a command's own end is the script's


def test_settings_are_taken_as_systemd_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "central.env"
    path.write_text(
        "; not this\nVLAARENA_CENTRAL_MONGO_URL=mongodb://a/?replicaSet=rs0&tls=true\n"
        "VLAARENA_CENTRAL_DATABASE_URL=postgresql:///$HOME?user=`id`\n"
        "VLAARENA_CENTRAL_PUBLIC_URL='https://a.example'\nhttps_proxy=http://proxy:3128\nPGPASSWORD=\"two words\""
    )
    seen = typed(path, VLAARENA_PROGRAM="/usr/bin/env").stdout.splitlines()
    assert {line for line in seen if line.startswith(("VLAARENA_CENTRAL_", "PGPASS", "https_"))} == {
        "VLAARENA_CENTRAL_HOME=/var/lib/vlaarena-central",
        "VLAARENA_CENTRAL_MONGO_URL=mongodb://a/?replicaSet=rs0&tls=true",
        "VLAARENA_CENTRAL_DATABASE_URL=postgresql:///$HOME?user=`id`",
        "VLAARENA_CENTRAL_PUBLIC_URL=https://a.example",
        "https_proxy=http://proxy:3128",
        "PGPASSWORD=two words",
    }


def test_whoever_calls_it_the_services_user_runs_it(settings: Path) -> None:
    """Root becomes that user; anybody else is told what to do."""
    root = os.geteuid() == 0
    done = typed(settings, "id", "-un", VLAARENA_PROGRAM="/usr/bin/env", VLAARENA_USER="nobody")
    assert (done.returncode, done.stdout) == ((0, "nobody\n") if root else (2, ""))
    assert root or "run this as root" in done.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"VLAARENA_PROGRAM": "/nowhere/vlaarena-central"}, "there is no /nowhere"),
        ({"VLAARENA_SETTINGS": str(SCRIPT)}, "a line that is not NAME=VALUE"),
    ],
)
def test_what_is_not_set_up_is_said_in_one_sentence(settings: Path, wrong: dict[str, str], said: str) -> None:
    refused = typed(settings, "doctor", **wrong)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
