"""A screen that the reader arranged becomes a rule that hangs it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import OverreadError
from app.hanging.arrange import arrangement
from app.hanging.example import Example, identifier, protocol_from
from app.hanging.facts import Case, Fact, SetFacts, StudyFacts
from app.hanging.match import match
from app.hanging.protocol import as_json, load_protocol
from app.hanging.words import protocol_words
from app.state.model import Arrangement, Hung, Layout, Plane, Viewport

KINDS = st.fixed_dictionaries(
    {
        "modality": st.just("MR"),
        "localizer": st.booleans(),
        "plane": st.sampled_from(["axial", "coronal", "sagittal", "oblique"]),
        "volumetric": st.booleans(),
        "description": st.sampled_from(["T1 ax", "T2 ax fs", "FLAIR", "DWI b1000", ""]),
        "images": st.integers(1, 200).map(float),
    }
)


@given(st.lists(KINDS, min_size=1, max_size=6), st.data())
def test_the_protocol_of_a_screen_fits_the_screen_and_keeps_kind_plane_and_window(
    kinds: list[dict[str, Fact]], data: st.DataObject
) -> None:
    sets = tuple(SetFacts("1", f"1.{n}#0", kind) for n, kind in enumerate(kinds))
    case = Case(StudyFacts("1", {"modality": ("MR",), "body_part": ("HEAD",), "words": "brain HEAD"}, sets))
    chosen = data.draw(st.lists(st.sampled_from(sets), min_size=1, max_size=4))
    viewports = tuple(
        Viewport(f"v{n}", Hung("1", one.display_set_id, Plane.STACK), "x")
        for n, one in enumerate(chosen, start=1)
    )
    viewports += tuple(Viewport(f"v{n}") for n in range(len(viewports) + 1, 5))
    made = protocol_from("Mine", Example(Arrangement(Layout.FOUR, viewports), {"v1": "40,400"}), case)
    found = match(made, case)
    assert found is not None
    again = arrangement(found, 0)
    assert [v.hung is None for v in again.viewports] == [v.hung is None for v in viewports]
    first = again.viewports[0].hung
    assert first is not None
    assert first.window == "40,400"
    by_id = {one.display_set_id: one.values for one in sets}
    for before, after in zip(viewports, again.viewports, strict=True):
        if before.hung and after.hung:
            then, now = by_id[before.hung.display_set_id], by_id[after.hung.display_set_id]
            assert (then["modality"], then["localizer"]) == (now["modality"], now["localizer"])


def test_it_is_written_read_again_and_said_in_words(tmp_path: Path) -> None:
    lung = SetFacts("1", "1.1#0", {"modality": "CT", "plane": "axial", "description": "Lung 1.0"})
    soft = SetFacts("1", "1.2#0", {"modality": "CT", "plane": "axial", "description": "Soft 3.0"})
    case = Case(
        StudyFacts("1", {"modality": ("CT",), "body_part": ("CHEST",), "words": "CHEST"}, (lung, soft))
    )
    hung = Arrangement(Layout.ONE, (Viewport("v1", Hung("1", "1.2#0", Plane.AXIAL)),))
    made = protocol_from("Грудь, мой экран", Example(hung, {}), case)
    file = tmp_path / f"{made.id}.json"
    file.write_text(as_json(made), encoding="utf-8")
    assert load_protocol(file) == made
    sentences = protocol_words(made)
    assert "CHEST" in sentences[0]
    assert "soft" in sentences[1]
    assert "lung" not in sentences[1]


def test_two_titles_never_share_a_file_name_by_their_letters() -> None:
    assert identifier("Грудь") != identifier("Мозг")
    assert identifier("  A b/c..\\d ") == "own-a-b-c-d"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"version": 2}', "[" * 100_000, '{"id": "x y"}'])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(OverreadError) as caught:
        load_protocol(file)
    assert caught.value.facts["file"] == "broken.json"
