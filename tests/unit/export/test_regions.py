"""On which image of an export a place is drawn, where several lie at the same place."""

from __future__ import annotations

from dataclasses import replace

from app.domain.finding import Place, PlaceKind
from app.domain.source_image import SourceImage
from app.domain.volume import FrameRef, Space
from app.export.regions import draw_place
from tests.support.ui import study

FLAT = replace(
    study().series[0].instances[0],
    orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    spacing_mm=(1.0, 1.0),
    rows=32,
    columns=32,
)


def images(*heights: float) -> tuple[SourceImage, ...]:
    return tuple(
        SourceImage.of(replace(FLAT, sop_instance_uid=f"1.2.{n}", position_lps_mm=(0.0, 0.0, z)))
        for n, z in enumerate(heights)
    )


def drawn_on(place: Place, stack: tuple[SourceImage, ...]) -> list[str]:
    return [one.image.sop_instance_uid for one in draw_place(place, stack)]


def test_a_place_in_time_is_drawn_on_the_image_that_it_names() -> None:
    point = Place(PlaceKind.POINT, Space.PATIENT, (5.0, 6.0, 0.0), frame=FrameRef("1.2.2"))
    box = replace(point, kind=PlaceKind.BOX, box_min=(2.0, 2.0, -1.0), box_max=(9.0, 9.0, 1.0))
    cine = images(0.0, 0.0, 0.0, 0.0)
    assert drawn_on(point, cine) == ["1.2.2"]
    assert drawn_on(box, cine) == ["1.2.2"]


def test_a_place_in_a_stack_is_drawn_where_it_lies() -> None:
    box = Place(
        PlaceKind.BOX, Space.PATIENT, (5.0, 6.0, 1.0), (2.0, 2.0, -0.5), (9.0, 9.0, 2.5), FrameRef("1.2.1")
    )
    assert drawn_on(box, images(0.0, 1.0, 2.0, 3.0)) == ["1.2.0", "1.2.1", "1.2.2"]


def test_a_frame_of_a_run_is_drawn_on_that_frame() -> None:
    run = replace(FLAT, sop_instance_uid="1.2.9", frames=12, position_lps_mm=None, orientation=None)
    frames = tuple(SourceImage(run, n, None, None, (1.0, 1.0)) for n in range(1, 13))
    place = Place(PlaceKind.POINT, Space.IMAGE, (5.0, 6.0, 0.0), frame=FrameRef("1.2.9", 7))
    (drawn,) = draw_place(place, frames)
    assert (drawn.image.sop_instance_uid, drawn.image.frame) == ("1.2.9", 7)
