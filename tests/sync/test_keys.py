"""Device keys: made once, outside the database, readable by their owner alone; a keyring is used where there is one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scenes.errors import StoreDamaged
from sync.keys import FILE, SigningKey, device_key, is_signed

# A keyring as small as can be: what the package `keyring` offers, kept in a file. "locked" has none running.
KEYRING = """
import json, pathlib
class errors:
    class KeyringError(Exception): pass
PLACE = pathlib.Path(__file__).with_suffix(".json")
def _all():
    if PLACE.with_name("locked").exists():
        raise errors.KeyringError("locked")
    return json.loads(PLACE.read_text()) if PLACE.exists() else {}
def get_password(service, name): return _all().get(f"{service} {name}")
def set_password(service, name, value): PLACE.write_text(json.dumps(_all() | {f"{service} {name}": value}))
"""
ASK = "import sys, pathlib; from sync.keys import device_key; print(device_key(pathlib.Path(sys.argv[1])).public.hex())"


@pytest.fixture
def rings(tmp_path) -> Path:
    place = tmp_path / "site"
    place.mkdir()
    (place / "keyring.py").write_text(KEYRING)
    return place


def ask(home: Path, rings: Path | None = None, **environment: str) -> str:
    """The public key that another process gets for a data folder."""
    root = Path(__file__).parents[2]
    path = ":".join(str(each) for each in (rings, root) if each)
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(home)],
        env={"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=home,
    )
    return asked.stdout.strip()


def test_the_key_stays_the_same_and_is_its_owners_alone(tmp_path) -> None:
    key = device_key(tmp_path)
    assert device_key(tmp_path).public == key.public
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert is_signed(key.public, key.sign(b"text"), b"text")


def test_two_data_folders_have_two_keys(tmp_path) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    assert device_key(folders[0]).public != device_key(folders[1]).public


def test_a_damaged_key_is_not_replaced(tmp_path) -> None:
    (tmp_path / FILE).write_bytes(b"half a key")
    with pytest.raises(StoreDamaged, match="10 bytes"):
        device_key(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"half a key"


def test_a_keyring_keeps_the_key_and_the_folder_does_not(tmp_path, rings) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first = ask(home, rings)
    assert ask(home, rings) == first
    assert list(home.iterdir()) == []


def test_without_a_running_keyring_the_folder_keeps_it(tmp_path, rings) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (rings / "locked").touch()
    first = ask(home, rings)
    assert (home / FILE).exists()
    (rings / "locked").unlink()
    assert ask(home, rings) == first


def test_a_keyring_can_be_switched_off(tmp_path, rings) -> None:
    home = tmp_path / "home"
    home.mkdir()
    ask(home, rings, VLAARENA_KEYRING="off")
    assert (home / FILE).exists()


def test_a_key_is_what_its_secret_makes_it() -> None:
    key = SigningKey.generate()
    assert SigningKey(key.private).public == key.public
