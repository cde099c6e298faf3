"""What an operator set wrongly is said by its name, in one sentence, and with what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from central.servers import Service

from scenes.errors import BadInput
from sync.server.__main__ import main
from sync.server.settings import central_settings, unknown_variables

Operated = tuple[int, str]
PREFIX = "VLAARENA_CENTRAL_"


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Operated]:
    """`vlaarena-central WORDS...` with these settings in the environment and nothing else: its exit code, its words."""

    def run(*words: str, **settings: str) -> Operated:
        for name, value in ({"HOME": str(tmp_path)} | settings).items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "abc"), ("WORKERS", "0"), ("LOG_LEVEL", "loud")])
def test_a_variable_that_is_wrong_is_named_and_no_file(told: Callable[..., Operated], name: str, value: str) -> None:
    code, said = told("migrate", "--sql", **{name: value})
    assert (code, len(said.splitlines())) == (2, 1)
    assert f"{PREFIX}{name}" in said
    assert "central.toml" not in said


def test_a_line_of_the_file_that_is_wrong_is_named_with_the_file(told: Callable[..., Operated], tmp_path: Path) -> None:
    (tmp_path / "central.toml").write_text("workers = 'abc'\n")
    code, said = told("migrate", "--sql")
    assert (code, "central.toml" in said, "workers" in said) == (2, True, True)


def test_a_variable_that_is_no_setting_is_told_and_ignored(told: Callable[..., Operated]) -> None:
    code, said = told("migrate", "--sql", WORKRES="3", MONGO_URL="mongodb://localhost")
    assert (code, said) == (0, f"vlaarena-central: {PREFIX}WORKRES is no setting and is ignored.\n")
    assert unknown_variables({"VLAARENA_CENTRAL_HOME": "/x", "VLAARENA_WORKRES": "1"}) == []


@pytest.mark.parametrize(
    "bind", ["nonsense", "8075", "127.0.0.1", "127.0.0.1:", "127.0.0.1:80750", "::1:80", "a b:80", "127.0.0.1:-1"]
)
def test_what_is_no_place_to_listen_is_said_in_one_sentence(
    told: Callable[..., Operated], tmp_path: Path, bind: str
) -> None:
    code, said = told("serve", "--bind", bind)
    assert (code, len(said.splitlines())) == (2, 1)
    assert said.startswith(f"vlaarena-central: --bind: '{bind}' is no HOST:PORT")
    (tmp_path / "central.toml").write_text(f'bind = "{bind}"\n')
    with pytest.raises(BadInput, match=r"bind in .*central\.toml"):
        central_settings(tmp_path)
    assert "VLAARENA_CENTRAL_BIND: " in told("serve", BIND=bind)[1]


def test_places_to_listen_are_taken(tmp_path: Path) -> None:
    for bind in ("127.0.0.1:0", "[::1]:8075", "localhost:8075", ":8075", "0.0.0.0:65535"):
        assert central_settings(tmp_path, bind).bind == bind


def test_why_the_service_cannot_listen_is_told(stopped_central: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        found = stopped_central.command("serve", "--bind", place)
        assert (found.returncode, "Stop what listens there" in found.stderr) == (1, True)
    found = stopped_central.command("serve", "--bind", "192.0.2.1:0")
    assert (found.returncode, "an address of this machine" in found.stderr) == (1, True)
    found = stopped_central.command("serve", "--bind", "nowhere.invalid:8075")
    assert (found.returncode, "knows no such address" in found.stderr) == (2, True)
