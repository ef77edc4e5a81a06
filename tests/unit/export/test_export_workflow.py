from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import ExportRefusedError
from app.export.types import Exporter, ExportSet, Written
from app.findings.events import Exported, event_of
from app.findings.journal import Journal
from app.workflows import export as workflow
from app.workflows.export import export_reading, exporters
from tests.support.export import Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def with_writer(monkeypatch: pytest.MonkeyPatch, **parts: object) -> None:
    """Let the csv exporter meet a disk that fails."""
    broken: Exporter = replace(exporters()["csv"], **parts)  # type: ignore[arg-type]  # fields by name
    monkeypatch.setattr(workflow, "exporters", lambda: {"csv": broken})


def test_an_earlier_export_is_replaced_whole(case: Case, tmp_path: Path) -> None:
    export_reading(case.reading, case.study, ["csv", "jsonl"], tmp_path / "out", paths=case.paths)
    export_reading(case.reading, case.study, ["csv"], tmp_path / "out", paths=case.paths)
    assert entries(tmp_path / "out") == ["findings.csv", "manifest.json"]
    assert entries(tmp_path) == ["out"]


@pytest.mark.parametrize("change", ["another file", "an edited file"])
def test_a_folder_with_anything_else_is_left_alone(case: Case, tmp_path: Path, change: str) -> None:
    out = tmp_path / "out"
    export_reading(case.reading, case.study, ["csv"], out, paths=case.paths)
    changed = out / ("notes.txt" if change == "another file" else "findings.csv")
    changed.write_text("mine")
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["csv"], out, paths=case.paths)
    assert refused.value.key == "error.export.not_empty"
    assert changed.read_text() == "mine"
    assert entries(tmp_path) == ["out"]


def test_a_full_disk_leaves_nothing_behind(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_: ExportSet, folder: Path) -> Written:
        (folder / "findings.csv").write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with_writer(monkeypatch, write=write)
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["csv"], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.disk_full"
    assert entries(tmp_path) == []


def test_a_failed_export_keeps_the_earlier_one(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_reading(case.reading, case.study, ["csv"], tmp_path / "out", paths=case.paths)
    before = (tmp_path / "out" / "findings.csv").read_bytes()

    def write(export_set: ExportSet, folder: Path) -> Written:
        written = exporters()["csv"].write(export_set, folder)
        whole = (folder / "findings.csv").read_bytes()
        (folder / "findings.csv").write_bytes(whole.replace(b"0.9", b"0.8", 1))
        return written

    with_writer(monkeypatch, write=write)
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["csv"], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.differs"
    assert (tmp_path / "out" / "findings.csv").read_bytes() == before
    assert entries(tmp_path) == ["out"]


def test_a_target_below_a_file_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["csv"], tmp_path / "file" / "out", paths=case.paths)
    assert refused.value.key == "error.export.cannot_write"


@pytest.mark.parametrize("formats", [[], ["csv", "pdf"]])
def test_an_unknown_format_is_refused_with_those_there_are(
    case: Case, tmp_path: Path, formats: list[str]
) -> None:
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, formats, tmp_path / "out", paths=case.paths)
    assert "csv" in str(refused.value.facts["known"])


def test_a_study_without_any_run_has_nothing_to_export(case: Case, tmp_path: Path) -> None:
    empty = replace(case.reading, results=(), judgements=(), measurements=(), key_images=())
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(empty, case.study, ["csv"], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.nothing"


def test_the_journal_remembers_what_left(case: Case, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.sqlite") as journal:
        report = export_reading(
            case.reading,
            case.study,
            ["csv"],
            tmp_path / "out",
            paths=case.paths,
            journal=journal,
            reader="anna",
        )
        (entry,) = journal.entries()
    event = event_of(entry.event_type, entry.payload)
    assert isinstance(event, Exported)
    assert event.formats == ("csv",)
    assert {name for name, _ in event.files} == {file.name for file in report.files}
    assert event.identified is False


def test_another_study_under_the_same_uid_lends_no_identity(case: Case, tmp_path: Path) -> None:
    assert case.study is not None
    other = replace(
        case.study, series=tuple(replace(s, series_instance_uid="9.9") for s in case.study.series)
    )
    report = export_reading(case.reading, other, ["csv"], tmp_path / "out", paths=case.paths, identified=True)
    assert case.study.patient.patient_id not in report.files[0].read_text(encoding="utf-8")
