"""A trainee's figures in lines of text, the same in the window and on the terminal."""

from __future__ import annotations

from typing import Any

from app.support.i18n import text
from app.support.languages import number_words
from app.workflows.training import Figures


def figure_lines(found: Figures) -> list[str]:
    """Counts always; rates where there are cases enough, else why not."""
    lines = [
        text("training.line.cases", cases=found.cases, blind=found.right_blind, final=found.right_final),
        text("training.line.wrong", right=found.resistance.successes, wrong=found.wrong_ai),
    ]
    if found.resistance.value is not None and found.resistance.ci95 is not None:
        low, high = found.resistance.ci95
        share = f"{100 * found.resistance.value:.0f}"
        lines.append(
            text("training.line.rate", share=share, low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")
        )
    if found.auc.value is not None and found.auc.ci95 is not None:
        low, high = found.auc.ci95
        value = number_words(found.auc.value, 2)
        lines.append(
            text("training.line.auc", value=value, low=number_words(low, 2), high=number_words(high, 2))
        )
    else:
        lines.append(text("training.line.no_auc", reason=text(found.auc.reason_key)))
    if found.froc.sensitivity is not None:
        at = dict(found.froc.sensitivity)
        lines.append(text("training.line.froc", share=f"{100 * at[1.0]:.0f}"))
    return lines


def figure_record(found: Figures) -> dict[str, Any]:  # Any: a JSON object
    """All figures as one JSON object."""
    return {
        "cases": found.cases,
        "wrong_ai": found.wrong_ai,
        "right_blind": found.right_blind,
        "right_final": found.right_final,
        "resisted": found.resistance.successes,
        "resistance": found.resistance.value,
        "resistance_ci95": list(found.resistance.ci95) if found.resistance.ci95 else None,
        "auc": found.auc.value,
        "auc_ci95": list(found.auc.ci95) if found.auc.ci95 else None,
        "roc": [list(point) for point in found.roc],
        "froc": [list(point) for point in found.froc.sensitivity] if found.froc.sensitivity else None,
    }
