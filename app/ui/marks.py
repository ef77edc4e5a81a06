"""Results and verdicts as ink on a picture: heat, outlines, markers. What is in another space is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from app.analysis.map_files import MapArray
from app.domain.finding import (
    AnalysisResult,
    Finding,
    Judgement,
    MapRef,
    Marked,
    Place,
    PlaceKind,
    Reading,
    RunState,
    Verdict,
)
from app.domain.volume import FrameRef, Remark, RemarkKind, Space
from app.findings.latest import latest_per_package
from app.state.model import HeatMode, Ink
from app.support.titles import package_words
from app.ui import words
from app.ui.targets import Target, frames_of, is_on, of_all_frames, place_is_on
from viewers.types import HeatLayer, Marker, MarkerState, OutlineLayer

Color = tuple[int, int, int]
# The colours of the markers, safe for the colour-blind; line style and sign tell states apart as well.
VERDICT_COLORS: dict[Verdict, Color] = {
    Verdict.UNREVIEWED: (240, 228, 66),
    Verdict.ACCEPTED: (90, 220, 170),
    Verdict.EDITED: (86, 180, 233),
    Verdict.REJECTED: (190, 190, 190),
    Verdict.DEFERRED: (230, 160, 200),
}
# Regions that no finding names, such as lungs and heart: each name its own, so that the legend can tell them apart.
REGION_COLORS: tuple[Color, ...] = (
    (120, 170, 200),
    (230, 140, 70),
    (170, 140, 230),
    (70, 165, 155),
    (200, 165, 120),
    (205, 110, 120),
    (160, 185, 85),
    (95, 120, 215),
)


GetMap = Callable[[AnalysisResult, MapRef], MapArray | None]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """All ink of one picture."""

    heat: tuple[HeatLayer, ...] = ()
    outlines: tuple[OutlineLayer, ...] = ()
    markers: tuple[Marker, ...] = ()
    elsewhere: tuple[str, ...] = ()  # names of what was made on another series and is laid over this one


def fits(result: AnalysisResult, target: Target) -> bool:
    """Whether a result may be drawn on a picture: same series, or same patient space by frame of reference."""
    if result.study_instance_uid != target.study_instance_uid:
        return False
    if target.series_instance_uid in result.series_instance_uids:
        return True
    same_frame = bool(result.frame_of_reference_uid) and (
        result.frame_of_reference_uid == target.frame_of_reference_uid
    )
    return result.space is Space.PATIENT and target.in_patient and same_frame


def fits_marked(marked: Marked, target: Target) -> bool:
    """The same for a reader's own finding."""
    if marked.series_instance_uid == target.series_instance_uid:
        return (marked.finding.place.space is Space.PATIENT) == target.in_patient
    same_frame = marked.frame_of_reference_uid == target.frame_of_reference_uid != ""
    return marked.finding.place.space is Space.PATIENT and target.in_patient and same_frame


def belongs(reading: Reading | None, finding: Finding, target: Target) -> bool:
    """Whether a picture can show where a finding lies."""
    if reading is None:
        return False
    marked = reading.marked_as(finding.finding_id)
    if marked is not None:
        return reading.study_instance_uid == target.study_instance_uid and fits_marked(marked, target)
    result = next((r for r in reading.results if r.result_id == finding.result_id), None)
    return result is not None and fits(result, target) and place_is_on(finding.place, target)


