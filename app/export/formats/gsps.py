"""Outlines, points and labels of accepted findings as DICOM presentation states that lie over the source images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.domain.errors import ExportRefusedError
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.domain.volume import FrameRef
from app.export.dicom_object import (
    algorithm_equipment,
    encoding,
    finish,
    line,
    own_arguments,
    paragraph,
    save,
    valid_uid,
)
from app.export.headers import header_of
from app.export.outlines import Drawing, drawings
from app.export.own import is_own
from app.export.stand_ins import name_presented, stand_in
from app.export.types import NOTICE, Exporter, ExportSet, StudyExport, Written
from app.export.wording import caption
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9600
_LAYER = "AI_FINDINGS"
_GREYS = {"MONOCHROME1", "MONOCHROME2"}


def write(export_set: ExportSet, folder: Path) -> Written:
    """One state for each series and model that has something to draw on grey images."""
    files: list[str] = []
    findings: set[str] = set()
    for study, drawn in _states(export_set):
        name = f"gsps_{len(files) + 1:04d}.dcm"
        with encoding(name):
            save(_build(export_set, study, drawn, len(files) + 1), folder / name)
        files.append(name)
        findings |= {one.judgement.finding.finding_id for one in drawn}
    remarks = () if files else (text("export.remark.nothing_drawn"),)
    return Written(tuple(files), len(findings), remarks)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every state again and compare every point with what was to be drawn."""
    from pydicom import dcmread

    for name, (_, drawn) in zip(written.files, _states(export_set), strict=True):
        made = dcmread(folder / name)
        found = [
            (_ref(annotation.ReferencedImageSequence[0]), _points(graphic))
            for annotation in made.GraphicAnnotationSequence
            for graphic in annotation.GraphicObjectSequence
        ]
        wanted = [(one.image.ref, line) for one in drawn for line in one.lines]
        if len(found) != len(wanted) or not all(
            a == b and len(p) == len(q) and np.allclose(p, q + 1, atol=0.01)
            for (a, p), (b, q) in zip(found, wanted, strict=True)
        ):
            raise ExportRefusedError("error.export.differs", file=name)


def _ref(item: Dataset) -> FrameRef:
    return FrameRef(str(item.ReferencedSOPInstanceUID), int(item.get("ReferencedFrameNumber", 1)))


def _points(graphic: Dataset) -> Any:
    return np.asarray(graphic.GraphicData, dtype=np.float64).reshape(-1, 2)


def _states(export_set: ExportSet) -> Iterator[tuple[StudyExport, list[Drawing]]]:
    for study in export_set.studies:
        groups: dict[tuple[str, str], list[Drawing]] = defaultdict(list)
        for one in drawings(export_set, study):
            if one.image.photometric in _GREYS:  # a grey state may not lie on a colour image (PS3.3 A.33.1)
                groups[one.series.series_instance_uid, one.result.result_id].append(one)
        for drawn in groups.values():
            yield study, drawn


def _build(export_set: ExportSet, study: StudyExport, drawn: list[Drawing], number: int) -> Dataset:
    from highdicom.pr import GraphicLayer, GrayscaleSoftcopyPresentationState

    layer = GraphicLayer(_LAYER, order=1, description=NOTICE)
    series = drawn[0].series
    images = list({one.image.ref: one.image for one in drawn}.values())
    arguments = own_arguments(export_set, "AI outlines")
    for unknown in ("content_qualification", "coding_schemes", "content_date", "content_time"):
        arguments.pop(unknown, None)
    if not is_own(drawn[0].result):
        arguments["contributing_equipment"] = [algorithm_equipment(drawn[0].result.package)]
    made = GrayscaleSoftcopyPresentationState(
        referenced_images=[_header(study, series, image) for image in images],
        series_instance_uid=export_set.new_uid("gsps-series", study.reading.study_instance_uid),
        series_number=SERIES_NUMBER,
        sop_instance_uid=export_set.new_uid("gsps", series.series_instance_uid, drawn[0].result.result_id),
        instance_number=number,
        content_label="AI_OUTLINES",
        content_description=NOTICE,
        graphic_annotations=[_annotation(study, one, layer) for one in drawn],
        graphic_layers=[layer],
        **arguments,
    )
    if not export_set.identified:
        made.PresentationCreationDate, made.PresentationCreationTime = "19000101", "000000"
    name_presented(made, images)
    finish(made, export_set)
    return made


def _header(study: StudyExport, series: Series, image: SourceImage) -> Dataset:
    header = header_of(study, series, image)
    stand_in(header, image)
    header.PhotometricInterpretation, header.SamplesPerPixel = image.photometric, 1
    return header


def _annotation(study: StudyExport, one: Drawing, layer: Any) -> Any:  # Any: highdicom's types
    from highdicom.pr import GraphicAnnotation, GraphicObject, TextObject

    uid = valid_uid(one.judgement.finding.finding_id)
    label = line(one.judgement.shown_label)
    graphics = [
        GraphicObject(
            graphic_type="POINT" if len(points) == 1 else "POLYLINE",
            graphic_data=points + 1.0,  # PIXEL units begin at 1, 1 (PS3.3 C.10.5.1.2)
            units="PIXEL",
            tracking_id=label,
            tracking_uid=uid,
        )
        for points in one.lines
    ]
    low = np.vstack(one.lines).min(axis=0)
    anchor = (float(low[0]) + 1.0, float(low[1]) + 1.0)
    words = paragraph(f"{caption(one.judgement, one.result)}\n{NOTICE}")
    return GraphicAnnotation(
        referenced_images=[_header(study, one.series, one.image)],
        graphic_layer=layer,
        graphic_objects=graphics,
        text_objects=[
            TextObject(
                text_value=words, units="PIXEL", anchor_point=anchor, tracking_id=label, tracking_uid=uid
            )
        ],
    )


EXPORTER = Exporter("gsps", "export.format.gsps", ".dcm", assessment=False, write=write, check=check)
