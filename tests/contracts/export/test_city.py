"""The message of the city programme: every field of section 1.5, its series and report, and no contradiction."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from app.domain.codes import MILLIMETER, NO_UNITS
from app.domain.finding import AnalysisResult, Quantity, RunState, Verdict
from app.domain.outcome import outcome_of
from app.export.city import contradictions, message_of, nothing_found
from app.export.words import written_in
from app.support.i18n import text
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_tools import dsrdump, iod_errors
from tests.support.export import CT_UID, Case, build_case

FIELDS = {
    "studyIUID", "seriesIUID", "pathologyFlag", "confidenceLevel", "most_dangerous_pathology_type",
    "pathology_localization", "processing_status", "time_of_processing", "stamps", "report", "conclusion", "norma",
    "service", "notice",
}  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    target = tmp_path_factory.mktemp("export") / "out"
    return export_reading(case.reading, case.study, ["city"], target, paths=case.paths, identified=True)


def messages(report: ExportReport) -> list[dict[str, Any]]:
    files = [file for file in report.files if file.suffix == ".json" and file.name != "manifest.json"]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def pictures(report: ExportReport) -> list[Path]:
    return [file for file in report.files if "_picture_" in file.name]


def test_every_field_is_there_and_agrees_with_the_verdicts(case: Case, report: ExportReport) -> None:
    first, second = messages(report)
    assert set(first) == set(second) == FIELDS
    assert first["studyIUID"] == case.reading.study_instance_uid
    assert first["seriesIUID"] not in case.reading.results[0].series_instance_uids
    assert (first["pathologyFlag"], first["norma"], first["processing_status"]) == (True, False, "Success")
    assert first["confidenceLevel"] == 0.91
    assert set(first["pathology_localization"]) == {
        f"{axis}_{end}" for axis in "xyz" for end in ("min", "max")
    }
    assert first["stamps"]["pre_start"] == "2026-11-24T01:00:00+00:00"
    assert set(first["stamps"]) == {
        f"{part}_{end}" for part in ("pre", "main", "post") for end in ("start", "end")
    }
    assert "Nodule 3" not in first["report"]  # rejected


def test_the_series_shows_contours_service_and_notice(case: Case, report: ExportReport) -> None:
    by_series: dict[str, int] = {}
    for file in pictures(report):
        assert iod_errors(file) == []
        made = dcmread(file)
        by_series[str(made.SeriesInstanceUID)] = by_series.get(str(made.SeriesInstanceUID), 0) + 1
        assert made.StudyInstanceUID == case.reading.study_instance_uid
        assert made.Modality == "OT"
        amber = (made.pixel_array == (255, 176, 0)).all(axis=2)
        assert amber.sum() > 50
        assert made.Rows > made.Columns * 24 // 32  # the legend stands below the image
        assert "made-up-nodules 1.2.0" in made.SeriesDescription
        strip = made.pixel_array[-60:]
        assert np.unique(strip).size > 2  # words
    assert set(by_series) == {message["seriesIUID"] for message in messages(report)}
    assert sorted(by_series.values()) == [1, 5]  # slices 2 to 4 of a region, 3 to 5 of a box, 7 of a point


def test_the_report_says_the_same_in_text(report: ExportReport) -> None:
    for file in (one for one in report.files if one.name.endswith("_report.dcm")):
        assert iod_errors(file) == []
        words = dsrdump(file)
        assert "made-up-nodules 1.2.0" in words
        assert "not for primary diagnosis" in words
        assert "The model is not for" in words


def test_a_failed_run_says_so_and_a_negative_one_is_normal_for_its_service_only(
    case: Case, tmp_path: Path
) -> None:
    failed = replace(case.reading.results[0], result_id="2.25.1", findings=(), state=RunState.FAILED)
    negative = replace(
        case.reading.results[0], result_id="2.25.2", findings=(), state=RunState.NEGATIVE, study_score=0.1
    )
    reading = replace(case.reading, results=(*case.reading.results, failed, negative))
    report = export_reading(reading, case.study, ["city"], tmp_path / "out", paths=case.paths)
    told = {one["processing_status"]: one for one in messages(report)}
    assert told["Failure"]["pathologyFlag"] is None
    assert told["Failure"]["norma"] is None
    quiet = next(one for one in messages(report) if one["norma"])
    assert quiet["pathologyFlag"] is False
    assert "does not mean a normal study" in quiet["conclusion"]


def texts_of(item: Any) -> list[str]:
    """Every text of a report's tree."""
    own = [str(item.TextValue)] if "TextValue" in item else []
    return own + [words for part in item.get("ContentSequence", []) for words in texts_of(part)]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_message_its_report_and_pictures_are_in_the_language_of_the_report(
    case: Case, tmp_path: Path, language: str
) -> None:
    """Not that of the window, which is English here; codes keep their English meanings."""
    report = export_reading(
        case.reading, case.study, ["city"], tmp_path / "out", paths=case.paths, identified=True, language=language
    )  # fmt: skip
    told = [text("city.conclusion.present", language=language), text("export.notice", language=language)]
    for message in messages(report):
        assert [message["conclusion"], message["notice"]] == told
        assert message["service"]["purpose"] == text("city.purpose", language=language)
        assert ("оценка" in message["report"]) == (language == "ru")
    for file in report.files:
        if file.name.endswith("_report.dcm"):
            assert iod_errors(file) == []
            words = "\n".join(texts_of(dcmread(file)))
            assert told[0] in words
            assert told[1] in words
            assert "Score given by the algorithm" in str(dcmread(file))
    for file in pictures(report):
        made = dcmread(file)
        assert made.ImageComments == told[1]
        assert ("Контуры" in made.DerivationDescription) == (language == "ru")


