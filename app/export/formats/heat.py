"""Heat of accepted findings as DICOM parametric maps: floating point values on the model's own grid.

The heat of one name belongs to all findings of that name: where one of them was accepted, the whole map is written.

Heat of a film is written on the film's own pixels. A map has planes in the patient only where its frame of reference is
one of the patient (PS3.3 A.75.5); that of a film is not. Its frame of reference is its own, no plane has a position,
and the source image says that the places of pixels are preserved (PS3.3 C.7.6.16.2.6: true of projections too).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import NO_UNITS
from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Judgement, MapRef
from app.domain.geometry import Affine
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.domain.volume import Space
from app.export.collect import CLINICAL
from app.export.dicom_object import common_arguments, concept, encoding, finish, line, save
from app.export.film_heat import film_of, laid_on, lay_flat, without_place
from app.export.headers import analysed_series
from app.export.segments import load_array, source_grid
from app.export.stacks import image_affine
from app.export.stand_ins import name_sources, source_headers
from app.export.types import NOTICE, Exporter, ExportSet, StudyExport, Written
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9500
_FRAME_MM = 1e-6
_FARTHEST_MM = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Heat:
    """One map to be written: values (slice, row, column), and the images that it was computed from.

    is_flat: it lies on the pixels of the only image in the stack, which is a film.
    """

    study: StudyExport
    result: AnalysisResult
    reference: MapRef
    series: Series
    stack: tuple[SourceImage, ...]
    values: NDArray[np.float32]
    affine: Affine
    judgements: tuple[Judgement, ...]
    is_flat: bool = False


def write(export_set: ExportSet, folder: Path) -> Written:
    """One file per heat map with an accepted finding."""
    files: list[str] = []
    findings = 0
    for heat in _heats(export_set):
        name = f"heat_{len(files) + 1:04d}.dcm"
        with encoding(name):
            save(_build(export_set, heat, len(files) + 1), folder / name)
        files.append(name)
        findings += len(heat.judgements)
    lost = sum(_is_lost(*one) for one in _wanted(export_set))
    if lost and export_set.formats == ("heat",) and not files:
        raise ExportRefusedError("error.export.heat_of_films")
    if lost:
        return Written(tuple(files), findings, (text("export.remark.heat_of_films", count=lost),))
    return Written(tuple(files), findings, () if files else (text("export.remark.no_heat"),))


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read each map again and compare every value and every plane's position."""
    from pydicom import dcmread

    for name, heat in zip(written.files, _heats(export_set), strict=True):
        made = dcmread(folder / name)
        values = np.frombuffer(made.FloatPixelData, dtype="<f4").reshape(-1, made.Rows, made.Columns)
        planes = [0] if heat.is_flat else _planes_of(made, heat)
        if planes is None or not np.array_equal(values, heat.values[planes]):
            raise ExportRefusedError("error.export.differs", file=name)


def _planes_of(made: Dataset, heat: _Heat) -> list[int] | None:
    """Which plane of the map each frame is, by its position; None where one lies beside all of them."""
    origins = heat.affine[:3, 3] + np.arange(len(heat.values))[:, None] * heat.affine[:3, 0]
    found = []
    for frame in made.PerFrameFunctionalGroupsSequence:
        position = [float(value) for value in frame.PlanePositionSequence[0].ImagePositionPatient]
        apart = np.abs(origins - np.asarray(position)).max(axis=1)
        if apart.min() > _FARTHEST_MM:
            return None
        found.append(int(apart.argmin()))
    return found if sorted(found) == list(range(len(heat.values))) else None


def _heats(export_set: ExportSet) -> Iterator[_Heat]:
    for study, result, reference, kept in _wanted(export_set):
        values, affine = load_array(study, result, reference.key)
        if result.space is Space.PATIENT:
            series, stack = source_grid(study, result)
            yield _Heat(study, result, reference, series, stack, values.astype(np.float32), affine, kept)
        elif film := film_of(study, result, reference):
            on_film = laid_on(film[1], values, affine)
            plane = image_affine(film[1], Space.IMAGE)
            yield _Heat(study, result, reference, film[0], film[1:], on_film, plane, kept, is_flat=True)


def _is_lost(study: StudyExport, result: AnalysisResult, reference: MapRef, _: tuple[Judgement, ...]) -> bool:
    """Whether a map lies on a film, and nothing tells on which."""
    return result.space is not Space.PATIENT and film_of(study, result, reference) is None