def marks_for(reading: Reading | None, target: Target, ink: Ink, selected_id: str, get_map: GetMap) -> Marks:
    """The ink of one picture, as the state says it is drawn."""
    if reading is None:
        return Marks()
    results = [result for result in latest_per_package(reading.results) if fits(result, target)]
    judgements = {j.finding.finding_id: j for j in reading.judgements}
    heat: list[HeatLayer] = []
    outlines: list[OutlineLayer] = []
    for result in results:
        own = [judgements[f.finding_id] for f in result.findings if f.finding_id in judgements]
        if ink.mode is HeatMode.HEAT:
            layers = _heat(_here(result, target), own, ink, selected_id, get_map)
            heat += [_framed(layer, result, target) for layer in layers]
        if ink.mode is not HeatMode.NONE:
            regions = _outlines(_here(result, target), own, get_map)
            outlines += [_framed(layer, result, target) for layer in regions]
    ids = {finding.finding_id for result in results for finding in result.findings}
    ids |= {one.finding.finding_id for one in reading.marked if belongs(reading, one.finding, target)}
    shown = [
        j for key, j in judgements.items() if key in ids and place_is_on(j.place or j.finding.place, target)
    ]
    strangers = [r for r in results if target.series_instance_uid not in r.series_instance_uids]
    drawn = {judgement.finding.result_id for judgement in shown}
    drawn |= {one.layer_id.split("/")[0] for one in heat} | {one.layer_id.split("/")[0] for one in outlines}
    elsewhere = {r.package.name for r in strangers if r.result_id in drawn}
    elsewhere |= _of_other_stacks(results, shown, target)
    return Marks(
        tuple(heat), tuple(outlines), tuple(_markers(shown, selected_id, target)), tuple(sorted(elsewhere))
    )


Layer = TypeVar("Layer", HeatLayer, OutlineLayer)


def _framed(layer: Layer, result: AnalysisResult, target: Target) -> Layer:
    """A layer on the frames that its map was made of."""
    key = layer.layer_id.partition("/")[2]
    ref = next(one for one in result.maps if one.key == key)
    named = FrameRef(ref.sop_instance_uid, ref.frame) if ref.sop_instance_uid else None
    frames = frames_of(named, target)
    whole = of_all_frames(frames, target, layer.in_patient)
    if isinstance(layer, OutlineLayer):
        names = {n: f"{words} {whole}".rstrip() for n, words in layer.names.items()}
        return replace(layer, frames=frames, names=names)
    return replace(layer, frames=frames, label=f"{layer.label} {whole}".rstrip())


def _of_other_stacks(
    results: Sequence[AnalysisResult], shown: Sequence[Judgement], target: Target
) -> set[str]:
    """Names of packages whose findings lie here by their place, but were made on another stack of the same series."""
    if not target.members or not target.in_patient:
        return set()
    named = {
        r.result_id: r.package.name for r in results if target.series_instance_uid in r.series_instance_uids
    }
    return {
        named[j.finding.result_id]
        for j in shown
        if j.finding.result_id in named
        and j.finding.place.frame is not None
        and j.finding.place.frame not in target.members
        and frames_of(j.finding.place.frame, target) is None
    }


def _here(result: AnalysisResult, target: Target) -> AnalysisResult:
    """The result with those of its maps that lie on this picture."""
    return replace(result, maps=tuple(ref for ref in result.maps if is_on(ref.sop_instance_uid, target)))


def ink_remarks(marks: Marks) -> tuple[Remark, ...]:
    """That something on the picture was made on another acquisition: it lies right only if the patient lay still."""
    if not marks.elsewhere:
        return ()
    named = ", ".join(dict.fromkeys(marks.elsewhere))
    return (Remark(RemarkKind.INK_OF_ANOTHER_SERIES, (("what", named),)),)


def heat_threshold(reading: Reading | None) -> float | None:
    """The share of its range at which the maker of the first heat map draws nothing; None without a map."""
    for result in latest_per_package(reading.results if reading else ()):
        for ref in result.maps:
            if ref.kind == "heat":
                low, high = ref.value_range
                return min(max((ref.threshold - low) / max(high - low, 1e-9), 0.0), 1.0)
    return None