def test_a_russian_message_is_russian_throughout_and_says_side_and_size(case: Case, tmp_path: Path) -> None:
    """Half a sentence in another language is read by nobody; a finding without its side may be looked for wrongly."""
    first = case.reading.judgements[0]
    of_run = case.reading.results[0]
    finding = replace(
        first.finding,
        label="Nodule candidate (round spot)",
        side="right",
        quantities=(Quantity("diameter", 22.8446, MILLIMETER),),
    )
    judged = replace(first, finding=finding, label="", verdict=Verdict.ACCEPTED)
    result = replace(of_run, not_for=("primary diagnosis", "children"))
    words = {}
    for language in ("ru", "en"):
        with written_in(language):
            words[language] = message_of(result, (judged,), "1.2.3")
    assert words["ru"].report.startswith("Кандидат в узел (круглое пятно), справа, 22,8 мм: оценка 0,")
    assert words["ru"].report.endswith("и чего не ищет: первичная диагностика; дети.")
    assert words["ru"].most_dangerous == "Кандидат в узел (круглое пятно)"
    assert words["en"].report.startswith("Nodule candidate (round spot), right, 22.8 mm: score 0.")


def test_a_reason_in_a_russian_message_is_russian(case: Case) -> None:
    facts = (("allowed", "PA, AP"), ("found", "LL"), ("what", "view position"))
    unfit = replace(
        case.reading.results[0],
        findings=(),
        state=RunState.NOT_APPLICABLE,
        state_reason_key="model.not_applicable.attribute",
        state_reason_facts=facts,
    )
    with written_in("ru"):
        assert "Для: проекция PA, AP; у этой серии LL." in message_of(unfit, (), "1.2.3").report


def test_the_report_says_what_the_programme_asks_for(report: ExportReport) -> None:
    """Section 1.5: service, version, purpose, times, description, conclusion, manual, warnings."""
    for file in (one for one in report.files if one.name.endswith("_report.dcm")):
        words = "\n".join(texts_of(dcmread(file)))
        for wanted in (
            "Research: analysis",
            "Signs of the target pathology",
            "User manual",
            "does not look for",
        ):
            assert wanted in words, wanted
        assert "Analysed from 2026-11-24T01:00" in words


