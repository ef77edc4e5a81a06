"""Detectors: boxes lie where their pixels lie, in mm; what overlaps is told once, the better one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from inference.boxes import box_place, kept, overlap
from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.errors import PackageError
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.several_views import boxes_package

# Rows 0.5 mm apart along y, columns 0.25 mm along x; the first pixel's centre at (10, 20, 0).
AFFINE = np.array([[0, 0, 0.25, 10], [0, 0.5, 0, 20], [1, 0, 0, 0], [0, 0, 0, 1.0]])
FILM = ModelInput(
    np.full((1, 40, 60), 100, np.int16), AFFINE, in_patient=False, attributes={"modality": "CT"}
)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    made = ModelClient()
    yield made
    made.close()


def run(
    client: ModelClient, folder: Path, boxes: Sequence[Sequence[float]], scores: list[float], **told: Any
) -> ModelOutput:
    return client.run(load_bundle(boxes_package(folder, boxes, scores, **told)), FILM)


@pytest.mark.parametrize(
    ("form", "unit", "box"),
    [
        ("xyxy", "pixel", [8, 4, 16, 12]),
        ("yxyx", "pixel", [4, 8, 12, 16]),
        ("cxcywh", "pixel", [12, 8, 8, 8]),
        ("xyxy", "share", [8 / 60, 4 / 40, 16 / 60, 12 / 40]),
        ("zyxzyx", "pixel", [0, 4, 8, 1, 12, 16]),
        ("xyxy", "pixel", [16, 12, 8, 4]),
    ],
)
def test_a_box_lies_at_its_pixels_in_mm_in_every_form(
    client: ModelClient, tmp_path: Path, form: str, unit: str, box: list[float]
) -> None:
    output = run(client, tmp_path / "p", [box], [0.9], form=form, unit=unit)
    [found] = output.detections
    assert output.state is OutputState.POSITIVE
    # Columns 8 to 15: their centres at 12 to 13.75 mm, their edges an eighth of a millimetre further out.
    assert found.box_min == pytest.approx((11.875, 21.75, -0.5), abs=1e-4)
    assert found.box_max == pytest.approx((13.875, 25.75, 0.5), abs=1e-4)
    assert found.center == pytest.approx((12.875, 23.75, 0.0), abs=1e-4)


def test_what_overlaps_is_told_once_and_the_rest_by_score(client: ModelClient, tmp_path: Path) -> None:
    boxes = [[0, 0, 10, 10], [1, 1, 11, 11], [30, 20, 40, 30], [50, 30, 59, 39]]
    output = run(client, tmp_path / "p", boxes, [0.6, 0.8, 0.7, 0.3], iou=0.5)
    assert [round(one.score or 0, 3) for one in output.detections] == [0.8, 0.7]
    assert output.study_score == pytest.approx(0.8)


def test_no_box_above_the_threshold_is_negative(client: ModelClient, tmp_path: Path) -> None:
    assert run(client, tmp_path / "p", [[0, 0, 5, 5]], [0.2]).state is OutputState.NEGATIVE


def test_boxes_that_leave_the_picture_end_at_its_edge(client: ModelClient, tmp_path: Path) -> None:
    [found] = run(client, tmp_path / "p", [[-20, -20, 500, 500]], [0.9]).detections
    assert found.box_min == pytest.approx((9.875, 19.75, -0.5))
    assert found.box_max == pytest.approx((24.875, 39.75, 0.5))


def test_a_tensor_that_holds_no_boxes_is_a_failure(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, tmp_path / "p", [[0, 0, 5, 5, 9]], [0.9])
    assert (output.state, output.reason_key) == (OutputState.FAILED, "model.failed.map_shape")


def test_a_detector_without_boxes_is_refused(tmp_path: Path) -> None:
    from tests.support.tiny_package import TinyPackage

    with pytest.raises(PackageError) as caught:
        load_bundle(TinyPackage(changes={"viewer.kind": "boxes"}).write(tmp_path / "p"))
    assert "model.problem.no_boxes" in {one.key for one in caught.value.problems}


corner = st.floats(0, 100, allow_nan=False)


@drawn(st.lists(st.tuples(corner, corner, corner, corner, st.floats(0, 1)), min_size=1, max_size=12))
def test_of_boxes_that_stay_none_covers_another(rows: list[tuple[float, ...]]) -> None:
    corners = np.array([[[0, r[0], r[1]], [1, r[0] + r[2] + 0.1, r[1] + r[3] + 0.1]] for r in rows])
    scores = np.array([r[4] for r in rows])
    stay = kept(corners, scores, 0.5)
    assert all(overlap(corners[a], corners[b]) <= 0.5 for a in stay for b in stay if a != b)
    assert list(scores[stay]) == sorted(scores[stay], reverse=True)
    assert scores[stay[0]] == scores.max()


def test_half_of_each_of_two_boxes_is_a_third_of_their_union() -> None:
    one, other = np.array([[0, 0, 0], [1, 10, 10.0]]), np.array([[0, 0, 5], [1, 10, 15.0]])
    assert overlap(one, other) == pytest.approx(1 / 3)
    assert box_place(one, np.eye(4)).center == (0.0, 4.5, 4.5)
