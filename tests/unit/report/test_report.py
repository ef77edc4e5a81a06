"""A report holds what a reader accepted and nothing else, in two languages, by templates that reach nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.domain.codes import MILLILITER, MILLIMETER, NO_UNITS
from app.domain.errors import ReportError
from app.domain.finding import Quantity, Verdict
from app.domain.volume import Space
from app.report.content import content_of
from app.report.render import SITE_FOLDER, templates
from app.support.paths import UserPaths
from app.workflows.report import report_words, template_names
from tests.support.export import PATIENT, Case, build_case

IMAGE = Space.IMAGE
OPEN = (Verdict.REJECTED, Verdict.DEFERRED, Verdict.UNREVIEWED)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def site(case: Case, tmp_path: Path, words: str, name: str = "ours.txt") -> UserPaths:
    paths = replace(case.paths, data=tmp_path)
    (tmp_path / SITE_FOLDER).mkdir()
    (tmp_path / SITE_FOLDER / name).write_text(words, encoding="utf-8")
    return paths


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("html", [False, True])
def test_nothing_unaccepted_gets_in(language: str, html: bool, case: Case) -> None:
    words = report_words(case.reading, case.study, case.paths, language=language, html=html)
    for judgement in case.reading.judgements:
        if judgement.verdict in OPEN:
            assert judgement.finding.label not in words
            assert judgement.finding.finding_id not in words
            assert f"{judgement.finding.score:.2f}" not in words
        else:
            assert judgement.shown_label in words
    assert "0.91" not in words  # the study's score: a number beside nothing that was accepted
    assert "not for primary diagnosis" in words


def test_no_template_can_reach_what_was_not_accepted(case: Case, tmp_path: Path) -> None:
    """The whole content is printed, attribute by attribute: nothing of the open findings is in it."""
    content = content_of(case.reading, case.study)
    printed = repr([getattr(content, item.name) for item in fields(content)])
    for judgement in case.reading.judgements:
        if judgement.verdict in OPEN:
            assert judgement.finding.label not in printed
            assert judgement.finding.finding_id not in printed
    assert content.open_findings == sum(
        j.verdict in (Verdict.DEFERRED, Verdict.UNREVIEWED) for j in case.reading.judgements
    )


def test_an_edited_finding_stands_under_the_readers_word_and_says_so(case: Case) -> None:
    words = report_words(case.reading, case.study, case.paths)
    assert "Гранулёма у Зильберштейн" in words
    assert "Nodule 2" not in words
    assert "edited by the reader" in words
    assert "is not for, and does not look for: primary diagnosis" in words
    assert "have no final verdict yet and are not in this report: 2." in words


def test_a_number_that_the_reader_typed_over_stands_in_the_report_and_the_models_does_not(case: Case) -> None:
    first = case.reading.judgements[0]
    model = replace(first.finding, quantities=(Quantity("diameter", 22.8446, MILLIMETER),))
    own = replace(
        first,
        finding=model,
        verdict=Verdict.EDITED,
        quantities=(Quantity("diameter", 31.0, MILLIMETER),),
    )
    for html in (False, True):
        words = report_words(case.judged(own).reading, case.study, case.paths, html=html)
        assert "31.0" in words
        assert "22.8" not in words
    assert "edited by the reader" in report_words(case.judged(own).reading, case.study, case.paths)


def test_a_finding_on_a_mammogram_names_breast_and_view_though_its_model_said_no_side(case: Case) -> None:
    """A report with two clusters in two breasts and no side would be worth nothing, and dangerous."""
    [judged] = [
        one for one in case.reading.judgements if one.finding.place.frame and one.finding.place.space is IMAGE
    ][:1]
    assert judged.finding.place.frame is not None
    uid = judged.finding.place.frame.sop_instance_uid
    told = replace(judged, finding=replace(judged.finding, side="", site="breast"), verdict=Verdict.ACCEPTED)
    series = tuple(
        replace(
            one,
            modality="MG",
            instances=tuple(replace(i, laterality="R", view_position="MLO") for i in one.instances),
        )
        if any(i.sop_instance_uid == uid for i in one.instances)
        else one
        for one in case.study.series
    )
    study = replace(case.study, series=series)
    assert "breast, right, MLO" in report_words(case.judged(told).reading, study, case.paths)
    assert "молочная железа, справа, MLO" in report_words(
        case.judged(told).reading, study, case.paths, language="ru"
    )
    assert "MLO" not in report_words(case.judged(told).reading, case.study, case.paths)


def test_a_russian_report_says_what_shipped_models_say_in_russian_whatever_language_the_run_was_in(
    case: Case,
) -> None:
    first = case.reading.judgements[0]
    finding = replace(
        first.finding,
        label="Nodule candidate (round spot)",
        quantities=(Quantity("largest_cluster", 4.6875, NO_UNITS), Quantity("volume", 0.36324, MILLILITER)),
    )
    reading = case.judged(replace(first, finding=finding, label="", verdict=Verdict.ACCEPTED)).reading
    words = report_words(reading, case.study, case.paths, language="ru")
    assert "Кандидат в узел (круглое пятно)" in words
    assert "больше всего ярких точек в пределах около 1 см: 4,69," in words
    assert "объём: 0,36 мл," in words
    assert "чего не ищет: первичная диагностика" in words
    english = report_words(reading, case.study, case.paths)
    assert "most bright spots within about 1 cm: 4.69, volume: 0.36 mL," in english


def test_russian_is_russian(case: Case) -> None:
    words = report_words(case.reading, case.study, case.paths, language="ru")
    assert words.startswith("Находки")
    assert "лёгкое, слева" in words
    assert "принято врачом" in words
    assert "accepted by" not in words


def test_nobody_is_named_unless_asked(case: Case) -> None:
    named = report_words(case.reading, case.study, case.paths)
    assert PATIENT.patient_id in named
    assert PATIENT.name.replace("^", " ") in named
    plain = report_words(case.reading, case.study, case.paths, identified=False)
    assert PATIENT.patient_id not in plain
    assert "Аграфена" not in plain


def test_nothing_accepted_is_said_plainly(case: Case) -> None:
    silent = case.judged(*(replace(j, verdict=Verdict.REJECTED) for j in case.reading.judgements))
    assert "No finding was accepted." in report_words(silent.reading, case.study, case.paths)


def test_a_site_has_its_own_templates(case: Case, tmp_path: Path) -> None:
    paths = site(case, tmp_path, "N={{ report.findings | length }} {{ words.say.notice }}")
    assert "ours" in template_names(paths)
    assert report_words(case.reading, case.study, paths, template="ours").startswith("N=5 ")
    assert set(templates(paths.data, ".txt")) == {"ours", "standard"}


@pytest.mark.parametrize(
    "evil",
    [
        "{{ report.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ report.findings.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ words.say.update({'notice': ''}) }}",
        "{{ nothing.here }}",
        "{% for a in range(100000000) %}x{% endfor %}",
        "{{ 'x' * 3000000 }}",
        "{% if %}",
    ],
)
def test_a_template_that_reaches_out_or_is_broken_is_refused_in_one_sentence(
    evil: str, case: Case, tmp_path: Path
) -> None:
    paths = site(case, tmp_path, evil)
    with pytest.raises(ReportError) as refused:
        report_words(case.reading, case.study, paths, template="ours")
    assert refused.value.key == "error.report.template"


def test_names_are_escaped_in_html(case: Case) -> None:
    evil = replace(case.reading.judgements[0], verdict=Verdict.EDITED, label="<script>alert(1)</script>")
    words = report_words(case.judged(evil).reading, case.study, case.paths, html=True)
    assert "<script>" not in words
    assert "&lt;script&gt;" in words


def test_an_unknown_language_or_template_is_said(case: Case) -> None:
    for asked in ({"language": "xx"}, {"template": "none"}):
        with pytest.raises(ReportError):
            report_words(case.reading, case.study, case.paths, **asked)  # type: ignore[arg-type]  # one word each
