"""Every number of the tools against an independent tool: SimpleITK, and figures that PyRadiomics has published."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.lung_tumour import LungTumour, lung_tumour
from viewers.measuring import Flat, Sheet, flatten
from viewers.shapes import measure_tools
from viewers.types import Frame


@pytest.fixture(scope="module")
def tumour() -> LungTumour:
    return lung_tumour()


def sheet_of(one: LungTumour, number: int) -> Sheet:
    """Stored as scanners do: offset by 1024."""
    affine = one.affine.copy()
    affine[:3, 3] += number * affine[:3, 0]
    return Sheet(Frame((one.values[number] + 1024).astype(np.uint16), affine, 1.0, -1024.0))


def figures(tool_id: str, flat: Flat, sheet: Sheet) -> dict[str, float]:
    return {one.key: one.value for one in measure_tools()[tool_id].measure(flat, sheet)}


def independent(values: NDArray[np.int16], mask: NDArray[np.bool_]) -> dict[str, float]:
    import SimpleITK

    found = SimpleITK.LabelStatisticsImageFilter()
    found.UseHistogramsOff()
    found.Execute(
        SimpleITK.GetImageFromArray(values.astype(np.float64)),
        SimpleITK.GetImageFromArray(mask.astype(np.uint8)),
    )
    return {
        "mean": found.GetMean(1),
        "sd": found.GetSigma(1),
        "min": found.GetMinimum(1),
        "max": found.GetMaximum(1),
        "pixels": found.GetCount(1),
    }


def outlines_of(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> list[Flat]:
    """As a reader would trace them: along the middle between voxels inside and outside, (u, v) in mm."""
    from skimage.measure import find_contours

    lines = find_contours(np.pad(mask, 1).astype(float), 0.5)  # type: ignore[no-untyped-call]  # it has no types
    return [(line[:-1, ::-1] - 1) * spacing[::-1] for line in lines]


def test_values_in_traced_outlines_of_the_tumour(tumour: LungTumour) -> None:
    """Slice by slice as SimpleITK has it, and all together as PyRadiomics has published it."""
    everything = []
    for number in np.flatnonzero(tumour.mask.any(axis=(1, 2))):
        sheet, mask = sheet_of(tumour, int(number)), tumour.mask[number]
        (outline,) = outlines_of(mask, sheet.spacing)
        found = figures("freehand", outline, sheet)
        expected = independent(tumour.values[number], mask)
        assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-9)
        assert found["median"] == np.median(tumour.values[number][mask])
        everything.append((found["pixels"], found["mean"], found["min"], found["max"], found["sd"]))
    count, mean, least, most, sd = np.array(everything).T
    told = tumour.told
    assert count.sum() == 837
    assert (count * mean).sum() / count.sum() == pytest.approx(told["firstorder_Mean"], rel=1e-9)
    assert least.min() == told["firstorder_Minimum"]
    assert most.max() == told["firstorder_Maximum"]
    whole = (count * mean).sum() / count.sum()
    squares = (sd**2 * (count - 1) + count * (mean - whole) ** 2).sum()
    assert squares / count.sum() == pytest.approx(told["firstorder_Variance"], rel=1e-9)


@pytest.mark.parametrize("tool_id", ["rectangle", "ellipse", "circle"])
@pytest.mark.parametrize("corner", [(200.0, 340.0), (100.25, 301.6), (12.0, 480.9)])
def test_values_in_drawn_regions(tumour: LungTumour, tool_id: str, corner: tuple[float, float]) -> None:
    """The pixels of each region are found anew by the formula of its shape."""
    sheet = sheet_of(tumour, 33)
    row_mm, column_mm = sheet.spacing
    first = np.array([corner[0] * column_mm, corner[1] * row_mm])
    second = first + np.array([19.3, 14.1])
    v, u = np.mgrid[0:512, 0:512] * np.reshape([row_mm, column_mm], (2, 1, 1))
    if tool_id == "rectangle":
        mask = (u >= first[0]) & (u <= second[0]) & (v >= first[1]) & (v <= second[1])
    elif tool_id == "ellipse":
        (u0, v0), (half_u, half_v) = (first + second) / 2, (second - first) / 2
        mask = ((u - u0) / half_u) ** 2 + ((v - v0) / half_v) ** 2 <= 1
    else:
        radius = np.hypot(*(second - first))
        mask = (u - first[0]) ** 2 + (v - first[1]) ** 2 <= radius**2
    found = figures(tool_id, np.array([first, second]), sheet)
    expected = independent(tumour.values[33], mask)
    # a drawn ellipse is a polygon of 90 corners, a thousandth smaller than its curve
    tolerance = 0.0 if tool_id == "rectangle" else 0.01
    assert found["pixels"] == pytest.approx(expected["pixels"], rel=tolerance, abs=1)
    if found["pixels"] == expected["pixels"]:
        for key in ("mean", "sd", "min", "max"):
            assert found[key] == pytest.approx(expected[key], rel=1e-9)
    else:
        assert found["mean"] == pytest.approx(expected["mean"], abs=0.05 * max(expected["sd"], 1))


def test_lengths_and_angles_in_the_patient_on_an_oblique_image() -> None:
    import SimpleITK

    turn = np.radians(31)
    right = np.array([np.cos(turn), np.sin(turn), 0])
    down = np.array([0, 0, -1.0])
    image = SimpleITK.Image(64, 48, 1, SimpleITK.sitkInt16)
    image.SetSpacing((0.45, 1.3, 4.0))
    image.SetOrigin((-12.5, 33.0, 871.25))
    normal = np.cross(right, down)
    image.SetDirection(np.column_stack([right, down, normal]).ravel().tolist())
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([normal * 4.0, down * 1.3, right * 0.45])
    affine[:3, 3] = image.GetOrigin()
    indices = [(3.5, 4.0), (50.25, 40.5), (60.0, 2.75)]
    points = [np.array(image.TransformContinuousIndexToPhysicalPoint((*one, 0.0))) for one in indices]
    sheet = Sheet(Frame(np.zeros((48, 64), np.int16), affine))
    flat = flatten(affine, tuple((float(p[0]), float(p[1]), float(p[2])) for p in points))
    length = figures("length", flat[:2], sheet)["length"]
    assert length == pytest.approx(float(np.linalg.norm(points[1] - points[0])), rel=1e-12)
    one, other = points[0] - points[1], points[2] - points[1]
    angle = np.degrees(np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))
    assert figures("angle", flat, sheet)["angle"] == pytest.approx(angle, rel=1e-9)
    way = sum(np.linalg.norm(b - a) for a, b in pairwise(points))
    assert figures("polyline", flat, sheet)["path_length"] == pytest.approx(way, rel=1e-12)


def test_probe_reads_what_simpleitk_reads(tumour: LungTumour) -> None:
    sheet = sheet_of(tumour, 33)
    row_mm, column_mm = sheet.spacing
    for row, column in ((0, 0), (347, 206), (511, 511)):
        flat = np.array([[column * column_mm, row * row_mm]])
        assert figures("probe", flat, sheet)["value"] == tumour.values[33, row, column]


def test_perimeter_of_a_traced_circle_comes_near_the_formula() -> None:
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    outline = np.column_stack([30 + 12 * np.cos(turn), 40 + 12 * np.sin(turn)])
    found = figures("freehand", outline, Sheet(Frame(np.zeros((100, 100), np.int16), np.eye(4))))
    assert found["perimeter"] == pytest.approx(2 * np.pi * 12, rel=1e-3)
    assert found["area"] == pytest.approx(np.pi * 144, rel=1e-3)
