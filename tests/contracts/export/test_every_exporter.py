"""What holds for every exporter that is found, whoever wrote it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import ExportRefusedError
from app.domain.finding import Judgement, RunState, Verdict
from app.export.deidentify import Pseudonyms, load_key
from app.export.types import NOTICE
from app.support.i18n import catalogue
from app.workflows.export import ExportReport, export_reading, exporters
from tests.support.export import PATIENT, RESULT_UID, SLICES, STUDY_UID, Case, build_case, canaries

EVERY = sorted(exporters())
# They hold what readers measured or marked, and no findings.
MEASURED = {"measurements", "measurements_csv", "key_images"}
SOURCES = {
    "images"
}  # the images themselves: no result of a model, so no notice, and no verdict decides on them
CLINICAL = [
    name
    for name, exporter in exporters().items()
    if not exporter.assessment and name not in MEASURED | SOURCES
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def export(case: Case, folder: Path, *formats: str, identified: bool = False) -> ExportReport:
    return export_reading(
        case.reading, case.study, formats, folder / "out", identified=identified, paths=case.paths
    )


def contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and those of whatever is packed or deflated inside."""
    raw = file.read_bytes()
    yield raw
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.infolist():
                yield member.filename.encode()
                yield archive.read(member)
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    yield from _deflated(raw)


def _deflated(raw: bytes) -> Iterator[bytes]:
    """Whatever zlib can unpack from a place that looks like its header, and DICOM's deflated data sets."""
    for wbits, starts in (
        (15, _places(raw, (b"\x78\x01", b"\x78\x9c", b"\x78\xda"))),
        (-15, [_after_meta(raw)]),
    ):
        for start in starts:
            try:
                yield zlib.decompressobj(wbits).decompress(raw[start:], 10_000_000)
            except zlib.error:
                continue


def _places(raw: bytes, marks: tuple[bytes, ...]) -> list[int]:
    return [at for mark in marks for at in range(len(raw)) if raw.startswith(mark, at)]


def _after_meta(raw: bytes) -> int:
    return 144 + int.from_bytes(raw[140:144], "little") if raw[128:132] == b"DICM" else len(raw)


def encodings(words: str) -> set[bytes]:
    """How a word may be spelled in a file."""
    found = {words.encode("utf-8"), words.encode("utf-16-le"), json.dumps(words)[1:-1].encode()}
    for codec in ("iso8859_5", "cp1251", "koi8_r"):
        found.add(words.encode(codec, "ignore"))
    return {spelled for spelled in found if len(spelled) >= 4}


def test_there_are_the_exporters_that_are_promised() -> None:
    assert {"csv", "jsonl", "sr", "seg", "assessment"} <= set(EVERY)
    assert all(exporter.title_key in catalogue("en") for exporter in exporters().values())


def test_enough_canaries_are_planted(case: Case) -> None:
    assert len(canaries()) >= 200
    assert case.study is not None
    sources = b"".join(
        instance.path.read_bytes() for series in case.study.series for instance in series.instances
    )
    planted = [word for word in canaries() if word.encode() in sources]
    assert len(planted) >= 160


@pytest.mark.parametrize("exporter", EVERY)
def test_no_identifier_is_in_any_byte(exporter: str, case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, exporter)
    searched = 0
    for file in report.files:
        for content in contents(file):
            searched += len(content)
            lowered = content.lower()
            for word in canaries():
                assert not any(spelled.lower() in lowered for spelled in encodings(word)), (
                    f"{word} in {file.name}"
                )
        assert not any(word in file.name for word in canaries())
    assert searched > 500


@pytest.mark.parametrize("exporter", EVERY)
def test_an_identified_export_keeps_the_study(exporter: str, case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, exporter, identified=True)
    whole = b"".join(file.read_bytes() for file in report.files)
    assert STUDY_UID.encode() in whole


@pytest.mark.parametrize("exporter", ["assessment", "csv", "jsonl", "sr"])
def test_an_identified_report_keeps_patient_and_words(exporter: str, case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, exporter, identified=True)
    whole = b"".join(file.read_bytes() for file in report.files)
    assert "Гранулёма у Зильберштейн".encode() in whole
    assert PATIENT.patient_id.encode() in whole


@pytest.mark.parametrize("exporter", sorted(set(EVERY) - SOURCES))
def test_not_for_primary_diagnosis_is_in_every_file(exporter: str, case: Case, tmp_path: Path) -> None:
    for identified in (False, True):
        report = export(case, tmp_path / str(identified), exporter, identified=identified)
        assert report.files
        for file in report.files:
            assert NOTICE.encode() in file.read_bytes(), file.name


@pytest.mark.parametrize("exporter", CLINICAL)
def test_what_was_not_accepted_is_in_no_clinical_file(exporter: str, case: Case, tmp_path: Path) -> None:
    names = Pseudonyms(load_key(case.paths.data / "export.key"))
    kept = (Verdict.ACCEPTED, Verdict.EDITED)
    for identified in (False, True):
        report = export(case, tmp_path / str(identified), exporter, identified=identified)
        whole = b"".join(file.read_bytes() for file in report.files)
        for judgement in case.reading.judgements:
            plain = judgement.finding.finding_id
            uid = plain if identified else names.uid(plain)
            if judgement.verdict not in kept:
                assert uid.encode() not in whole
                assert judgement.finding.label.encode() not in whole


