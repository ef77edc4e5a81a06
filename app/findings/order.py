"""In which order findings are gone through, which are folded away, and which must not stay without a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.finding import AnalysisResult, Finding, Judgement, Reading, RunState, Verdict
from app.findings.latest import latest_per_package

Kind = tuple[str, str]  # package name, key of the finding
EXPANDED = 5  # as many findings are shown with all their lines (RQ-16)


@dataclass(frozen=True, slots=True)
class Listing:
    """The findings of a panel: those that are listed, and those folded into one row behind them."""

    shown: tuple[Judgement, ...] = ()
    low: tuple[Judgement, ...] = ()
    silenced: tuple[Judgement, ...] = ()

    @property
    def folded(self) -> tuple[Judgement, ...]:
        """All that is not listed."""
        return (*self.low, *self.silenced)


def margin(finding: Finding) -> float | None:
    """How far the score lies above the model's own threshold; None where either is not told."""
    if finding.score is None or finding.threshold is None:
        return None
    return finding.score - finding.threshold


def by_margin(findings: Iterable[Finding]) -> list[Finding]:
    """Highest above the threshold first; equal ones in the order in which the models gave them."""
    return sorted(findings, key=lambda finding: -(margin(finding) or 0.0))


def in_panel_order(reading: Reading | None) -> tuple[Judgement, ...]:
    """Unreviewed first, then by score minus threshold, then in the order in which the models gave them."""
    if reading is None:
        return ()

    def rank(judgement: Judgement) -> tuple[bool, float]:
        return judgement.verdict is not Verdict.UNREVIEWED, -(margin(judgement.finding) or 0.0)

    return tuple(sorted(reading.judgements, key=rank))


def kind_of(reading: Reading, finding: Finding) -> Kind:
    """Which model says what; the package is '' for what a reader marked."""
    result = next((one for one in reading.results if one.result_id == finding.result_id), None)
    return (result.package.name if result else "", finding.key)


def listing(
    reading: Reading | None,
    *,
    low_shown: bool = False,
    silenced: frozenset[Kind] = frozenset(),
    chosen: str = "",
) -> Listing:
    """What is listed and what is folded: nothing that a reader has judged, nor the chosen finding, is folded."""
    if reading is None:
        return Listing()
    ordered = in_panel_order(reading)
    if low_shown:
        return Listing(ordered)
    packages = {result.result_id: result.package.name for result in reading.results}
    shown, low, quiet = [], [], []
    for judgement in ordered:
        finding = judgement.finding
        is_open = finding.finding_id == chosen or judgement.verdict is not Verdict.UNREVIEWED
        if not is_open and (packages.get(finding.result_id, ""), finding.key) in silenced:
            quiet.append(judgement)
        elif not is_open and (margin(finding) or 0.0) < 0:
            low.append(judgement)
        else:
            shown.append(judgement)
    return Listing(tuple(shown), tuple(low), tuple(quiet))


def without_verdict(reading: Reading, above: float) -> tuple[Judgement, ...]:
    """Findings of the latest runs that must not stay without a verdict: score at least threshold + above.

    A finding without a score or a threshold counts, for nobody can say that it is low. Silenced kinds count too: to
    fold a finding away is not to judge it.
    """
    latest = {result.result_id for result in latest_per_package(reading.results)}
    return tuple(
        judgement
        for judgement in reading.judgements
        if judgement.verdict is Verdict.UNREVIEWED
        and judgement.finding.result_id in latest
        and ((over := margin(judgement.finding)) is None or over >= above - 1e-9)
    )


def priority_of(reading: Reading) -> float | None:
    """By how much the highest score of the latest runs lies above its threshold; None where no model has scored.

    A run that says positive or negative without a score stands at the threshold, or before nothing.
    """
    each = (_priority(result) for result in latest_per_package(reading.results))
    return max((value for value in each if value is not None), default=None)


def _priority(result: AnalysisResult) -> float | None:
    margins = [over for finding in result.findings if (over := margin(finding)) is not None]
    if margins:
        return max(margins)
    return {RunState.POSITIVE: 0.0, RunState.NEGATIVE: -1.0}.get(result.state)
