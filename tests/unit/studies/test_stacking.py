"""What belongs to one stack does not hang on the last figures of a header, nor on the order of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.studies.display_sets import DisplaySet, display_sets
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write, write_stack


def sets_of(folder: Path) -> tuple[DisplaySet, ...]:
    """Display sets of the only study in a folder."""
    (study,) = scan([folder]).studies
    return display_sets(study)


def turned(angle: float) -> list[str]:
    """Direction cosines, turned in the plane, as a scanner writes them."""
    cosines = (np.cos(angle), np.sin(angle), 0, -np.sin(angle), np.cos(angle), 0)
    return [f"{value:.6f}" for value in cosines]


@pytest.mark.parametrize("angle", [0.0049, 0.0051, 0.7049, 0.7051])
def test_directions_that_differ_in_the_last_figures_stay_together(tmp_path: Path, angle: float) -> None:
    for number in range(6):
        direction = turned(angle + (number % 2) * 2e-4)
        place = {"ImagePositionPatient": [0, 0, number], "ImageOrientationPatient": direction}
        write(ct_dataset(**place), tmp_path / str(number))
    (found,) = sets_of(tmp_path)
    assert len(found.frames) == 6


def test_directions_half_a_degree_apart_are_two_stacks(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", [(0, 0, z) for z in range(4)], ImageOrientationPatient=turned(0.0))
    write_stack(tmp_path / "b", [(0, 0, z) for z in range(3)], ImageOrientationPatient=turned(0.01))
    assert [len(one.frames) for one in sets_of(tmp_path)] == [4, 3]


def test_each_phase_is_one_acquisition(tmp_path: Path) -> None:
    for phase in range(3):
        write_stack(tmp_path / str(phase), [(0, 0, z) for z in range(4)], AcquisitionNumber=phase + 1)
    found = sets_of(tmp_path)
    assert [len(one.frames) for one in found] == [4, 4, 4]
    for one in found:
        assert one.volumetric
        assert len({address.instance.acquisition_number for address in one.frames}) == 1


def test_the_step_to_the_next_slice_is_their_distance_and_not_their_thickness(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in (0, 3, 6, 10)], SliceThickness=2)
    (only,) = sets_of(tmp_path)
    steps = [float(np.linalg.norm(affine[:3, 0])) for affine in only.affines]
    assert steps == pytest.approx([3, 3, 4, 4])


def test_a_single_slice_is_as_deep_as_it_is_thick(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, 0)], SliceThickness=2)
    (only,) = sets_of(tmp_path)
    assert np.linalg.norm(only.affines[0][:3, 0]) == pytest.approx(2)
