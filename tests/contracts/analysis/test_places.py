"""A made-up chest with a metal ball of known place, acquired in every way: what a model finds lies where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.analysis.packages import open_package
from app.analysis.result_files import load_result
from app.domain.finding import AnalysisResult, RunState
from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.study import Study
from app.phantom.spec import Orientation, Photometric, SliceOrder, covering_spec
from app.phantom.study import write_phantom_study
from app.phantom.truth import load_truth
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume, open_path
from app.workflows.run_model import run_model
from inference.client import ModelClient
from tests.support.spot_package import write_spot_package

ACQUISITIONS: dict[str, dict[str, Any]] = {
    "axial": {},
    "coronal": {"orientation": Orientation.CORONAL},
    "sagittal": {"orientation": Orientation.SAGITTAL},
    "oblique": {"orientation": Orientation.OBLIQUE},
    "tilted": {"tilt_deg": 15.0},
    "reversed": {"slice_order": SliceOrder.DESCENDING},
    "shuffled": {"slice_order": SliceOrder.SHUFFLED},
    "monochrome1": {"photometric": Photometric.MONOCHROME1},
    "12 bits unsigned": {"bits_stored": 12, "signed": False},
}
PREPARATIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "as it is": (),
    "oriented and resampled": ({"op": "orient"}, {"op": "resample", "args": {"spacing_mm": [4.0, 3.0, 3.0]}}),
}


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    made = ModelClient()
    yield made
    made.close()


@pytest.fixture(scope="module", params=list(ACQUISITIONS.values()), ids=list(ACQUISITIONS))
def chest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Study, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("chest")
    spec = covering_spec(40, 72, 72, **request.param)
    truth = load_truth(write_phantom_study(folder, spec, radiograph=False))
    [study] = open_path(folder)
    return study, truth


@pytest.fixture(params=list(PREPARATIONS.values()), ids=list(PREPARATIONS))
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_spot_package(tmp_path / "package", preprocess=request.param, threshold=0.3)


def run(
    client: ModelClient, package: Path, study: Study, results: Path
) -> tuple[AnalysisResult, Path, DisplaySet]:
    [display_set] = display_sets(study)
    bundle = open_package(str(package), ())
    result, folder = run_model(
        client, bundle, study, display_set, results_dir=results, providers=("CPUExecutionProvider",)
    )
    return result, folder, display_set


def test_finding_heat_slice_and_side_are_those_of_the_ball(
    client: ModelClient, package: Path, chest: tuple[Study, dict[str, Any]], tmp_path: Path
) -> None:
    study, truth = chest
    result, folder, display_set = run(client, package, study, tmp_path / "results")
    ball = np.array(truth["marker"]["center_lps_mm"])
    volume = load_volume(display_set)
    assert result.state is RunState.POSITIVE
    [finding] = result.findings
    assert finding.place.center is not None
    off = lps_to_index(volume.affine, finding.place.center) - lps_to_index(volume.affine, ball)
    assert np.abs(off).max() <= 1.0
    one_slice_tells_sides = abs(volume.affine[0, 0]) < np.abs(volume.affine[0, 1:3]).max()
    assert finding.side == (truth["marker"]["side"] if one_slice_tells_sides else "")

    stored, maps = load_result(folder)
    assert stored == result
    heat = maps["heat"]
    peak = np.unravel_index(int(np.argmax(heat.values)), heat.values.shape)
    away = lps_to_index(volume.affine, index_to_lps(heat.affine, peak)) - lps_to_index(volume.affine, ball)
    assert np.abs(away).max() <= 1.0

    frame = finding.place.frame
    assert frame is not None
    slices = [ref.sop_instance_uid for ref in volume.frames]
    nearest = lps_to_index(volume.affine, finding.place.center)[0]
    assert abs(slices.index(frame.sop_instance_uid) - nearest) <= 0.5 + 1e-6
    assert frame.sop_instance_uid in truth["uids"]["ct_instances"]
