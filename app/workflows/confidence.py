"""How sure a reader is of an own mark: for the reader's ROC and FROC, and for nobody's verdict."""

from __future__ import annotations

from dataclasses import replace

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Finding
from app.workflows.own_findings import rewrite, selected_own

STEPS = (0.2, 0.4, 0.6, 0.8, 1.0)


def next_confidence(ctx: AppContext) -> float:
    """The next step of five for the selected own mark, round and round. Raises OverreadError where none is selected."""
    own = selected_own(ctx)
    if own is None:
        raise OverreadError("error.confidence.nothing_selected")
    now = own.finding.score if own.finding.score is not None else STEPS[-1]
    higher = [step for step in STEPS if step > now + 1e-9]
    chosen = higher[0] if higher else STEPS[0]
    finding: Finding = replace(own.finding, score=chosen)
    rewrite(ctx, replace(own, finding=finding), "deed.own_finding_sure")
    return chosen
