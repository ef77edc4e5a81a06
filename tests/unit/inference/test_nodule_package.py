"""Two real networks of others run as one package from a manifest alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.analysis.to_model_input import to_model_input
from app.studies.display_sets import display_sets
from app.studies.load import load_volume, open_path
from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.packages import dlwpt_nodule
from tests.support.shared import shared_dir

pytestmark = [pytest.mark.shared, pytest.mark.slow]

# Seen on slices 31 and 32 (z -195 and -192) in a lung window: a spiculated mass of about 2 cm in the right lower
# lung, its middle at column 109 and row 171 of 512.
MASS_LPS_MM = (-82.0, -191.0, -193.0)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def test_the_spiculated_mass_is_among_the_first_three(client: ModelClient, tmp_path: Path) -> None:
    study = open_path(shared_dir("data", "ct_chest_cptac_C3N-00247"))[0]
    given = to_model_input(load_volume(display_sets(study)[0]), study, study.series[0])
    output = client.run(load_bundle(dlwpt_nodule(tmp_path)), given)
    assert output.state is OutputState.POSITIVE
    away = [
        np.linalg.norm(np.subtract(one.center or (0, 0, 0), MASS_LPS_MM)) for one in output.detections[:3]
    ]
    assert min(away) <= 15.0


def test_the_lesion_of_lung1_comes_first(client: ModelClient, tmp_path: Path) -> None:
    import SimpleITK

    folder = shared_dir("data", "ct_chest_tumour_lung1")
    image = SimpleITK.ReadImage(str(folder / "lung1_image.nrrd"))
    mask = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(folder / "lung1_label.nrrd"))) == 1
    affine = np.eye(4)
    turn = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, :3] = turn[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    pixels = SimpleITK.GetArrayFromImage(image).astype(np.int16)
    output = client.run(
        load_bundle(dlwpt_nodule(tmp_path)), ModelInput(pixels, affine, attributes={"modality": "CT"})
    )
    lesion = affine[:3, :3] @ np.argwhere(mask).mean(axis=0) + affine[:3, 3]
    first = output.detections[0]
    assert np.linalg.norm(np.subtract(first.center or (0, 0, 0), lesion)) <= 15.0
