from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.analysis.froc import Marks, froc, marks_of, read_boxes
from app.analysis.to_findings import to_findings
from app.domain.errors import StudyUnreadableError
from app.domain.volume import Space
from tests.support.analysis import FACTS, ct_volume, output_of, spot

PLANE = np.array([[0, 0, 0.5, 0], [0, 0.5, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])
FILM = ct_volume(np.zeros((1, 100, 80), np.uint8), affine=PLANE, space=Space.IMAGE, modality="DX")


def test_a_mark_meets_a_box_if_its_centre_lies_in_it() -> None:
    found = output_of(spot((15.0, 20.0, 0.0)), spot((15.0, 30.0, 0.0), score=0.6), spot(None))
    findings = to_findings(found, FACTS, FILM, "2.25.1")
    assert marks_of(findings, ((25, 35, 35, 45),), FILM) == Marks(1, ((0.9, 0), (0.6, None)))


def test_the_curve_is_that_worked_out_by_hand() -> None:
    both = Marks(2, ((0.9, 0), (0.8, None), (0.7, 1), (0.6, 1)))
    missed = Marks(2, ((0.5, None), (0.4, 0)))
    found = froc([both] * 5 + [missed] * 5)  # 20 boxes: 5 at no false mark, 10 at 0.5, 15 at 1.0
    assert found.sensitivity is not None
    assert dict(found.sensitivity) == {
        0.125: 0.25,
        0.25: 0.25,
        0.5: 0.5,
        1.0: 0.75,
        2.0: 0.75,
        4.0: 0.75,
        8.0: 0.75,
    }


def test_equal_scores_fall_together() -> None:
    found = froc([Marks(1, ((0.9, None), (0.9, 0)))] * 20)
    assert found.sensitivity is not None
    assert dict(found.sensitivity)[0.5] == 0.0
    assert dict(found.sensitivity)[1.0] == 1.0


def test_no_curve_is_drawn_from_fewer_than_twenty_boxes() -> None:
    found = froc([Marks(1, ((0.9, 0),))] * 19)
    assert (found.sensitivity, found.reason_key) == (None, "evaluate.refused.few_boxes")


def test_a_broken_table_of_boxes_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "boxes.csv"
    file.write_text("file,x,y,w,h\na.png,1,2,3,4\na.png,1,2,3,\n", encoding="utf-8")
    with pytest.raises(StudyUnreadableError, match="line=3"):
        read_boxes(file)
    file.write_text("file,x,y,w,h\na.png,1,2,3,4\na.png,5,6,7,8\n", encoding="utf-8")
    assert read_boxes(file) == {"a.png": ((1, 2, 4, 6), (5, 6, 12, 14))}
