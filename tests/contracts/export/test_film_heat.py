"""Heat of a film as a parametric map: on the film's own pixels, with no place in the patient, and where it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.domain.errors import ExportRefusedError
from app.domain.finding import MapRef, Verdict
from app.domain.objects import ParametricMap
from app.domain.volume import Space
from app.studies.objects.maps import map_values
from app.studies.objects.read import read_object
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_tools import dcmdump, iod_errors
from tests.support.export import (
    COLUMNS,
    CR_RESULT_UID,
    RESULT_UID,
    ROWS,
    Case,
    build_case,
    cr_affine,
    heat_affine,
    make_heat,
    save_map,
)

COARSE = np.linspace(0.0, 0.4, 6 * 8, dtype=np.float32).reshape(1, 6, 8)  # four pixels to a cell
# dicom3tools asks each parametric map for planes in the patient and on a slide alike; PS3.3 A.75.5 asks for them only
# where the frame of reference is one of the patient, or of a slide, and that of a film is neither.
NOT_OF_FILMS = {"PlanePositionMacro", "PlaneOrientationMacro", "PlanePositionSlideMacro"}


def with_heat(case: Case, *, mirrored: bool = False, film: str | None = None) -> Case:
    """The case with heat on the accepted finding of the radiograph."""
    of_cell = np.diag([1.0, 4.0, 4.0, 1.0])
    of_cell[:3, 3] = (0.0, 1.5, 1.5)
    affine, values = cr_affine() @ of_cell, COARSE
    if mirrored:  # a network was given the film the other way round: its map begins on the right
        affine = affine @ np.asarray([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 7], [0, 0, 0, 1.0]])
        values = COARSE[:, :, ::-1]
    save_map(case.paths, CR_RESULT_UID, "film_heat.npz", values, affine)
    result = next(one for one in case.reading.results if one.space is Space.IMAGE)
    place = result.findings[0].place
    named = (place.frame.sop_instance_uid if place.frame else "") if film is None else film
    map_ = MapRef("film_heat", "heat", "film_heat.npz", "Attention map", sop_instance_uid=named, frame=1)
    shown = replace(result.findings[0], map_key="film_heat")
    changed = replace(result, findings=(shown, *result.findings[1:]), maps=(*result.maps, map_))
    reading = replace(
        case.reading, results=tuple(changed if r is result else r for r in case.reading.results)
    )
    [judged] = [j for j in reading.judgements if j.finding.finding_id == shown.finding_id]
    accepted = replace(judged, finding=shown, verdict=Verdict.ACCEPTED)
    return replace(case, reading=reading).judged(accepted)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return build_case(tmp_path / "case")


def written(case: Case, folder: Path, *formats: str) -> ExportReport:
    return export_reading(
        case.reading, case.study, formats or ("heat",), folder, paths=case.paths, identified=True
    )


def only_map(report: ExportReport) -> Path:
    [file] = [one for one in report.files if one.name.startswith("heat")]
    return file


def on_film(made: Dataset) -> np.ndarray:
    return np.frombuffer(made.FloatPixelData, "<f4").reshape(made.Rows, made.Columns)


@pytest.mark.parametrize("mirrored", [False, True])
def test_each_pixel_of_the_film_has_the_value_of_the_cell_over_it(
    case: Case, tmp_path: Path, mirrored: bool
) -> None:
    made = dcmread(only_map(written(with_heat(case, mirrored=mirrored), tmp_path / "out")))
    assert (made.Rows, made.Columns) == (ROWS, COLUMNS)
    np.testing.assert_array_equal(on_film(made), np.kron(COARSE[0], np.ones((4, 4), np.float32)))


def test_it_names_its_film_and_claims_no_place_in_the_patient(case: Case, tmp_path: Path) -> None:
    told = with_heat(case)
    file = only_map(written(told, tmp_path / "out"))
    made = dcmread(file)
    film = next(one for one in told.study.series if one.modality == "CR").instances[0]
    [groups] = made.PerFrameFunctionalGroupsSequence
    [source] = groups.DerivationImageSequence[0].SourceImageSequence
    assert source.ReferencedSOPInstanceUID == film.sop_instance_uid
    assert source.SpatialLocationsPreserved == "YES"
    words = dcmdump(file)
    for never in (
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "SliceThickness",
        "SpacingBetweenSlices",
    ):
        assert f" {never}\n" not in words
    known = {series.frame_of_reference_uid for series in told.study.series}
    assert made.FrameOfReferenceUID not in known, "it shares no place with any other image"
    assert made.ContentDescription == "Research use only, not for primary diagnosis"
    assert made.ContentQualification == "RESEARCH"
    left = [line for line in iod_errors(file) if not any(f"<{name}>" in line for name in NOT_OF_FILMS)]
    assert left == []


def test_it_comes_back_onto_the_film_when_it_is_opened_again(case: Case, tmp_path: Path) -> None:
    opened = read_object(only_map(written(with_heat(case), tmp_path / "out")))
    assert isinstance(opened, ParametricMap)
    placed = map_values(opened)
    assert placed.space is Space.IMAGE
    np.testing.assert_allclose(placed.affine, cr_affine())
    np.testing.assert_allclose(placed.values[0], np.kron(COARSE[0], np.ones((4, 4), np.float32)))


def test_where_nothing_tells_the_film_it_is_left_out_and_said(case: Case, tmp_path: Path) -> None:
    lost = with_heat(case, film="1.2.3.4")
    report = written(lost, tmp_path / "out", "heat", "csv")
    assert not [one for one in report.files if one.name.startswith("heat")]
    assert any("nothing tells on which image" in words for words in report.remarks)
    with pytest.raises(ExportRefusedError) as refused:
        written(lost, tmp_path / "alone")
    assert refused.value.key == "error.export.heat_of_films"


def test_a_window_of_less_than_one_is_told_so_that_others_do_not_divide_by_nought(
    case: Case, tmp_path: Path
) -> None:
    """LINEAR maps by width - 1 (PS3.3 C.11.2.1.2.1): heat from 0 to 1 was black and white, below 1 forbidden."""
    save_map(case.paths, RESULT_UID, "heat.npz", make_heat() * 0.4, heat_affine(case.affine))
    file = only_map(written(case, tmp_path / "out"))
    [voi] = dcmread(file).SharedFunctionalGroupsSequence[0].FrameVOILUTSequence
    assert voi.VOILUTFunction == "LINEAR_EXACT"
    assert float(voi.WindowWidth) == pytest.approx(0.4)
    assert iod_errors(file) == []
