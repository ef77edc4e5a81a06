"""Which ink lies on which picture: only what is in its space, above threshold, and not rejected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.map_files import MapArray
from app.domain.finding import (
    AnalysisResult,
    Finding,
    Judgement,
    MapRef,
    PlaceKind,
    Reading,
    RejectReason,
    RunState,
    Verdict,
)
from app.domain.volume import FrameRef, RemarkKind, Space
from app.state.model import HeatMode, Ink
from app.ui.marks import VERDICT_COLORS, Marks, fits, heat_threshold, ink_remarks, marks_for, region_colors
from app.ui.targets import Target
from tests.support.ui import finding, result
from viewers.types import MarkerState

HERE = Target("1.2", "1.2.1", "9.9", in_patient=True)
HEAT = MapRef("heat", "heat", "maps/heat.npz", "Attention", (0.0, 2.0), 0.5)
LABELS = MapRef("lungs", "labels", "maps/lungs.npz", "Lungs", labels=((1, "left"), (2, "right")))
ARRAY = MapArray(np.zeros((2, 3, 4), np.float32), np.eye(4))


def heated(number: int, score: float = 0.9) -> Finding:
    return replace(finding(number, score), map_key="heat")


def with_maps(*findings: Finding, state: RunState = RunState.POSITIVE) -> AnalysisResult:
    return replace(result(*findings), maps=(HEAT, LABELS), frame_of_reference_uid="9.9", state=state)


def read(given: AnalysisResult, *judgements: Judgement) -> Reading:
    return Reading("1.2", (given,), judgements or tuple(Judgement(one) for one in given.findings))


def drawn(reading: Reading, ink: Ink = Ink(), selected: str = "", target: Target = HERE) -> Marks:  # noqa: B008
    return marks_for(reading, target, ink, selected, lambda _result, _ref: ARRAY)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (HERE, True),
        (replace(HERE, series_instance_uid="other"), True),  # same frame of reference
        (replace(HERE, series_instance_uid="other", frame_of_reference_uid="8"), False),
        (replace(HERE, series_instance_uid="other", in_patient=False), False),
        (replace(HERE, study_instance_uid="other"), False),
    ],
)
def test_a_result_lies_only_on_pictures_of_its_space(target: Target, expected: bool) -> None:
    assert fits(with_maps(heated(1)), target) is expected


def test_an_empty_frame_of_reference_is_no_common_space() -> None:
    anywhere = replace(with_maps(heated(1)), frame_of_reference_uid="")
    assert not fits(anywhere, replace(HERE, series_instance_uid="other", frame_of_reference_uid=""))


def test_heat_has_the_makers_threshold_until_the_reader_moves_it() -> None:
    reading = read(with_maps(heated(1)))
    assert [layer.threshold for layer in drawn(reading).heat] == [0.5]
    assert [layer.threshold for layer in drawn(reading, Ink(threshold=0.75)).heat] == [1.5]
    assert heat_threshold(reading) == 0.25


def test_heat_of_findings_under_threshold_is_not_drawn() -> None:
    """RQ-44."""
    assert drawn(read(with_maps(heated(1, 0.2), state=RunState.NEGATIVE))).heat == ()


def test_heat_goes_when_its_last_finding_is_rejected() -> None:
    one, two = heated(1), heated(2)
    given = with_maps(one, two)
    rejected = Judgement(one, Verdict.REJECTED, RejectReason.ANATOMY)
    assert drawn(read(given, rejected, Judgement(two))).heat
    assert not drawn(read(given, rejected, replace(rejected, finding=two))).heat


def test_modes_leave_out_heat_then_outlines_and_keep_markers() -> None:
    reading = read(with_maps(heated(1)))
    outlined, bare = drawn(reading, Ink(mode=HeatMode.OUTLINE)), drawn(reading, Ink(mode=HeatMode.NONE))
    assert (len(outlined.heat), len(outlined.outlines), len(outlined.markers)) == (0, 1, 1)
    assert (len(bare.heat), len(bare.outlines), len(bare.markers)) == (0, 0, 1)


def test_a_region_takes_the_colour_of_its_findings_verdict() -> None:
    one = heated(1)
    region = replace(one, place=replace(one.place, kind=PlaceKind.REGION, label_map="lungs", label=2))
    colors = drawn(read(with_maps(region), Judgement(region, Verdict.ACCEPTED))).outlines[0].colors
    assert colors[2] == VERDICT_COLORS[Verdict.ACCEPTED]
    assert colors[1] not in VERDICT_COLORS.values()


def test_a_marker_says_label_score_and_threshold_together_and_its_verdict() -> None:
    one = heated(1)
    mark = drawn(
        read(with_maps(one), Judgement(one, Verdict.EDITED, label="Hamartoma")), selected="2.25.1"
    ).markers[0]
    assert mark.text == "Hamartoma  score 0.90 ≥ 0.50"
    assert mark.state is MarkerState.EDITED
    assert mark.selected


def test_a_finding_of_the_whole_study_has_no_marker() -> None:
    one = heated(1)
    everywhere = replace(one, place=replace(one.place, kind=PlaceKind.STUDY))
    assert drawn(read(with_maps(everywhere))).markers == ()


def test_marks_of_a_projection_stay_in_the_image() -> None:
    one = heated(1)
    flat = replace(one, place=replace(one.place, space=Space.IMAGE))
    target = replace(HERE, in_patient=False)
    given = replace(with_maps(flat), space=Space.IMAGE)
    marks = drawn(read(given), target=target)
    assert not marks.markers[0].in_patient
    assert not marks.heat[0].in_patient


def test_an_earlier_run_of_the_same_package_is_not_drawn_twice() -> None:
    old, new = with_maps(heated(1)), replace(with_maps(heated(2)), result_id="r2")
    reading = Reading("1.2", (old, new), tuple(Judgement(one) for one in (*old.findings, *new.findings)))
    marks = drawn(reading)
    assert [mark.marker_id for mark in marks.markers] == ["2.25.2"]
    assert len(marks.heat) == 1


def test_ink_of_another_acquisition_is_named_and_ink_of_its_own_is_not() -> None:
    """Marks of one series laid over another by their frame of reference lie right only if the patient lay still."""
    given = replace(with_maps(heated(1)), frame_of_reference_uid="1.2.3")
    here = drawn(read(given, Judgement(given.findings[0])))
    beside = replace(HERE, series_instance_uid="other", frame_of_reference_uid="1.2.3")
    there = drawn(read(given, Judgement(given.findings[0])), target=beside)
    assert (len(here.markers), len(there.markers)) == (1, 1)
    assert here.elsewhere == ()
    assert there.elsewhere == ("made-up-model",)
    (said,) = ink_remarks(there)
    assert (said.kind, said.facts) == (RemarkKind.INK_OF_ANOTHER_SERIES, (("what", "made-up-model"),))
    assert ink_remarks(here) == ()


def test_a_finding_of_another_phase_lies_here_by_its_place_and_says_so() -> None:
    """Two stacks of one series in the same place: the one that it was made on, and another time."""
    found = replace(finding(1), place=replace(finding(1).place, frame=FrameRef("1.2.9", 4)))
    given = with_maps(found)
    own = replace(HERE, members=frozenset({FrameRef("1.2.9", 4)}))
    other = replace(HERE, members=frozenset({FrameRef("1.2.9", 5)}))
    assert drawn(read(given), target=own).elsewhere == ()
    marks = drawn(read(given), target=other)
    assert len(marks.markers) == 1
    assert ink_remarks(marks)[0].kind is RemarkKind.INK_OF_ANOTHER_SERIES


def test_heat_of_one_frame_is_on_that_frame_and_heat_of_none_says_all() -> None:
    frames = tuple(FrameRef("1.2.9", n) for n in range(1, 6))
    run = replace(HERE, in_patient=False, frames=frames, pictures=frozenset({"1.2.9"}))
    for named, expected in (
        (FrameRef("1.2.9", 3), frozenset({2})),
        (FrameRef("1.2.9", 0), frozenset(range(5))),
    ):
        ref = replace(HEAT, sop_instance_uid=named.sop_instance_uid, frame=named.frame)
        given = replace(with_maps(heated(1)), maps=(ref,), space=Space.IMAGE)
        (heat,) = drawn(read(given), target=run).heat
        assert heat.frames == expected
    (heat,) = drawn(read(replace(with_maps(heated(1)), maps=(HEAT,), space=Space.IMAGE)), target=run).heat
    assert heat.frames is None
    assert heat.label.endswith("(all frames)")


def test_regions_of_all_maps_of_a_run_have_colours_of_their_own() -> None:
    """Lungs of one map and ground glass of another had the same blue, so the legend could name neither."""
    lungs = MapRef("lungs", "labels", "a.npz", "Lungs", labels=((1, "right lung"), (2, "left lung")))
    dense = MapRef(
        "dense", "labels", "b.npz", "Dense", labels=((1, "ground glass"), (2, "left lung"), (3, "solid"))
    )
    heat = MapRef("heat", "heat", "c.npz", "Heat", labels=((1, "none of these"),))
    colors = region_colors((lungs, heat, dense))
    assert list(colors) == ["right lung", "left lung", "ground glass", "solid"]
    assert len(set(colors.values())) == 4
