from __future__ import annotations

import numpy as np
import pytest

from app.analysis.sides import side_of
from app.analysis.to_findings import nearest_frame, to_findings
from app.domain.codes import MILLILITER
from app.domain.finding import PlaceKind
from app.domain.volume import FrameRef, Space
from inference.types import Measure
from tests.support.analysis import FACTS, NODULE, body_pixels, ct_volume, labels_on, output_of, spot

VOLUME = ct_volume()  # slices at z 100, 103 ... 115; body from x -45 to 43.5, its middle at about -1


def test_a_detection_gets_identity_words_code_threshold_and_place() -> None:
    found = spot(threshold=None, measures=(Measure("volume", 0.25, "mL"),))
    [finding] = to_findings(output_of(found), FACTS, VOLUME, "2.25.1")
    assert finding.finding_id.startswith("2.25.")
    assert len(finding.finding_id) <= 64
    assert (finding.label, finding.code, finding.threshold) == ("Nodule", NODULE, 0.5)
    assert (finding.site, finding.side, finding.result_id) == ("lung", "left", "2.25.1")
    assert finding.place.frame == FrameRef("1.2.3.2")
    assert finding.place.kind is PlaceKind.POINT
    assert finding.quantities[0].unit == MILLILITER


def test_the_label_is_in_the_language_asked_for() -> None:
    [finding] = to_findings(output_of(spot()), FACTS, VOLUME, "2.25.1", language="ru")
    assert finding.label == "Узелок"


def test_findings_keep_the_order_of_the_package_and_have_ids_of_their_own() -> None:
    found = (spot(score=0.6), spot(score=None), spot(score=0.9), spot(score=0.6, site="pleura"))
    findings = to_findings(output_of(*found), FACTS, VOLUME, "2.25.1")
    assert [(finding.score, finding.site) for finding in findings] == [
        (0.6, "lung"),
        (None, "lung"),
        (0.9, "lung"),
        (0.6, "pleura"),
    ]
    assert len({finding.finding_id for finding in findings}) == 4


@pytest.mark.parametrize(
    ("z", "uid"), [(100.0, 0), (101.4, 0), (101.6, 1), (115.0, 5), (117.9, 5), (97.1, 0)]
)
def test_the_nearest_slice_is_named(z: float, uid: int) -> None:
    assert nearest_frame(VOLUME, (0.0, 0.0, z)) == FrameRef(f"1.2.3.{uid}")


@pytest.mark.parametrize("z", [96.9, 118.1])
def test_no_slice_is_named_for_a_point_beyond_the_stack(z: float) -> None:
    assert nearest_frame(VOLUME, (0.0, 0.0, z)) is None


def test_a_box_without_a_centre_is_placed_by_its_middle() -> None:
    [finding] = to_findings(
        output_of(spot(None, box_min=(10.0, -4.0, 103.0), box_max=(20.0, 4.0, 109.0))),
        FACTS,
        VOLUME,
        "2.25.1",
    )
    assert finding.place.kind is PlaceKind.BOX
    assert finding.place.center == (15.0, 0.0, 106.0)


def test_a_finding_without_a_place_speaks_of_the_study() -> None:
    [finding] = to_findings(output_of(spot(None)), FACTS, VOLUME, "2.25.1")
    assert (finding.place.kind, finding.place.frame, finding.side) == (PlaceKind.STUDY, None, "")


def test_left_is_where_lps_x_grows_whatever_way_the_columns_run() -> None:
    mirrored = ct_volume(
        orientation=(-1, 0, 0, 0, 1, 0)
    )  # columns run to the right: body from x -163.5 to -75
    assert side_of(VOLUME, (30.0, 0.0, 106.0)) == "left"
    assert side_of(VOLUME, (-30.0, 0.0, 106.0)) == "right"
    assert side_of(mirrored, (-150.0, 0.0, 106.0)) == "right"
    assert side_of(mirrored, (-90.0, 0.0, 106.0)) == "left"


@pytest.mark.parametrize(
    ("columns", "side"),
    [
        ((slice(8, 20), slice(60, 80)), "both"),
        ((slice(60, 90),), "left"),
        ((slice(8, 9), slice(60, 90)), "left"),
    ],
)
def test_a_region_on_both_sides_of_the_body_is_said_to_lie_on_both(
    columns: tuple[slice, ...], side: str
) -> None:
    """Its middle alone would name the side of the larger piece; one voxel in thirty is not worth a side."""
    values = np.zeros(VOLUME.pixels.shape, np.uint8)
    for some in columns:
        values[2, 40:60, some] = 1
    x = np.argwhere(values)[:, 2] * VOLUME.affine[0, 2] + VOLUME.affine[0, 3]
    found = spot(
        (30.0, 0.0, 106.0), side="", label_map="lungs", label=1, box_min=(float(x.min()), -10.0, 105.0),
        box_max=(float(x.max()), 10.0, 107.0),
    )  # fmt: skip
    [finding] = to_findings(
        output_of(found, label_maps=(labels_on(VOLUME, values, {1: "Dense"}),)), FACTS, VOLUME, "2.25.1"
    )
    assert finding.side == side


def test_a_few_stray_voxels_across_the_body_are_no_side() -> None:
    """A spot of five voxels and one far away is where the five are."""
    values = np.zeros(VOLUME.pixels.shape, np.uint8)
    values[2, 50, 80:85], values[2, 50, 12] = 1, 1
    found = spot(
        (30.0, 0.0, 106.0), side="", label_map="spot", label=1, box_min=(-60.0, -10.0, 105.0),
        box_max=(60.0, 10.0, 107.0),
    )  # fmt: skip
    maps = (labels_on(VOLUME, values, {1: "Spot"}),)
    [finding] = to_findings(output_of(found, label_maps=maps), FACTS, VOLUME, "2.25.1")
    assert finding.side == "left"


def test_the_middle_is_that_of_the_body_and_not_of_the_picture() -> None:
    pixels = np.roll(body_pixels(), -9, axis=2)
    shifted = ct_volume(pixels)  # the body's middle at about -14.5
    assert side_of(shifted, (3.0, 0.0, 106.0)) == "left"
    assert side_of(VOLUME, (3.0, 0.0, 106.0)) == ""


@pytest.mark.parametrize(
    "volume", [ct_volume(modality="MR"), ct_volume(space=Space.IMAGE), ct_volume(body_pixels() * 0 - 1000)]
)
def test_no_side_is_said_where_the_picture_does_not_tell(volume: object) -> None:
    assert side_of(volume, (30.0, 0.0, 106.0)) == ""  # type: ignore[arg-type]  # builders give volumes


def test_a_region_gives_a_finding_its_volume_and_not_that_of_the_organ() -> None:
    region = np.zeros(VOLUME.pixels.shape)
    region[2, 20:30, 40:50] = 1  # 100 voxels of 9 mm3
    found = spot(label_map="lungs", label=1, measures=(Measure("lung_ml", 1884.0, "mL"),))
    output = output_of(found, label_maps=(labels_on(VOLUME, region, {1: "spot"}),))
    [finding] = to_findings(output, FACTS, VOLUME, "2.25.1")
    assert [(q.key, round(q.value, 6)) for q in finding.quantities] == [
        ("lung_ml", 1884.0),
        ("volume_ml", 0.9),
    ]
    assert finding.place.kind is PlaceKind.REGION
