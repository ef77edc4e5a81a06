"""Figures of what checkers wrote down: share of defects, clinical score, peer review (RQ-50, RQ-51, RQ-52)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.agreement import bootstrap_interval
from app.analysis.statistics import LEAST_CASES, rate
from app.analysis.tables import Json, rate_json
from app.quality.forms import ClinicalForm, Correct, DefectForm, Form, PeerForm, SampleForm, latest
from app.support.i18n import text

DEFECT_LIMIT = 0.10  # share of defects over which a service is stopped (RQ-51)
FORMULA = "100 x mean over studies of (interpretation + localisation) / 2; full 1, part 0.5, not 0"


def form_figures(forms: Sequence[Form]) -> Json:
    """All that the forms say."""
    standing = latest(forms)
    return {
        "defects": _defects(standing),
        "clinical": _clinical([form for form in standing if isinstance(form, ClinicalForm)]),
        "peer": _peer([form for form in standing if isinstance(form, PeerForm)]),
    }


def _defects(forms: Sequence[Form]) -> list[Json]:
    """One figure for each model version and month; a study counts once, however many have checked it."""
    checked: dict[tuple[str, str, str], dict[str, set[str]]] = defaultdict(dict)
    for form in forms:
        if isinstance(form, DefectForm):
            letters = checked[form.model, form.version, form.month].setdefault(form.study, set())
            letters |= {defect.value for defect in form.defects}
    samples = {(f.model, f.version, f.month): f for f in forms if isinstance(f, SampleForm)}
    return [
        _of_month(*key, checked.get(key, {}), samples.get(key)) for key in sorted(checked.keys() | samples)
    ]


def _of_month(
    model: str, version: str, month: str, checked: dict[str, set[str]], sample: SampleForm | None
) -> Json:
    """Only studies of the sample count where one was drawn: whoever checks what looks odd finds more defects."""
    counted = (
        {study: found for study, found in checked.items() if study in sample.studies} if sample else checked
    )
    broken = sum(bool(letters) for letters in counted.values())
    share = rate(broken, len(counted))
    return {
        "model": model,
        "version": version,
        "month": month,
        "share": rate_json(share),
        "limit": DEFECT_LIMIT,
        "over_limit": share.value is not None and share.value > DEFECT_LIMIT,
        "letters": dict(sorted(Counter(letter for found in counted.values() for letter in found).items())),
        "sample": None
        if sample is None
        else {
            "seed": sample.seed,
            "size": len(sample.studies),
            "drawn_from": sample.drawn_from,
            "still_to_check": [study for study in sample.studies if study not in checked],
        },
        "outside_sample": len(checked) - len(counted),
    }


def clinical_score(form: ClinicalForm) -> float:
    """0 to 100 for one study."""
    return 100.0 * (form.interpretation.share + form.localisation.share) / 2.0


def _clinical(forms: Sequence[ClinicalForm]) -> list[Json]:
    groups: dict[tuple[str, str], list[ClinicalForm]] = defaultdict(list)
    for form in forms:
        groups[form.model, form.version].append(form)
    return [_of_service(*key, listed) for key, listed in sorted(groups.items())]


def _of_service(model: str, version: str, forms: Sequence[ClinicalForm]) -> Json:
    right = [form.interpretation is Correct.FULL for form in forms]
    placed = [hit and form.localisation is Correct.FULL for hit, form in zip(right, forms, strict=True)]
    plain: Json = {
        "model": model,
        "version": version,
        "n": len(forms),
        "formula": FORMULA,
        "class_only": rate_json(rate(sum(right), len(forms))),
        "class_and_place": rate_json(rate(sum(placed), len(forms))),
        "errors": dict(Counter(form.error for form in forms if form.error)),
    }
    if len(forms) < LEAST_CASES:
        return {**plain, "score": None, "ci95": None, "reason": text("evaluate.refused.few_cases")}
    scores = np.asarray([clinical_score(form) for form in forms])

    def mean(drawn: NDArray[np.intp]) -> float:
        return float(scores[drawn].mean())

    interval = bootstrap_interval(len(scores), mean)
    return {**plain, "score": float(scores.mean()), "ci95": None if interval is None else list(interval)}


def _peer(forms: Sequence[PeerForm]) -> Json:
    groups: dict[str, list[PeerForm]] = defaultdict(list)
    for form in forms:
        groups[form.reader].append(form)
    waiting: list[dict[str, Any]] = [
        {"study": form.study, "reader": form.reader, "score": form.score.value, "checker": form.checker}
        for form in forms
        if form.score.needs_arbitration and form.decided is None
    ]
    return {
        "readers": {reader: _of_reader(listed) for reader, listed in sorted(groups.items())},
        "arbitration": waiting,
    }


def _of_reader(forms: Sequence[PeerForm]) -> Json:
    final = [form.decided or form.score for form in forms]
    return {
        "scores": dict(sorted(Counter(score.value for score in final).items())),
        "significant": rate_json(rate(sum(score.needs_arbitration for score in final), len(final))),
    }
