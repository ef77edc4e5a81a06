"""A Russian help page keeps up with its English twin: parts, keys, commands, files, tests and numbers are the same.

Words are free. What is compared, piece by piece (prose up to the next heading, table or block; each point of a list;
each row of a table): the order and level of headings, columns of rows, lines of code, what stands in backticks, keys,
numbers and names of formats, and whether a long piece is far shorter or longer than its twin. A word of the window in
backticks may stand in Russian, exactly as the window has it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.support.i18n import catalogue
from app.support.paths import resource_dir
from tests.support.help_twins import LINK, lengths_part, marks, pieces, spans, unlike_spans

HELP = resource_dir() / "help"
PAGES = sorted((HELP / "ru").glob("*.md"))


def faults(english: str, russian: str) -> list[str]:
    """How the two pages differ in what both must say; empty where they do not."""
    theirs, ours = pieces(english), pieces(russian)
    if [one.shape for one in theirs] != [one.shape for one in ours]:
        pairs = zip(theirs, ours, strict=False)
        first = next((one for one, two in pairs if one.shape != two.shape), (theirs + ours)[-1])
        return [f"another order of headings, rows or blocks, from: {first.text[:90]}"]
    told = []
    for one, two in zip(theirs, ours, strict=True):
        unlike = unlike_spans(spans(one.text), spans(two.text), catalogue("en"), catalogue("ru"))
        if one.kind != "code":
            unlike |= marks(one.text, english=True) ^ marks(two.text, english=False)
            unlike |= {"length"} if lengths_part(one.text, two.text) else set()
        if unlike:
            told.append(f"{two.text[:70]} ... {sorted(unlike)}")
    return told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_russian_page_says_what_its_english_twin_says(page: Path) -> None:
    twin = HELP / page.name
    assert twin.is_file(), f"{page.name} has no English twin"
    told = faults(twin.read_text(encoding="utf-8"), page.read_text(encoding="utf-8"))
    assert not told, f"ru/{page.name}: bring it up to the English page\n" + "\n".join(told)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_russian_page_begins_with_its_title_is_russian_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    prose = [one.text for one in pieces(text) if one.kind == "prose"]
    assert not [one for one in prose if not re.search("[а-яё]", one)]
    bare = [
        re.sub(r"`[^`]*`|\]\(\S+\)|frame of reference", "", one.text)
        for one in pieces(text)
        if one.kind != "code"
    ]
    assert not [one for one in bare if re.search(r"\b(?:and|are|is|not|of|or|the|to|with)\b", one)]
    links = [link for link in LINK.findall(text) if "://" not in link]
    assert not [link for link in links if not (page.parent / link.split("#")[0]).is_file()]


ENGLISH = """# Judging
Press `Return` above 0.5 mm; it says `Copy from ...`. SR holds it.

| What | Key |
|---|---|
| accept | `U` |
"""
RUSSIAN = """# Оценка
Выше 0,5 мм нажмите `Return`; написано `Копия из ...`. Это есть в SR.

| Что | Клавиша |
|---|---|
| принять | `U` |
"""


def test_other_words_in_another_order_are_free() -> None:
    assert not faults(ENGLISH, RUSSIAN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`U`", "`Ctrl+U`"),
        ("0.5 mm", "0.6 mm"),
        ("| accept | `U` |\n", "| accept | `U` |\n| reject | `Del` |\n"),
        ("`Copy from ...`", "`Copy to ...`"),
        ("# Judging", "## Judging"),
        ("above 0.5", "above 5 and 0.5"),
        ("Press", "Ctrl+U, press"),
        ("SR holds", "SR and SEG hold"),
        (
            "SR holds it.",
            "SR holds it. " + "What is told here in many words is not told in Russian at all. " * 5,
        ),
        ("accept |", "accept | by key |"),
        ("\n\n| What", "\n\n## The list\n\n| What"),
        ("\n\n| What", "\n\n    overread review list\n\n| What"),
    ],
)
def test_a_page_that_fell_behind_is_found(old: str, new: str) -> None:
    changed = ENGLISH.replace(old, new)
    assert changed != ENGLISH
    assert faults(changed, RUSSIAN)
