"""A reader's report of one study: what was accepted, in words, as text or HTML."""

from __future__ import annotations

from app.domain.errors import ReportError
from app.domain.finding import Reading
from app.domain.study import Study
from app.report.content import content_of
from app.report.render import STANDARD, render, templates
from app.support.paths import UserPaths


def template_names(paths: UserPaths) -> tuple[str, ...]:
    """Templates that can be chosen, shipped ones and the site's."""
    return tuple(sorted(templates(paths.data, ".txt").keys() | templates(paths.data, ".html").keys()))


def report_words(  # noqa: PLR0913 - the parts of one request, all by name
    reading: Reading,
    study: Study | None,
    paths: UserPaths,
    *,
    language: str = "en",
    template: str = STANDARD,
    html: bool = False,
    identified: bool = True,
) -> str:
    """The report. reading is what the reader may see; of it only accepted findings get in. Raises ReportError."""
    known = templates(paths.data, ".html" if html else ".txt")
    if template not in known:
        raise ReportError("error.report.no_template", name=template, known=", ".join(sorted(known)))
    return render(content_of(reading, study, identified=identified), known[template], language)
