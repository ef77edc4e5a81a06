"""Every text that code asks for exists, with exactly the facts that the code gives."""

from __future__ import annotations

import ast
import re
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


BY_FIELD = ("viewer.", "volume_view.")  # named by the fields of dataclasses, see `app.ui.viewer_words`


def named(node: ast.AST) -> str:
    """A pattern of the texts that a string in the code may name; '' where it tells nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value) if re.fullmatch(r"[\w-]+(\.[\w-]+)+", node.value) else ""
    if isinstance(node, ast.JoinedStr):
        parts = [one.value if isinstance(one, ast.Constant) else None for one in node.values]
        words = "".join(str(part) for part in parts if part is not None)
        if re.fullmatch(r"[\w.-]*[a-z][\w.-]*", words) and "." in words:
            return "".join(r"[\w.-]+" if part is None else re.escape(str(part)) for part in parts)
    return ""


def test_every_text_is_said_somewhere() -> None:
    """By its key, or by the part of it that the code knows; what nobody says is taken out of every language."""
    rooms = [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "viewers").rglob("*.py"),
        *(ROOT / "inference").rglob("*.py"),
    ]
    patterns = {
        named(node) for file in rooms for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    }
    sheets = [file.read_text(encoding="utf-8") for file in (ROOT / "resources").rglob("*.html")]
    patterns |= {re.escape(one) + r"[\w.-]*" for one in re.findall(r'text\("([\w.-]+)"', "".join(sheets))}
    said = re.compile("|".join(sorted(patterns - {""})))
    unsaid = [key for key in ENGLISH if not key.startswith(BY_FIELD) and not said.fullmatch(key)]
    assert not unsaid, f"no code says {unsaid}: take them out, or name them where they are said"
