"""Copies of a package with a mistake in them, to show that a check would notice it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path


@contextmanager
def mistaken(package: str, module: str, right: str, wrong: str, folder: Path) -> Iterator[str]:
    """A copy of the package in `folder` with one place of one module changed; gives the name to import it by."""
    name, known = f"mistaken_{folder.name}", set(sys.modules)
    copied = shutil.copytree(Path(str(import_module(package).__file__)).parent, folder / name)
    text = (copied / f"{module}.py").read_text()
    if text.count(right) != 1:
        raise LookupError(f"{module} says {right} {text.count(right)} times")
    (copied / f"{module}.py").write_text(text.replace(right, wrong))
    for path in copied.glob("*.py"):
        path.write_text(path.read_text().replace(package, name))
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield name
    finally:
        sys.path.remove(str(folder))
        for each in set(sys.modules) - known:
            if each.startswith(name):
                del sys.modules[each]
