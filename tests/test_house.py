"""The house keeps its own rules: small files, small functions, true maps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("vlaarena_desktop", "gpu_daemon", "sync", "scenes", "resources")
FILE_LINES = 300
FUNCTION_LINES = 25
FORBIDDEN_NAMES = re.compile(r"^(utils|common|core|base|manager|helpers?|service|repository)\.py$")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    first = function.body[0]
    docstring = ast.get_docstring(function, clean=False)
    skipped = (first.end_lineno or 0) - first.lineno + 1 if docstring is not None else 0
    return function.end_lineno - function.lineno + 1 - skipped


def test_no_file_has_more_than_300_lines() -> None:
    files = (*sources(), *(ROOT / "tests").rglob("*.py"))
    long = {str(path): count for path in files if (count := len(path.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_has_more_than_25_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := length_without_docstring(node)) > FUNCTION_LINES
    }
    assert long == {}


def test_package_files_hold_one_docstring_line() -> None:
    """And, where a package is one model's public face, the line that names it."""
    for path in sources():
        if path.name == "__init__.py":
            docstring, *rest = [line for line in path.read_text().splitlines() if line]
            assert docstring.startswith('"""'), path
            assert len(rest) <= (path.parent.parent.name == "policies"), path
            assert all(re.fullmatch(r"from [\w.]+ import (\w+) as \1", line) for line in rest), path


def test_no_module_is_named_after_nothing() -> None:
    assert [path for path in sources() if FORBIDDEN_NAMES.search(path.name)] == []


def test_the_map_names_every_module() -> None:
    """ARCHITECTURE.md stays true: each module of the code stands in it."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    missing = [path for path in sources() if path.name != "__init__.py" and path.name not in page]
    assert missing == []


def test_the_map_names_no_module_that_is_gone() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    present = {path.name for path in sources()} | {path.name for path in (ROOT / "tests").rglob("*.py")}
    assert set(re.findall(r"\b[a-z_]+\.py\b", page)) - present == set()
