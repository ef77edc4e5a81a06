"""No mm stands on a picture whose pixels have no size."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.studies.display_sets import display_sets
from app.studies.scan import scan
from app.ui.corners import corner_text
from tests.support.dicom_files import ct_dataset, write
from viewers.types import ViewState, WindowLevel


@pytest.mark.parametrize(
    ("spacing", "words"), [([0.8, 0.7], "2.00 px/mm"), (None, "zoom 2.00, size unknown")]
)
def test_zoom_is_told_in_what_is_known(tmp_path: Path, spacing: list[float] | None, words: str) -> None:
    write(ct_dataset(PixelSpacing=spacing), tmp_path / "x")
    study = scan([tmp_path]).studies[0]
    state = ViewState(WindowLevel(40, 400), scale=2.0)
    assert corner_text(study, display_sets(study)[0], state, "", "").bottom_right[1] == words


def test_where_one_line_is_all_there_is_room_for_it_tells_which_image(tmp_path: Path) -> None:
    """Views keep the first line of a corner when they are small."""
    write(ct_dataset(), tmp_path / "x")
    study = scan([tmp_path]).studies[0]
    told = corner_text(study, display_sets(study)[0], ViewState(WindowLevel(40, 400)), "I 12.0 mm", "Im 3/9")
    assert told.bottom_left[:2] == ("Im 3/9", "I 12.0 mm")
