"""The evaluation of a package on a labelled collection as one HTML page: tables, curves, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.analysis.tables import Json
from app.quality.page import render
from app.quality.plots import COLOURS, draw
from app.support.i18n import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEMPLATE = "evaluation.html"
_SQUARE_IN = (4.4, 4.0)


def evaluation_page(found: Json) -> str:
    """The page for the document that `overread evaluate --json` prints; nothing in it comes from elsewhere."""
    return render(TEMPLATE, found, plots(found))


def plots(found: Json) -> dict[str, str]:
    """Name -> SVG; a plot without anything to show is left out."""
    made: dict[str, str] = {}
    if found["curve"] is not None:
        made["roc"] = draw(lambda axes: _roc(axes, found), size=_SQUARE_IN)
    if found["calibration"]["bins"]:
        made["calibration"] = draw(lambda axes: _calibration(axes, found["calibration"]["bins"]), _SQUARE_IN)
    points = (found.get("froc") or {}).get("points")
    if points:
        made["froc"] = draw(lambda axes: _froc(axes, points))
    return made


def _roc(axes: Axes, found: Json) -> None:
    curve = found["curve"]
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8, linestyle=":")
    axes.plot(curve["false_positive_share"], curve["sensitivity"], color=COLOURS[0])
    sensitivity, specificity = found["sensitivity"]["value"], found["specificity"]["value"]
    if sensitivity is not None and specificity is not None:
        axes.plot(1 - specificity, sensitivity, "o", color=COLOURS[1], label=text("evaluation.plot.point"))
        axes.legend(frameon=False, loc="lower right")
    axes.set_aspect("equal")
    axes.set_xlabel(text("quality.plot.false"))
    axes.set_ylabel(text("quality.plot.sensitivity"))


def _calibration(axes: Axes, bins: Sequence[dict[str, Any]]) -> None:
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8, linestyle=":")
    for one in bins:
        low, high = one["observed"]["ci95"]
        axes.plot([one["mean_score"]] * 2, [low, high], color=COLOURS[0], linewidth=1)
    scores, shares = [one["mean_score"] for one in bins], [one["observed"]["value"] for one in bins]
    axes.plot(scores, shares, "o-", color=COLOURS[0])
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set_xlabel(text("evaluation.plot.score"))
    axes.set_ylabel(text("evaluation.plot.positive"))


def _froc(axes: Axes, points: Sequence[dict[str, float]]) -> None:
    false, shares = (
        [one["false_marks_per_picture"] for one in points],
        [one["sensitivity"] for one in points],
    )
    axes.plot(false, shares, "o-", color=COLOURS[0])
    axes.set_xscale("log", base=2)
    axes.set_xticks(false, [f"{one:g}" for one in false])
    axes.set_ylim(0, 1)
    axes.set_xlabel(text("evaluation.plot.false_marks"))
    axes.set_ylabel(text("evaluation.plot.boxes"))
