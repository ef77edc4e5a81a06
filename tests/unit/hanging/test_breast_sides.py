"""Which way a mammogram is turned, and when a doubt is said instead: pictures are never mirrored by their pixels."""

from __future__ import annotations

import pytest

from app.domain.volume import RemarkKind
from app.hanging.breast_sides import Side, Told, Turn, turn_of


@pytest.mark.parametrize(
    ("told", "seen", "flips"),
    [
        (Told("R", "CC", ("P", "L")), "right", (False, False)),
        (Told("L", "CC", ("A", "R")), "left", (False, False)),
        (Told("R", "MLO", ("P", "FL")), "right", (False, False)),
        (Told("L", "MLO", ("A", "FR")), "left", (False, False)),
        (Told("R", "CC", ("A", "L")), "left", (True, False)),
        (Told("L", "CC", ("P", "R")), "right", (True, False)),
        (Told("R", "CC", ("P", "R")), "right", (False, True)),
        (Told("L", "MLO", ("P", "HR")), "right", (True, True)),
        (Told("L", "MLO", ("A", "HL")), "left", (False, True)),
        (Told("R", "ML", ("P", "F")), "right", (False, False)),
    ],
)
def test_header_and_pixels_agree(told: Told, seen: Side, flips: tuple[bool, bool]) -> None:
    assert turn_of(told, seen) == Turn(*flips)


@pytest.mark.parametrize(
    ("told", "seen", "kind"),
    [
        (Told("R", "CC", ("P", "L")), "left", RemarkKind.ORIENTATION_DOUBTFUL),
        (Told("R", "CC", ("A", "L")), "right", RemarkKind.ORIENTATION_DOUBTFUL),
        (Told("R", "CC", ()), "left", RemarkKind.BREAST_SIDE_DOUBTFUL),
        (Told("L", "MLO", ("MLO",)), "right", RemarkKind.BREAST_SIDE_DOUBTFUL),
        (Told("", "CC", ("P", "L")), "right", RemarkKind.NO_BREAST_SIDE),
        (Told("B", "", ()), "", RemarkKind.NO_BREAST_SIDE),
    ],
)
def test_a_doubt_is_said_and_nothing_turned(told: Told, seen: Side, kind: RemarkKind) -> None:
    turn = turn_of(told, seen)
    assert not turn.flip_horizontal
    assert not turn.flip_vertical
    assert turn.remark is not None
    assert turn.remark.kind is kind


def test_without_a_chest_wall_in_the_pixels_the_header_counts_and_that_is_said() -> None:
    turn = turn_of(Told("L", "CC", ("P", "R")), "")
    assert turn.flip_horizontal
    assert turn.remark is not None
    assert turn.remark.kind is RemarkKind.BREAST_SIDE_UNCHECKED
    assert turn_of(Told("R", "CC", ()), "right") == Turn(), (
        "no orientation stated, and the pixels agree with the side"
    )
