"""What all cards have in common: their templates, what a package was made with, how a figure is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from package_files import ROOT

CARDS = ROOT / "packaging/models/cards"


def fill_card(name: str, figures: dict[str, Any], **shown: object) -> str:
    """The card for people: `cards/<name>.md` with these words and numbers, and with what the package was made with."""
    template = (CARDS / f"{name}.md").read_text(encoding="utf-8")
    made_with = ", ".join(f"{library} {number}" for library, number in figures["made_with"].items())
    return template.format(made_with=made_with, scripts_sha256=figures["scripts_sha256"], **shown)


def interval(one: dict[str, Any], key: str = "value") -> str:
    """A share with its interval."""
    low, high = one["ci95"]
    return f"{one[key]:.3f} ({low:.3f}-{high:.3f})"


def pair(values: Sequence[float], digits: int) -> str:
    """Right / left."""
    return " / ".join(f"{number:.{digits}f}" for number in values)
