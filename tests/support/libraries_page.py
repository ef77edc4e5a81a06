"""The table of `resources/help/libraries.md`: what the product stands on, from the lock and from pyproject.toml.

python -m tests.support.libraries_page     writes it anew
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "resources" / "help" / "libraries.md"
BEGIN, END = "<!-- rows: made from the lock -->", "<!-- end of rows -->"
sys.path.insert(0, str(ROOT / "packaging"))

from bill_of_materials import Library, locked  # type: ignore[import-not-found]  # noqa: E402 - a script, no package

_WANTED = re.compile(r'^  "(?P<name>[A-Za-z0-9-]+)(?P<range>[^";]*)[^#]*# (?P<why>.+)$')


def wanted() -> dict[str, tuple[str, str]]:
    """Of each library that pyproject.toml names for the product: the range, and why it is here."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    part = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    found = (_WANTED.match(line) for line in part.splitlines())
    return {one["name"].lower(): (one["range"], one["why"]) for one in found if one is not None}


def libraries() -> list[Library]:
    """The lock of the product."""
    return list(locked())


def rows() -> str:
    """Those that we chose, each with its reason; then those that they bring."""
    reasons, all_of_them = wanted(), libraries()
    chosen = [one for one in all_of_them if one.name.lower() in reasons]
    brought = [one for one in all_of_them if one.name.lower() not in reasons]
    lines = [
        "| library | version | licence, in its own words | range allowed | why it is here |",
        "|---|---|---|---|---|",
    ]
    for one in chosen:
        allowed, why = reasons[one.name.lower()]
        lines.append(
            f"| {one.name} | {one.version} | {one.licence or 'not installed here'} | `{allowed}` | {why} |"
        )
    listed = ", ".join(f"{one.name} {one.version}" for one in brought)
    return "\n".join([*lines, "", f"They bring {len(brought)} more: {listed}."])


def page(present: str) -> str:
    """The page with its rows as they must be now."""
    before, after = present.split(BEGIN, maxsplit=1)[0], present.split(END)[1]
    return f"{before}{BEGIN}\n{rows()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
