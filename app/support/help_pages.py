"""Help pages as the window shows them: in the reader's language, without what only developers need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.support.paths import resource_dir

REST = "more"  # the group of pages that the order does not name
_NAMED = re.compile(r"`([a-z0-9-]+\.md)`")
_CELL = re.compile(r"(?:`[^`]*`|\\\||[^|])+")


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page. group: a key of `ui.help.group`; title: its first heading; file: of the language, else English."""

    name: str
    group: str
    title: str
    file: Path


def help_pages(language: str, folder: Path | None = None) -> tuple[HelpPage, ...]:
    """All pages in their order. Raises OSError where the resources are gone."""
    home = folder or resource_dir() / "help"
    order: dict[str, list[str]] = tomllib.loads((home / "pages.toml").read_text(encoding="utf-8"))["pages"]
    named = [(group, name) for group, names in order.items() for name in names]
    known = {name for _, name in named}
    rest = [(REST, file.name) for file in sorted(home.glob("*.md")) if file.name not in known]
    return tuple(_page(home, language, group, name) for group, name in (*named, *rest))


def shown_markdown(page: HelpPage, titles: Mapping[str, str]) -> str:
    """The page for the window: columns of tests left out, names of other pages as links with their titles.

    titles: of the pages by file name.
    """
    lines = page.file.read_text(encoding="utf-8").splitlines()
    return "\n".join(_linked(line, titles) for line in _without_tests(lines))


def _page(home: Path, language: str, group: str, name: str) -> HelpPage:
    own = home / language / name
    file = own if own.is_file() else home / name
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    return HelpPage(name, group, first.removeprefix("#").strip() or name, file)


def _linked(line: str, titles: Mapping[str, str]) -> str:
    def link(found: re.Match[str]) -> str:
        name = found.group(1)
        return f"[{titles[name]}]({name})" if name in titles else found.group()

    return _NAMED.sub(link, line)


def _without_tests(lines: Sequence[str]) -> Iterator[str]:
    """The lines, their tables without the columns of tests: a reader of the window has no use for their paths."""
    table: list[str] = []
    in_code = False
    for line in (*lines, ""):
        in_code ^= line.startswith("```")
        if line.startswith("|") and not in_code:
            table.append(line)
            continue
        yield from _narrowed(table)
        table = []
        yield line


def _narrowed(table: Sequence[str]) -> Iterator[str]:
    rows = [[cell.strip() for cell in _cells(line)] for line in table]
    bodies = [row for row in rows[2:] if row]
    width = max((len(row) for row in rows), default=0)
    kept = [at for at in range(width) if not _is_of_tests([row[at] for row in bodies if at < len(row)])]
    for row in rows:
        yield "| " + " | ".join(row[at] for at in kept if at < len(row)) + " |"


def _cells(line: str) -> list[str]:
    """What stands between the bars; a bar in code or behind a backslash is no border."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return _CELL.findall(inner.replace("||", "| |"))


def _is_of_tests(cells: Sequence[str]) -> bool:
    """Most begin with the path of a test; the others say "the same" or what a test does."""
    said = [cell for cell in cells if cell]
    return 2 * sum(cell.startswith(("`tests/", "`test_")) for cell in said) > len(said)
