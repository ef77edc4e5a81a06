"""The quality page: figures as tables, plots as SVG, one HTML file without anything from elsewhere."""

from __future__ import annotations

from typing import Any

from app.analysis.tables import Json
from app.support.i18n import language_in_use, text
from app.support.languages import number_words
from app.support.paths import resource_dir

TEMPLATE = "quality.html"


def html_page(figures: Json, plots: dict[str, str]) -> str:
    """The page. Names of sites, scanners and readers are escaped: they come from files and people."""
    return render(TEMPLATE, figures, plots)


def render(template: str, figures: Json, plots: dict[str, str]) -> str:
    """One of the shipped templates with figures and plots; everything but the plots is escaped."""
    from jinja2 import StrictUndefined, select_autoescape
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    source = (resource_dir() / "templates" / template).read_text(encoding="utf-8")
    room = SandboxedEnvironment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.filters |= {"figure": figure_words, "number": _number}
    room.globals |= {"text": text, "language": language_in_use()}
    return room.from_string(source).render(
        figures=figures, plots={name: Markup(drawn) for name, drawn in plots.items()}
    )


def figure_words(found: Json | None) -> str:
    """A figure with its interval and count as one cell; a dash and the count where it was refused."""
    if found is None:
        return "–"
    n = found.get("n", found.get("n_positive", 0) + found.get("n_negative", 0))
    if found.get("value") is None:
        return text("quality.refused", n=n)
    if found.get("ci95") is None:
        return f"{number_words(found['value'], 3)} (n={n})"
    low, high = found["ci95"]
    value, least, most = (number_words(one, 3) for one in (found["value"], low, high))
    return f"{value} ({least}–{most}), n={n}"


def _number(value: Any, digits: int = 3) -> str:  # Any: a cell of the figures
    return "–" if value is None else number_words(float(value), digits)
