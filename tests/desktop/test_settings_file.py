"""settings.toml: what may stand in it, how it is written, and what overrides it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from msgspec import structs

from scenes.errors import BadInput, StoreError
from vlaarena_desktop.settings import DesktopSettings, read_settings
from vlaarena_desktop.settings_file import ALLOWED, FILE, changed, in_force, read_file, rewritten, write_file

OTHER = DesktopSettings(
    evaluator='Ann "O\'Neill" \\ #1',
    group="Labor für Robotik",
    daemon="tcp://127.0.0.1:5799",
    workers=3,
    max_steps=80,
    colors="dark",
    language="de",
    quality="full",
    speed=0.25,
    linked_cameras=False,
)


def test_every_setting_says_what_may_stand_there() -> None:
    assert set(ALLOWED) == set(DesktopSettings.__struct_fields__)


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert read_file(tmp_path) == DesktopSettings()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_file(tmp_path, OTHER)
    assert read_file(tmp_path) == OTHER
    assert read_settings(tmp_path) == OTHER
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_new_file_tells_about_every_setting() -> None:
    text = rewritten("", DesktopSettings())
    assert set(tomllib.loads(text)) == set(DesktopSettings.__struct_fields__)
    assert all(line.startswith("#") or " = " in line or not line for line in text.splitlines())


def test_comments_and_order_of_a_person_stay() -> None:
    mine = "# my bench\nspeed = 0.5   # slow\n\nworkers=2 # two \"cores\"\nevaluator = 'Ann # 1'\n"
    kept = rewritten(mine, DesktopSettings(speed=2.0, workers=4, evaluator="Ann # 1", colors="dark"))
    assert kept.startswith('# my bench\nspeed = 2   # slow\n\nworkers=4 # two "cores"\nevaluator = "Ann # 1"\n')
    assert tomllib.loads(kept)["colors"] == "dark"
    assert "linked_cameras" not in kept


def test_a_text_that_cannot_be_mended_is_written_anew() -> None:
    assert rewritten("[speed\n", OTHER) == rewritten("", OTHER)
    assert rewritten('evaluator = """\nspeed = 1\n"""\n', OTHER) == rewritten("", OTHER)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("workers = 17", "a whole number from 1 to 16"),
        ("max_steps = -1", "a whole number from 0 to 1000"),
        ('colors = "blue"', '"light" or "dark"'),
        ("speed = 3", "0.1, 0.25"),
        ("linked_cameras = 'perhaps'", "true or false"),
        ('daemon = "tcp://far.away:1"', "tcp://127.0.0.1:PORT"),
        ("wrokers = 2", "Correct that line"),
        ("workers =", "Correct that line"),
    ],
)
def test_what_is_no_setting_is_refused_and_told(tmp_path: Path, line: str, hint: str) -> None:
    (tmp_path / FILE).write_text(line)
    with pytest.raises(BadInput) as refused:
        read_file(tmp_path)
    assert hint in refused.value.hint
    assert FILE in refused.value.message


def test_one_setting_is_changed_or_refused_in_plain_words() -> None:
    assert changed(DesktopSettings(), "workers", 5).workers == 5
    with pytest.raises(BadInput, match="Expected a whole number from 1 to 16"):
        changed(DesktopSettings(), "workers", 0)


def test_the_environment_overrides_the_file_and_the_start_overrides_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLAARENA_SPEED", "4")
    monkeypatch.setenv("VLAARENA_DAEMON", "tcp://127.0.0.1:1")
    now = in_force(OTHER, {"daemon": "tcp://127.0.0.1:2"})
    assert now == structs.replace(OTHER, speed=4.0, daemon="tcp://127.0.0.1:2")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.toml.new").mkdir()
    with pytest.raises(StoreError, match="could not be written"):
        write_file(tmp_path, OTHER)
    assert not (tmp_path / FILE).exists()
