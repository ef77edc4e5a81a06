"""A presentation state's tables, held against pydicom's own and against dcmtk's renderer of states."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from app.domain.presentation import PresentationState
from app.domain.volume import FrameRef
from app.studies.display_sets import display_sets
from app.studies.load import load_frame, open_path
from app.studies.objects.grey_chain import Chain, chain_of
from app.studies.objects.looks import look_of
from app.studies.objects.read import read_object
from app.studies.stack_frame import StackFrame
from tests.support import presentations as made
from tests.support.dicom_tools import tool

SIZE = 64


def ramp() -> NDArray[np.int16]:
    """Every value from 0 to 4095 once."""
    return np.arange(SIZE * SIZE, dtype=np.int16).reshape(SIZE, SIZE)


def table_item(entries: NDArray[Any], first: int, bits: int) -> Dataset:
    """An item with a lookup table."""
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries), first, bits])
    item.add_new("LUTData", "US", [int(entry) for entry in entries])
    return item


def voi_item(table: Dataset) -> Dataset:
    """An item of the softcopy VOI LUT sequence that holds a table."""
    item = Dataset()
    item.VOILUTSequence = [table]
    return item


VOI_CURVE = (np.sqrt(np.linspace(0, 1, 4096)) * 4095).astype(np.uint16)
MODALITY_CURVE = ((np.linspace(0, 1, 4096) ** 2) * 65535).astype(np.uint16)
PRESENTATION_CURVE = ((1 - np.linspace(0, 1, 1024) ** 3) * 65535).astype(np.uint16)
STATES: dict[str, dict[str, Any]] = {
    "window": {"SoftcopyVOILUTSequence": [made.window(1000, 800)]},
    "rescale of its own": {
        "RescaleSlope": 2, "RescaleIntercept": -1000, "SoftcopyVOILUTSequence": [made.window(1000, 800)],
    },
    "modality table": {
        "RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None,
        "ModalityLUTSequence": [table_item(MODALITY_CURVE, 0, 16)],
        "SoftcopyVOILUTSequence": [made.window(20000, 30000)],
    },
    "VOI table": {"SoftcopyVOILUTSequence": [voi_item(table_item(VOI_CURVE, 0, 12))]},
    "VOI table from below 0": {
        "RescaleIntercept": -2000, "SoftcopyVOILUTSequence": [voi_item(table_item(VOI_CURVE, -1000, 12))],
    },
    "presentation table": {
        "SoftcopyVOILUTSequence": [made.window(2000, 3000)], "PresentationLUTShape": None,
        "PresentationLUTSequence": [table_item(PRESENTATION_CURVE, 0, 16)],
    },
    "presentation table alone": {
        "PresentationLUTShape": None, "PresentationLUTSequence": [table_item(PRESENTATION_CURVE, 0, 16)],
    },
    "all three": {
        "RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None, "PresentationLUTShape": None,
        "ModalityLUTSequence": [table_item(MODALITY_CURVE, 0, 16)],
        "SoftcopyVOILUTSequence": [voi_item(table_item(VOI_CURVE, 10000, 12))],
        "PresentationLUTSequence": [table_item(PRESENTATION_CURVE, 0, 16)],
    },
}  # fmt: skip


def chained(folder: Path, changes: dict[str, Any], **image: Any) -> tuple[Chain, StackFrame, Path]:
    """What our composition makes of a state on the ramp; the state's file."""
    one = made.image(folder, ramp(), BitsStored=12, HighBit=11, PixelRepresentation=0, **image)
    file = made.presentation(folder, [one], **changes)
    state = read_object(file)
    assert isinstance(state, PresentationState)
    assert state.unapplied == ()
    look = look_of(state, FrameRef(str(one.SOPInstanceUID)))
    assert look is not None
    [study] = open_path(folder)
    [found] = [one for one in display_sets(study) if one.series.modality == "CT"]
    frame = load_frame(found, 0)
    return chain_of(look, frame, "READ"), frame, file


