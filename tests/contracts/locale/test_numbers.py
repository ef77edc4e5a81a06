"""Numbers that people read have the decimal mark of their language: one formatter writes them all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHOWN = (
    *sorted((ROOT / "app" / "ui").rglob("*.py")),
    *sorted((ROOT / "app" / "cli").rglob("*.py")),
    *sorted((ROOT / "app" / "workflows").glob("*words*.py")),
    ROOT / "app" / "quality" / "page.py",
)
FORMATTERS = {"decimal_words", "number_words"}
# Not shown: what a program reads back, under (file, function).
KEPT = {("remember.py", "_make")}
_DECIMALS = re.compile(r"(\.[1-9]\d*[feg%]|g)$")


def unformatted(file: Path) -> Iterator[tuple[str, int]]:
    """(function, line) of every f-string with decimals that no formatter gets."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FormattedValue) or node.format_spec is None:
            continue
        parts = (part for part in ast.walk(node.format_spec) if isinstance(part, ast.Constant))
        spec = "".join(str(part.value) for part in parts)
        if not _DECIMALS.search(spec):
            continue
        above, function, formatted = parents.get(node), "", False
        while above is not None:
            if (
                isinstance(above, ast.Call)
                and isinstance(above.func, ast.Name)
                and above.func.id in FORMATTERS
            ):
                formatted = True
            if isinstance(above, ast.FunctionDef) and not function:
                function = above.name
            above = parents.get(above)
        if not formatted:
            yield function, node.lineno


def test_every_shown_number_goes_through_the_formatter() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{line} in {function}"
        for file in SHOWN
        for function, line in unformatted(file)
        if (file.name, function) not in KEPT
    }
    assert not found, "write these with decimal_words or number_words: " + ", ".join(sorted(found))


def test_what_is_kept_out_is_still_there() -> None:
    there = {(file.name, function) for file in SHOWN for function, _ in unformatted(file)}
    assert there >= KEPT
