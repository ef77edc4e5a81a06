"""Every test that a help page names is there: a table that promises what nobody checks would be worse than none."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELP = ROOT / "resources" / "help"
NAMED = re.compile(r"`(tests/(?:\w+/)*test_\w+\.py)(?:::(\w+))?`")


def named() -> list[tuple[str, str, str]]:
    return [
        (page.name, file, name)
        for page in sorted(HELP.rglob("*.md"))
        for file, name in NAMED.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "file", "name"), named())
def test_a_test_that_a_page_names_is_there(page: str, file: str, name: str) -> None:
    path = ROOT / file
    assert path.is_file(), f"{page} names {file}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert any(one.startswith("test_") for one in functions)
    assert not name or name in functions, f"{page} names {file}::{name}"


def test_every_row_of_the_reading_table_names_a_test() -> None:
    rows = [
        line for line in (HELP / "reading.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    told = [row for row in rows if not row.startswith("| What ")]
    assert len(told) > 60
    assert all(NAMED.search(row) for row in told), [row for row in told if not NAMED.search(row)]
