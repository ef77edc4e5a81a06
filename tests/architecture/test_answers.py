"""What a process says that has read a stranger's bytes is never unpickled: a pickle runs what it names."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Ours, on the way to the child.
QUESTIONS = {"app/studies/decoding/child.py", "app/studies/objects/pdf_child.py"}


def unpickles(file: Path) -> bool:
    """`connection.recv()`, or anything of the module that does it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        called = node.func if isinstance(node, ast.Call) and not node.args else None
        if isinstance(called, ast.Attribute) and called.attr == "recv":
            return True
        if isinstance(node, ast.Import) and any(name.name == "pickle" for name in node.names):
            return True
    return False


def test_only_questions_of_ours_are_unpickled() -> None:
    files = [file for room in ("app", "viewers", "inference") for file in (ROOT / room).rglob("*.py")]
    found = {file.relative_to(ROOT).as_posix() for file in files if unpickles(file)}
    assert found == QUESTIONS
