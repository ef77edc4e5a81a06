"""Results and verdicts as ink on a picture: heat, outlines, markers. What is in another space is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.analysis.map_files import MapArray
from app.domain.finding import AnalysisResult, Judgement, MapRef, Place, PlaceKind, Reading, RunState, Verdict
from app.domain.volume import Space
from app.state.model import HeatMode, Ink
from app.ui import words
from app.ui.panels.runs import latest_per_package
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
REGION_COLOR: Color = (120, 170, 200)  # regions that no finding names, such as whole lungs


GetMap = Callable[[AnalysisResult, MapRef], MapArray | None]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a picture is, as far as ink must know."""

    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    in_patient: bool


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """All ink of one picture."""

    heat: tuple[HeatLayer, ...] = ()
    outlines: tuple[OutlineLayer, ...] = ()
    markers: tuple[Marker, ...] = ()


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
            heat += _heat(result, own, ink, selected_id, get_map)
        if ink.mode is not HeatMode.NONE:
            outlines += _outlines(result, own, get_map)
    ids = {finding.finding_id for result in results for finding in result.findings}
    shown = [judgement for key, judgement in judgements.items() if key in ids]
    return Marks(tuple(heat), tuple(outlines), tuple(_markers(shown, selected_id)))


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
                label=f"{result.package.name} {result.package.version}: {ref.label}",
                value_range=ref.value_range,
                threshold=threshold,
                max_alpha=ink.opacity,
                in_patient=result.space is Space.PATIENT,
            )
        )
    return layers


def _is_worth_showing(result: AnalysisResult, own: Sequence[Judgement], ref: MapRef) -> bool:
    """Heat is drawn for findings above threshold that nobody rejected (RQ-44)."""
    owners = [j for j in own if j.finding.map_key == ref.key]
    if not owners:
        return result.state in (RunState.POSITIVE, RunState.IMPORTED)
    return any(j.verdict is not Verdict.REJECTED and _passes(j) for j in owners)


def _passes(judgement: Judgement) -> bool:
    finding = judgement.finding
    return finding.score is None or finding.threshold is None or finding.score >= finding.threshold


def _outlines(result: AnalysisResult, own: Sequence[Judgement], get_map: GetMap) -> list[OutlineLayer]:
    layers = []
    for ref in result.maps:
        array = get_map(result, ref) if ref.kind == "labels" else None
        if array is None:
            continue
        colors = {number: REGION_COLOR for number, _ in ref.labels}
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
                names=dict(ref.labels),
            )
        )
    return layers


def _markers(judgements: Sequence[Judgement], selected_id: str) -> list[Marker]:
    made = []
    for judgement in judgements:
        finding = judgement.finding
        place: Place = judgement.place or finding.place
        if place.center is None or place.kind is PlaceKind.STUDY:
            continue
        score = words.score_words(finding)
        made.append(
            Marker(
                marker_id=finding.finding_id,
                center=place.center,
                text=f"{judgement.shown_label}  {score}".rstrip(),
                state=MarkerState(judgement.verdict.value),
                box_min=place.box_min,
                box_max=place.box_max,
                selected=finding.finding_id == selected_id,
                in_patient=place.space is Space.PATIENT,
            )
        )
    return made
