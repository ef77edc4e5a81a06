"""Files say the same whatever language the window speaks; what goes out as a report is in the report's language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydicom import dcmread

from app.domain.measurement import Measurement
from app.domain.reports import StructuredReport
from app.studies.objects.findings.ground import Ground
from app.studies.objects.measurements_in import measurements_in
from app.studies.objects.read import read_object
from app.support.i18n import use_language
from app.workflows.export import export_reading as export
from app.workflows.export import exporters
from tests.support.export import Case, build_case

RUSSIAN = re.compile("[А-Яа-яё]{2,}")
TEXTS = {".csv", ".json", ".jsonl"}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def russian_words(file: Path) -> set[str]:
    if file.suffix == ".dcm":
        return set(RUSSIAN.findall(str(dcmread(file))))
    words = file.read_text(encoding="utf-8")
    if file.name == "manifest.json":  # its remarks are what whoever exports was told
        words = json.dumps(json.loads(words) | {"remarks": []}, ensure_ascii=False)
    return set(RUSSIAN.findall(words))


def spoken(case: Case, name: str, folder: Path, language: str) -> dict[str, set[str]]:
    """Russian words in each file that an exporter writes while the window speaks a language."""
    use_language(language)
    try:
        made = export(case.reading, case.study, [name], folder / language, identified=True, paths=case.paths)
    finally:
        use_language("en")
    return {file.name: russian_words(file) for file in made.files if file.suffix in {".dcm", *TEXTS}}


REPORTS = {"city"}  # written in the language of the report: see test_city.py


@pytest.mark.parametrize("name", sorted(set(exporters()) - REPORTS))
def test_a_file_has_no_word_more_in_russian(case: Case, name: str, tmp_path: Path) -> None:
    """People in the case bear Russian names: those, and nothing else, are in both."""
    in_russian = spoken(case, name, tmp_path, "ru")
    assert in_russian
    assert in_russian == spoken(case, name, tmp_path, "en")


def test_a_report_written_in_russian_is_read_in_english(case: Case, tmp_path: Path) -> None:
    use_language("ru")
    try:
        made = export(
            case.reading, case.study, ["measurements"], tmp_path / "out", identified=True, paths=case.paths
        )
    finally:
        use_language("en")
    found: list[Measurement] = []
    for file in made.files:
        if file.suffix == ".dcm":
            report = read_object(file)
            assert isinstance(report, StructuredReport)
            found += (one for one, _ in measurements_in(report, Ground(case.study)).measurements)
    told = {one.measurement_id: one for one in found}
    assert {(key, told[key].tool, told[key].label, told[key].calibration) for key in told} == {
        (one.measurement_id, one.tool, one.label, one.calibration) for one in case.reading.measurements
    }
