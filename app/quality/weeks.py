"""Week by week: what models were given and what they said, against a frozen reference (RQ-53)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime

from app.analysis.drift import P_LIMIT, PSI_LIMIT, Week, alarms, ks_p_value, psi
from app.analysis.tables import Json
from app.domain.finding import RunState
from app.quality.figures import group_figures
from app.quality.records import Call, Decision

REFERENCE_WEEKS = 4  # the first weeks of a version make the reference, unless a day is named
METADATA: dict[str, Callable[[Call], str]] = {
    "maker": lambda c: c.origin.maker,
    "scanner": lambda c: c.origin.scanner,
    "modality": lambda c: c.origin.modality,
    "age_band": lambda c: c.origin.age_band,
    "state": lambda c: c.state.value,
}


def drift(calls: Sequence[Call], decisions: Sequence[Decision], until: str = "") -> Json:
    """For each model version: the reference, each later week, and the weeks at which an alarm stands."""
    versions: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if week_of(call.at):
            versions[f"{call.model} {call.version}"].append(call)
    return {name: _of_version(name, listed, decisions, until) for name, listed in sorted(versions.items())}


def week_of(at: str) -> str:
    """ISO week of a moment, such as 2026-W07; empty where it is none."""
    try:
        year, week, _ = datetime.fromisoformat(at).isocalendar()
    except ValueError:
        return ""
    return f"{year}-W{week:02d}"


def _of_version(name: str, calls: list[Call], decisions: Sequence[Decision], until: str) -> Json:
    weeks: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        weeks[week_of(call.at)].append(call)
    frozen = _reference_weeks(sorted(weeks), until)
    reference = [call for week in frozen for call in weeks[week]]
    later = [week for week in sorted(weeks) if week not in frozen]
    seen = [_week(week, reference, weeks[week]) for week in later]
    verdicts: dict[str, list[Decision]] = defaultdict(list)
    for one in decisions:
        if f"{one.model} {one.version}" == name:
            verdicts[week_of(one.at)].append(one)
    return {
        "reference": {"weeks": frozen, "n": len(reference)},
        "limits": {"psi": PSI_LIMIT, "ks_p": P_LIMIT, "weeks_in_a_row": 2},
        "weeks": [
            {
                "week": one.name,
                "n": one.n,
                "ks_p": one.p_value,
                "psi": dict(one.psi),
                "acceptance": group_figures(verdicts[one.name], ())["acceptance"],
                "is_off": one.is_off,
            }
            for one in seen
        ],
        "alarms": list(alarms(seen)),
    }


def _reference_weeks(weeks: list[str], until: str) -> list[str]:
    if not until:
        return weeks[:REFERENCE_WEEKS]
    last = week_of(date.fromisoformat(until).isoformat())
    return [week for week in weeks if week <= last]


def _week(name: str, reference: list[Call], calls: list[Call]) -> Week:
    shifts = tuple(
        (word, psi([pick(c) for c in reference], [pick(c) for c in calls])) for word, pick in METADATA.items()
    )
    return Week(name, len(calls), ks_p_value(_scores(reference), _scores(calls)), shifts)


def _scores(calls: Sequence[Call]) -> list[float]:
    ended = (RunState.POSITIVE, RunState.NEGATIVE)
    return [call.score for call in calls if call.score is not None and call.state in ended]