def _heat(
    result: AnalysisResult, own: Sequence[Judgement], ink: Ink, selected_id: str, get_map: GetMap
) -> list[HeatLayer]:
    layers = []
    chosen = next((j.finding.map_key for j in own if j.finding.finding_id == selected_id), "")
    for ref in result.maps:
        wanted = (
            ref.kind == "heat" and (not chosen or ref.key == chosen) and _is_worth_showing(result, own, ref)
        )
        array = get_map(result, ref) if wanted else None
        if array is None:
            continue
        low, high = ref.value_range
        threshold = ref.threshold if ink.threshold is None else low + ink.threshold * (high - low)
        layers.append(
            HeatLayer(
                layer_id=f"{result.result_id}/{ref.key}",
                values=array.values,
                affine=array.affine,
                label=f"{result.package.name} {result.package.version}: {package_words(ref.label)}",
                value_range=ref.value_range,
                threshold=threshold,
                max_alpha=ink.opacity,
                in_patient=result.space is Space.PATIENT,
            )
        )
    return layers


def _is_worth_showing(result: AnalysisResult, own: Sequence[Judgement], ref: MapRef) -> bool:
    """Heat is drawn for findings above threshold that nobody rejected (RQ-44).

    Where findings name their heat, heat that none names is of what stayed below its threshold, such as the other films
    of a run on several views.
    """
    owners = [j for j in own if j.finding.map_key == ref.key]
    if not owners:
        named = any(one.finding.map_key for one in own)
        return result.state in (RunState.POSITIVE, RunState.IMPORTED) and not named
    return any(j.verdict is not Verdict.REJECTED and _passes(j) for j in owners)


def _passes(judgement: Judgement) -> bool:
    finding = judgement.finding
    return finding.score is None or finding.threshold is None or finding.score >= finding.threshold


def _outlines(result: AnalysisResult, own: Sequence[Judgement], get_map: GetMap) -> list[OutlineLayer]:
    layers, known = [], region_colors(result.maps)
    for ref in result.maps:
        array = get_map(result, ref) if ref.kind == "labels" else None
        if array is None:
            continue
        colors = {number: known[words] for number, words in ref.labels}
        for judgement in own:
            place = judgement.finding.place
            if place.kind is PlaceKind.REGION and place.label_map == ref.key:
                colors[place.label] = VERDICT_COLORS[judgement.verdict]
        layers.append(
            OutlineLayer(
                layer_id=f"{result.result_id}/{ref.key}",
                labels=array.values,
                affine=array.affine,
                colors=colors,
                in_patient=result.space is Space.PATIENT,
                names={number: package_words(words) for number, words in dict(ref.labels).items()},
            )
        )
    return layers


def region_colors(maps: Sequence[MapRef]) -> dict[str, Color]:
    """A colour for each name in all maps of a run; past the last one they come round again, and the legend leaves
    those out.
    """
    names = dict.fromkeys(words for ref in maps if ref.kind == "labels" for _, words in ref.labels)
    return {words: REGION_COLORS[place % len(REGION_COLORS)] for place, words in enumerate(names)}


def _markers(judgements: Sequence[Judgement], selected_id: str, target: Target) -> list[Marker]:
    made = []
    for judgement in judgements:
        finding = judgement.finding
        place: Place = judgement.place or finding.place
        if place.center is None or place.kind is PlaceKind.STUDY:
            continue
        who = f"({judgement.reader})" if finding.is_readers and judgement.reader else ""
        frames = frames_of(place.frame, target)
        in_patient = place.space is Space.PATIENT
        whole = of_all_frames(frames, target, in_patient)
        score = "  ".join(part for part in (words.score_words(finding), who, whole) if part)
        named = package_words(judgement.shown_label)
        made.append(
            Marker(
                marker_id=finding.finding_id,
                center=place.center,
                text=f"{named}  {score}".rstrip(),
                state=MarkerState(judgement.verdict.value),
                box_min=place.box_min,
                box_max=place.box_max,
                selected=finding.finding_id == selected_id,
                in_patient=in_patient,
                frames=frames,
                short="  ".join(part for part in (named, who, whole) if part),
            )
        )
    return made
