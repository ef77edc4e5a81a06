"""Source images leave without identity, and never without the look that their kind asks for (RQ-60, RQ-61)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.uid import JPEGLSLossless, SecondaryCaptureImageStorage, UltrasoundImageStorage

from app.domain.errors import ExportRefusedError
from app.domain.finding import Reading
from app.domain.key_image import KeyImage
from app.domain.study import Study
from app.domain.volume import FrameRef
from app.export import image_profile
from app.export.codestream_words import without_comments
from app.export.deidentify import Pseudonyms, load_key
from app.export.looks import Decided, Look, file_sha256
from app.export.options import Option
from app.export.pixel_gate import reason_of
from app.workflows.export import ExportReport, export_reading, export_readings
from app.workflows.looks import images_to_look_at, write_questions
from tests.support.burned import burned
from tests.support.dicom_files import ct_dataset, write
from tests.support.dicom_tools import iod_errors
from tests.support.export import SLICES, STUDY_DATE, Case, build_case

ALL = ("images", "sr", "seg", "key_images", "gsps", "heat", "measurements")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    target = tmp_path_factory.mktemp("export") / "out"
    return export_reading(case.reading, case.study, ALL, target, paths=case.paths)


def images(report: ExportReport) -> list[Dataset]:
    return [dcmread(file) for file in report.files if file.name.startswith("image_")]


def references(data: Dataset) -> set[str]:
    return {
        str(element.value)
        for element in data.iterall()
        if element.keyword in ("ReferencedSOPInstanceUID", "ReferencedFrameOfReferenceUID")
    }


def test_rq60_every_reference_of_every_object_resolves(report: ExportReport) -> None:
    """Images, SR, SEG, KOS, GSPS and parametric maps agree on every UID."""
    objects = [dcmread(file) for file in report.files if file.suffix == ".dcm"]
    known = {str(one.SOPInstanceUID) for one in objects}
    known |= {str(one.FrameOfReferenceUID) for one in objects if "FrameOfReferenceUID" in one}
    asked = set().union(*(references(one) for one in objects))
    assert len(images(report)) == SLICES + 1
    assert len(asked) >= SLICES
    assert asked <= known
    assert len({str(one.StudyInstanceUID) for one in objects}) == 1
    assert len({(str(one.PatientID), str(one.PatientName)) for one in objects}) == 1


def test_rq60_profile_and_options_are_written_and_preambles_are_zero(report: ExportReport) -> None:
    for made in images(report):
        assert made.PatientIdentityRemoved == "YES"
        assert [item.CodeValue for item in made.DeidentificationMethodCodeSequence] == ["113100", "113105"]
        assert made["LongitudinalTemporalInformationModified"].value == "REMOVED"
        assert made.preamble == bytes(128)
        assert not any(element.tag.is_private for element in made.iterall())


def test_rq60_pixels_and_places_stay(case: Case, report: ExportReport) -> None:
    names = Pseudonyms(load_key(case.paths.data / "export.key"))
    assert case.study is not None
    sources = {names.uid(i.sop_instance_uid): i.path for s in case.study.series for i in s.instances}
    for made in images(report):
        source = dcmread(sources[str(made.SOPInstanceUID)])
        assert made.PixelData == source.PixelData
        for keyword in (
            "ImagePositionPatient",
            "ImageOrientationPatient",
            "PixelSpacing",
            "Modality",
            "Rows",
        ):
            assert made.get(keyword) == source.get(keyword)


def test_rq60_options_keep_what_they_name_and_nothing_else(case: Case, tmp_path: Path) -> None:
    options = frozenset({Option.PATIENT, Option.DEVICE, Option.DATES_MODIFIED})
    report = export_readings(
        [(case.reading, case.study)], ["images"], tmp_path / "out", paths=case.paths, options=options
    )
    made = images(report)[0]
    assert made.PatientSex == "F"
    assert made.DeviceSerialNumber == "SERIAL-88123"
    assert len(made.StudyDate) == 8
    assert made.StudyDate != STUDY_DATE
    assert made["LongitudinalTemporalInformationModified"].value == "MODIFIED"
    dates = [made.StudyDate, made.AcquisitionDate, made.SeriesDate]
    assert [int(day[6:]) for day in dates] != [17, 18, 19] or dates[0][:6] != "201903"
    codes = {item.CodeValue for item in made.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113105", "113107", "113108", "113109"}
    assert made.get("InstitutionName", "") in ("", "ANONYMOUS")


def test_rq60_real_kinds_of_images_stay_valid(tmp_path: Path) -> None:
    """The checker finds nothing in the written image that it did not find in its source."""
    study = one_image(tmp_path / "in", Modality="CT", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])
    before = set(iod_errors(study.series[0].instances[0].path))
    report = export_images(study, tmp_path)
    after = set(iod_errors(next(file for file in report.files if file.suffix == ".dcm")))
    assert {words for words in after - before if "Retired" not in words} == set()


def one_image(folder: Path, pixels: NDArray[np.uint8] | None = None, **tags: Any) -> Study:
    """A study of one image with these attributes, as the index would know it."""
    from app.studies.scan import scan

    data = ct_dataset(**tags)
    if pixels is not None:
        data.Rows, data.Columns = pixels.shape
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
        data.PixelData = pixels.tobytes() + b"\0" * (pixels.size % 2)
    write(data, folder / "one.dcm")
    (study,) = scan([folder]).studies
    return study


def export_images(
    study: Study, tmp_path: Path, *looks: Look, formats: tuple[str, ...] = ("images",)
) -> ExportReport:
    from app.support.paths import UserPaths

    image = study.series[0].instances[0]
    key = KeyImage(
        study.study_instance_uid,
        study.series[0].series_instance_uid,
        FrameRef(image.sop_instance_uid),
        "anna",
    )
    reading = Reading(study.study_instance_uid, key_images=(key,))
    paths = UserPaths(tmp_path / "data", tmp_path / "cache", tmp_path / "settings")
    return export_readings(
        [(reading, study)],
        formats,
        tmp_path / "out",
        paths=paths,
        looks={look.sha256: look for look in looks},
    )


@pytest.mark.parametrize(
    "tags",
    [
        {"Modality": "US", "SOPClassUID": UltrasoundImageStorage},
        {"Modality": "OT", "SOPClassUID": SecondaryCaptureImageStorage},
        {"Modality": "XA"},
        {"Modality": "CR", "ConversionType": "DF"},
        {"Modality": "CT", "BurnedInAnnotation": "YES"},
        {"Modality": "CT", "BurnedInAnnotation": "MAYBE"},
    ],
    ids=["ultrasound", "secondary capture", "angiography", "film", "says yes", "says something else"],
)
def test_rq61_kinds_that_may_show_identity_wait_for_a_look(tags: dict[str, Any], tmp_path: Path) -> None:
    study = one_image(tmp_path / "in", **tags)
    with pytest.raises(ExportRefusedError) as refused:
        export_images(study, tmp_path)
    assert refused.value.key == "error.looks.needed"
    assert not (tmp_path / "out").exists()
    file = study.series[0].instances[0].path
    other = Look("00" * 32, Decided.CLEAN, (), "anna")
    with pytest.raises(ExportRefusedError):  # a look at another file does not count
        export_images(study, tmp_path, other)
    export_images(study, tmp_path, Look(file_sha256(file), Decided.CLEAN, (), "anna"))
    made = dcmread(tmp_path / "out" / "image_000001.dcm")
    assert made.BurnedInAnnotation == "NO"


def test_rq61_letters_in_any_image_make_a_person_look_and_can_be_blanked(tmp_path: Path) -> None:
    case = burned(6)  # letters on a film
    study = one_image(
        tmp_path / "in",
        case.picture,
        Modality="CR",
        SOPClassUID="1.2.840.10008.5.1.4.1.1.1",
        BurnedInAnnotation="NO",
    )
    (asked,) = images_to_look_at([study])
    assert asked.reason_key == "looks.reason.letters"
    with pytest.raises(ExportRefusedError):
        export_images(study, tmp_path)
    export_images(study, tmp_path, Look(asked.sha256, Decided.BLANK, asked.boxes, "anna"))
    made = dcmread(tmp_path / "out" / "image_000001.dcm")
    assert np.ptp(made.pixel_array[case.ink]) == 0 or len(np.unique(made.pixel_array[case.ink])) <= 20
    covered = np.zeros_like(case.ink)
    for top, left, bottom, right in asked.boxes:
        covered[top:bottom, left:right] = True
    assert np.ptp(made.pixel_array[covered]) == 0
    np.testing.assert_array_equal(made.pixel_array[~covered], case.picture[~covered])
    codes = {item.CodeValue for item in made.DeidentificationMethodCodeSequence}
    assert "113101" in codes
    assert made.BurnedInAnnotation == "NO"


def test_rq61_an_image_that_is_left_out_stays(tmp_path: Path) -> None:
    study = one_image(tmp_path / "in", Modality="US")
    file = study.series[0].instances[0].path
    look = Look(file_sha256(file), Decided.LEAVE_OUT, (), "anna")
    report = export_images(study, tmp_path, look, formats=("images", "key_images"))
    assert not [one for one in report.files if one.name.startswith("image_")]
    assert any("stay here" in words for words in report.remarks)


def test_rq61_the_file_of_decisions_must_be_decided_entry_by_entry(tmp_path: Path) -> None:
    from app.export.looks import read_answers

    study = one_image(tmp_path / "in", Modality="US")
    file = write_questions(images_to_look_at([study]), tmp_path / "looks")
    assert (tmp_path / "looks" / "look_0001.png").stat().st_size > 0
    with pytest.raises(ExportRefusedError) as refused:
        read_answers(file)
    assert refused.value.key == "error.looks.entry"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["images"][0] |= {"decision": "clean", "who": ""}
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ExportRefusedError):  # nobody has decided
        read_answers(file)
    told["images"][0]["who"] = "anna"
    file.write_text(json.dumps(told), encoding="utf-8")
    export_images(study, tmp_path, *read_answers(file).values())


def test_no_rule_is_missed_by_a_plain_slice(case: Case) -> None:
    assert case.study is not None
    plain = dcmread(case.study.series[0].instances[0].path)
    assert reason_of(plain) == ""
    plain.Modality = ""
    assert reason_of(plain) != ""


def test_a_name_in_a_comment_of_a_compressed_frame_goes(tmp_path: Path) -> None:
    import imagecodecs

    frame = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    jpeg = imagecodecs.jpegls_encode(frame)
    named = jpeg[:2] + b"\xff\xfe" + (2 + 12).to_bytes(2, "big") + b"IVANOVA ANNA" + jpeg[2:]
    assert b"IVANOVA" not in without_comments(named)
    np.testing.assert_array_equal(imagecodecs.jpegls_decode(without_comments(named)), frame)
    j2k = imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True)
    assert b"\xff\x64" in j2k
    np.testing.assert_array_equal(imagecodecs.jpeg2k_decode(without_comments(j2k)), frame)
    assert JPEGLSLossless.is_compressed


def test_an_identified_export_keeps_the_image_as_it_is(tmp_path: Path, case: Case) -> None:
    report = export_reading(
        case.reading, case.study, ["images"], tmp_path / "out", paths=case.paths, identified=True
    )
    made = images(report)[0]
    assert case.study is not None
    source = next(
        dcmread(i.path)
        for s in case.study.series
        for i in s.instances
        if i.sop_instance_uid == made.SOPInstanceUID
    )
    assert made.PatientName == source.PatientName
    assert made.PixelData == source.PixelData
    assert replace(case.study) == case.study


def test_an_object_of_floating_pixels_stays_and_the_images_beside_it_leave(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 16 * 16, dtype=np.float32)
    floats = ct_dataset(SOPInstanceUID="1.2.826.0.1.3680043.8.498.77", Rows=16, Columns=16, BitsAllocated=32)
    del floats.PixelData
    floats.FloatPixelData = values.tobytes()
    write(floats, tmp_path / "in" / "two.dcm")
    study = one_image(tmp_path / "in", Modality="CT")
    assert sum(len(series.instances) for series in study.series) == 2
    report = export_images(study, tmp_path)
    assert len(images(report)) == 1
    assert any("stay here" in words for words in report.remarks)


@pytest.mark.parametrize("root", ["1.2.826.0.1.3680043.8.498.", "2.25."])
def test_a_uid_of_the_source_that_was_left_in_a_written_image_is_found(root: str, tmp_path: Path) -> None:
    study = one_image(tmp_path / "in", Modality="CT", FrameOfReferenceUID=f"{root}4711")
    report = export_images(study, tmp_path)
    source, (made,) = dcmread(study.series[0].instances[0].path), images(report)
    assert image_profile.left_uids(made, source) == []
    made.RequestAttributesSequence = [Dataset()]
    made.RequestAttributesSequence[0].StudyInstanceUID = f"{root}4711"
    assert image_profile.left_uids(made, source) == [f"{root}4711"]
