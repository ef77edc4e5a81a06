"""What a presentation state says of one frame: images and frames told apart, the order of turn and flip, areas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.objects import ImageReference
from app.domain.presentation import PresentationState
from app.domain.volume import FrameRef
from app.studies.objects.looks import area_edges, covers, look_of
from app.studies.objects.read import read_object
from tests.support import presentations as made

PIXELS = np.zeros((40, 60), dtype=np.int16)


def state_of(folder: Path, *planes: made.Plane, **changes: object) -> tuple[PresentationState, FrameRef]:
    one = made.image(folder, PIXELS)
    found = read_object(made.presentation(folder, [one], planes, **changes))
    assert isinstance(found, PresentationState)
    return found, FrameRef(one.SOPInstanceUID)


@pytest.mark.parametrize(
    ("frames", "frame", "is_meant"), [((), 7, True), ((2, 4), 4, True), ((2, 4), 3, False)]
)
def test_a_reference_without_frames_means_all_and_one_with_frames_those(
    frames: tuple[int, ...], frame: int, is_meant: bool
) -> None:
    one = ImageReference("", "1.2", frames=frames)
    assert covers([one], FrameRef("1.2", frame)) == is_meant
    assert not covers([one], FrameRef("1.3", frame))


@pytest.mark.parametrize(("turn", "flip", "then"), [(90, "N", 1), (90, "Y", 3), (270, "Y", 1), (180, "Y", 2)])
def test_a_turn_before_a_flip_is_the_opposite_turn_after_it(
    tmp_path: Path, turn: int, flip: str, then: int
) -> None:
    state, frame = state_of(tmp_path, ImageRotation=turn, ImageHorizontalFlip=flip)
    look = look_of(state, frame)
    assert look is not None
    assert (look.quarter_turns, look.is_flipped) == (then, flip == "Y")


def test_corners_of_an_area_are_named_as_on_the_screen_and_sorted_here(tmp_path: Path) -> None:
    turned = made.area((60, 1), (11, 20))
    state, frame = state_of(tmp_path, DisplayedAreaSelectionSequence=[turned])
    look = look_of(state, frame)
    assert look is not None
    assert area_edges(look, 40, 60) == ((10.0, 0.0), (60.0, 20.0))


def test_shapes_of_a_shutter_are_taken_together(tmp_path: Path) -> None:
    state, frame = state_of(
        tmp_path, ShutterShape=["RECTANGULAR", "CIRCULAR"], ShutterLeftVerticalEdge=2, ShutterRightVerticalEdge=9,
        ShutterUpperHorizontalEdge=3, ShutterLowerHorizontalEdge=8, CenterOfCircularShutter=[5, 6],
        RadiusOfCircularShutter=4, ShutterPresentationValue=65535,
    )  # fmt: skip
    look = look_of(state, frame)
    assert look is not None
    assert look.shutter is not None
    assert (look.shutter.edges, look.shutter.circle, look.shutter.grey) == ((2, 9, 3, 8), (5, 6, 4), 1.0)


@pytest.mark.parametrize(
    "broken",
    [
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [5, 6]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 5, 5]},
        {"ShutterShape": ["RECTANGULAR", "BITMAP"], "ShutterLeftVerticalEdge": 2},
    ],
    ids=lambda one: str(one["ShutterShape"]),
)
def test_a_shutter_that_cannot_be_read_is_said(broken: dict[str, Any], tmp_path: Path) -> None:
    state, frame = state_of(tmp_path, **broken)
    look = look_of(state, frame)
    assert look is not None
    assert (look.shutter, look.unapplied) == (None, ("shutter",))
    assert [notice.key for notice in state.head.notices] == ["objects.unapplied.shutter"]


def test_another_image_has_no_look(tmp_path: Path) -> None:
    state, _ = state_of(tmp_path)
    assert look_of(state, FrameRef("1.2.3.999")) is None


def test_what_is_not_done_is_counted_up(tmp_path: Path) -> None:
    from pydicom.dataset import Dataset

    compound = Dataset()
    compound.CompoundGraphicSequence = [Dataset()]
    state, frame = state_of(
        tmp_path, MaskSubtractionSequence=[Dataset()], GraphicAnnotationSequence=[compound],
        DisplayedAreaSelectionSequence=[made.area((1, 1), (60, 40), "TRUE SIZE")],
    )  # fmt: skip
    look = look_of(state, frame)
    assert look is not None
    assert look.unapplied == ("subtraction", "compound", "true_size")


def test_overlays_are_drawn_where_a_layer_is_named_and_of_many_frames_each_on_its_own(tmp_path: Path) -> None:
    """PS3.3 C.11.7: without an activation layer an overlay of the state is not drawn."""
    ink = np.eye(40, 60, dtype=bool)
    state, frame = state_of(
        tmp_path, made.Plane(0x6000, ink, origin=(3, 5)), made.Plane(0x6002, ~ink, layer="")
    )
    look = look_of(state, frame)
    assert look is not None
    [plane] = look.overlays
    assert np.array_equal(plane.mask, ink)
    assert plane.origin == (2, 4)
    state, frame = state_of(tmp_path / "many", made.Plane(0x6000, np.stack([ink, ~ink])))
    assert [one.frame for one in state.overlays] == [1, 2]
    first, second = (look_of(state, FrameRef(frame.sop_instance_uid, number)) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert [bool(one.overlays[0].mask[0, 0]) for one in (first, second)] == [True, False]


def test_a_bitmap_shutter_hides_and_is_no_overlay(tmp_path: Path) -> None:
    ink = np.eye(40, 60, dtype=bool)
    state, frame = state_of(
        tmp_path, made.Plane(0x6004, ink, layer=""), ShutterShape="BITMAP", ShutterOverlayGroup=0x6004,
        ShutterPresentationValue=0,
    )  # fmt: skip
    look = look_of(state, frame)
    assert look is not None
    assert (look.overlays, look.unapplied) == ((), ())
    assert np.array_equal(look.hidden[0].mask, ink)
    lost, _ = state_of(tmp_path / "lost", ShutterShape="BITMAP", ShutterOverlayGroup=0x6004)
    assert lost.unapplied == ("overlay",)
