"""The size rules of CONTRIBUTING, so that no file or function grows past what one reads at a sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "viewers", "inference")
FILE_LINES = 300
FUNCTION_LINES = 40
CLASS_LINES = 220
CLASS_METHODS = 30  # Qt views have an event handler each; plain classes stay far below


def sources() -> list[Path]:
    return sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def code_length(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Lines of a definition without its docstring."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def too_long(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and code_length(node) > FUNCTION_LINES:
            yield f"function {node.name} has {code_length(node)} lines, at most {FUNCTION_LINES}"
        if isinstance(node, ast.ClassDef):
            methods = sum(isinstance(part, ast.FunctionDef) for part in node.body)
            if methods > CLASS_METHODS:
                yield f"class {node.name} has {methods} methods, at most {CLASS_METHODS}"


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_file_and_its_functions_stay_readable(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LINES, (
        f"{file.name} has more than {FILE_LINES} lines: a concept is missing"
    )
    assert not list(too_long(ast.parse(text)))


def test_there_is_no_init_in_packaging() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would hide the library named packaging"


def test_only_the_agreed_top_level_folders_exist() -> None:
    agreed = {"app", "viewers", "inference", "resources", "tests", "packaging"}
    found = {entry.name for entry in ROOT.iterdir() if entry.is_dir() and not entry.name.startswith(".")}
    assert found - {"build", "dist", "demo-out", "htmlcov"} <= agreed