def grey(chain: Chain, frame: StackFrame, window: tuple[float, float]) -> NDArray[np.float64]:
    """0 to 255 for every pixel; by a window where no table is needed."""
    if chain.table is not None:
        return chain.table.look_up(frame.pixels) / 65535 * 255
    center, width = window
    values = frame.pixels * frame.slope + frame.intercept
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255


@pytest.mark.parametrize("name", list(STATES))
def test_grey_is_what_dcmtk_renders_by_the_same_state(name: str, tmp_path: Path) -> None:
    """dcmp2pgm draws an image as a presentation state says; no display calibration is in force."""
    area = made.area((1, 1), (SIZE, SIZE))
    area.PresentationPixelSpacing = [1, 1]
    needed = {
        "PresentationCreationDate": "20260101", "PresentationCreationTime": "120000", "RescaleType": "US",
        "DisplayedAreaSelectionSequence": [area],
    }  # fmt: skip
    chain, frame, file = chained(tmp_path / "s", needed | STATES[name])
    done = subprocess.run(
        [tool("dcmp2pgm", "dcmtk"), "-p", str(file), str(tmp_path / "s" / "1.dcm"), str(tmp_path / "x.pgm")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (tmp_path / "x.pgm").exists(), done.stderr
    theirs = np.asarray(Image.open(tmp_path / "x.pgm")).astype(float)
    ours = grey(chain, frame, (1000, 800))
    apart = np.abs(theirs - ours)
    assert apart.max() <= 2.0  # dcmtk goes through 256 steps before the last table
    assert apart.mean() <= 0.8
    assert len(np.unique(theirs)) > 60  # neither is one grey


def test_a_state_that_says_what_the_image_says_leaves_the_window_to_be_dragged(tmp_path: Path) -> None:
    chain, _, _ = chained(tmp_path, STATES["window"])
    assert (chain.table, chain.lost) == (None, ())
    chain, _, _ = chained(tmp_path / "b", {"RescaleIntercept": -7})  # no window: nothing to make grey by
    assert (chain.table, chain.lost) == (None, ())


def test_a_state_without_a_rescale_is_about_stored_values(tmp_path: Path) -> None:
    """PS3.4 N.2: what the image says instead is not applied."""
    changes = {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None} | STATES["window"]
    chain, frame, _ = chained(tmp_path, changes, RescaleIntercept=-1024)
    assert chain.table is not None
    assert frame.intercept == -1024
    bright = chain.table.look_up(np.array([599, 1000, 1400])) / 65535
    assert bright == pytest.approx([0, 0.5, 1], abs=0.002)


def test_a_state_that_repeats_the_images_own_table_is_applied_and_another_is_said(tmp_path: Path) -> None:
    own = table_item(MODALITY_CURVE, 0, 16)
    state = STATES["modality table"]
    chain, frame, _ = chained(tmp_path / "same", state, ModalityLUTSequence=[own], RescaleSlope=None)
    assert frame.modality_table is not None
    assert (chain.table, chain.lost) == (None, ())
    other = table_item(MODALITY_CURVE[::-1].copy(), 0, 16)
    chain, _, _ = chained(tmp_path / "other", state, ModalityLUTSequence=[other], RescaleSlope=None)
    assert (chain.table, chain.lost) == (None, ("modality_table",))


@pytest.mark.parametrize("name", ["modality table", "VOI table", "presentation table"])
def test_a_table_that_cannot_be_read_is_said(name: str, tmp_path: Path) -> None:
    part = name.lower().replace(" ", "_")
    short = table_item(np.arange(4), 0, 12)
    short.LUTDescriptor = [4000, 0, 12]
    asked: dict[str, dict[str, Any]] = {
        "modality table": {"ModalityLUTSequence": [short]},
        "VOI table": {"SoftcopyVOILUTSequence": [voi_item(short)]},
        "presentation table": {"PresentationLUTSequence": [short], "PresentationLUTShape": None},
    }
    one = made.image(tmp_path, ramp())
    state = read_object(made.presentation(tmp_path, [one], **asked[name]))
    assert isinstance(state, PresentationState)
    assert state.unapplied == (part,)
    assert [notice.key for notice in state.head.notices] == [f"objects.unapplied.{part}"]
