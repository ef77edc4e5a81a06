"""Results that contradict themselves are shown as inconsistent and never counted as negative (RQ-07)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.analysis.package_facts import PackageFacts
from app.analysis.sides import side_of
from app.analysis.to_findings import label_sizes, own_volume
from app.domain.geometry import lps_to_index
from app.domain.volume import Volume
from inference.types import Detection, LabelMap, ModelOutput, OutputState

VOLUME_TOLERANCE = 0.05  # ours: share by which a stated volume may differ from that of its region
EDGE_VOXELS = 1.0  # ours: how far out of the picture a place may lie before it is called outside


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One broken rule: the text that says so, its facts, and the letter of the defect list it falls under."""

    reason_key: str
    facts: tuple[tuple[str, str], ...] = ()
    defect: str = "e"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What the rules look at."""

    output: ModelOutput
    facts: PackageFacts
    volume: Volume

    def threshold(self, found: Detection) -> float | None:
        """The threshold that is in force for a detection."""
        return self.facts.output(found.key).threshold if found.threshold is None else found.threshold

    def label_map(self, key: str) -> LabelMap | None:
        """The label map of that key."""
        return next((label_map for label_map in self.output.label_maps if label_map.key == key), None)


Rule = Callable[[Case], Iterator[Contradiction]]


def contradictions(output: ModelOutput, facts: PackageFacts, volume: Volume) -> tuple[Contradiction, ...]:
    """Every rule that a run breaks; a run that failed or did not apply is only asked whether it still found things."""
    case = Case(output, facts, volume)
    ran = output.state not in (OutputState.NOT_APPLICABLE, OutputState.FAILED)
    rules = RULES if ran else (findings_without_a_run,)
    return tuple(broken for rule in rules for broken in rule(case))


def findings_without_a_run(case: Case) -> Iterator[Contradiction]:
    """Nothing may be found by a run that did not happen."""
    if case.output.detections:
        yield Contradiction("run.inconsistent.findings_without_run")


def positive_without_findings(case: Case) -> Iterator[Contradiction]:
    """A positive study has at least one thing that makes it so."""
    if case.output.state is OutputState.POSITIVE and not case.output.detections:
        yield Contradiction("run.inconsistent.positive_without_findings")


def negative_with_findings(case: Case) -> Iterator[Contradiction]:
    """A negative study has nothing at or above its threshold."""
    for found in case.output.detections:
        threshold = case.threshold(found)
        if case.output.state is not OutputState.NEGATIVE or found.score is None or threshold is None:
            continue
        if found.score >= threshold:
            yield Contradiction("run.inconsistent.negative_with_findings", (("finding", found.key),))


def positive_below_threshold(case: Case) -> Iterator[Contradiction]:
    """Scores that are all under their thresholds do not make a positive study."""
    pairs = [(found.score, case.threshold(found)) for found in case.output.detections]
    if case.output.state is not OutputState.POSITIVE or not pairs:
        return
    if all(score is not None and limit is not None and score < limit for score, limit in pairs):
        yield Contradiction("run.inconsistent.positive_below_threshold")


def score_is_no_number(case: Case) -> Iterator[Contradiction]:
    """Scores and measures are finite, and shares lie between 0 and 100 per cent."""
    scores = [
        ("study", case.output.study_score),
        *((found.key, found.score) for found in case.output.detections),
    ]
    for key, score in scores:
        if score is not None and not math.isfinite(score):
            yield Contradiction("run.inconsistent.no_number", (("finding", key),), "d")
    measures = [*case.output.measures, *(m for found in case.output.detections for m in found.measures)]
    for measure in measures:
        if not math.isfinite(measure.value):
            yield Contradiction("run.inconsistent.no_number", (("finding", measure.key),), "d")
        elif measure.unit == "%" and not -1e-6 <= measure.value <= 100 + 1e-6:
            facts = (("finding", measure.key), ("value", f"{measure.value:.1f}"))
            yield Contradiction("run.inconsistent.share_out_of_range", facts, "d")


def map_is_broken(case: Case) -> Iterator[Contradiction]:
    """Heat is finite and lies on a grid that has an inverse."""
    keys = [one.key for one in case.output.maps] + [one.key for one in case.output.label_maps]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Contradiction("run.inconsistent.map_twice", (("map", key),), "d")
    for heat in case.output.maps:
        flat = abs(float(np.linalg.det(heat.affine[:3, :3]))) < 1e-12
        if flat or not bool(np.isfinite(heat.values).all()):
            yield Contradiction("run.inconsistent.map_broken", (("map", heat.key),), "d")


def region_is_empty(case: Case) -> Iterator[Contradiction]:
    """A finding with a region has voxels to show for it, and the volume it states of itself is that of the region."""
    for found in case.output.detections:
        if not found.label_map:
            continue
        stated = own_volume(found.measures)
        label_map = case.label_map(found.label_map)
        voxels, volume_ml = (0, 0.0) if label_map is None else label_sizes(label_map, found.label)
        if voxels == 0:
            if label_map is None or stated is None or stated > 0:
                yield Contradiction("run.inconsistent.region_empty", (("finding", found.key),))
            continue
        slack = VOLUME_TOLERANCE * volume_ml + volume_ml / voxels
        if stated is not None and abs(stated - volume_ml) > slack:
            facts = (("finding", found.key), ("stated", f"{stated:.1f}"), ("region", f"{volume_ml:.1f}"))
            yield Contradiction("run.inconsistent.volume_differs", facts)


def place_is_outside(case: Case) -> Iterator[Contradiction]:
    """What was found lies in the picture."""
    shape = np.asarray(case.volume.pixels.shape[:3], dtype=float)
    for found in case.output.detections:
        if found.center is None:
            continue
        index = lps_to_index(case.volume.affine, found.center)
        if not bool(((index >= -0.5 - EDGE_VOXELS) & (index <= shape - 0.5 + EDGE_VOXELS)).all()):
            yield Contradiction("run.inconsistent.outside_picture", (("finding", found.key),))


def side_is_wrong(case: Case) -> Iterator[Contradiction]:
    """A finding called left lies on the patient's left."""
    for found in case.output.detections:
        if found.center is None or found.side not in ("left", "right"):
            continue
        seen = side_of(case.volume, found.center)
        if seen and seen != found.side:
            facts = (("finding", found.key), ("said", found.side), ("seen", seen))
            yield Contradiction("run.inconsistent.side_differs", facts)


def study_score_disagrees(case: Case) -> Iterator[Contradiction]:
    """Where the study's score has a threshold of its own, score and state say the same."""
    threshold, score = case.facts.study_threshold, case.output.study_score
    if threshold is None or score is None or not math.isfinite(score):
        return
    if case.output.state is OutputState.INCONSISTENT:
        return
    if (score >= threshold) != (case.output.state is OutputState.POSITIVE):
        facts = (("score", f"{score:.3f}"), ("threshold", f"{threshold:.3f}"))
        yield Contradiction("run.inconsistent.study_score", facts)


RULES: tuple[Rule, ...] = (
    positive_without_findings,
    negative_with_findings,
    positive_below_threshold,
    score_is_no_number,
    map_is_broken,
    region_is_empty,
    place_is_outside,
    side_is_wrong,
    study_score_disagrees,
)
