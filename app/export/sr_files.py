"""Write structured reports of an export, and read them again: shared by the clinical and the assessment report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Judgement, Verdict
from app.export.codes import AI_ABSENT, AI_RESULT, ASSESSMENT, assessment_code
from app.export.collect import clinical_reading
from app.export.dicom_object import encoding, save, valid_uid
from app.export.own import OwnGroup, own_groups
from app.export.segments import SegmentFile, plan_segments
from app.export.sr_document import Document, build
from app.export.types import NOTICE, ExportSet, StudyExport, Written
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

_GROUP, _TRACKING_UID = "125007", "112040"  # DCM, PS3.16 TID 1410 and 1411


def write_reports(
    export_set: ExportSet, folder: Path, *, title: str, stem: str, verdicts: tuple[Verdict, ...]
) -> Written:
    """One file per study, model run and reader that has findings with these verdicts."""
    files: list[str] = []
    findings = 0
    for document in _documents(export_set, title, verdicts):
        numbered = replace(document, number=len(files) + 1)
        name = f"{stem}_{len(files) + 1:04d}.dcm"
        with encoding(name):
            save(build(numbered), folder / name)
        files.append(name)
        findings += len(document.judgements)
    remarks = () if files else (text("export.remark.nothing_accepted", format=stem),)
    return Written(tuple(files), findings, remarks)


def check_reports(
    export_set: ExportSet, folder: Path, written: Written, *, verdicts: tuple[Verdict, ...]
) -> None:
    """Read every report again and compare findings and verdicts with the set.

    By pydicom alone: that is another way than the one that wrote them, and takes a third of highdicom's time.
    """
    from pydicom import dcmread

    found: dict[str, str] = {}
    for name in written.files:
        report = dcmread(folder / name)
        items = list(_items(report))
        if report.VerificationFlag != "UNVERIFIED" or not any(
            NOTICE in str(i.get("TextValue", "")) for i in items
        ):
            raise ExportRefusedError("error.export.differs", file=name)
        for group in items:
            if _name(group) == _GROUP:
                uid, said = _group_words(group)
                found[uid] = said
    wanted = {
        valid_uid(judgement.finding.finding_id): assessment_code(judgement).value
        for study in export_set.studies
        for result in study.reading.results
        if _is_reportable(study, result)
        for judgement in study.judgements_of(result, *verdicts)
    } | {
        valid_uid(judgement.finding.finding_id): AI_ABSENT.value
        for study in export_set.studies
        for group in _own_of(study)
        for judgement in group.judgements
    }
    if found != wanted:
        raise ExportRefusedError("error.export.differs", file=", ".join(written.files))


def _documents(export_set: ExportSet, title: str, verdicts: tuple[Verdict, ...]) -> Iterator[Document]:
    for study in export_set.studies:
        segments = _segments(export_set, study)
        for result in study.reading.results:
            judged = study.judgements_of(result, *verdicts)
            if judged and not _is_reportable(study, result):
                raise ExportRefusedError("error.export.no_source_images", model=result.package.name)
            for reader, group in _by_reader(judged).items():
                yield Document(
                    export_set, study, result, tuple(group), reader, title, 0, _of(group, segments)
                )
        for own in _own_of(study):
            for reader, group in _by_reader(own.judgements).items():
                yield Document(
                    export_set, study, own.result, tuple(group), reader, title, 0, _of(group, segments)
                )


def _own_of(study: StudyExport) -> list[OwnGroup]:
    """Own findings whose images are known: a report has to refer to them."""
    return [group for group in own_groups(study) if _is_reportable(study, group.result)]


def _segments(export_set: ExportSet, study: StudyExport) -> dict[str, tuple[SegmentFile, int]]:
    """Finding id -> its segment, if this export writes SEG objects beside the report."""
    if "seg" not in export_set.formats:
        return {}
    clinical = replace(study, reading=clinical_reading(study.reading))
    files, _ = plan_segments(export_set, clinical)
    return {
        judgement.finding.finding_id: (file, number)
        for file in files
        for number, judgement in enumerate(file.judgements, start=1)
    }


def _of(
    group: list[Judgement], segments: dict[str, tuple[SegmentFile, int]]
) -> dict[str, tuple[SegmentFile, int]]:
    ids = {judgement.finding.finding_id for judgement in group}
    return {key: segment for key, segment in segments.items() if key in ids}


def _by_reader(judgements: tuple[Judgement, ...]) -> dict[str, list[Judgement]]:
    readers: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        readers.setdefault(judgement.reader, []).append(judgement)
    return readers


def _is_reportable(study: StudyExport, result: AnalysisResult) -> bool:
    """Whether the images that a report must refer to are known."""
    from app.export.headers import analysed_series

    return any(series.instances for series in analysed_series(study.study, result))


def _items(container: Dataset) -> Iterator[Dataset]:
    """All content items below a container, depth first."""
    for item in container.get("ContentSequence", []):
        yield item
        yield from _items(item)


def _name(item: Dataset) -> str:
    """Code value of an item's concept."""
    names = item.get("ConceptNameCodeSequence")
    return str(names[0].CodeValue) if names else ""


def _group_words(group: Dataset) -> tuple[str, str]:
    """(tracking UID, what was said of the finding) of a measurement group."""
    uid = said = ""
    for item in group.get("ContentSequence", []):
        if _name(item) == _TRACKING_UID:
            uid = str(item.UID)
        elif _name(item) in (ASSESSMENT.value, AI_RESULT.value):
            said = str(item.ConceptCodeSequence[0].CodeValue)
    return uid, said