def _wanted(
    export_set: ExportSet,
) -> Iterator[tuple[StudyExport, AnalysisResult, MapRef, tuple[Judgement, ...]]]:
    for study in export_set.studies:
        for result in study.reading.results:
            for reference in result.maps:
                kept = tuple(
                    one
                    for one in study.judgements_of(result, *CLINICAL)
                    if one.finding.map_key == reference.key
                )
                is_known = any(series.instances for series in analysed_series(study.study, result))
                if reference.kind == "heat" and kept and is_known:
                    yield study, result, reference, kept


def _build(export_set: ExportSet, heat: _Heat, number: int) -> Dataset:
    from highdicom.pm import ParametricMap

    arguments = common_arguments(export_set, heat.result, "AI heat")
    arguments.pop("coding_schemes")
    uid = ("heat", heat.result.result_id, heat.reference.key)
    # The thickness is wanted by highdicom even where the planes are told apart from the images.
    headers = source_headers(heat.study, heat.series, heat.stack, float(np.linalg.norm(heat.affine[:3, 0])))
    if heat.is_flat:
        lay_flat(headers[0], export_set.new_uid("heat-frame", *uid[1:]))
    made = ParametricMap(
        source_images=headers,
        pixel_array=heat.values,
        series_instance_uid=export_set.new_uid("heat-series", heat.study.reading.study_instance_uid),
        series_number=SERIES_NUMBER,
        sop_instance_uid=export_set.new_uid(*uid),
        instance_number=number,
        contains_recognizable_visual_features=False,
        content_description=NOTICE,
        content_label="AI_HEAT",
        **_planes(heat),
        **_values(heat),
        **arguments,
    )
    if heat.is_flat:
        without_place(made, heat.stack[0])
    name_sources(made, heat.stack)
    finish(made, export_set)
    return made


def _values(heat: _Heat) -> dict[str, Any]:
    """What the numbers mean, and the window to draw them in (Any: highdicom's items)."""
    from highdicom import VOILUTTransformation
    from highdicom.pm import RealWorldValueMapping

    low, high = (float(value) for value in (heat.values.min(), heat.values.max()))
    mapping = RealWorldValueMapping(
        lut_label=line(heat.reference.key, 16),
        lut_explanation=line(f"{heat.reference.label}: attention map, not a lesion outline"),
        unit=concept(NO_UNITS),
        value_range=(low, high if high > low else low + 1.0),
        slope=1.0,
        intercept=0.0,
    )
    window = VOILUTTransformation(
        window_center=(low + high) / 2,
        window_width=max(high - low, 1e-6),
        voi_lut_function="LINEAR_EXACT",  # the plain one divides by the width less 1, and heat ends at 1
    )
    return {"real_world_value_mappings": [mapping], "voi_lut_transformations": [window]}


def _planes(heat: _Heat) -> dict[str, Any]:
    """Where the map's own planes lie (Any: highdicom's sequences)."""
    from highdicom import (
        CoordinateSystemNames,
        PixelMeasuresSequence,
        PlaneOrientationSequence,
        PlanePositionSequence,
    )

    steps = np.linalg.norm(heat.affine[:3, :3], axis=0)
    along, down = heat.affine[:3, 2] / steps[2], heat.affine[:3, 1] / steps[1]
    cosines = [float(f"{value:.10g}") for value in (*along, *down)]
    thickness = float(f"{max(float(steps[0]), _FRAME_MM):.10g}")
    return {
        "pixel_measures": PixelMeasuresSequence(
            pixel_spacing=[float(f"{value:.10g}") for value in steps[1:]],
            slice_thickness=thickness,
            spacing_between_slices=thickness if len(heat.values) > 1 else None,
        ),
        "plane_orientation": PlaneOrientationSequence(CoordinateSystemNames.PATIENT, cosines),
        "plane_positions": [
            PlanePositionSequence(
                CoordinateSystemNames.PATIENT,
                [float(f"{value:.10g}") for value in heat.affine[:3, 3] + number * heat.affine[:3, 0]],
            )
            for number in range(len(heat.values))
        ],
    }


EXPORTER = Exporter("heat", "export.format.heat", ".dcm", assessment=False, write=write, check=check)
