"""Ultrasound takes its scale from its regions, and only where they fit the image."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from app.domain.volume import RemarkKind
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.scan import scan
from app.studies.ultrasound import region_spacing
from tests.support.shared import shared_dir


def region(box: tuple[int, int, int, int] = (0, 0, 99, 79), **told: object) -> Dataset:
    made = Dataset()
    made.RegionSpatialFormat, made.PhysicalUnitsXDirection, made.PhysicalUnitsYDirection = 1, 3, 3
    made.PhysicalDeltaX, made.PhysicalDeltaY = 0.02, 0.03
    (
        made.RegionLocationMinX0,
        made.RegionLocationMinY0,
        made.RegionLocationMaxX1,
        made.RegionLocationMaxY1,
    ) = box
    for keyword, value in told.items():
        setattr(made, keyword, value)
    return made


def test_spacing_is_row_then_column_in_mm() -> None:
    assert region_spacing([region()], 80, 100) == pytest.approx((0.3, 0.2))


def test_a_trace_beside_the_tissue_has_no_say() -> None:
    trace = region(RegionSpatialFormat=4, PhysicalUnitsXDirection=4, PhysicalDeltaX=0.004)
    assert region_spacing([trace, region()], 80, 100) == pytest.approx((0.3, 0.2))


@pytest.mark.parametrize(
    "regions",
    [
        [],
        [region(RegionSpatialFormat=4)],
        [region(PhysicalUnitsXDirection=4)],
        [region(PhysicalDeltaX=0.0)],
        [region(), region(PhysicalDeltaX=0.05)],
        [region(box=(0, 0, 199, 159))],
        [region(box=(50, 10, 40, 60))],
    ],
)
def test_no_scale_where_it_would_be_a_guess(regions: list[Dataset]) -> None:
    assert region_spacing(regions, 80, 100) is None


def only_set(file: Path) -> DisplaySet:
    (study,) = scan([file]).studies
    (found,) = display_sets(study)
    return found


def test_a_real_image_measures_and_says_where() -> None:
    found = only_set(
        shared_dir("data", "dicom_breadth", "cornerstone3d", "testImages", "US-YBR_FULL_422-EVRLE.dcm")
    )
    assert found.frames[0].instance.spacing_mm == pytest.approx((0.0616, 0.0616))
    kinds = {remark.kind for remark in found.remarks}
    assert RemarkKind.SPACING_OF_REGION in kinds
    assert RemarkKind.NO_SPACING not in kinds


def test_a_copy_made_smaller_keeps_no_scale() -> None:
    name = get_testdata_file("examples_ybr_color.dcm")  # 320 x 240, its region still reaches to 595 x 414
    assert name
    assert RemarkKind.NO_SPACING in {remark.kind for remark in only_set(Path(str(name))).remarks}
