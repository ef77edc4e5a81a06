"""Curves and bars of the quality page as SVG text: the same with and without a window, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.analysis.curves import roc_points
from app.analysis.tables import Json
from app.domain.finding import RunState
from app.quality.records import Call, Records
from app.support.i18n import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito: told apart by readers with any colour vision; no red beside green.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_SIZE_IN = (6.4, 3.2)


def plots(records: Records, figures: Json) -> dict[str, str]:
    """Name -> SVG; a plot without anything to show is left out."""
    weeks = {name: found["weeks"] for name, found in figures["drift"].items() if found["weeks"]}
    made: dict[str, str] = {}
    if _rated(figures["groups"]["version"]):
        made["acceptance"] = draw(lambda axes: _acceptance(axes, figures["groups"]["version"]))
    if figures["whole"]["reasons"]:
        made["reasons"] = draw(lambda axes: _reasons(axes, figures["whole"]["reasons"]))
    curves = _curves(records.calls)
    if curves:
        made["roc"] = draw(lambda axes: _roc(axes, curves), size=(4.4, 4.0))
    if weeks:
        made["weeks"] = draw(lambda axes: _weeks(axes, weeks))
        made["psi"] = draw(lambda axes: _psi(axes, weeks))
    return made


def draw(paint: Callable[[Any], None], size: tuple[float, float] = _SIZE_IN) -> str:
    """One plot as SVG text; `paint` is given its axes, `size` is in inches."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "overread", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        paint(axes)
        axes.spines[["top", "right"]].set_visible(False)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    drawn = stream.getvalue()
    return drawn[drawn.index("<svg") :]


def _rated(groups: Json) -> list[tuple[str, Json]]:
    return [
        (name, one["acceptance"]) for name, one in groups.items() if one["acceptance"]["value"] is not None
    ]


def _acceptance(axes: Axes, groups: Json) -> None:
    rated = _rated(groups)[::-1]
    for row, (_, found) in enumerate(rated):
        low, high = found["ci95"]
        axes.plot([low, high], [row, row], color=COLOURS[0], linewidth=2)
        axes.plot(found["value"], row, "o", color=COLOURS[0])
    axes.set_yticks(range(len(rated)), [f"{name} (n={found['n']})" for name, found in rated])
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.6, len(rated) - 0.4)
    axes.set_xlabel(text("quality.plot.acceptance"))


def _reasons(axes: Axes, reasons: dict[str, int]) -> None:
    listed = sorted(reasons.items(), key=lambda item: item[1])
    axes.barh([text(f"reject.{name}") for name, _ in listed], [n for _, n in listed], color=COLOURS[1])
    axes.set_xlabel(text("quality.plot.reasons"))


def _curves(calls: Sequence[Call]) -> dict[str, tuple[list[float], list[float]]]:
    """ROC of each version with both classes, against the readers' word."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for name in sorted({f"{c.model} {c.version}" for c in calls}):
        used = [
            (c.score, bool(c.reader_says))
            for c in calls
            if f"{c.model} {c.version}" == name
            and c.state in (RunState.POSITIVE, RunState.NEGATIVE)
            and c.reader_says is not None
            and c.score is not None
        ]
        if len({sick for _, sick in used}) == 2 and len(used) >= 20:
            found[name] = roc_points(used)
    return found


def _roc(axes: Axes, curves: dict[str, tuple[list[float], list[float]]]) -> None:
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8, linestyle=":")
    for number, (name, (x, y)) in enumerate(curves.items()):
        axes.plot(x, y, color=COLOURS[number % len(COLOURS)], label=name)
    axes.set_aspect("equal")
    axes.set_xlabel(text("quality.plot.false"))
    axes.set_ylabel(text("quality.plot.sensitivity"))
    axes.legend(frameon=False, loc="lower right")


def _weeks(axes: Axes, versions: dict[str, list[Json]]) -> None:
    names = sorted({week["week"] for weeks in versions.values() for week in weeks})
    for number, (version, weeks) in enumerate(versions.items()):
        rated = [week for week in weeks if week["acceptance"]["value"] is not None]
        places = [names.index(week["week"]) for week in rated]
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(places, [week["acceptance"]["value"] for week in rated], "o-", color=colour, label=version)
        for place, week in zip(places, rated, strict=True):
            axes.plot([place, place], week["acceptance"]["ci95"], color=colour, linewidth=1)
    _name_weeks(axes, names)
    axes.set_ylim(0, 1)
    axes.set_ylabel(text("quality.plot.acceptance"))


def _psi(axes: Axes, versions: dict[str, list[Json]]) -> None:
    names = sorted({week["week"] for weeks in versions.values() for week in weeks})
    for number, (version, weeks) in enumerate(versions.items()):
        known = [
            (names.index(week["week"]), max(values))
            for week in weeks
            if (values := [value for value in week["psi"].values() if value is not None])
        ]
        colour = COLOURS[number % len(COLOURS)]
        axes.plot([x for x, _ in known], [y for _, y in known], "o-", color=colour, label=version)
    axes.axhline(0.2, color="0.4", linestyle="--", linewidth=0.8)
    _name_weeks(axes, names)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(text("quality.plot.psi"))


def _name_weeks(axes: Axes, names: Sequence[str]) -> None:
    step = max(1, len(names) // 8)
    axes.set_xticks(range(0, len(names), step), names[::step])
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=8)
