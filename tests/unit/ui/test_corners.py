"""No mm stands on a picture whose pixels have no size."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.study import Study
from app.domain.volume import Remark, RemarkKind
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.scan import scan
from app.support.i18n import use_language
from app.ui.corners import badge, brief_words, corner_text, image_words, layer_words, own_words
from tests.support.dicom_files import ct_dataset, write
from viewers.types import BadgeLevel, ViewState, WindowLevel

LOADING = Remark(RemarkKind.LOADING, (("done", 40), ("count", 300)))
MISSING = Remark(RemarkKind.MISSING_SLICES, (("found", 9), ("expected", 10)))
LOSSY = Remark(RemarkKind.LOSSY_SOURCE, (("ratio", "12"),))
TILTED = Remark(RemarkKind.TILT, (("degrees", "12.5"),))
INK = Remark(RemarkKind.INK_OF_ANOTHER_SERIES, (("what", "nodule-finder"),))


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


@pytest.mark.parametrize(
    ("kinds", "level", "first"),
    [
        ((), None, ""),
        ((LOADING,), BadgeLevel.PASSING, "loading: 40 of 300 images"),
        ((LOADING, MISSING), BadgeLevel.FINAL, "missing slices: 9 of 10 +1"),
        ((MISSING, LOADING), BadgeLevel.FINAL, "missing slices: 9 of 10 +1"),
        ((LOSSY, LOADING), BadgeLevel.PASSING, "loading: 40 of 300 images +1"),
        ((LOSSY,), BadgeLevel.NOTE, "lossy source 12:1"),
        ((TILTED,), BadgeLevel.FINAL, "gantry tilt 12.5 degrees, corrected: drawn where it lies"),
        ((INK,), BadgeLevel.NOTE, "marks of other images: nodule-finder"),
    ],
)
def test_the_badge_says_the_gravest_first_in_its_own_colour(
    kinds: tuple[Remark, ...], level: BadgeLevel | None, first: str
) -> None:
    made = badge(kinds)
    if made is None:
        assert level is None
        return
    assert (made.level, made.text) == (level, first)
    assert len(made.details) == len(kinds)


def test_every_remark_has_words_with_its_numbers() -> None:
    facts = dict.fromkeys(
        (
            "done", "count", "ratio", "found", "expected", "smallest", "largest", "first", "second", "degrees", "what",
            "millimetres", "step", "empty", "planes", "mm", "factor",
        ),
        "7",
    )  # fmt: skip
    for kind in RemarkKind:
        said = badge((Remark(kind, tuple(facts.items())),))
        assert said is not None
        assert not said.text.startswith("remark."), kind
        assert "{" not in said.text, kind


def numbered(folder: Path, numbers: tuple[int, ...]) -> tuple[Study, DisplaySet]:
    """Axial images from the feet up, with these numbers."""
    for place, number in enumerate(numbers):
        one = ct_dataset(InstanceNumber=number, ImagePositionPatient=[0, 0, 5 * place], SeriesNumber=4)
        one.SOPInstanceUID = f"1.2.3.4.{place + 1}"
        write(one, folder / str(place))
    study = scan([folder]).studies[0]
    return study, display_sets(study)[0]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((1, 2, 3), ["image 1", "image 2", "image 3"]),
        ((3, 2, 1), ["image 3", "image 2", "image 1"]),
        ((203, 202, 201), ["image 3, no. 203", "image 2, no. 202", "image 1, no. 201"]),
        ((11, 12, 13), ["image 1, no. 11", "image 2, no. 12", "image 3, no. 13"]),
        ((2, 1, 3), ["image 1, no. 2", "image 2, no. 1", "image 3, no. 3"]),
    ],
)
def test_images_are_counted_as_their_files_count_them(
    tmp_path: Path, numbers: tuple[int, ...], said: list[str]
) -> None:
    """Scanners number from the head down, stacks lie from the feet up: image 1 of 3 was image 3 elsewhere."""
    study, shown = numbered(tmp_path, numbers)
    assert [image_words(shown, place) for place in range(3)] == said
    assert layer_words(1, 3, own_words(shown, -1)) == "Im 1/3"
    told = corner_text(study, shown, ViewState(WindowLevel(40, 400)), "", "")
    assert told.bottom_left[-1].startswith("Se 4  ")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_brief_words_fit_a_quarter_of_a_common_screen(language: str) -> None:
    """A 2x2 view of a 1600 pixel window gives the badge some 28 letters."""
    facts = (
        ("count", 12),
        ("done", 120),
        ("found", 97),
        ("expected", 99),
        ("smallest", "1.08"),
        ("largest", "7.00"),
    )
    more = (
        ("degrees", "18.5"),
        ("millimetres", "1.25"),
        ("step", "1.33"),
        ("mm", "0.15"),
        ("what", "x"),
        ("ratio", "12:1"),
    )
    use_language(language)
    try:
        long = [
            said
            for kind in RemarkKind
            if kind not in {RemarkKind.THICK_SLICES, RemarkKind.VOI_LUT_NOT_APPLIED}
            and len(said := brief_words(Remark(kind, (*facts, *more)))) > 26
        ]
    finally:
        use_language("en")
    assert not long


@pytest.mark.parametrize(
    ("ratio", "said"), [("13.9", "сжатие с потерями 13,9:1"), ("?", "сжатие с потерями ?:1")]
)
def test_a_lossy_source_is_told_in_the_readers_language(ratio: str, said: str) -> None:
    """“of unknown ratio” stood in the Russian sentence."""
    use_language("ru")
    try:
        told = badge((Remark(RemarkKind.LOSSY_SOURCE, (("ratio", ratio),)),))
        assert told is not None
        assert told.text == said
    finally:
        use_language("en")
