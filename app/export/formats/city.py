"""The message of the city programme with what goes along: a series of its own with contours burned in, and a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Judgement, RunState
from app.domain.outcome import MEASURED, outcome_of
from app.domain.source_image import SourceImage
from app.domain.volume import Space
from app.export.burn import burned, unmarked
from app.export.capture import secondary_capture
from app.export.city import Message, contradictions, message_of, nothing_found, report_more
from app.export.collect import CLINICAL
from app.export.dicom_object import encoding, save
from app.export.headers import analysed_series
from app.export.outlines import Drawing, drawings
from app.export.sr_document import Document, build
from app.export.stacks import stack_of
from app.export.types import Exporter, ExportSet, StudyExport, Written
from app.export.words import file_text, written_in
from app.support.i18n import text

_TITLE = "AI service report"  # of the series: English in every language, as 64 bytes hold few words


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    study: StudyExport
    result: AnalysisResult
    kept: tuple[Judgement, ...]
    series_uid: str


def write(export_set: ExportSet, folder: Path) -> Written:
    """For each run that ended negative, failed, or has an accepted finding: message, report, pictures."""
    with written_in(export_set.language):
        return _write(export_set, folder)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read everything again: the messages word by word, pictures and reports by their UIDs and the message's series."""
    with written_in(export_set.language):
        _check(export_set, folder, written)


def _write(export_set: ExportSet, folder: Path) -> Written:
    files: list[str] = []
    findings = 0
    left = 0
    number = 0
    for case in _cases(export_set):
        if case.result.state is RunState.POSITIVE and not case.kept:
            left += 1  # nobody has let it stand, and to call it normal would be a guess
            continue
        number += 1
        files += _write_case(export_set, case, folder, number)
        findings += len(case.kept)
    remarks = [text("export.remark.city_open", count=left)] if left else []
    measured = sum(_only_measured(result) for study in export_set.studies for result in study.reading.results)
    remarks += [text("export.remark.city_measured", count=measured)] if measured else []
    return Written(tuple(files), findings, tuple(remarks))


def _check(export_set: ExportSet, folder: Path, written: Written) -> None:
    from pydicom import dcmread

    cases = {case.result.result_id: case for case in _cases(export_set)}
    wanted = [
        json.loads(_told(message_of(case.result, case.kept, case.series_uid)))
        for case in cases.values()
        if case.kept or case.result.state is not RunState.POSITIVE
    ]
    names = [name for name in written.files if name.endswith(".json")]
    found = [json.loads((folder / name).read_text(encoding="utf-8")) for name in names]
    pictures = [dcmread(folder / name) for name in written.files if "_picture_" in name]
    series = {str(made.SeriesInstanceUID) for made in pictures}
    if (names and found != wanted) or not series <= {message["seriesIUID"] for message in found}:
        raise ExportRefusedError("error.export.differs", file=", ".join(names))


def _cases(export_set: ExportSet) -> Iterator[_Case]:
    for study in export_set.studies:
        for result in study.reading.results:
            if result.imported is None and not _only_measured(result):
                kept = study.judgements_of(result, *CLINICAL)
                yield _Case(study, result, kept, export_set.new_uid("city", result.result_id))


def _only_measured(result: AnalysisResult) -> bool:
    """A run that looks for nothing: the message knows what was found and that nothing was, and it is neither."""
    return result.imported is None and outcome_of(result) == MEASURED


def _write_case(export_set: ExportSet, case: _Case, folder: Path, number: int) -> list[str]:
    message = message_of(case.result, case.kept, case.series_uid)
    broken = contradictions(message, case.kept)
    if broken:
        raise ExportRefusedError("error.export.contradiction", what=", ".join(broken))
    stem = f"city_{number:04d}"
    (folder / f"{stem}.json").write_bytes(_told(message))
    return [
        f"{stem}.json",
        *_pictures(export_set, case, folder, stem),
        *_report(export_set, case, folder, stem),
    ]


def _told(message: Message) -> bytes:
    """The message as it stands in its file; what UTF-8 cannot hold becomes a question mark."""
    words = json.dumps(message.as_json(), indent=1, ensure_ascii=False) + "\n"
    return words.encode("utf-8", "replace")


def _pictures(export_set: ExportSet, case: _Case, folder: Path, stem: str) -> list[str]:
    """Every image that shows an accepted finding of the run."""
    pages: dict[tuple[str, int], list[Drawing]] = {}
    for one in drawings(export_set, case.study):
        if one.result.result_id == case.result.result_id:
            pages.setdefault((one.image.sop_instance_uid, one.image.frame), []).append(one)
    gate, note = export_set.gate, (file_text("city.note"),)
    shown = [(drawn[0].image, burned(case.study, drawn, gate, note)) for drawn in pages.values()]
    if case.result.state is RunState.NEGATIVE:
        words = nothing_found(case.result)
        shown = [(image, unmarked(case.study, image, gate, words)) for image in _looked_at(case)]
    files: list[str] = []
    for image, picture in shown:
        if picture is not None:
            name = f"{stem}_picture_{len(files) + 1:03d}.dcm"
            place = (case.series_uid, len(files) + 1, image)
            with encoding(name):
                made = secondary_capture(export_set, case.study, case.result, picture, place)
                save(made, folder / name)
            files.append(name)
    return files


def _looked_at(case: _Case) -> list[SourceImage]:
    """Where a run found nothing: the middle of its stack, or of every film that it saw the middle frame."""
    places: list[SourceImage] = []
    for series in analysed_series(case.study.study, case.result):
        stack = stack_of(case.study, series, case.result)
        if case.result.space is Space.PATIENT and stack:
            places.append(stack[len(stack) // 2])
        else:
            places += [image for image in stack if image.frame == (image.frames + 1) // 2]
    return [image for image in places if image.sop_instance_uid in case.study.image_files]


def _report(export_set: ExportSet, case: _Case, folder: Path, stem: str) -> list[str]:
    """The same in text as TID 1500, by the one who let it stand; of a run that found nothing, by the service alone.

    None where the run failed, or the images are not known.
    """
    is_told = bool(case.kept) or case.result.state is RunState.NEGATIVE
    if not is_told or not _has_images(case):
        return []
    reader = case.kept[0].reader if case.kept else ""
    document = Document(
        export_set=replace(export_set, formats=("city",)),
        study=case.study,
        result=case.result,
        judgements=case.kept,
        reader=reader,
        title=_TITLE,
        number=1,
        segments={},
        more=report_more(message_of(case.result, case.kept, case.series_uid), case.result),
    )
    name = f"{stem}_report.dcm"
    with encoding(name):
        made = build(document)
        made.SeriesInstanceUID = export_set.new_uid("city-report", case.result.result_id)
        made.SOPInstanceUID = export_set.new_uid("city-report-object", case.result.result_id)
        made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
        save(made, folder / name)
    return [name]


def _has_images(case: _Case) -> bool:
    return any(series.instances for series in analysed_series(case.study.study, case.result))


EXPORTER = Exporter("city", "export.format.city", ".json", assessment=False, write=write, check=check)
