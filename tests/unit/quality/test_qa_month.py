"""A scripted QA month: every figure of the dashboard equals a recomputation by libraries that share no code with it.

RQ-16 (overrides), RQ-48 (intervals), RQ-49 (refusals, prevalence beside PPV), RQ-50 (kappas), RQ-52 (class and place).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, roc_auc_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

from app.quality.records import Records
from app.workflows import quality
from tests.support.qa_month import KEPT, MODELS, Month, Run, Word, make_month

Json = dict[str, Any]
WORD: dict[str, Callable[[Word], str]] = {
    "model": lambda w: MODELS[w.model][0],
    "version": lambda w: " ".join(MODELS[w.model]),
    "site": lambda w: w.site,
    "scanner": lambda w: w.scanner,
    "reader": lambda w: w.reader,
    "finding": lambda w: f"{MODELS[w.model][0]}: {w.key}",
}
RUN: dict[str, Callable[[Run], Sequence[str]]] = {
    "model": lambda r: [MODELS[r.model][0]],
    "version": lambda r: [" ".join(MODELS[r.model])],
    "site": lambda r: [r.site],
    "scanner": lambda r: [r.scanner],
    "reader": lambda r: r.readers,
}


@pytest.fixture(scope="module")
def month() -> Month:
    return make_month()


@pytest.fixture(scope="module")
def records(month: Month, tmp_path_factory: pytest.TempPathFactory) -> Records:
    from app.quality.collect import records_of

    with month.journal(tmp_path_factory.mktemp("month") / "journal.sqlite") as journal:
        assert journal.verify().is_whole
        return records_of(journal.entries(), month.origins)


@pytest.fixture(scope="module")
def found(records: Records) -> Json:
    figures = quality.figures(records)
    loaded: Json = json.loads(json.dumps(figures, allow_nan=False))
    return loaded


def same_rate(figure: Json, successes: int, n: int) -> None:
    assert (figure["successes"], figure["n"]) == (successes, n)
    if n < 20:
        assert figure["value"] is None
        assert figure["ci95"] is None
        assert figure["reason"]
        return
    assert figure["value"] == pytest.approx(successes / n, abs=1e-12)
    assert figure["ci95"] == pytest.approx(proportion_confint(successes, n, method="wilson"), abs=1e-9)


def same_words(figure: Json, words: Sequence[Word]) -> None:
    standing = [word for word in words if word.stands]
    kept = sum(word.verdict in KEPT for word in standing)
    assert figure["decisions"] == len(standing)
    same_rate(figure["acceptance"], kept, len(standing))
    same_rate(figure["modified"], sum(word.verdict == "edited" for word in standing), len(standing))
    same_rate(figure["rejected"], len(standing) - kept, len(standing))
    assert figure["reasons"] == dict(Counter(word.reason for word in standing if word.reason))
    seconds = [word.seconds for word in words if word.seconds is not None]
    assert figure["seconds_per_finding"]["n"] == len(seconds)
    assert figure["seconds_per_finding"]["away"] == len(words) - len(seconds)
    if len(seconds) >= 20:
        assert figure["seconds_per_finding"]["value"] == pytest.approx(np.median(seconds), abs=1e-6)
        low, high = figure["seconds_per_finding"]["ci95"]
        assert low <= figure["seconds_per_finding"]["value"] <= high


def same_studies(figure: Json, runs: Sequence[Run]) -> None:
    ended = [run for run in runs if run.state in ("positive", "negative")]
    used = [run for run in ended if run.reader_says is not None]
    truth = [bool(run.reader_says) for run in used]
    said = [run.state == "positive" for run in used]
    assert figure["n"] == len(used)
    assert figure["not_judged"] == len(ended) - len(used)
    assert sum(figure["other_states"].values()) == len(runs) - len(ended)
    if not used:
        return
    (quiet, alarms), (missed, hits) = confusion_matrix(truth, said, labels=[False, True])
    same_rate(figure["prevalence"], int(sum(truth)), len(used))
    same_rate(figure["ppv"], int(hits), int(hits + alarms))
    same_rate(figure["npv"], int(quiet), int(quiet + missed))
    same_rate(figure["sensitivity"], int(hits), int(hits + missed))
    same_rate(figure["sensitivity_class_and_place"], sum(r.place for r in used), int(hits + missed))
    same_rate(figure["specificity"], int(quiet), int(quiet + alarms))
    same_rate(figure["agreement"], int(hits + quiet), len(used))
    if figure["auc"]["value"] is not None:
        assert figure["auc"]["value"] == pytest.approx(
            roc_auc_score(truth, [run.score for run in used]), abs=1e-12
        )


def test_rq48_the_whole_month_equals_a_recomputation(month: Month, found: Json) -> None:
    assert len(month.words) >= 2000
    same_words(found["whole"], month.words)
    same_studies(found["whole"]["studies"], month.runs)
    assert found["whole"]["studies"]["not_judged"] > 50


@pytest.mark.parametrize("dimension", list(WORD))
def test_rq48_every_group_equals_a_recomputation(dimension: str, month: Month, found: Json) -> None:
    groups = found["groups"][dimension]
    assert set(groups) >= {WORD[dimension](word) for word in month.words}
    assert len(groups) >= 2
    for name, figure in groups.items():
        same_words(figure, [word for word in month.words if WORD[dimension](word) == name])
        if dimension in RUN:
            same_studies(figure["studies"], [run for run in month.runs if name in RUN[dimension](run)])


def test_rq16_types_that_readers_override_are_listed(month: Month, found: Json) -> None:
    wanted = set()
    for model, (name, version) in enumerate(MODELS):
        for key in {word.key for word in month.words}:
            judged = [w for w in month.words if w.model == model and w.key == key and w.stands]
            rejected = sum(word.verdict == "rejected" for word in judged)
            if len(judged) >= 50 and rejected / len(judged) > 0.8:
                wanted.add((name, version, key))
    assert wanted
    assert {(one["model"], one["version"], one["key"]) for one in found["overrides"]} == wanted


def test_rq50_agreement_of_readers_equals_a_recomputation(month: Month, found: Json) -> None:
    said: dict[str, dict[str, str]] = {}
    for word in month.words:
        said.setdefault(word.finding, {})[word.reader] = "kept" if word.verdict in KEPT else "rejected"
    assert len(found["agreement"]["pairs"]) == 3
    for pair in found["agreement"]["pairs"]:
        first, second = pair["readers"]
        both = [words for words in said.values() if first in words and second in words]
        wanted = cohen_kappa_score([w[first] for w in both], [w[second] for w in both])
        assert pair["n"] == len(both) >= 20
        assert pair["kappa"] == pytest.approx(wanted, abs=1e-12)
        assert pair["ci95"][0] < pair["kappa"] < pair["ci95"][1]
    three = [list(words.values()) for words in said.values() if len(words) == 3]
    table, _ = aggregate_raters(np.asarray(three))
    assert found["agreement"]["all"]["n"] == len(three)
    assert found["agreement"]["all"]["kappa"] == pytest.approx(fleiss_kappa(table), abs=1e-12)


def test_rq50_weighted_kappa_on_the_ct_scale_equals_scikit_learn(month: Month, found: Json) -> None:
    numbers = {run.study: number for number, run in enumerate(month.runs)}
    pairs = []
    for word in month.words:
        if word.model == 2 and word.stands and word.verdict in KEPT:
            degree = (numbers[word.study] + int(word.finding[-1])) % 5
            pairs.append((degree, 3 if word.verdict == "edited" else degree))
    model, reader = zip(*pairs, strict=True)
    wanted = cohen_kappa_score(model, reader, weights="quadratic", labels=range(5))
    assert found["agreement"]["severity"]["n"] == len(pairs)
    assert found["agreement"]["severity"]["kappa"] == pytest.approx(wanted, abs=1e-12)


def test_rq53_weeks_equal_a_recomputation(month: Month, found: Json) -> None:
    from scipy.stats import ks_2samp

    for model, (name, version) in enumerate(MODELS):
        drift = found["drift"][f"{name} {version}"]
        weeks: dict[str, list[float]] = {}
        for run in month.runs:
            if run.model == model and run.state != "failed":
                year, week, _ = run.at.isocalendar()
                weeks.setdefault(f"{year}-W{week:02d}", []).append(run.score)
        reference = [score for week in drift["reference"]["weeks"] for score in weeks[week]]
        assert drift["weeks"] == [] or len(drift["reference"]["weeks"]) == 4
        for week in drift["weeks"]:
            scores = weeks[week["week"]]
            if len(scores) >= 20:
                assert week["ks_p"] == pytest.approx(ks_2samp(reference, scores).pvalue, abs=1e-12)
        assert drift["alarms"] == []


def test_rq49_prevalence_stands_beside_the_predictive_values_on_the_page(
    records: Records, found: Json
) -> None:
    page = quality.page(records, found)
    assert page.count("<svg") >= 3
    assert "Research use only, not for primary diagnosis" in page
    heads = page[page.index("Studies</h2>") :]
    assert heads.index("Prevalence") < heads.index("PPV") < heads.index("NPV")
    for site in ("first hospital", "second hospital"):
        assert site in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    assert page == quality.page(records, found)


def test_rq49_small_groups_have_no_rate_and_small_samples_a_warning() -> None:
    from app.quality.collect import records_of

    small = make_month(studies=40, seed=2)
    import tempfile

    with tempfile.TemporaryDirectory() as folder, small.journal(Path(folder) / "j.sqlite") as journal:
        figures = quality.figures(records_of(journal.entries(), small.origins))
    whole = figures["whole"]
    assert any("400" in words for words in whole["studies"]["warnings"])
    refused = [one for one in figures["groups"]["version"].values() if one["studies"]["n"] < 20]
    assert refused
    assert all(one["studies"]["ppv"]["value"] is None and one["studies"]["ppv"]["reason"] for one in refused)
