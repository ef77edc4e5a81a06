"""Content to words: templates in a sandbox, in the reader's language, shipped or the site's own.

A site's template lies in the folder `report_templates` of the user's data and is named like a shipped one, or as it
pleases: NAME.txt or NAME.html. It runs in Jinja's sandbox: it sees the content of one report and the word lists,
no file, no module, no attribute that begins with an underscore.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.errors import ReportError
from app.report.content import Cell, ReportContent
from app.support.i18n import template
from app.support.paths import resource_dir
from app.support.titles import package_words

LANGUAGES = ("en", "ru")
SITE_FOLDER = "report_templates"
STANDARD = "standard"
_SUFFIXES = (".txt", ".html")
_LONGEST = 200_000  # characters of a report; a loop that writes without end is stopped here


@dataclass(frozen=True, slots=True)
class Template:
    """One template by its name; is_html tells which kind it is."""

    name: str
    file: Path

    @property
    def is_html(self) -> bool:
        """Whether it makes HTML rather than plain text."""
        return self.file.suffix == ".html"


def templates(data_folder: Path, suffix: str) -> dict[str, Template]:
    """Templates of one kind by name: shipped ones, and the site's, which go before."""
    found: dict[str, Template] = {}
    for folder in (resource_dir() / "templates" / "report", data_folder / SITE_FOLDER):
        for file in sorted(folder.glob(f"*{suffix}")) if suffix in _SUFFIXES and folder.is_dir() else ():
            found[file.stem] = Template(file.stem, file)
    return found


def render(content: ReportContent, chosen: Template, language: str) -> str:
    """The report. Raises ReportError for an unknown language and for a template that cannot be used."""
    from jinja2 import StrictUndefined
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if language not in LANGUAGES:
        raise ReportError("error.report.language", name=language, known=", ".join(LANGUAGES))
    words = _words(language)
    room = ImmutableSandboxedEnvironment(
        autoescape=chosen.is_html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    room.filters["word"] = lambda key, group: words[group].get(key, key)
    room.filters["lower_first"] = _lower_first
    try:
        source = chosen.file.read_text(encoding="utf-8")
        return _written(
            room.from_string(source).generate(report=_in_language(content, language), words=words)
        )
    except (OSError, TemplateError, ArithmeticError, TypeError, LookupError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReportError("error.report.template", name=chosen.file.name, reason=reason) from error


def _in_language(content: ReportContent, language: str) -> ReportContent:
    """Names of models, findings and numbers in the report's language, with its decimal mark."""
    mark = template("format.decimal", language)

    def marked(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(
            replace(one, name=_quantity(one, language), value=one.value.replace(".", mark)) for one in cells
        )

    return replace(
        content,
        findings=tuple(
            replace(
                one,
                label=package_words(one.label, language),
                score=one.score.replace(".", mark),
                quantities=marked(one.quantities),
            )
            for one in content.findings
        ),
        measurements=tuple(replace(one, cells=marked(one.cells)) for one in content.measurements),
        not_for=tuple(package_words(one, language) for one in content.not_for),
    )


def _quantity(cell: Cell, language: str) -> str:
    """What a number tells: in the word list of reports, else as it stands on the screen."""
    listed = _words(language)["quantity"]
    return str(listed.get(cell.name) or template(f"quantity.{cell.key}", language) or cell.name)


def _lower_first(words: str) -> str:
    """Small at the beginning, as within a sentence; an abbreviation stays as it is."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _written(parts: Iterator[str]) -> str:
    """All parts; ValueError for a template that does not end."""
    made: list[str] = []
    length = 0
    for part in parts:
        made.append(part)
        length += len(part) + 1
        if length > _LONGEST:
            raise ValueError("it writes without end")
    return "".join(made)


@cache
def _words(language: str) -> Mapping[str, dict[str, Any]]:
    file = resource_dir() / "templates" / "report" / f"words.{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