def test_a_negative_run_has_a_picture_that_says_what_it_means_and_what_not(
    case: Case, tmp_path: Path
) -> None:
    ct, cr = case.reading.results
    quiet = [
        replace(one, result_id=f"2.25.{n}", findings=(), state=RunState.NEGATIVE, study_score=0.1)
        for n, one in enumerate((ct, cr), start=71)
    ]
    reading = replace(case.reading, results=tuple(quiet), judgements=())
    report = export_reading(
        reading, case.study, ["city"], tmp_path / "out", paths=case.paths, identified=True
    )
    told = messages(report)
    assert [one["norma"] for one in told] == [True, True]
    made = {str(dcmread(file).SeriesInstanceUID): file for file in pictures(report)}
    assert set(made) == {one["seriesIUID"] for one in told}
    for result, message in zip(quiet, told, strict=True):
        file = made[message["seriesIUID"]]
        assert iod_errors(file) == []
        picture = dcmread(file)
        amber = (picture.pixel_array == (255, 176, 0)).all(axis=2)
        assert not amber.any(), "nothing is drawn where nothing was found"
        assert case.study is not None
        series = next(s for s in case.study.series if s.series_instance_uid in result.series_instance_uids)
        lain = sorted(series.instances, key=lambda one: (one.position_lps_mm or (0, 0, 0))[2])
        middle = lain[len(lain) // 2].sop_instance_uid
        assert picture.SourceImageSequence[0].ReferencedSOPInstanceUID == middle
    reports = [file for file in report.files if file.name.endswith("_report.dcm")]
    assert len(reports) == 2
    for file in reports:
        assert iod_errors(file) == []
        told_words = "\n".join(texts_of(dcmread(file)))
        assert "does not mean a normal study" in told_words
        assert "User manual" in told_words
        assert "Person Observer" not in dsrdump(file), "nobody has judged it"
    words = " ".join(nothing_found(quiet[0]))
    assert "does not mean a normal study" in words
    assert all(one in words for one in quiet[0].not_for)
    assert "research" in words


def test_a_run_that_nobody_judged_has_no_message(case: Case, tmp_path: Path) -> None:
    kept = tuple(
        j for j in case.reading.judgements if j.finding.result_id != case.reading.results[0].result_id
    )
    reading = replace(case.reading, judgements=kept)
    report = export_reading(reading, case.study, ["city"], tmp_path / "out", paths=case.paths)
    assert len(messages(report)) == 1
    assert any("nobody accepted" in words for words in report.remarks)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"norma": True}, "flag_and_norma"),
        ({"status": "Failure"}, "failed_with_flag"),
        ({"pathology_flag": False, "norma": True}, "flag_and_findings"),
        ({"conclusion": "No signs."}, "flag_and_conclusion"),
        ({"pathology_flag": False}, "place_without_pathology"),
        ({"study_uid": ""}, "no_study"),
    ],
)
def test_rq07_a_message_that_contradicts_itself_is_found(
    change: dict[str, Any], name: str, case: Case
) -> None:
    result: AnalysisResult = case.reading.results[0]
    kept = tuple(j for j in case.reading.judgements if j.finding.result_id == result.result_id)[:2]
    sound = message_of(result, kept, "2.25.5")
    assert contradictions(sound, kept) == ()
    assert name in contradictions(replace(sound, **change), kept)
    assert CT_UID not in sound.series_uid


def test_a_run_that_only_measures_has_no_message_for_it_would_say_normal(case: Case, tmp_path: Path) -> None:
    """Lungs and heart outlined, ratio told: nothing was looked for, so `norma` would be a lie."""
    ratio = Quantity("cardiothoracic_ratio", 0.61, NO_UNITS)
    measured = replace(
        case.reading.results[0], state=RunState.NEGATIVE, study_score=None, findings=(), measures=(ratio,)
    )
    reading = replace(case.reading, results=(measured,), judgements=(), marked=())
    formats = ["csv", "city"]
    made = export_reading(reading, case.study, formats, tmp_path / "out", paths=case.paths, identified=True)
    assert messages(made) == []
    assert any(text("export.remark.city_measured", count=1) in remark for remark in made.remarks)
    assert outcome_of(measured) == "measured"
