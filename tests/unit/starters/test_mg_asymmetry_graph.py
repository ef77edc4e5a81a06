"""Left against right on drawn breasts: a blob at a known place is marked there and on no other film, however stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.analysis.run_package import Arrays, reason_of
from app.domain.finding import AnalysisResult, RunState
from app.studies.load import open_path
from app.workflows.run_model import Session, fitting_sets, run_on
from inference.bundle import Bundle, load_bundle
from inference.client import ModelClient
from tests.support.breast_pairs import Stored, pair, spacing, where, write_pair
from tests.support.starters import ASYMMETRY, card_of, manifest_of

BLOB = (370.0, 110.0)
NEAR_MM = 6.0  # the blob is 20 mm across
CPU = ("CPUExecutionProvider",)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(ASYMMETRY)


Run = Any  # Callable with a star of views


@pytest.fixture
def compared(client: ModelClient, bundle: Bundle, tmp_path: Path) -> Run:
    def made(*views: Stored) -> tuple[AnalysisResult, Arrays, dict[str, str]]:
        images = write_pair(tmp_path / "mg", views)
        studies = open_path(tmp_path / "mg")
        [(study, front)] = fitting_sets(bundle, studies)
        result, arrays = run_on(Session(client, bundle, CPU), study, front)
        return result, arrays, images

    return made


def hottest(arrays: Arrays, view: str, pixel_mm: float) -> tuple[float, float]:
    """Row and column of the stored picture where a map is hottest."""
    heat = arrays[f"heat_{view}"]
    index = np.unravel_index(int(heat.values.argmax()), heat.values.shape)
    x, y, _ = heat.affine[:3, :3] @ np.array(index, float) + heat.affine[:3, 3]
    return y / pixel_mm, x / pixel_mm


LAYOUTS = {
    "as hung": pair("CC", blob=BLOB),
    "oblique": pair("MLO", blob=BLOB),
    "all stored mirrored": tuple(
        replace(one, chest="left" if one.view[0] == "R" else "right") for one in pair("CC", blob=BLOB)
    ),
    "both stored with the chest wall left": tuple(
        replace(one, chest="left") for one in pair("CC", blob=BLOB)
    ),
    "left one MONOCHROME1": pair("CC", blob=BLOB, inverted=True),
    "left one finer, lower, with more air": pair("CC", blob=BLOB, larger=1.5, shifted=60, wider=90),
    "left one upside down, told by the header": (
        replace(pair("CC")[0], orientation=("P", "L")),
        replace(pair("CC", blob=BLOB, upside_down=True)[1], orientation=("A", "L")),
    ),
    "no spacing": tuple(replace(one, spacing_known=False) for one in pair("CC", blob=BLOB)),
    "blob on the right": (replace(pair("CC")[0], blob=BLOB), pair("CC")[1]),
}


@pytest.mark.parametrize("views", LAYOUTS.values(), ids=LAYOUTS)
def test_the_blob_is_marked_on_its_own_film_at_its_place_and_nowhere_else(
    compared: Run, views: tuple[Stored, ...]
) -> None:
    """RQ-42: the map comes back by the inverse of mirroring, padding, turning and laying over each other."""
    result, arrays, images = compared(*views)
    own, other = sorted(views, key=lambda one: one.blob is None)
    assert result.state is RunState.POSITIVE, (reason_of(result), result.study_score)
    [finding] = result.findings
    assert finding.key == f"more_dense_{own.view}"
    assert finding.side == {"R": "right", "L": "left"}[own.view[0]]
    assert finding.place.frame is not None
    assert finding.place.frame.sop_instance_uid == images[own.view]
    assert finding.place.center is not None
    pixel_mm = spacing(own)
    scale = pixel_mm if own.spacing_known else 0.4  # without spacing an image millimetre is a pixel of 0.4 mm
    for row, column in (
        (finding.place.center[1] / pixel_mm, finding.place.center[0] / pixel_mm),
        hottest(arrays, own.view, pixel_mm),
    ):
        assert np.hypot(row - where(own)[0], column - where(own)[1]) * scale < NEAR_MM
    assert arrays[f"heat_{other.view}"].values.max() < 0.3, "no mark on the other film"
    pictures = {ref.key: ref.sop_instance_uid for ref in result.maps}
    assert pictures == {
        f"{what}_{one.view}": images[one.view] for one in views for what in ("heat", "compared")
    }


def test_mirror_images_differ_in_nothing(compared: Run) -> None:
    result, arrays, _ = compared(*pair("CC"), *pair("MLO"))
    assert result.state is RunState.NEGATIVE
    assert result.not_for, "what it does not look for stands beside the negative result"
    numbers = {one.key: one.value for one in result.measures}
    for projection in ("cc", "mlo"):
        assert numbers[f"asymmetry_index_{projection}"] < 3
        assert numbers[f"asymmetry_marked_{projection}"] == 0
        assert numbers[f"asymmetry_outline_{projection}"] > 98
        assert numbers[f"asymmetry_area_{projection}"] == pytest.approx(0, abs=0.3)
    assert max(arrays[f"heat_{view}"].values.max() for view in ("RCC", "LCC", "RMLO", "LMLO")) < 0.3


def test_a_blob_in_one_projection_is_marked_in_that_one_alone(compared: Run) -> None:
    result, arrays, images = compared(*pair("CC"), *pair("MLO", blob=BLOB))
    [finding] = result.findings
    assert finding.place.frame is not None
    assert finding.place.frame.sop_instance_uid == images["LMLO"]
    assert arrays["heat_LCC"].values.max() < 0.3


def test_area_is_in_square_centimetres_of_the_right_less_the_left(compared: Run) -> None:
    """A disc of 25 pixels of 0.4 mm is 3.14 cm2; its soft edge and the smoothing of the film take or give a little."""
    result, _, _ = compared(*pair("CC", blob=BLOB, larger=1.5))
    numbers = {one.key: (one.value, one.unit.value) for one in result.measures}
    value, unit = numbers["asymmetry_area_cc"]
    assert unit == "cm2"
    assert value == pytest.approx(-3.14, abs=0.5)


def test_without_spacing_no_area_is_told(compared: Run) -> None:
    result, _, _ = compared(*LAYOUTS["no spacing"])
    told = {one.key for one in result.measures}
    assert "asymmetry_area_cc" not in told
    assert "asymmetry_index_cc" in told


def test_an_exposure_that_differs_is_no_asymmetry(compared: Run) -> None:
    result, arrays, _ = compared(*pair("CC", gain=1.6))
    assert result.state is RunState.NEGATIVE
    assert arrays["heat_LCC"].values.max() < 0.3


@pytest.fixture
def unlike() -> tuple[Stored, Stored]:
    """The left film shows the upper half of its breast alone, with a blob in it."""
    return pair("CC", blob=(150.0, 60.0), cut_from=256)


def test_outlines_that_do_not_agree_are_not_applicable_never_negative(
    compared: Run, unlike: tuple[Stored, Stored]
) -> None:
    result, arrays, _ = compared(*unlike)
    assert result.state is RunState.NOT_APPLICABLE
    assert "The two CC films were not compared" in reason_of(result)
    assert (result.findings, result.measures, result.maps, arrays) == ((), (), (), {})


def test_another_pair_is_still_compared_and_the_bad_one_is_said(
    compared: Run, unlike: tuple[Stored, Stored]
) -> None:
    result, arrays, _ = compared(*unlike, *pair("MLO"))
    assert result.state is RunState.NEGATIVE
    assert any("The two CC films were not compared" in words for words in result.warnings)
    assert {key.rpartition("_")[2] for key in arrays} == {"RMLO", "LMLO"}
    assert all(one.key.endswith("_mlo") for one in result.measures)


def test_card_and_manifest_say_what_it_is_not() -> None:
    told = " ".join(manifest_of(ASYMMETRY)["viewer"]["regulatory"]["not_for"])
    assert "not a cancer detector" in told
    assert "It is not a cancer detector" in card_of(ASYMMETRY)
    labels = [one["label"]["en"] for one in manifest_of(ASYMMETRY)["viewer"]["maps"] if one["kind"] == "heat"]
    assert all(label.startswith("Asymmetry map") for label in labels)
