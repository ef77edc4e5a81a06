"""Every text that code asks for exists, with exactly the facts that the code gives."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.support.i18n import catalogue

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = catalogue("en")


def asked(file: Path) -> Iterator[tuple[int, str, set[str] | None]]:
    """(line, key, names of facts or None if unknown) of each `text("...")` and each raised error with a key."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        first = node.args[0]
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            continue
        if name in {"text", "file_text"} or (
            name.endswith("Error") and "." in first.value and " " not in first.value
        ):
            names = {word.arg for word in node.keywords if word.arg and word.arg != "language"}
            yield node.lineno, first.value, None if any(word.arg is None for word in node.keywords) else names


@pytest.mark.parametrize(
    "file", sorted((ROOT / "app").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_texts_exist_and_get_their_facts(file: Path) -> None:
    for line, key, facts in asked(file):
        assert key in ENGLISH, (
            f"{file.name}:{line} asks for '{key}', which no file in resources/locale/en has"
        )
        wanted = {
            part.split(".")[0].split("[")[0]
            for _, part, _, _ in string.Formatter().parse(ENGLISH[key])
            if part
        }
        assert facts is None or wanted <= facts, (
            f"{file.name}:{line} leaves {wanted - facts} of '{key}' empty"
        )


def test_no_text_is_empty() -> None:
    assert not [key for key, words in ENGLISH.items() if not words.strip()]


@pytest.mark.parametrize("language", sorted(p.name for p in (ROOT / "resources" / "locale").iterdir()))
def test_other_languages_keep_the_placeholders(language: str) -> None:
    for key, words in catalogue(language).items():
        assert key in ENGLISH, f"{language} has '{key}', English has not"
        fields = {part for _, part, _, _ in string.Formatter().parse(words) if part}
        assert fields == {part for _, part, _, _ in string.Formatter().parse(ENGLISH[key]) if part}, key
