"""`overread objects`: what is no picture, whether its references are here, and no patient in what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.cli_phantom import in_process
from tests.support.objects import oblique_ct, save, segmentation

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def put(folder: Path) -> None:
    """A small CT and a machine's segmentation of it."""
    images = oblique_ct(folder / "ct")
    mask = np.zeros((len(images), int(images[0].Rows), int(images[0].Columns)), np.uint8)
    mask[1, 2:4, 2:5] = 1
    save(segmentation(images, mask, ["Nodule"]), folder / "seg" / "seg.dcm")


def test_json_lists_each_with_its_references_and_names_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "in")
    told = in_process(capsys, "objects", tmp_path / "in", "--json")
    assert told.code == 0
    listed = json.loads(told.out)
    found = next(one for one in listed["list"] if one["file"] == "seg.dcm")
    assert found["kind"] == "segmentation"
    assert found["ai_result"] is True
    assert found["references"]["count"] > 0
    assert found["references"]["missing"] == 0
    assert "Doe" not in told.out


def test_words_name_each_file_and_a_place_without_objects_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "in")
    told = in_process(capsys, "objects", tmp_path / "in")
    assert told.code == 0
    assert "seg.dcm" in told.out
    none = in_process(capsys, "objects", tmp_path / "in" / "ct")
    assert none.code == 0
    assert none.out.strip()


def test_a_place_that_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, "objects", tmp_path / "nowhere")
    assert told.code == 1
    assert told.err.strip().count("\n") == 0
