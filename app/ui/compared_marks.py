"""Two result sets as ink in two tones: the first solid and blue, the second dashed and orange, each with its letter."""

from __future__ import annotations

from dataclasses import replace

from app.domain.comparison import Comparison, ResultSet, SetMark
from app.domain.finding import Place, Reading
from app.domain.volume import FrameRef, Space
from app.state.model import AppState
from app.ui.marks import GetMap, Marks, marks_for
from app.ui.targets import Target, frames_of, is_on, place_is_on
from app.workflows.extent import with_extent
from viewers.types import Marker, OutlineLayer

Tone = tuple[int, int, int]
LEFT_TONE: Tone = (86, 180, 233)  # Okabe and Ito's sky blue and orange, told apart with any colour vision
RIGHT_TONE: Tone = (230, 159, 0)
LETTERS = ("A", "B")


def ink_of(state: AppState, reading: Reading | None, target: Target, get_map: GetMap) -> Marks:
    """The ink of one picture: two sets where they are compared, else the findings, an extent being changed as drafted.

    reading: None on pictures of other studies than the open one.
    """
    chosen_id, now = state.reading.selected_id, state.reading
    compared = now.compared
    if compared is not None and not compared.over_findings:
        return compared_marks(compared, now.reading, target, chosen_id, get_map)
    if now.extent is not None:
        reading = with_extent(reading, now.extent.finding_id, now.extent.place)
    marks = marks_for(reading, target, state.workspace.ink, chosen_id, get_map)
    if compared is None:
        return marks
    over = _set_markers(compared.left, 0, target, chosen_id, title=compared.left.title)
    return replace(marks, markers=(*marks.markers, *over))


def compared_marks(
    found: Comparison, reading: Reading | None, target: Target, selected_id: str, get_map: GetMap
) -> Marks:
    """The ink of one picture while two sets are compared; marks of other images or spaces are left out."""
    markers: list[Marker] = []
    outlines: list[OutlineLayer] = []
    for number, (one, tone) in enumerate(((found.left, LEFT_TONE), (found.right, RIGHT_TONE))):
        here = [mark for mark in one.marks if _fits(one, mark, target)]
        markers += _set_markers(one, number, target, selected_id)
        outlines += _outlines(here, reading, tone, get_map, target)
    return Marks((), tuple(outlines), tuple(markers))


def _set_markers(
    one: ResultSet, number: int, target: Target, selected_id: str, title: str = ""
) -> list[Marker]:
    """title: words before each label in place of the letter of the set."""
    tone, words = (LEFT_TONE, RIGHT_TONE)[number], title or LETTERS[number]
    here = [mark for mark in one.marks if _fits(one, mark, target)]
    made = [_marker(mark, number, tone, words, selected_id) for mark in here]
    return [
        replace(marker, frames=frames_of(mark.place.frame, target))
        for mark, marker in zip(here, made, strict=True)
        if marker is not None
    ]


def _fits(one: ResultSet, mark: SetMark, target: Target) -> bool:
    if one.study_instance_uid != target.study_instance_uid:
        return False
    if (mark.place.space is Space.PATIENT) != target.in_patient:
        return False
    if not place_is_on(mark.place, target):
        return False
    if target.series_instance_uid in mark.series_instance_uids:
        return True
    return (
        target.in_patient
        and bool(mark.frame_of_reference_uid)
        and (mark.frame_of_reference_uid == target.frame_of_reference_uid)
    )


def _marker(mark: SetMark, number: int, tone: Tone, words: str, selected_id: str) -> Marker | None:
    place: Place = mark.place
    if place.center is None:
        return None
    return Marker(
        marker_id=mark.finding_id,
        center=place.center,
        text=f"{words}  {mark.label}",
        box_min=place.box_min,
        box_max=place.box_max,
        selected=mark.finding_id == selected_id,
        in_patient=place.space is Space.PATIENT,
        tone=tone,
        dashed=number == 1,
    )


def _outlines(
    marks: list[SetMark], reading: Reading | None, tone: Tone, get_map: GetMap, target: Target
) -> list[OutlineLayer]:
    runs = {result.result_id: result for result in reading.results} if reading else {}
    colors: dict[tuple[str, str], dict[int, Tone]] = {}
    for mark in marks:
        if mark.place.label_map and mark.result_id in runs:
            colors.setdefault((mark.result_id, mark.place.label_map), {})[mark.place.label] = tone
    layers = []
    for (result_id, key), wanted in colors.items():
        run = runs[result_id]
        ref = next((one for one in run.maps if one.key == key and one.kind == "labels"), None)
        here = ref is not None and is_on(ref.sop_instance_uid, target)
        array = get_map(run, ref) if ref is not None and here else None
        if ref is not None and array is not None:
            named = FrameRef(ref.sop_instance_uid, ref.frame) if ref.sop_instance_uid else None
            name = f"{result_id}/{key}/{tone}"
            in_patient = run.space is Space.PATIENT
            layer = OutlineLayer(name, array.values, array.affine, wanted, in_patient)
            layers.append(replace(layer, frames=frames_of(named, target)))
    return layers
