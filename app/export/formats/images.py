"""The source images themselves: without identity by the Basic Profile, or as they are in an identified export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import ExportRefusedError
from app.domain.study import Instance
from app.export.codestream_words import without_comments
from app.export.dicom_object import encoding
from app.export.image_profile import Nobody, left_uids, without_identity
from app.export.looks import Decided
from app.export.pixel_gate import blank, read_image, stored_pixels
from app.export.types import Exporter, ExportSet, StudyExport, Written
from app.support.held.doors import open_file
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

_PREAMBLE = bytes(128)
_SMALL = 1024  # what is longer is only passed by where it is asked whether it is there


def write(export_set: ExportSet, folder: Path) -> Written:
    """One file per image, named by number; every file that needs a look has had it before the first is written."""
    pages = [(study, image, file) for study in export_set.studies for image, file in images_of(study)]
    export_set.gate.check(file for _, _, file in pages)
    files: list[str] = []
    stayed = 0
    for study, _, file in pages:
        made = _made(export_set, study, file)
        if made is None:
            stayed += 1
            continue
        name = f"image_{len(files) + 1:06d}.dcm"
        with encoding(name):
            made.preamble = _PREAMBLE
            made.save_as(folder / name, enforce_file_format=True)
        files.append(name)
    remarks = [text("export.remark.images_stayed", count=stayed)] if stayed else []
    return Written(tuple(files), len(files), tuple(remarks))


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every image again: its own UID, its preamble, and without identity no UID or private word of the source."""
    from pydicom import dcmread

    wanted = [
        (image.sop_instance_uid, file)
        for study in export_set.studies
        for image, file in images_of(study)
        if export_set.gate.leaves(file) and _has_pixels(file)
    ]
    if len(wanted) != len(written.files):
        raise ExportRefusedError("error.export.differs", file=", ".join(written.files))
    for name, (uid, file) in zip(written.files, wanted, strict=True):
        made = dcmread(folder / name)
        is_right = made.SOPInstanceUID == uid == made.file_meta.MediaStorageSOPInstanceUID
        is_right = is_right and made.preamble == _PREAMBLE and "PixelData" in made
        if export_set.names is not None:
            is_right = is_right and _names_nothing_of(made, file)
        if not is_right:
            raise ExportRefusedError("error.export.differs", file=name)


def _names_nothing_of(made: Dataset, file: Path) -> bool:
    from pydicom import dcmread

    if any(element.tag.is_private for element in made.iterall()):
        return False
    with open_file(file) as opened:
        return not left_uids(made, dcmread(opened, stop_before_pixels=True))


def images_of(study: StudyExport) -> Iterator[tuple[Instance, Path]]:
    """Every instance of the study whose file is known, series by series."""
    for series in study.study.series if study.study else ():
        for instance in series.instances:
            file = study.image_files.get(instance.sop_instance_uid)
            if file is not None:
                yield instance, file


def _has_pixels(file: Path) -> bool:
    from pydicom import dcmread

    with open_file(file) as opened:  # pixels of floating point are another attribute, and stay here
        return "PixelData" in dcmread(opened, specific_tags=["PixelData"], defer_size=_SMALL)


def _made(export_set: ExportSet, study: StudyExport, file: Path) -> Dataset | None:
    """The dataset to be written; None for what is no image or was decided to stay."""
    if not export_set.gate.leaves(file):
        return None
    data = read_image(file)
    if "PixelData" not in data:
        return None
    if export_set.names is None:
        return data
    look = export_set.gate.look(file)
    boxes = look.boxes if look and look.decided is Decided.BLANK else ()
    if boxes:
        photometric = str(data.PhotometricInterpretation)
        _put_pixels(data, boxes, photometric)
    else:
        _drop_comments(data)
    _clean_meta(data, export_set)
    assert study.study is not None
    nobody = Nobody(
        names=export_set.names,
        patient=study.true_patient or study.study.patient,
        pseudonym=study.patient_header["PatientID"],
        clean=study.clean or str,
        options=export_set.options,
    )
    without_identity(data, nobody, was_blanked=bool(boxes), was_seen=look is not None)
    return data


def _put_pixels(data: Dataset, boxes: tuple[tuple[int, int, int, int], ...], photometric: str) -> None:
    from pydicom.uid import ExplicitVRLittleEndian

    pixels = blank(stored_pixels(data), boxes, photometric)
    if photometric.startswith("YBR"):
        data.PhotometricInterpretation = "RGB"  # decoded so
    if pixels.ndim == 4:
        data.PlanarConfiguration = 0
    data.PixelData = pixels.tobytes() + (b"\0" if pixels.nbytes % 2 else b"")
    data["PixelData"].VR = "OB" if data.BitsAllocated == 8 else "OW"
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian


def _drop_comments(data: Dataset) -> None:
    from pydicom.encaps import encapsulate, generate_frames

    if not data.file_meta.TransferSyntaxUID.is_compressed or data.file_meta.TransferSyntaxUID.is_deflated:
        return
    count = int(data.get("NumberOfFrames", 1) or 1)
    frames = [without_comments(frame) for frame in generate_frames(data.PixelData, number_of_frames=count)]
    data.PixelData = encapsulate(frames)
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in data:
            del data[keyword]


def _clean_meta(data: Dataset, export_set: ExportSet) -> None:
    """The file meta group anew: the source's may name stations and private things."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    assert export_set.names is not None
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = data.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID = data.SOPClassUID
    meta.MediaStorageSOPInstanceUID = UID(export_set.names.uid(str(data.SOPInstanceUID)))
    data.file_meta = meta


EXPORTER = Exporter("images", "export.format.images", ".dcm", assessment=False, write=write, check=check)
