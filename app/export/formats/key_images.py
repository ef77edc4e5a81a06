"""DICOM key object selection of the images that readers marked (PS3.3 A.35.4, PS3.16 TID 2010)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.domain.errors import ExportRefusedError
from app.domain.key_image import KeyImage
from app.domain.study import Instance, Series
from app.export.dicom_object import encoding, finish, own_arguments, paragraph, save
from app.export.headers import header_of
from app.export.sr_parts import person_observer
from app.export.types import NOTICE, Exporter, ExportSet, StudyExport, Written
from app.export.words import file_text
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9400


def write(export_set: ExportSet, folder: Path) -> Written:
    """One selection per study and reader."""
    files: list[str] = []
    count = 0
    for study, images in _pages(export_set):
        name = f"key_images_{len(files) + 1:04d}.dcm"
        with encoding(name):
            save(_build(export_set, study, images, len(files) + 1), folder / name)
        files.append(name)
        count += len(images)
    remarks = () if files else (text("export.remark.no_key_images"),)
    return Written(tuple(files), count, remarks)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every selection again and compare the images that it names."""
    from pydicom import dcmread

    wanted = {
        (one.frame.sop_instance_uid, one.frame.frame)
        for study in export_set.studies
        for one in study.reading.key_images
    }
    found = set()
    for name in written.files:
        for item in dcmread(folder / name).ContentSequence:
            for reference in item.get("ReferencedSOPSequence", []):
                frames = reference.get("ReferencedFrameNumber", 1)
                uid = str(reference.ReferencedSOPInstanceUID)
                found |= {(uid, int(frame)) for frame in np.atleast_1d(frames)}
    if found != wanted:
        raise ExportRefusedError("error.export.differs", file=", ".join(written.files))


def _pages(export_set: ExportSet) -> Iterator[tuple[StudyExport, list[KeyImage]]]:
    for study in export_set.studies:
        readers: dict[str, list[KeyImage]] = defaultdict(list)
        for one in study.reading.key_images:
            readers[one.reader].append(one)
        for images in readers.values():
            yield study, images


def _build(export_set: ExportSet, study: StudyExport, images: list[KeyImage], number: int) -> Dataset:
    from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
    from pydicom.sr.codedict import codes

    sources = [_source(study, one) for one in images]
    headers = [header_of(study, *source) for source in sources]
    content = KeyObjectSelection(
        document_title=codes.DCM.OfInterest,
        referenced_objects=list({header.SOPInstanceUID: header for header in headers}.values()),
        observer_person_context=person_observer(images[0].reader),
        description=paragraph(file_text("export.key_images.notice", notice=NOTICE)),
    )
    many = {image.sop_instance_uid for _, image in sources if image.frames > 1}
    _name_frames(content[0], [one for one in images if one.frame.sop_instance_uid in many])
    arguments = own_arguments(export_set, "Key images")
    for unknown in ("content_qualification", "coding_schemes"):
        arguments.pop(unknown)
    uid = ("key-images", study.reading.study_instance_uid)
    made = KeyObjectSelectionDocument(
        evidence=headers,
        content=content,
        series_instance_uid=export_set.new_uid(*uid),
        series_number=SERIES_NUMBER,
        sop_instance_uid=export_set.new_uid(*uid, number),
        instance_number=number,
        **arguments,
    )
    finish(made, export_set)
    return made


def _name_frames(root: Any, images: list[KeyImage]) -> None:  # Any: a content item of highdicom
    """Of an image with many frames say which (0008,1160); highdicom names whole instances."""
    frames: dict[str, list[int]] = defaultdict(list)
    for one in images:
        frames[one.frame.sop_instance_uid].append(one.frame.frame)
    for item in root.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", []):
            numbers = sorted(frames.get(str(reference.ReferencedSOPInstanceUID), ()))
            if numbers:
                reference.ReferencedFrameNumber = numbers if len(numbers) > 1 else numbers[0]


def _source(study: StudyExport, image: KeyImage) -> tuple[Series, Instance]:
    for series in study.study.series if study.study else ():
        for instance in series.instances:
            if instance.sop_instance_uid == image.frame.sop_instance_uid:
                return series, instance
    raise ExportRefusedError("error.export.no_key_image")


EXPORTER = Exporter(
    "key_images", "export.format.key_images", ".dcm", assessment=False, write=write, check=check
)
