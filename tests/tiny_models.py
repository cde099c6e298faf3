"""A card with two sources, the files that a hub has for them, and the daemon's command run here."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from small_hub import Repository, SmallHub

from gpu_daemon.__main__ import main

CARD = """
id = "{id}"
name = "Tiny"
organization = "Tests"
license = "MIT"
adapter = "random-walk"
robots = ["panda"]
control_hz = 10.0
chunk = 4
execute = 4
{extra}
[[sources]]
role = "checkpoint"
repository = "{checkpoint}"
files = {files}
[[sources]]
role = "tokenizer"
repository = "lab/words"
files = ["tokenizer.json"]
[[cameras]]
key = "front"
camera = "front"
[action]
space = "eef_delta"
"""
FILES = '["*.json", "*.safetensors"]'


def safetensors(count: int = 3000, start: int = 0) -> bytes:
    """A whole file of one tensor of bytes."""
    content = bytes((start + number) % 251 for number in range(count))
    header = json.dumps({"weight": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode()
    return len(header).to_bytes(8, "little") + header + content


WEIGHTS = safetensors()


def fill(hub: SmallHub) -> None:
    """Give the hub both repositories of the card, the first with files that nobody should fetch."""
    hub.repositories["lab/tiny"] = Repository(
        {
            "config.json": b'{"a": 1}',
            "model.safetensors": WEIGHTS,
            "pytorch_model.bin": b"\x80\x04pickle",
            "modeling.py": b"boom()",
            "deep/other.json": b"{}",
        }
    )
    hub.repositories["lab/words"] = Repository({"tokenizer.json": b'{"words": []}'}, license="apache-2.0")


def add_card(
    home: Path, model_id: str = "tiny", *, checkpoint: str = "lab/tiny", files: str = FILES, extra: str = ""
) -> None:
    """Put the card into a data folder."""
    (home / "cards").mkdir(parents=True, exist_ok=True)
    text = CARD.format(id=model_id, checkpoint=checkpoint, files=files, extra=extra)
    (home / "cards" / f"{model_id}.toml").write_text(text)


class Answer(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    output: str
    errors: str


class Models:
    """`vlaarena-daemon models ...` with one data folder, in this process."""

    def __init__(self, home: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.home, self._capture, self._patch = home, capture, patch

    def __call__(self, *words: str, answer: str = "") -> Answer:
        self._patch.setattr("sys.stdin", StringIO(answer))
        self._capture.readouterr()
        try:
            main(["models", *words, "--home", str(self.home)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = self._capture.readouterr()
        return Answer(code, said.out, said.err)

    def fetch(self, *words: str) -> Answer:
        """Fetch the tiny card, its licenses accepted."""
        return self("fetch", "tiny", "--accept-license", *words)

    @property
    def checkpoint(self) -> Path:
        """The folder of the repository lab/tiny."""
        return self.home / "models" / "lab--tiny"