@pytest.mark.parametrize("exporter", CLINICAL)
def test_nothing_accepted_leaves_no_clinical_file(exporter: str, case: Case, tmp_path: Path) -> None:
    rejected = tuple(replace(j, verdict=Verdict.REJECTED, label="") for j in case.reading.judgements)
    with pytest.raises(ExportRefusedError) as refused:
        export(case.judged(*rejected), tmp_path, exporter)
    assert refused.value.key == "error.export.nothing_accepted"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("exporter", sorted(MEASURED))
def test_nothing_measured_leaves_no_file(exporter: str, case: Case, tmp_path: Path) -> None:
    silent = replace(case.reading, measurements=(), key_images=())
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(silent, case.study, [exporter], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.nothing_accepted"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("exporter", EVERY)
def test_the_manifest_hashes_every_file(exporter: str, case: Case, tmp_path: Path) -> None:
    from hashlib import sha256

    report = export(case, tmp_path, exporter)
    manifest = json.loads((report.folder / "manifest.json").read_text(encoding="utf-8"))
    hashes = {file["name"]: file["sha256"] for file in manifest["files"]}
    on_disk = {file.name: sha256(file.read_bytes()).hexdigest() for file in report.folder.iterdir()}
    assert hashes == {name: digest for name, digest in on_disk.items() if name != "manifest.json"}
    assert manifest["counts"]["findings_by_format"][exporter] == report.findings > 0
    assert manifest["tool_version"]
    assert manifest["identified"] is False


@pytest.mark.parametrize("exporter", EVERY)
def test_ids_are_the_same_in_repeated_exports(exporter: str, case: Case, tmp_path: Path) -> None:
    """RQ-59."""
    names = Pseudonyms(load_key(case.paths.data / "export.key"))
    accepted = [j.finding.finding_id for j in case.reading.judgements if j.verdict is Verdict.ACCEPTED]
    accepted += [one.measurement_id for one in case.reading.measurements]
    accepted += [one.frame.sop_instance_uid for one in case.reading.key_images]
    for run in "ab":
        whole = b"".join(file.read_bytes() for file in export(case, tmp_path / run, exporter).files)
        assert names.uid(STUDY_UID).encode() in whole
        assert any(names.uid(uid).encode() in whole for uid in accepted)


@pytest.mark.parametrize("exporter", ["csv", "jsonl"])
@pytest.mark.parametrize("state", [RunState.FAILED, RunState.NOT_APPLICABLE, RunState.INCONSISTENT])
def test_a_run_that_failed_has_a_row_and_is_not_negative(
    exporter: str, state: RunState, case: Case, tmp_path: Path
) -> None:
    failed = replace(case.reading.results[0], state=state, findings=(), result_id="2.25.1")
    reading = replace(case.reading, results=(failed,), judgements=())
    report = export_reading(reading, case.study, [exporter], tmp_path / "out", paths=case.paths)
    file = next(file for file in report.files if file.stem == "findings")
    if exporter == "csv":
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    else:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(row["record"], row["state"]) for row in rows] == [("run", state.value)]


def test_formulas_and_cyrillic_in_cells(case: Case, tmp_path: Path) -> None:
    """RQ-59."""
    evil = [
        "=cmd|'/C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\rx",
        'Очаг, "тёмный"\nв лёгком',
        "plain",
    ]
    judgements = [
        Judgement(
            replace(case.reading.judgements[0].finding, finding_id=f"2.25.{n}"), Verdict.EDITED, label=label
        )
        for n, label in enumerate(evil)
    ]
    report = export(case.judged(*judgements), tmp_path, "csv")
    with report.files[0].open(encoding="utf-8", newline="") as stream:
        found = [row["label"] for row in csv.DictReader(stream)]
    assert found[:6] == [f"'{label}" for label in evil[:6]]
    assert found[6:8] == evil[6:]


def test_numbers_below_zero_stay_numbers(case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, "csv")
    with report.files[0].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert float(rows[0]["center_z_mm"]) == -293.0


def test_the_dictionary_describes_every_key_of_a_line(case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, "jsonl")
    dictionary = json.loads((report.folder / "data_dictionary.json").read_text(encoding="utf-8"))
    line = json.loads((report.folder / "findings.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert {column["name"] for column in dictionary["columns"]} | {"schema_version"} == set(line)
    assert all(column["meaning"] and column["type"] for column in dictionary["columns"])


def test_counts_agree_across_formats(case: Case, tmp_path: Path) -> None:
    report = export(case, tmp_path, *EVERY)
    counts = json.loads((report.folder / "manifest.json").read_text(encoding="utf-8"))["counts"]
    found = counts["findings_by_format"]
    assert found.pop("coco") == 4  # two regions and two boxes; a point has no box
    assert found.pop("nifti") == 1  # a radiograph makes no volume
    assert found.pop("measurements") == found.pop("measurements_csv") == 14
    assert found.pop("key_images") == 3
    assert found.pop("images") == SLICES + 1
    assert found.pop("heat") == 3  # a box, a region and a point of the one name
    assert found.pop("gsps") == found.pop("png") == found.pop("city") == 5
    assert found == {"assessment": 6, "csv": 8, "jsonl": 8, "seg": 2, "seg_labelmap": 2, "sr": 5}
    assert RESULT_UID not in json.dumps(counts)
