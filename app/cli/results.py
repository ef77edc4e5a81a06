"""Results of model runs as lines and documents of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.finding import AnalysisResult, Finding, Quantity
from app.domain.outcome import outcome_of
from app.domain.volume import Space
from app.findings.policy import DisplayPolicy
from app.support.i18n import text
from app.support.languages import number_words
from app.support.quantity_values import value_word
from app.support.titles import package_words
from app.support.units import unit_words
from app.ui import words
from app.workflows.showing import SAID_OF_WITHHELD, policies_of

if TYPE_CHECKING:
    from app.context import AppContext
    from app.studies.display_sets import DisplaySet


def is_told(ctx: AppContext, result: AnalysisResult) -> bool:
    """Whether this user may know of a result before a look of the own (RQ-17); a failed run is always told."""
    shown = policies_of(ctx.settings).of(result.package.name) is DisplayPolicy.SHOWN
    return shown or result.state in SAID_OF_WITHHELD


def waits(result: AnalysisResult) -> str:
    """That there is a result, and nothing of what it says."""
    return text("ui.gate.run_ended", package=f"{result.package.name} {result.package.version}")


def document(result: AnalysisResult, folder: Path) -> dict[str, Any]:
    """The agreed message, where its files lie, and its reason in words."""
    from app.analysis.result_files import message_of
    from app.analysis.run_package import reason_of

    return {**message_of(result), "reason_text": reason_of(result, "en"), "folder": str(folder)}


def picture_words(result: AnalysisResult, display_set: DisplaySet) -> str:
    """On which pictures a model ran, a mammogram with side and view; '' for several films, which results name."""
    if len(result.series_instance_uids) != 1:
        return ""
    return display_set.title or words.series_title(display_set.series)


def summary(
    result: AnalysisResult, folder: Path, *, from_cache: bool = False, pictures: str = ""
) -> list[str]:
    """The result in lines, the most important first. pictures: on which it ran."""
    from app.analysis.run_package import reason_of

    package = f"{result.package.name} {result.package.version}"
    first = text(
        "cli.run.summary",
        package=package,
        state=text(f"cli.run.state.{outcome_of(result)}"),
        device=words.device(result.provider),
        seconds=words.seconds(result.seconds),
    )
    lines = [first + (text("cli.run.cached") if from_cache else "")]
    lines += [f"  {text('cli.run.pictures', pictures=pictures)}"] if pictures else []
    lines += [f"  {reason_of(result)}"] if result.state_reason_key else []
    lines += [f"  {_measured(measure)}" for measure in result.measures]
    lines += [_of_finding(number, one, result) for number, one in enumerate(result.findings, start=1)]
    lines += [f"  ! {warning}" for warning in result.warnings]
    lines.append(text("cli.run.not_for", words="; ".join(map(package_words, result.not_for))))
    return [*lines, text("cli.run.folder", folder=folder)]


def _of_finding(number: int, finding: Finding, result: AnalysisResult) -> str:
    said = [
        f"  {number}. {package_words(finding.label)}",
        words.place_words(finding),
        words.score_words(finding),
        _point(finding, result),
        *(_measured(quantity) for quantity in finding.quantities),
    ]
    return ", ".join(part for part in said if part)


def _point(finding: Finding, result: AnalysisResult) -> str:
    center = finding.place.center
    if center is None:
        return ""
    x, y, z = (number_words(value, 1) for value in center)
    key = "cli.run.at" if result.space is Space.PATIENT else "cli.run.at_pixel"
    return text(key, x=x, y=y, z=z)


def _measured(quantity: Quantity) -> str:
    value = value_word(quantity.key, quantity.value) or words.quantity_number(quantity)
    return f"{words.quantity_name(quantity.key)} {value} {unit_words(quantity.unit.value)}".rstrip()
