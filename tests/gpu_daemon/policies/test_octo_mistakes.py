"""Each deliberate mistake, made in a copy of Octo's source, breaks the parity check that is named for it.

So no check of `test_octo_parity.py` is there for nothing, and none of these details could be wrong unnoticed.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from octo_cases import FOLDER, TOKENIZER, cases, distances, loop_distances, resizing_distances
from octo_files import card, seen
from octo_mistakes import MISTAKES, Mistake

from gpu_daemon.policies import octo

SOURCE = Path(octo.__file__).parent


@pytest.fixture
def copied(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """`copied(mistake)`: the package with one mistake in it, imported under another name."""
    name = f"octo_with_mistake_{abs(hash(request.node.name))}"

    def build(mistake: Mistake) -> str:
        folder = tmp_path / name
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for path in folder.glob("*.py"):
            path.write_text(path.read_text().replace("gpu_daemon.policies.octo", name))
        path = folder / f"{mistake.module}.py"
        source = path.read_text()
        assert source.count(mistake.right) == 1, "the table no longer fits the source"
        path.write_text(source.replace(mistake.right, mistake.wrong))
        sys.path.insert(0, str(tmp_path))
        importlib.invalidate_caches()
        return name

    yield build
    sys.path.remove(str(tmp_path))
    for module in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[module]


def ratios(package: str, case: str, *quantities: str) -> dict[str, float]:
    """How far this package is from what is recorded, in units of what is allowed."""

    def part(module: str) -> Any:
        return importlib.import_module(f"{package}.{module}")

    if case == "resizing":
        return resizing_distances(part("pictures").resized)
    if case == "loop":
        return loop_distances(part("adapter").OctoPolicy(card()), part("playing").Ensemble(4), seen)
    model = part("model").OctoModel.load(FOLDER / cases()[case]["checkpoint"], TOKENIZER, device="cpu")
    return distances(model, case, *quantities)


@pytest.mark.parametrize("said", list(MISTAKES))
def test_a_mistake_breaks_the_check_named_for_it(said: str, copied: Any) -> None:
    mistake = MISTAKES[said]
    assert not ratios(copied(mistake), mistake.case, mistake.breaks)[mistake.breaks] <= 1


def test_without_a_mistake_the_copy_breaks_nothing(copied: Any) -> None:
    package = copied(Mistake("model", "import torch\n", "import torch\n\n", "", ""))
    for case in sorted({each.case for each in MISTAKES.values()}):
        assert max(ratios(package, case).values()) <= 1
